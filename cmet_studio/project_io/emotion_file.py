"""``.cmetemo`` files: an emotion or a performer's neutral speech, to be taken along.

A zip with ``description.json`` and the recordings, each named after its content. Such files come
from strangers: the description is checked first, and only what it names may be there, in the size
it says, with the content it says. Nothing is ever extracted under a name that the file chose.
"""

import hashlib
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from cmet_studio.core.errors import BadInput, OutputError
from cmet_studio.project_io.emotion_schema import MAX_TAKES, Description, StoredTake, described
from cmet_studio.project_io.store import atomic_path
from cmet_studio.project_io.text import parse_json, write_json

SUFFIX = ".cmetemo"
DESCRIPTION = "description.json"
MAX_BYTES = 1 << 30
"""Of a whole file, packed or unpacked."""
MAX_TAKE_BYTES = 256 << 20
_MAX_DESCRIPTION = 1 << 20
_MAX_RATIO = 200
_SMALL = 1 << 20  # silence packs well; small things may
_BLOCK = 1 << 18
# The end of a zip's list of contents (APPNOTE 4.3.16; length of the list is the sixth field), and
# of the same for the very large (4.3.15), which no emotion file is.
_END, _END_MARK = struct.Struct("<4s4H2LH"), b"PK\5\6"
_MAX_END = _END.size + (1 << 16)
_LOCATOR_MARK, _LOCATOR_BYTES = b"PK\6\7", 20
_MOST_PER_ENTRY = 512
_ENCRYPTED = 0x1
# What zipfile raises over archives that were bent: seeks before the start, lying headers.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError,
    RuntimeError, ValueError,
)  # fmt: skip
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def write_emotion_file(
    path: Path, description: Description, files: Mapping[str, Path], overwrite: bool = False
) -> None:
    """Write a ``.cmetemo`` file, whole or not at all; equal input gives equal bytes.

    Args:
        path: to write.
        description: what it is.
        files: SHA-256 -> recording, for each take.
    Raises: OutputError if it cannot be written; BadInput for a recording that is too large.
    """
    names = {take.name: files[take.sha256] for take in description.takes}
    for file in names.values():
        if file.stat().st_size > MAX_TAKE_BYTES:
            raise BadInput(
                f"The recording {file.name} is larger than {MAX_TAKE_BYTES >> 20} MiB.",
                "Import the part that is needed: take import --in --out.",
            )
    text = write_json(description.model_dump(by_alias=True))
    with atomic_path(path, overwrite) as temp, zipfile.ZipFile(temp, "w") as archive:
        archive.writestr(zipfile.ZipInfo(DESCRIPTION), text.encode())
        for name, file in sorted(names.items()):
            with file.open("rb") as source, archive.open(zipfile.ZipInfo(name), "w") as target:
                while block := source.read(_BLOCK):
                    target.write(block)


def read_description(path: Path) -> Description:
    """What a ``.cmetemo`` file says it is; its recordings are not read.

    Raises: BadInput if it is missing, damaged or hostile.
    """
    with _opened(path) as archive:
        return _description(path, archive)


def unpack(path: Path, folder: Path) -> tuple[Description, dict[str, Path]]:
    """Check a ``.cmetemo`` file and write its recordings into an empty folder.

    Returns: the description, and SHA-256 -> recording.
    Raises: BadInput if it is missing, damaged or hostile; OutputError if the folder is full.
    """
    with _opened(path) as archive:
        description = _description(path, archive)
        files = {}
        for take in description.takes:
            if take.sha256 not in files:
                target = folder / Path(take.name).name
                _extract(path, archive, take, target)
                files[take.sha256] = target
    return description, files


def _refused(path: Path, problem: str) -> BadInput:
    return BadInput(
        f"{path.name} cannot be used as an emotion file: {problem}.",
        "Ask whoever made it to export it again.",
    )


def _opened(path: Path) -> zipfile.ZipFile:
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", "Check the path.")
    if path.stat().st_size > MAX_BYTES:
        raise _refused(path, f"it is larger than {MAX_BYTES >> 20} MiB")
    try:
        _check_directory(path)
        return zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise _refused(path, "it is not a zip archive") from error


