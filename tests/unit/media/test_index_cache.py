"""What is kept of long clips on disk is the index, or nothing."""

import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from media_fixtures import MakeMedia

from cmet_studio.core.paths import cache_dir
from cmet_studio.media import index, index_cache
from cmet_studio.media.index import ClipIndex, clip_index
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.synth import ClipStyle


@pytest.fixture(autouse=True)
def _all_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_cache, "LONG", 1)


@pytest.fixture
def clip(make_media: MakeMedia, tmp_path: Path) -> Path:
    made = make_media("kept.mp4", ClipStyle(options={"g": "10", "bf": "3"}))
    return Path(shutil.copy(made, tmp_path / "kept.mp4"))


def as_another_process(clip: Path) -> ClipIndex:
    index._clip_index.cache_clear()
    return clip_index(clip)


def same(a: ClipIndex, b: ClipIndex) -> bool:
    arrays = ("pts", "ids", "key_frames", "key_dts")
    numbers = ("end_pts", "by_dts", "time_base")
    return all(np.array_equal(getattr(a, n), getattr(b, n)) for n in arrays) and all(
        getattr(a, n) == getattr(b, n) for n in numbers
    )


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Clips whose packets were read."""
    found: list[Path] = []
    real = index._read

    def read(path: Path) -> ClipIndex:
        found.append(path)
        return real(path)

    monkeypatch.setattr(index, "_read", read)
    return found


def test_another_process_does_not_read_the_packets_again(clip: Path, reads: list[Path]) -> None:
    first = as_another_process(clip)
    again = as_another_process(clip)
    assert len(reads) == 1
    assert same(first, again)
    assert not again.pts.flags.writeable
    with VideoReader(clip) as reader:
        assert reader.read(len(again) - 1).planes[0].size


def test_a_changed_clip_is_read_again(clip: Path, reads: list[Path]) -> None:
    as_another_process(clip)
    os.utime(clip, (1, 1))
    as_another_process(clip)
    assert len(reads) == 2


def test_short_clips_leave_nothing(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_cache, "LONG", 10_000)
    as_another_process(clip)
    assert not list((cache_dir() / "indices").glob("*"))


def test_damage_and_strangers_files_are_as_if_they_were_not_there(
    clip: Path, reads: list[Path]
) -> None:
    right = as_another_process(clip)
    (kept,) = (cache_dir() / "indices").glob("*.npz")
    whole = kept.read_bytes()
    rng = random.Random(5)
    damaged = [b"", whole[: len(whole) // 2], b"PK\x03\x04" + bytes(200)]
    for _ in range(40):
        bent = bytearray(whole)
        for _ in range(4):
            bent[rng.randrange(len(bent))] ^= 1 << rng.randrange(8)
        damaged.append(bytes(bent))
    for content in damaged:
        kept.write_bytes(content)
        assert same(as_another_process(clip), right)
    with kept.open("wb") as file:
        np.savez(file, **dict.fromkeys(index._ARRAYS, np.array([0.5])))
    before = len(reads)
    assert same(as_another_process(clip), right)
    assert len(reads) == before + 1


def test_a_cache_that_cannot_be_written_is_no_mistake(clip: Path) -> None:
    (cache_dir() / "indices").write_bytes(b"a file where the folder should be")
    assert len(as_another_process(clip))
