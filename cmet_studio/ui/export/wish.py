"""What an editor wants exported, as a value; and what that means, in words. No widgets here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cmet_studio.domain.curves import Curve
from cmet_studio.domain.project import Project
from cmet_studio.domain.time import ClipTimes, format_position
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


def proposed(project_path: Path, clip: Path, codec: str) -> Path:
    """A file that is not there yet, beside the project."""
    stem = f"{clip.stem} edited"
    number = 1
    while True:
        name = stem if number == 1 else f"{stem} {number}"
        path = project_path.resolve().parent / f"{name}{CODECS[codec][0]}"
        if not path.exists():
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
    project: Project, times: ClipTimes, wish: Wish, size: Size, seconds: float, measured: bool
) -> list[str]:
    """Sentences: what will be written, what is changed, what is kept, how long it takes."""
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
    about = "About" if measured else "Roughly"
    lines.append(f"{about} {span(max(1.0, seconds))}")
    return lines


def problem(wish: Wish, clip: Path, project_path: Path) -> str:
    """Why it cannot be done, or ""; that a file is there already is no problem."""
    output = wish.output
    if not output.name or not output.is_absolute():
        return "Choose where the file is to be written."
    if output.suffix.lower() not in CODECS[wish.codec]:
        return (
            f"{CODEC_NAMES[wish.codec]} needs a name ending in "
            + " or ".join(CODECS[wish.codec])
            + "."
        )
    if not output.parent.is_dir():
        return f"There is no folder {output.parent}."
    if output in (clip, project_path) or (
        output.exists() and clip.exists() and output.samefile(clip)
    ):
        return "That is the clip itself, which is never changed."
    if wish.stop <= wish.start:
        return "There is no frame in this range."
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
