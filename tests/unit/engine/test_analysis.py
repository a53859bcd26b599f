"""Analyses on disk when two programs (a command line and the window) measure the same clip."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from cmet_studio.core.progress import NEVER, silent
from cmet_studio.engine.analysis import _load_track, _measured, _store_track
from cmet_studio.engine.protocol import FaceModelInfo
from cmet_studio.face.types import FaceTrack

N = 40


def track() -> FaceTrack:
    return FaceTrack(
        np.ones(N, bool),
        np.zeros((N, 478, 3), np.float32),
        np.zeros((N, 4), np.float32),
        np.zeros((N, 3), np.float32),
        np.ones(N, np.float32),
        np.ones(N, np.float32),
        np.zeros(N, np.int32),
    )


class Ones:
    info = FaceModelInfo("ones", "1", ("a",) * 500, (), "")

    def encode(self, track: FaceTrack) -> np.ndarray:
        return np.ones((len(track), 500), np.float32)


def at_once(work, *arguments, count: int = 6) -> list:
    """What the same work returns that several threads begin at the same moment."""
    together = threading.Barrier(count)

    def one():
        together.wait(10)
        return work(*arguments)

    with ThreadPoolExecutor(count) as pool:
        return [done.result(30) for done in [pool.submit(one) for _ in range(count)]]


def test_a_track_that_two_store_at_once(tmp_path: Path) -> None:
    folder, made = tmp_path / "t", track()
    for _ in range(15):
        at_once(_store_track, folder, made)
        assert len(_load_track(folder)) == N
        assert [path.name for path in tmp_path.iterdir()] == ["t"]
        shutil.rmtree(folder)


def test_expressions_that_two_store_at_once(tmp_path: Path, caplog) -> None:
    made = track()
    for n in range(15):
        folder = tmp_path / str(n)
        folder.mkdir()
        found = at_once(_measured, folder, made, Ones(), None, NEVER, silent)
        assert all(np.array_equal(rows, found[0]) for rows in found)
        assert [path.name for path in folder.iterdir()] == ["expression-ones-1.npy"]
    assert not caplog.records
