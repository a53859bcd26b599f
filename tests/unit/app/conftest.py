"""A small project on disk, to be opened."""

from pathlib import Path

import pytest

from cmet_studio.domain import edits
from cmet_studio.domain.project import Clip, Fingerprint, Key, MixPart, Project, Take
from cmet_studio.domain.time import FrameRate
from cmet_studio.project_io import save_project


@pytest.fixture
def small_project() -> Project:
    """Performers A and B, emotions Happy (e1, preset) and Longing (e2, takes t1, t2), a key."""
    clip = Clip("a.mp4", "", Fingerprint(9, "0" * 64), 640, 360, 1000, FrameRate(25))
    made = edits.add_performer(Project(clip), "A", 0, (10.0, 10.0, 50.0, 50.0))
    made = edits.add_performer(made, "B", 5, (110.0, 10.0, 50.0, 50.0))
    for n in ("t1", "t2"):
        made = edits.add_take(made, Take(n, f"film.media/takes/{n}.wav", n[1] * 64, 2.5, source=n))
    made = edits.add_emotion(made, "Happy", preset="happy")
    made = edits.add_emotion(made, "Longing", expressive=("t1",), neutral=("t2",))
    return edits.add_key(made, "p1", Key(10, (MixPart("e1"),)))


@pytest.fixture
def project_path(small_project: Project, tmp_path: Path) -> Path:
    """``film.cmet`` with the small project; its clip does not exist."""
    path = tmp_path / "film.cmet"
    save_project(small_project, path)
    return path
