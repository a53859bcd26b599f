"""Frames that were slow to make, on disk."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cmet_studio.render.cache import FrameCache
from cmet_studio.render.frame_key import FrameKey
from cmet_studio.render.frame_store import WORTH_S, FrameStore, name_of

CLIP = "ab" * 32
FILE_BYTES = 36 + 6 * 4 * 3


def key(frame: int, quality: str = "full", asked: str = "d") -> FrameKey:
    return FrameKey(CLIP, frame, 6, quality, "edtalk 1 cpu", asked)


def picture(value: int) -> np.ndarray:
    return np.full((4, 6, 3), value, np.uint8)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "frames"


@pytest.fixture
def store(folder: Path) -> Iterator[FrameStore]:
    made = FrameStore(folder, 10 * FILE_BYTES)
    yield made
    assert made.close()


def again(folder: Path, holds: int, limit_bytes: int = 10 * FILE_BYTES) -> FrameStore:
    made = FrameStore(folder, limit_bytes)
    until(lambda: made.held_bytes == holds * FILE_BYTES)
    return made


def test_a_later_engine_finds_what_was_slow_to_make(store: FrameStore, folder: Path) -> None:
    cache = FrameCache(1 << 20, store)
    cache.put(key(1), picture(1), WORTH_S)
    assert store.keeps
    cache.put(key(2), picture(2), WORTH_S / 2)
    assert not store.keeps
    cache.put(key(3, "draft"), picture(3), 9.0)
    until(lambda: store.held_bytes == FILE_BYTES)
    assert store.close()
    later = FrameCache(1 << 20, again(folder, 1))
    assert later.behind is not None
    found = later.get(key(1))
    assert found is not None
    assert not found.flags.writeable
    assert np.array_equal(found, picture(1))
    assert key(1) in later  # in memory from now on
    assert later.get(key(2)) is None
    assert later.get(key(1, asked="other")) is None
    assert list(later.behind.of_clip(CLIP)) == [(1, name_of(key(1)))]
    assert list(later.behind.of_clip("cd" * 32)) == []
    assert later.behind.close()


def test_the_longest_unused_go_first(store: FrameStore, folder: Path) -> None:
    for n in range(10):
        store.offer(key(n), picture(n), 1.0)
        until(lambda n=n: key(n) in store)
    assert store.get(key(0)) is not None
    store.offer(key(10), picture(10), 1.0)
    until(lambda: key(10) in store)
    assert key(0) in store
    assert key(1) not in store
    assert store.held_bytes == 10 * FILE_BYTES
    assert len(list(folder.iterdir())) == 10
    store.close()
    smaller = again(folder, 3, 3 * FILE_BYTES)
    assert len(list(folder.iterdir())) == 3
    assert key(10) in smaller
    assert smaller.close()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


def _other(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[8] ^= 1  # made from something else, put under this name
    path.write_bytes(bytes(data))


def _huge(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[24:28] = (1 << 31).to_bytes(4, "little")
    path.write_bytes(bytes(data))


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES = [_cut, _flipped, _other, _huge, Path.unlink, lambda path: path.write_bytes(b"")]
if hasattr(os, "mkfifo"):
    DAMAGES.append(_pipe)


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_not_what_it_says_is_removed(
    store: FrameStore, folder: Path, damage: Callable[[Path], object]
) -> None:
    store.offer(key(1), picture(1), 1.0)
    until(lambda: key(1) in store)
    damage(folder / name_of(key(1)))
    assert store.get(key(1)) is None
    assert key(1) not in store
    assert list(folder.iterdir()) == []
    store.offer(key(1), picture(1), 1.0)
    until(lambda: key(1) in store)
    assert np.array_equal(store.get(key(1)), picture(1))


def test_what_killed_engines_left_goes_and_what_others_own_stays(folder: Path) -> None:
    folder.mkdir()
    part, fresh, foreign = (folder / n for n in (f".{'a' * 12}.part", f".{'b' * 12}.part", "x.mov"))
    for path in (part, fresh, foreign):
        path.write_bytes(b"?")
    old = time.time() - 9999
    os.utime(part, (old, old))
    os.utime(foreign, (old, old))
    made = FrameStore(folder, 10)
    assert made.close()
    assert {path.name for path in folder.iterdir()} == {fresh.name, foreign.name}


def test_a_place_that_cannot_be_written_costs_nothing_but_itself(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    made = FrameStore(blocked / "frames", 1 << 20)
    made.offer(key(1), picture(1), 1.0)
    assert made.close()
    assert made.get(key(1)) is None


def test_a_full_disk_is_left_to_others(
    store: FrameStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(folder.is_dir)
    import shutil

    usage = shutil.disk_usage("/")._replace(free=1 << 20)
    monkeypatch.setattr("shutil.disk_usage", lambda place: usage)
    store.offer(key(1), picture(1), 1.0)
    assert store.close()
    assert list(folder.iterdir()) == []
