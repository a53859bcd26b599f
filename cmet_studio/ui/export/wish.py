"""What an editor wants exported, as a value; and what that means, in words. No widgets here."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cmet_studio.domain.curves import Curve
from cmet_studio.domain.project import Project
from cmet_studio.domain.time import ClipTimes, format_position
from cmet_studio.model_store.installed import is_installed
from cmet_studio.ui.jobs.pace import Size
from cmet_studio.ui.jobs.words import span

CODECS = {"h264": (".mp4", ".mov", ".mkv"), "ffv1": (".mkv",)}
CODEC_NAMES = {"h264": "H.264", "ffv1": "FFV1, lossless"}
PRESETS = ("ultrafast", "veryfast", "fast", "medium", "slow", "veryslow")
ENGINE_NAMES = {
    "mesh": "Mesh: keeps every pixel's detail, fast",
    "edtalk": "EDTalk: neural face, slow without a graphics card",
    "edtalk-reference": "EDTalk as published, for comparison",
}
ENGINE_MODELS = dict.fromkeys(("edtalk", "edtalk-reference"), ("edtalk", "edtalk-connector"))
"""What has to be installed for an engine."""


@dataclass(frozen=True, slots=True)
class Wish:
    """All choices of the dialog.

    Attributes:
        start, stop: half-open range of frames.
        dialogue: recording to be spoken instead of the clip's sound, or None to keep it.
        dialogue_at: frame where it begins.
        speaker: name of who speaks it.
        restorer: improves faces that the engine draws; none if empty.
    """

    output: Path
    start: int
    stop: int
    engine: str = "mesh"
    codec: str = "h264"
    crf: int = 18
    preset: str = "medium"
    dialogue: Path | None = None
    dialogue_at: int = 0
    speaker: str = ""
    restorer: str = ""

    def data(self, overwrite: bool) -> dict[str, Any]:
        """What the engine is asked for."""
        data: dict[str, Any] = {
            "output": str(self.output), "engine": self.engine, "codec": self.codec,
            "crf": self.crf, "preset": self.preset, "start": self.start, "stop": self.stop,
            "overwrite": overwrite,
        }  # fmt: skip
        if self.restorer and draws_faces(self.engine):
            data["restorer"] = self.restorer
        if self.dialogue is not None:
            data |= {"dialogue": str(self.dialogue), "dialogue_at": self.dialogue_at}
            if self.speaker:
                data["speaker"] = self.speaker
        return data

    def remembered(self) -> dict[str, Any]:
        """What of it the project remembers."""
        return {"engine": self.engine, "codec": self.codec, "crf": self.crf, "preset": self.preset}


def draws_faces(engine: str) -> bool:
    """Whether an engine draws new faces, rather than moving the clip's own pixels."""
    return engine != "mesh"


def with_suffix(path: Path, codec: str) -> Path:
    """The path with an ending that can hold the codec; its own if that can."""
    endings = CODECS[codec]
    return path if path.suffix.lower() in endings else path.with_suffix(endings[0])


def proposed(folder: Path, clip: Path, codec: str, promised: Collection[Path] = ()) -> Path:
    """A file that is not there yet in a folder, and that nothing in the queue is going to write."""
    stem = f"{clip.stem} edited"
    number = 1
    while True:
        name = stem if number == 1 else f"{stem} {number}"
        path = folder / f"{name}{CODECS[codec][0]}"
        if not path.exists() and path not in promised:
            return path
        number += 1


