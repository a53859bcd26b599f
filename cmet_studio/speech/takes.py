"""Importing recordings: any sound or film becomes a take inside the project's media folder.

The original goes in unchanged, under a name made from its content, so that one recording used
twice is stored once and nothing depends on what else lies in the folder.
"""

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cmet_studio.core.errors import BadInput, OutputError
from cmet_studio.domain.project import Take
from cmet_studio.media.audio import write_wav
from cmet_studio.media.sound_reader import SoundReader
from cmet_studio.speech.files import content_hash
from cmet_studio.speech.judged import remember
from cmet_studio.speech.quality import MIN_SPEECH_S, RATE, Quality, examine
from cmet_studio.speech.waves import checked, read_wave

MAX_TAKE_S = 600.0
"""Seconds a take may last; a longer recording is imported in parts, by in and out."""
LARGE_BYTES = 64 << 20
"""A part of a larger file is copied alone, as WAV; smaller files are copied whole and trimmed."""
_HIGHEST_RATE = 48000
_NAME_LENGTH = 32  # hex digits of the content hash: 128 bits


@dataclass(frozen=True, slots=True)
class ImportedTake:
    """A take and what was heard in it."""

    take: Take
    quality: Quality


def import_with_quality(
    file: Path,
    project_folder: Path,
    take_id: str,
    media_folder: Path,
    in_s: float = 0.0,
    out_s: float | None = None,
    source: str | None = None,
) -> ImportedTake:
    """Judge a recording and copy it into the project.

    Args:
        file: any sound or film ``media`` can open; its first sound track is used.
        project_folder: what the take's path will be relative to.
        take_id: id of the take to be.
        media_folder: the project's, inside ``project_folder``.
        in_s: trim in seconds of the file.
        out_s: likewise; None is the end.
        source: what people shall read as its origin; the file's name if None.

    Raises:
        MediaError: if the file cannot be read as media.
        BadInput: if it is silent, too short or too long, or the trim is not in it.
        OutputError: if the project's folder cannot be written to.
    """
    quality, duration_s = _judged(file, in_s, out_s)
    stored, digest = _store(file, project_folder, media_folder)
    take = Take(
        id=take_id,
        path=stored.relative_to(project_folder.resolve()).as_posix(),
        sha256=digest,
        duration_s=duration_s,
        in_s=in_s,
        out_s=out_s,
        speech_s=round(quality.speech_s, 3),
        source=source or file.name,
    )
    remember(take, quality)
    return ImportedTake(take, quality)


def import_part(
    file: Path,
    project_folder: Path,
    take_id: str,
    media_folder: Path,
    in_s: float | None,
    out_s: float | None,
) -> ImportedTake:
    """Import a recording or a part of it, whichever way reads and copies least.

    Short recordings come whole and are trimmed, so that the trim can be changed later; of a long or
    large one only the part is read and copied (``import_range``).

    Raises: as ``import_with_quality``.
    """
    if in_s is None and out_s is None:
        return import_with_quality(file, project_folder, take_id, media_folder)
    with SoundReader(file, channels=1) as reader:
        ends_s = reader.duration_s
    if file.stat().st_size <= LARGE_BYTES and (ends_s is None or ends_s <= MAX_TAKE_S):
        return import_with_quality(file, project_folder, take_id, media_folder, in_s or 0.0, out_s)
    if out_s is None and ends_s is None:
        raise BadInput(f"{file.name} does not say how long it is.", "Give an out, too.")
    end_s = out_s if out_s is not None else (ends_s or 0.0)
    return import_range(file, project_folder, take_id, media_folder, in_s or 0.0, end_s)