def _check_directory(path: Path) -> None:
    """Refuse a list of contents that is longer than any of ours, before all of it is read.

    Raises: BadInput; OSError.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _MAX_END))
        tail = file.read()
    plain = tail[-_END.size :]  # zipfile looks here first, then for the last one in the comment
    if plain[:4] != _END_MARK or plain[-2:] != b"\0\0":
        plain = tail[tail.rfind(_END_MARK) :][: _END.size]
    if len(plain) < _END.size:
        return  # zipfile says what it is
    before = tail[: tail.rfind(plain)][-_LOCATOR_BYTES:]
    length = _END.unpack(plain)[5]
    if length > (MAX_TAKES + 1) * _MOST_PER_ENTRY or before.startswith(_LOCATOR_MARK):
        raise _refused(path, f"it holds more than {MAX_TAKES} files")


def _description(path: Path, archive: zipfile.ZipFile) -> Description:
    entries = archive.infolist()
    if len(entries) > MAX_TAKES + 1:
        raise _refused(path, f"it holds more than {MAX_TAKES} files")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise _refused(path, "it holds two files of one name")
    for entry in entries:
        _check_entry(path, entry)
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise _refused(path, f"it unpacks to more than {MAX_BYTES >> 20} MiB")
    if DESCRIPTION not in names:
        raise _refused(path, f"it has no {DESCRIPTION}")
    content = b"".join(_blocks(path, archive, DESCRIPTION, _MAX_DESCRIPTION))
    try:
        found = described(parse_json(content.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise _refused(path, str(error).rstrip(".")) from error
    wanted = {DESCRIPTION, *(take.name for take in found.takes)}
    if foreign := sorted(set(names) - wanted):
        raise _refused(path, f"it holds a file that does not belong there, {foreign[0][:80]!r}")
    if missing := sorted(wanted - set(names)):
        raise _refused(path, f"it lacks {missing[0]}")
    return found


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    """Refuse what no emotion file of ours holds; numbers are those that the archive states."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or entry.filename.endswith("/"):
        raise _refused(path, f"{entry.filename[:80]!r} is a link or folder")
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _PACKINGS:
        raise _refused(path, "it is encrypted or packed in an unknown way")
    if entry.file_size > MAX_TAKE_BYTES:
        raise _refused(path, f"{entry.filename[:80]!r} is larger than {MAX_TAKE_BYTES >> 20} MiB")
    packed = max(entry.compress_size, 1)
    if entry.file_size > _SMALL and entry.file_size > _MAX_RATIO * packed:
        raise _refused(path, f"{entry.filename[:80]!r} unpacks to {entry.file_size // packed} times"
                       " its size")  # fmt: skip


def _blocks(path: Path, archive: zipfile.ZipFile, name: str, most: int) -> Iterator[bytes]:
    """An entry's content, up to ``most`` bytes whatever its header says.

    Raises: BadInput if there is more or it is damaged.
    """
    count = 0
    try:
        with archive.open(name) as source:
            while block := source.read(_BLOCK):
                count += len(block)
                if count > most:
                    raise _refused(path, f"{name} is larger than it may be")
                yield block
    except _DAMAGED as error:
        raise _refused(path, f"{name} is damaged") from error


def _extract(path: Path, archive: zipfile.ZipFile, take: StoredTake, target: Path) -> None:
    digest = hashlib.sha256()
    with _output(path, target) as file:
        for block in _blocks(path, archive, take.name, MAX_TAKE_BYTES):
            digest.update(block)
            _put(path, file, block)
    if digest.hexdigest() != take.sha256:
        raise _refused(path, f"{take.name} is not the recording that its description names")


def _output(path: Path, target: Path) -> BinaryIO:
    try:
        return target.open("xb")
    except OSError as error:
        raise _full(path, error) from error


def _put(path: Path, file: BinaryIO, block: bytes) -> None:
    try:
        file.write(block)
    except OSError as error:
        raise _full(path, error) from error


def _full(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path.name} cannot be unpacked: {error.strerror or error}.", "Make room there."
    )
