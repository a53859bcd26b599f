"""Recordings found again: headers put right after a kill, notes read, takes numbered."""

import json
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from cmet_studio.core.errors import CmetError, MediaError
from cmet_studio.media.bwf import MAX_BYTES, NOTE_CHUNK, UNFINISHED, TakeNote, lock, unwritable


def read_note(path: Path) -> TakeNote | None:
    """What a recording of ours is for; None if the file does not say (or is not ours)."""
    try:
        with path.open("rb") as file:
            head = file.read(8192)
        for name, start, size in _chunks(head):
            if name == NOTE_CHUNK:
                fields = json.loads(head[start : start + size].rstrip(b"\0 "))
                return _checked_note(fields) if isinstance(fields, dict) else None
    except (OSError, ValueError, TypeError, struct.error):
        return None
    return None


def repair_wav(path: Path) -> float:
    """Make a WAV file's header say what is in the file.

    Returns: seconds of sound in it.

    Raises:
        MediaError: if it is no PCM WAV file at all.
        OutputError: if it cannot be changed.
    """
    try:
        with path.open("r+b") as file:
            head = file.read(8192)
            length = file.seek(0, os.SEEK_END)
            rate_bytes, align, start, claimed = _layout(head, path)
            size = claimed
            if claimed not in (length - start, length - start - 1):
                size = min(length - start, MAX_BYTES) // align * align
                _set_size(file, start, size)
    except OSError as error:
        raise unwritable(path, error) from error
    return size / rate_bytes


def _set_size(file: BinaryIO, start: int, size: int) -> None:
    """End the file after ``size`` bytes of samples and say so in its header."""
    file.truncate(start + size)
    if size % 2:
        file.seek(start + size)
        file.write(b"\0")
    file.seek(start - 4)
    file.write(struct.pack("<I", size))
    file.seek(4)
    file.write(struct.pack("<I", start - 8 + size + size % 2))
    file.flush()
    os.fsync(file.fileno())


def repair_unfinished(folder: Path) -> list[Path]:
    """Finish the recordings whose program was killed.

    Files that some program still writes are left alone, empty ones are deleted.

    Returns: the finished files, oldest first.
    """
    parts = sorted(folder.glob(f"*.wav{UNFINISHED}"), key=lambda part: part.stat().st_mtime_ns)
    return [done for part in parts if (done := _finished(part)) is not None]


def _finished(part: Path) -> Path | None:
    """The finished file; None if the part is in use, empty (then it goes) or nothing of ours."""
    try:
        part.rename(part)  # nothing; but Windows refuses while a program has it open
        with part.open("r+b") as file:
            lock(file.fileno())
            seconds = repair_wav(part)
        # Closed first: Windows would refuse us too.
        if seconds == 0.0:
            part.unlink()
            return None
        return part.rename(_free(part.with_name(part.name.removesuffix(UNFINISHED))))
    except (OSError, CmetError):
        return None


def next_take(folder: Path, stem: str, taken: Iterable[str] = ()) -> tuple[Path, int]:
    """Path and number of the next take: ``stem_T01.wav`` and so on.

    Args:
        folder: where recordings lie.
        stem: e.g. the emotion and side, any characters.
        taken: further file names that count as there (those of takes imported already).
    """
    plain = "".join(c if c.isalnum() or c in "-_" else "_" for c in stem)[:60] or "take"
    names = {name.removesuffix(UNFINISHED) for name in taken}
    if folder.is_dir():
        names |= {file.name.removesuffix(UNFINISHED) for file in folder.iterdir()}
    number = 1
    while (name := f"{plain}_T{number:02d}.wav") in names:
        number += 1
    return folder / name, number


def _chunks(head: bytes) -> list[tuple[bytes, int, int]]:
    """(name, start of the body, claimed size) of the chunks that begin in ``head``."""
    if head[:4] not in (b"RIFF", b"RF64") or head[8:12] != b"WAVE":
        return []
    found, at = [], 12
    while at + 8 <= len(head):
        (size,) = struct.unpack_from("<I", head, at + 4)
        found.append((head[at : at + 4], at + 8, size))
        at += 8 + size + size % 2
    return found


def _layout(head: bytes, path: Path) -> tuple[int, int, int, int]:
    """Bytes per second, bytes per sample, start of the data, claimed size of the data."""
    form: tuple[int, int] | None = None
    for name, start, size in _chunks(head):
        if name == b"fmt " and start + 16 <= len(head):
            rate_bytes, align = struct.unpack_from("<IH", head, start + 8)
            form = (rate_bytes, align) if rate_bytes and align else None
        if name == b"data" and form is not None:
            return *form, start, size
    raise MediaError(f"{path.name} is not a WAV file.", "Nothing in it can be saved.")


def _checked_note(fields: dict[str, object]) -> TakeNote:
    side = fields.get("side")
    clip_s = fields.get("clip_s")
    return TakeNote(
        number=int(str(fields.get("number", 1))),
        emotion=str(fields.get("emotion", ""))[:200],
        side=side if side in ("expressive", "neutral") else "expressive",
        in_s=float(str(fields.get("in_s", 0.0))),
        clip_s=None if clip_s is None else float(str(clip_s)),
    )


def _free(path: Path) -> Path:
    number, free = 2, path
    while free.exists():
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return free
