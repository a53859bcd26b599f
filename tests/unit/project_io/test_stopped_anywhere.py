"""Ctrl-C before any instruction of the writing of a file, one after the other: nothing stays."""

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from cmet_studio.core import unbroken as unbroken_module
from cmet_studio.core.errors import OutputError
from cmet_studio.core.paths import data_dir
from cmet_studio.core.unbroken import unbroken
from cmet_studio.project_io import store, unfinished
from cmet_studio.project_io.unfinished import sweep

_CODE = {module.__file__ for module in (store, unfinished, unbroken_module, contextlib)}
_ALL = 20_000


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


class Stopping:
    """Asks to stop before the ``moment``-th instruction of the code that writes files."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in _CODE:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.left -= 1
            if self.left == 0:
                unbroken.ask(signal.SIGINT, frame)
        return self


@contextlib.contextmanager
def traced(stopping: Stopping) -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(stopping)
    try:
        yield
    finally:
        sys.settrace(before)


def write(final: Path, overwrite: bool, fails: bool) -> None:
    with store.atomic_path(final, overwrite) as temp:
        temp.write_bytes(b"whole")
        if fails:
            raise OutputError("no")


def run(stopping: Stopping, final: Path, overwrite: bool, fails: bool) -> bool:
    """Whether it was stopped."""
    try:
        with traced(stopping):
            write(final, overwrite, fails)
    except KeyboardInterrupt:
        return True
    except OutputError:
        assert fails
    return False


def links(_: Path, __: Path) -> None:
    raise OSError(95, "Operation not supported")


@pytest.mark.parametrize("way", ["new", "over another", "without links", "fails"])
def test_stopped_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    final, notes = tmp_path / "out.mp4", data_dir() / "unfinished"
    overwrite, fails = way == "over another", way == "fails"
    if way == "without links":
        monkeypatch.setattr(os, "link", links)
    stopped, ended = 0, False
    for moment in range(1, _ALL):
        final.unlink(missing_ok=True)
        if overwrite:
            final.write_bytes(b"old")
        stopping = Stopping(moment)
        if run(stopping, final, overwrite, fails):
            stopped += 1
        elif stopping.left > 0:
            ended = True
            break
        gc.collect(0)
        there = [path.name for path in tmp_path.iterdir() if path != final]
        if fails:  # stopped on the way to its own cleaning: it is noted, and swept
            sweep(mine=True)
            there = [path.name for path in tmp_path.iterdir()]
        assert not there, moment
        if final.exists():
            assert final.read_bytes() in ((b"old", b"whole") if overwrite else (b"whole",))
        assert not fails or not final.exists()
        for note in notes.iterdir() if notes.is_dir() else ():
            note.unlink()
    assert ended
    assert stopped > 100
