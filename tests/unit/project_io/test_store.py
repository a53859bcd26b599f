"""A file appears under its final name only when it is whole."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cmet_studio.core.errors import Cancelled, OutputError
from cmet_studio.project_io import store
from cmet_studio.project_io.store import atomic_path, check_output

as_root = hasattr(os, "geteuid") and os.geteuid() == 0
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX permissions, limits and links")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_file_takes_its_name(tmp_path: Path) -> None:
    final = tmp_path / "out.mp4"
    with atomic_path(final, overwrite=False) as temp:
        assert temp.parent == tmp_path
        assert temp.suffix == ".mp4"
        assert temp.name.startswith(".")
        temp.write_bytes(b"whole")
        assert not final.exists()
    assert final.read_bytes() == b"whole"
    assert names(tmp_path) == ["out.mp4"]


@pytest.mark.parametrize("failure", [RuntimeError, Cancelled, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("old", [None, b"old"])
def test_failure_leaves_things_as_they_were(
    tmp_path: Path, failure: type[BaseException], old: bytes | None
) -> None:
    final = tmp_path / "out.mp4"
    if old is not None:
        final.write_bytes(old)

    def write_half() -> None:
        with atomic_path(final, overwrite=True) as temp:
            temp.write_bytes(b"half")
            raise failure

    with pytest.raises(failure):
        write_half()
    assert names(tmp_path) == ([] if old is None else ["out.mp4"])
    if old is not None:
        assert final.read_bytes() == old


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    final = tmp_path / "out.mp4"
    final.write_bytes(b"old")
    with pytest.raises(OutputError, match="already exists") as caught:
        check_output(final, overwrite=False)
    assert "--force" in caught.value.hint
    with pytest.raises(OutputError, match="already exists"), atomic_path(final, overwrite=False):
        pytest.fail("must not get here")
    with atomic_path(final, overwrite=True) as temp:
        temp.write_bytes(b"new")
    assert final.read_bytes() == b"new"


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    final = tmp_path / "out.mp4"

    def race() -> None:
        with atomic_path(final, overwrite=False) as temp:
            temp.write_bytes(b"mine")
            final.write_bytes(b"theirs")

    with pytest.raises(OutputError, match="already exists"):
        race()
    assert final.read_bytes() == b"theirs"
    assert names(tmp_path) == ["out.mp4"]


def _no_links(source: Path, target: Path) -> None:
    raise OSError(errno.EOPNOTSUPP, "no links here", str(source))


def test_without_hard_links_it_works_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", _no_links)
    with atomic_path(tmp_path / "a", overwrite=False) as temp:
        temp.write_bytes(b"whole")
    assert (tmp_path / "a").read_bytes() == b"whole"
    assert names(tmp_path) == ["a"]


def test_the_clip_is_never_overwritten(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"footage")
    twin = tmp_path / "twin.mp4"
    twin.hardlink_to(clip)
    for final in (clip, twin, tmp_path / "." / "clip.mp4"):
        with pytest.raises(OutputError, match="never replaced"):
            check_output(final, overwrite=True, never=[clip])
    check_output(tmp_path / "other.mp4", overwrite=True, never=[clip, tmp_path / "missing"])


@posix
def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(OutputError, match="already exists"):
        check_output(link, overwrite=False)
    with atomic_path(link, overwrite=True) as temp:
        temp.write_bytes(b"new")
    assert target.read_bytes() == b"precious"
    assert link.read_bytes() == b"new"
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputError, match="already exists"):
        check_output(dangling, overwrite=False)


@posix
def test_permissions_follow_the_replaced_file_or_the_umask(tmp_path: Path) -> None:
    final = tmp_path / "out"
    old_mask = os.umask(0o027)
    try:
        with atomic_path(final, overwrite=False):
            pass
        assert stat.S_IMODE(final.stat().st_mode) == 0o640
        final.chmod(0o604)
        with atomic_path(final, overwrite=True):
            pass
        assert stat.S_IMODE(final.stat().st_mode) == 0o604
    finally:
        os.umask(old_mask)


def test_places_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no folder"):
        check_output(tmp_path / "no" / "out.mp4", overwrite=True)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"no folder|is not a folder"):
        check_output(tmp_path / "file" / "out.mp4", overwrite=True)
    with pytest.raises(OutputError, match="is a folder"):
        check_output(tmp_path, overwrite=True)


@posix
def test_devices_are_not_replaced() -> None:
    with pytest.raises(OutputError, match="not an ordinary file"):
        check_output(Path(os.devnull), overwrite=True)


@posix
def test_long_names(tmp_path: Path) -> None:
    fits = tmp_path / ("é" * 120 + ".mp4")
    with atomic_path(fits, overwrite=False) as temp:
        temp.write_bytes(b"x")
    assert fits.exists()
    with pytest.raises(OutputError, match="cannot be written"):
        check_output(tmp_path / ("x" * 300), overwrite=False)


@posix
@pytest.mark.skipif(as_root, reason="root may write everywhere")
def test_a_folder_without_write_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="is not writable"):
            check_output(tmp_path / "out.mp4", overwrite=False)
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no room left"),
        (errno.EFBIG, "larger than its place allows"),
        (errno.EIO, "disk failed"),
        (errno.EROFS, "is not writable"),
        (errno.EACCES, "is not writable"),
    ],
)
def test_the_file_systems_complaints_in_plain_words(
    tmp_path: Path, number: int, words: str
) -> None:
    def write() -> None:
        with atomic_path(tmp_path / "out", overwrite=False):
            raise OSError(number, "as the kernel says")

    with pytest.raises(OutputError, match=words):
        write()
    assert names(tmp_path) == []


def test_another_files_trouble_is_not_the_outputs(tmp_path: Path) -> None:
    elsewhere = str(tmp_path / "deeper" / "clip.mp4")

    def read_forbidden() -> None:
        with atomic_path(tmp_path / "out", overwrite=False):
            raise PermissionError(errno.EACCES, "denied", elsewhere)

    with pytest.raises(PermissionError):
        read_forbidden()
    with pytest.raises(FileExistsError), atomic_path(tmp_path / "out", overwrite=False) as temp:
        temp.mkdir()
    assert names(tmp_path) == []


def test_a_failure_to_sync_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)

    def write() -> None:
        with atomic_path(tmp_path / "out", overwrite=False) as temp:
            temp.write_bytes(b"x")

    with pytest.raises(OutputError, match="no room left"):
        write()
    assert names(tmp_path) == []


_GROW_TOO_LARGE = """
import resource, sys
from pathlib import Path
from cmet_studio.core.errors import OutputError
from cmet_studio.project_io.store import atomic_path

resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    with atomic_path(Path(sys.argv[1]), overwrite=True) as temp:
        temp.write_bytes(b"x" * 10_000)
except OutputError as exc:
    sys.exit(exc.message)
"""

_WRITE_TO_A_FULL_DEVICE = """
import sys
from pathlib import Path
from cmet_studio.core.errors import OutputError
from cmet_studio.project_io.store import atomic_path

try:
    with atomic_path(Path(sys.argv[1]), overwrite=True) as temp, open("/dev/full", "wb") as full:
        full.write(b"x" * 10_000)
except OutputError as exc:
    sys.exit(exc.message)
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    ("program", "words"),
    [(_GROW_TOO_LARGE, "larger than its place"), (_WRITE_TO_A_FULL_DEVICE, "no room left")],
)
def test_a_place_that_is_really_full(tmp_path: Path, program: str, words: str) -> None:
    final = tmp_path / "out.mp4"
    final.write_bytes(b"old")
    done = subprocess.run(
        [sys.executable, "-c", program, str(final)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert final.read_bytes() == b"old"
    assert names(tmp_path) == ["out.mp4"]


@posix
def test_a_killed_writer_leaves_the_final_name_alone(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from pathlib import Path
from cmet_studio.project_io.store import atomic_path
with atomic_path(Path(sys.argv[1]), overwrite=True) as temp:
    temp.write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    final = tmp_path / "out.mp4"
    final.write_bytes(b"old")
    subprocess.run([sys.executable, "-c", program, str(final)], check=False)
    assert final.read_bytes() == b"old"
