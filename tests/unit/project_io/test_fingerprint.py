"""Knowing a clip again without reading all of it."""

import hashlib
import os
from pathlib import Path

import pytest

from cmet_studio.core.errors import BadInput
from cmet_studio.project_io.fingerprint import BLOCK_BYTES, fingerprint

MIB = 1 << 20


def test_a_small_file_is_hashed_whole(tmp_path: Path) -> None:
    file = tmp_path / "a"
    for size in (0, 1, MIB, 10 * MIB):
        content = os.urandom(size)
        file.write_bytes(content)
        found = fingerprint(file)
        assert (found.size, found.sha256) == (size, hashlib.sha256(content).hexdigest())


def test_a_large_file_is_hashed_at_ten_places(tmp_path: Path) -> None:
    size = 40 * MIB + 12345
    content = bytearray(size)
    file = tmp_path / "a"
    file.write_bytes(content)
    plain = fingerprint(file)
    assert plain == fingerprint(file)
    starts = [(size - MIB) * i // 9 for i in range(10)]
    assert starts[0] == 0
    assert starts[-1] + BLOCK_BYTES == size
    for place in [0, size - 1, *(s for s in starts), *(s + MIB - 1 for s in starts)]:
        with file.open("r+b") as f:
            f.seek(place)
            f.write(b"x")
        assert fingerprint(file) != plain
        with file.open("r+b") as f:
            f.seek(place)
            f.write(b"\0")
    file.write_bytes(content + b"\0")
    assert fingerprint(file) != plain


def test_only_local_regular_files(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file"):
        fingerprint(tmp_path / "missing")
    with pytest.raises(BadInput, match="is a folder"):
        fingerprint(tmp_path)
    with pytest.raises(BadInput):
        fingerprint(Path("http://example.org/a.mp4"))
    with pytest.raises(BadInput, match="cannot be opened"):
        fingerprint(Path("a\0b"))


@pytest.mark.skipif(os.name == "nt", reason="pipes with names")
def test_never_waits_on_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match="not an ordinary file"):
        fingerprint(tmp_path / "pipe")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(BadInput, match="cannot be opened"):
        fingerprint(loop)
