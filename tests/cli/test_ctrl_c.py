"""Ctrl-C at unlucky moments: exit code 130, one word, nothing left behind."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmet_studio.app import rendering
from cmet_studio.core.paths import data_dir

real_open, real_unlink = os.open, Path.unlink


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def press_when_a_part_is_made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The file is there, but its maker does not know it yet."""
    made: list[str] = []

    def opened(path, *more, **named):
        descriptor = real_open(path, *more, **named)
        if ".out.mp4." in os.fspath(path) and not made:
            made.append(os.fspath(path))
            press()
        return descriptor

    monkeypatch.setattr(os, "open", opened)
    return made


def stopped(result, folder: Path) -> None:
    code, out, err = result
    assert (code, out, err.strip()) == (130, "", "Stopped.")
    assert sorted(f.name for f in folder.iterdir()) == ["clip.mp4", "p.cmet"]
    notes = data_dir() / "unfinished"
    assert not notes.is_dir() or not list(notes.iterdir())


def test_when_the_file_has_just_been_made(cli, folder, monkeypatch):
    made = press_when_a_part_is_made(monkeypatch)
    stopped(cli("render", folder / "p.cmet", "-o", folder / "out.mp4"), folder)
    assert made


def test_again_and_again_while_it_cleans_up(cli, folder, monkeypatch):
    made = press_when_a_part_is_made(monkeypatch)

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if str(path) in made:
            press()
            press()
        real_unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    stopped(cli("render", folder / "p.cmet", "-o", folder / "out.mp4"), folder)
    assert made


def test_on_the_way_to_the_cleaning(cli, folder, monkeypatch):
    """What could not even begin to clean is swept when the command ends."""
    refused: list[str] = []

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if ".part" in path.name and not refused:
            refused.append(path.name)
            raise KeyboardInterrupt
        real_unlink(path, missing_ok)

    press_when_a_part_is_made(monkeypatch)
    monkeypatch.setattr(Path, "unlink", unlink)
    stopped(cli("render", folder / "p.cmet", "-o", folder / "out.mp4"), folder)
    assert refused


def broken_by(monkeypatch: pytest.MonkeyPatch, pressed: bool) -> None:
    """numpy's C code makes an ImportError of a Ctrl-C while it is loaded."""

    def render(*_, **__):
        if pressed:
            with contextlib.suppress(KeyboardInterrupt):
                press()
        raise ImportError("numpy._core.multiarray failed to import")

    monkeypatch.setattr(rendering, "render_project", render)


def test_while_a_library_is_loaded(cli, folder, monkeypatch):
    broken_by(monkeypatch, pressed=True)
    stopped(cli("render", folder / "p.cmet", "-o", folder / "out.mp4"), folder)


def test_a_library_that_is_broken_by_itself_is_no_ctrl_c(cli, folder, monkeypatch):
    broken_by(monkeypatch, pressed=False)
    with pytest.raises(ImportError):
        cli("render", folder / "p.cmet", "-o", folder / "out.mp4")


def test_what_a_killed_command_left_the_next_one_removes(cli, folder):
    script = (
        "import os, sys, pathlib, signal\n"
        "from cmet_studio.project_io.store import atomic_path\n"
        "with atomic_path(pathlib.Path(sys.argv[1]), False):\n"
        "    os.kill(os.getpid(), getattr(signal, 'SIGKILL', signal.SIGTERM))\n"
    )
    subprocess.run([sys.executable, "-c", script, folder / "out.mp4"], check=False)
    assert len(list(folder.iterdir())) == 3
    assert cli("key", "list", folder / "p.cmet")[0] == 0
    assert sorted(f.name for f in folder.iterdir()) == ["clip.mp4", "p.cmet"]
