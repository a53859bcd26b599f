"""What a killed writer leaves is removed by whoever comes later, and nothing else is."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cmet_studio.core.paths import data_dir
from cmet_studio.core.processes import is_alive
from cmet_studio.project_io.store import atomic_path
from cmet_studio.project_io.unfinished import sweep

WRITER = """
import sys
from pathlib import Path
from cmet_studio.project_io.store import atomic_path
with atomic_path(Path(sys.argv[1]), False) as temp:
    temp.write_bytes(b"half")
    sys.stdout.write("writing\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


def notes() -> list[Path]:
    folder = data_dir() / "unfinished"
    return list(folder.iterdir()) if folder.is_dir() else []


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_killed_writer_leaves_nothing_for_long(tmp_path: Path) -> None:
    final = tmp_path / "a film, édité.mp4"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(final)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        assert len(list(tmp_path.iterdir())) == 1
        assert sweep() == 0  # it is still at work
        assert len(list(tmp_path.iterdir())) == 1
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert sweep() == 1
    assert not list(tmp_path.iterdir())
    assert not notes()


def test_a_writer_that_ends_leaves_no_note(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "a.txt", False) as temp:
        assert len(notes()) == 1
        temp.write_text("x")
    assert not notes()
    with pytest.raises(ValueError, match="no"), atomic_path(tmp_path / "b.txt", False):
        raise ValueError("no")
    assert not notes()
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_only_what_looks_like_ours_is_removed(tmp_path: Path) -> None:
    folder = data_dir() / "unfinished"
    folder.mkdir(parents=True)
    precious = tmp_path / "holiday.mp4"
    precious.write_text("x")
    pid = dead_pid()
    for n, content in enumerate(
        [bytes(precious), b"relative/.a.0123456789ab.part.mp4", b"", b"\0\0", bytes(tmp_path)]
    ):
        (folder / f"{pid}-{n:012x}").write_bytes(content)
    (folder / "something else").write_bytes(bytes(precious))
    assert sweep() == 0
    assert precious.exists()
    assert [note.name for note in notes()] == ["something else"]


def test_who_is_alive() -> None:
    assert is_alive(os.getpid())
    assert not is_alive(dead_pid())
    assert not is_alive(0)
    assert not is_alive(-1)


def test_a_note_of_an_impossible_process_is_no_end(tmp_path: Path) -> None:
    part = tmp_path / ".film.mp4.0123456789ab.part.mp4"
    part.touch()
    folder = data_dir() / "unfinished"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "9999999999-0123456789ab").write_bytes(os.fsencode(part))
    assert sweep() == 1
    assert not part.exists()


def test_without_a_home_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A note that cannot be written costs a stray file after a crash, never the work itself."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path / "file" / "home"))
    with atomic_path(tmp_path / "film.mp4", False) as temp:
        temp.write_bytes(b"whole")
    assert (tmp_path / "film.mp4").read_bytes() == b"whole"
    assert sweep() == 0
