"""A cache keeps what was used last."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmet_studio.core.disk_cache import mark_used, trim
from cmet_studio.domain.project import Fingerprint, Performer
from cmet_studio.engine import analysis
from cmet_studio.engine.registry import make_face_model
from cmet_studio.media.picture import Picture
from cmet_studio.media.reader import VideoReader


def _entry(folder: Path, name: str, size: int, age: int) -> Path:
    entry = folder / name
    entry.mkdir(parents=True)
    (entry / "data").write_bytes(b"x" * size)
    os.utime(entry, ns=(10**18 - age, 10**18 - age))
    return entry


def test_longest_unused_go_first(tmp_path: Path) -> None:
    old, middle, new = (_entry(tmp_path, n, 100, a) for n, a in (("a", 30), ("b", 20), ("c", 10)))
    assert trim(tmp_path, 250) == 100
    assert [e.exists() for e in (old, middle, new)] == [False, True, True]


def test_used_and_in_use_stay(tmp_path: Path) -> None:
    old, middle, new = (_entry(tmp_path, n, 100, a) for n, a in (("a", 30), ("b", 20), ("c", 10)))
    mark_used(old)
    assert trim(tmp_path, 100, in_use=[middle]) == 200
    assert [e.exists() for e in (old, middle, new)] == [False, True, False]


def test_what_fits_stays_and_nothing_is_nothing(tmp_path: Path) -> None:
    entry = _entry(tmp_path, "a", 100, 1)
    (tmp_path / "file").write_bytes(b"1234")
    assert trim(tmp_path, 104) == 0
    assert entry.exists()
    assert trim(tmp_path / "missing", 0) == 0


def test_analysis_keeps_within_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_data: Path
) -> None:
    _entry(tmp_path / "cache" / "tracks", "stale", 1000, 1)
    monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path))
    monkeypatch.setattr(analysis, "ANALYSES_BYTES", 10)
    with VideoReader(shared_data / "clips" / "portrait_1280x720_30fps.mp4") as reader:
        seen = _Few(reader)
        performer = Performer("p1", "A", 0, (400.0, 100.0, 400.0, 500.0))
        found = analysis.analyse(
            seen, Fingerprint(1, "0" * 64), [performer], make_face_model("mesh")
        )  # type: ignore[arg-type]
    assert len(found["p1"].track) == 5
    assert not (tmp_path / "cache" / "tracks" / "stale").exists()
    assert len(list((tmp_path / "cache" / "tracks").iterdir())) == 1


class _Few:
    """The first five frames of a clip."""

    def __init__(self, reader: VideoReader) -> None:
        self._reader = reader

    def __len__(self) -> int:
        return 5

    def frames(self) -> Iterator[Picture]:
        return self._reader.frames(0, 5)