def edited_frames(project: Project, start: int, stop: int) -> int:
    """How many frames of a range some performer's keys ask to change."""
    edited = 0
    curves = [Curve([k for k in p.keys if not k.muted]) for p in project.performers if p.keys]
    if not curves:
        return 0
    step = max(1, (stop - start) // 20_000)  # a sample is enough for words
    for frame in range(start, stop, step):
        edited += any(not curve.at(float(frame)).is_rest for curve in curves)
    return min(stop - start, edited * step)


def size_of(project: Project, wish: Wish) -> Size:
    """How much work it is."""
    clip = project.clip
    frames = wish.stop - wish.start
    edited = frames if wish.dialogue is not None else edited_frames(project, wish.start, wish.stop)
    return Size(frames, edited, clip.width * clip.height / 1e6)


def what_is_done(
    project: Project, times: ClipTimes, wish: Wish, size: Size, cost: "Cost"
) -> list[str]:
    """Sentences: what will be written, what is changed, what is kept, what it takes."""
    clip = project.clip
    length_s = float(times.seconds(wish.stop) - times.seconds(wish.start))
    first, last = format_position(wish.start, times), format_position(wish.stop - 1, times)
    rate = f"{float(clip.rate.fps):.3f}".rstrip("0").rstrip(".")
    quality = "lossless" if wish.codec == "ffv1" else f"H.264, quality {wish.crf}, {wish.preset}"
    lines = [
        f"{size.frames:,} frames ({length_s:.1f} s), {first} to {last}",
        f"{clip.width} x {clip.height}, {rate} frames/s, {quality}",
    ]
    if size.edited == 0:
        lines.append("No frame is changed: the keys ask for nothing in this range")
    else:
        some = f"{size.edited:,} of them are changed; the others keep their pixels"
        lines.append("All of them are changed" if size.edited == size.frames else some)
    if wish.dialogue is not None:
        who = f", spoken by {wish.speaker}" if wish.speaker else ""
        at = format_position(wish.dialogue_at, times)
        lines.append(f"Sound: {wish.dialogue.name} from {at}{who}")
    else:
        lines.append("Sound: the clip's own, copied without loss")
    about = "About" if cost.measured else "Roughly"
    room = "" if cost.free is None else f"; {amount(cost.free)} are free there"
    lines.append(f"{about} {span(max(1.0, cost.seconds))} and {amount(cost.bytes)}{room}")
    return lines


@dataclass(frozen=True, slots=True)
class Cost:
    """What an export takes.

    Attributes:
        bytes: of the file, within a factor of a few.
        measured: whether an export like this was made here before.
        free: bytes that are free where it goes; None if that cannot be told.
    """

    seconds: float
    bytes: float
    measured: bool
    free: int | None

    @property
    def fits(self) -> bool:
        """Whether there seems to be room."""
        return self.free is None or self.free > self.bytes


def amount(size: float) -> str:
    """Bytes for people: ``640 KB``, ``12 MB``, ``3.4 GB``."""
    for unit, bytes_ in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size >= bytes_:
            number = size / bytes_
            return f"{number:.1f} {unit}" if number < 10 else f"{number:,.0f} {unit}"
    return f"{max(1, round(size / 1000))} KB"


def problem(wish: Wish, clip: Path, project_path: Path, promised: Collection[Path] = ()) -> str:
    """Why it cannot be done, or ""; that a file is there already is no problem."""
    output, folder = wish.output, wish.output.parent
    if not output.name or not output.is_absolute():
        return "Choose where the file is to be written."
    if output.suffix.lower() not in CODECS[wish.codec]:
        endings = " or ".join(CODECS[wish.codec])
        return f"{CODEC_NAMES[wish.codec]} needs a name ending in {endings}."
    if not folder.is_dir():
        return f"There is no folder {folder}."
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"{folder} is read-only: choose another folder."
    if output in promised:
        return f"{output.name} is already going to be written: choose another name."
    if output.exists():
        if not output.is_file():
            return f"{output.name} is no file: choose another name."
        if any(kept.exists() and output.samefile(kept) for kept in (clip, project_path)):
            return "That is the clip itself, which is never changed: choose another name."
    if wish.stop <= wish.start:
        return "There is no frame in this range."
    return _missing(wish)


def _missing(wish: Wish) -> str:
    """What the engine lacks."""
    if wish.dialogue is not None and not draws_faces(wish.engine):
        return "This engine leaves the lips' words alone: choose EDTalk for a new dialogue."
    needed = ENGINE_MODELS.get(wish.engine, ())
    if wish.dialogue is not None:
        needed = (*needed, "audio2lip")
    if not all(is_installed(name) for name in needed):
        return (
            "The models of this engine are not installed: run cmet-studio models install, or"
            " choose another engine."
        )
    return ""


def from_export(settings: Mapping[str, Any], wish: Wish) -> Wish:
    """The wish with what a project remembers, as far as it makes sense."""
    codec, engine = settings.get("codec"), settings.get("engine")
    crf, preset = settings.get("crf"), settings.get("preset")
    return replace(
        wish,
        codec=codec if codec in CODECS else wish.codec,
        engine=engine if isinstance(engine, str) and engine else wish.engine,
        crf=crf if isinstance(crf, int) and 0 <= crf <= 51 else wish.crf,
        preset=preset if preset in PRESETS else wish.preset,
    )
