"""A small project to edit."""

import pytest

from cmet_studio.domain import edits
from cmet_studio.domain.project import Clip, Fingerprint, Key, MixPart, Project, Take
from cmet_studio.domain.time import FrameRate


@pytest.fixture
def clip() -> Clip:
    return Clip("a.mp4", "/footage/a.mp4", Fingerprint(9, "0" * 64), 640, 360, 100, FrameRate(25))


@pytest.fixture
def project(clip: Clip) -> Project:
    """Performers A and B, emotions Happy (e1, preset) and Longing (e2, takes t1, t2), keys on A."""
    made = edits.add_performer(Project(clip), "A", 0, (10.0, 10.0, 50.0, 50.0))
    made = edits.add_performer(made, "B", 5, (110.0, 10.0, 50.0, 50.0))
    for n in ("t1", "t2"):
        made = edits.add_take(made, Take(n, f"a.media/takes/{n}.wav", "1" * 64, 2.5, source=n))
    made = edits.add_emotion(made, "Happy", preset="happy")
    made = edits.add_emotion(made, "Longing", expressive=("t1",), neutral=("t2",))
    made = edits.add_key(made, "p1", Key(10))
    made = edits.add_key(made, "p1", Key(20, (MixPart("e1"),)))
    return edits.add_key(made, "p1", Key(40, (MixPart("e1", 0.25), MixPart("e2", 0.75)), 1.2))