def import_range(
    file: Path,
    project_folder: Path,
    take_id: str,
    media_folder: Path,
    start_s: float,
    end_s: float,
) -> ImportedTake:
    """Make a take of a stretch of a film or a long recording; only the stretch is read.

    Args:
        file: as in ``import_with_quality``.
        start_s: in the file's time; a film's begins with its first picture.
        end_s: likewise.
    Raises: as ``import_with_quality``.
    """
    if not 0.0 <= start_s < end_s:
        raise BadInput(
            f"The part from {start_s:g} s to {end_s:g} s is none.",
            "Choose an in before the out, both inside the recording.",
        )
    if end_s - start_s > MAX_TAKE_S:
        raise BadInput(
            f"The part of {file.name} is longer than {MAX_TAKE_S / 60:.0f} minutes.",
            "A few sentences are enough.",
        )
    with SoundReader(file, channels=1) as reader:
        rate = min(reader.rate, _HIGHEST_RATE)
        ends_s = reader.duration_s
    if ends_s is not None and end_s > ends_s + 0.05:
        raise BadInput(
            f"The part from {start_s:g} s to {end_s:g} s is not in {file.name}, "
            f"which has {ends_s:.1f} s of sound.",
            "Choose an in and an out inside the recording.",
        )
    with SoundReader(file, rate=rate, channels=1) as reader:
        samples = checked(reader.stretch(start_s, end_s)[:, 0], file)
    name = f"{file.name}, {start_s:.2f} to {end_s:.2f} s"
    with tempfile.TemporaryDirectory(prefix="cmet-take-") as folder:
        part = Path(folder) / f"{file.stem}.wav"
        write_wav(part, samples, rate)
        try:
            return import_with_quality(part, project_folder, take_id, media_folder, source=name)
        except BadInput as error:
            message = error.message.replace(part.name, f"The part of {file.name}")
            raise type(error)(message, error.hint) from error


def _judged(file: Path, in_s: float, out_s: float | None) -> tuple[Quality, float]:
    """Quality of the trimmed part, and the length of the whole (seconds)."""
    samples = read_wave(file, end_s=max(in_s, 0.0) + MAX_TAKE_S + 1.0)
    duration_s = len(samples) / RATE
    end_s = duration_s if out_s is None else out_s
    if not 0.0 <= in_s < end_s <= duration_s + 0.05:
        raise BadInput(
            f"The part from {in_s:g} s to {end_s:g} s is not in {file.name}, "
            f"which is {duration_s:.1f} s long.",
            "Choose an in and an out inside the recording.",
        )
    if end_s - in_s > MAX_TAKE_S:
        raise BadInput(
            f"{file.name} is longer than {MAX_TAKE_S / 60:.0f} minutes.",
            "Choose the part to use with an in and an out; a few sentences are enough.",
        )
    quality = examine(samples[round(in_s * RATE) : round(end_s * RATE)])
    _require_speech(file, quality)
    return quality, duration_s


def _require_speech(file: Path, quality: Quality) -> None:
    if quality.usable:
        return
    if quality.silent:
        raise BadInput(
            f"{file.name} is silent.",
            "Choose a recording of somebody speaking, or check its level.",
        )
    if quality.speech_s == 0.0:
        raise BadInput(
            f"No speech was found in {file.name} ({quality.duration_s:.1f} s).",
            f"A take needs at least {MIN_SPEECH_S} s of somebody speaking.",
        )
    raise BadInput(
        f"{file.name} holds only {quality.speech_s:.1f} s of speech.",
        f"A take needs at least {MIN_SPEECH_S} s; a sentence or two is best.",
    )


def _store(file: Path, project_folder: Path, media_folder: Path) -> tuple[Path, str]:
    """Copy a recording into ``media_folder/takes``, complete or not at all.

    Returns: the stored file's resolved path, and its content hash.
    """
    root = project_folder.resolve()
    folder = (media_folder / "takes").resolve()
    if not folder.is_relative_to(root):
        raise OutputError(
            f"The media folder {media_folder} leads out of the project's folder.",
            "Remove the link, or move the project.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".take.", dir=folder)
        copied = Path(name)
        try:
            with file.open("rb") as source, os.fdopen(handle, "wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
                target.flush()
                os.fsync(target.fileno())
            digest = content_hash(copied)
            stored = folder / f"{digest[:_NAME_LENGTH]}{_suffix(file)}"
            copied.chmod(0o644)
            copied.replace(stored)
        finally:
            copied.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"{file.name} cannot be copied into {folder}: {error.strerror or error}.",
            "Make room there, or choose a project folder that can be written to.",
        ) from error
    return stored, digest


def _suffix(file: Path) -> str:
    """The file's suffix if it is a plain one; players go by it, nothing here does."""
    suffix = file.suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""
