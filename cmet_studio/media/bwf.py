"""Recordings on disk: 24-bit mono Broadcast WAV (EBU Tech 3285), sound at every moment.

The header is written first and put right after every block, and samples go straight to the system:
a program killed while it records leaves a file that misses at most what it had not been given.
Until it is finished the file ends in ``.part`` and is locked, so that ``media.repair`` at the next
start finds exactly those whose program is gone.
"""

import json
import os
import struct
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import OutputError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows: an open file cannot be renamed there, which locks as well
    fcntl = None

RATE = 48000
"""Samples per second of every recording."""
NOTE_CHUNK = b"cmet"
"""Name of the chunk that holds the note, as JSON."""
MAX_BYTES = 0xFFFFFFFF - 4096
"""Bytes of samples that a WAV file can hold."""
UNFINISHED = ".part"
"""Suffix, after ``.wav``, of a file that is being recorded."""

_BYTES = 3  # per sample
_SYNC_S = 1.0
_BEXT = struct.Struct("<256s32s32s10s8sQH64s190s")


@dataclass(frozen=True, slots=True)
class TakeNote:
    """What a recording is for; kept inside the file, so that a recovered take finds its place.

    Attributes:
        number: of the take, from 1.
        emotion: name; empty if none was chosen.
        side: ``expressive`` or ``neutral``.
        in_s: where the take begins in the file, after its pre-roll.
        clip_s: clip position of that moment; None if no clip played.
    """

    number: int = 1
    emotion: str = ""
    side: str = "expressive"
    in_s: float = 0.0
    clip_s: float | None = None


class BwfWriter:
    """A recording that is being written. One thread writes; nothing is held back in memory.

    Args:
        path: the finished file's; must not exist. ``path.part`` is written until ``finish``.
        note: what it is for.
        rate: samples per second.

    Raises: OutputError if it cannot be made.
    """

    def __init__(self, path: Path, note: TakeNote, rate: int = RATE) -> None:
        self.path = path
        self._part = path.with_name(path.name + UNFINISHED)
        header, self._size_at = _header(note, rate)
        self._start = len(header)
        self._count = 0
        self._synced = time.monotonic()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                raise FileExistsError(17, "a file of that name is there")
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            self._file = os.open(self._part, flags, 0o644)
            lock(self._file)
            _write_all(self._file, header)
        except OSError as error:
            raise unwritable(path, error) from error

    @property
    def samples(self) -> int:
        """Samples written."""
        return self._count

    def write(self, block: npt.NDArray[np.float32]) -> None:
        """Append (n,) samples, full scale 1; what lies outside is clipped.

        Raises: OutputError if the disk is full or gone, or the file at its format's end (8 hours).
        """
        data = to_24_bit(block)
        size = (self._count + len(block)) * _BYTES
        if size > MAX_BYTES:
            raise OutputError(
                f"{self.path.name} is as long as a WAV file can be.", "Record another take."
            )
        try:
            _write_all(self._file, data)
            self._count += len(block)
            self._set_sizes(size)
            now = time.monotonic()
            if now - self._synced > _SYNC_S:  # against a power cut; a kill needs no such help
                os.fsync(self._file)
                self._synced = now
        except OSError as error:
            raise unwritable(self.path, error) from error

    def finish(self) -> Path:
        """Close the file under its own name.

        Raises: OutputError if the disk refuses; the ``.part`` file stays then.
        """
        try:
            size = self._count * _BYTES
            os.ftruncate(self._file, self._start + size)  # half a block on a full disk
            os.ftruncate(self._file, self._start + size + size % 2)
            self._set_sizes(size)
            os.fsync(self._file)
            self._close()
            self._part.rename(self.path)
        except OSError as error:
            self._close()
            raise unwritable(self.path, error) from error
        return self.path

    def abandon(self) -> None:
        """Close and delete it."""
        self._close()
        with suppress(OSError):
            self._part.unlink()

    def _set_sizes(self, size: int) -> None:
        whole = self._start - 8 + size + size % 2
        _write_at(self._file, struct.pack("<I", size), self._size_at)
        _write_at(self._file, struct.pack("<I", whole), 4)

    def _close(self) -> None:
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
            self._file = -1


def to_24_bit(block: npt.NDArray[np.float32]) -> bytes:
    """(n,) samples, full scale 1, as little-endian 24-bit integers; NaN becomes silence."""
    level = np.clip(np.nan_to_num(block.astype(np.float64)), -1.0, 1.0)
    whole = np.minimum(np.rint(level * 8388608.0), 8388607).astype("<i4")
    return np.ascontiguousarray(whole.view(np.uint8).reshape(-1, 4)[:, :_BYTES]).tobytes()


def _header(note: TakeNote, rate: int) -> tuple[bytes, int]:
    """The file up to its first sample, and where the size of its data stands."""
    now = time.localtime()
    said = f"Take {note.number}" + (f" of {note.emotion} ({note.side})" if note.emotion else "")
    began_s = max(0.0, (note.clip_s or 0.0) - note.in_s)
    bext = _BEXT.pack(
        said.encode()[:256],
        b"CMET Studio",
        b"",
        time.strftime("%Y-%m-%d", now).encode(),
        time.strftime("%H:%M:%S", now).encode(),
        round(began_s * rate),
        1,
        b"",
        b"",
    )
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * _BYTES, _BYTES, 8 * _BYTES)
    text = json.dumps(asdict(note)).encode()
    head = b"RIFF\0\0\0\0WAVE" + b"".join(
        _chunk(name, body) for name, body in ((b"bext", bext), (b"fmt ", form), (NOTE_CHUNK, text))
    )
    return head + b"data\0\0\0\0", len(head) + 4


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def lock(file: int) -> None:
    """Claim an open file; raises OSError while another program has it."""
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write_all(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _write_at(file: int, data: bytes, at: int) -> None:
    if hasattr(os, "pwrite"):
        os.pwrite(file, data, at)
        return
    end = os.lseek(file, 0, os.SEEK_END)
    os.lseek(file, at, os.SEEK_SET)
    _write_all(file, data)
    os.lseek(file, end, os.SEEK_SET)


def unwritable(path: Path, error: OSError) -> OutputError:
    """The sentence for a recording that the disk refuses."""
    return OutputError(
        f"{path.name} cannot be written: {error.strerror or error}.",
        "Make room there, or choose a project folder that can be written to.",
    )
