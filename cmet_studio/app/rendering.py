"""Render a project into a file, and say what was done."""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cmet_studio.app.dialogue import Dialogue, open_dialogue, require_dubbing, spoken
from cmet_studio.app.session import EngineSession
from cmet_studio.app.workspace import Workspace
from cmet_studio.core.errors import BadInput
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.time import parse_position, parse_range
from cmet_studio.project_io.store import atomic_path, check_output

CODECS = {"h264": (".mp4", ".mov", ".mkv"), "ffv1": (".mkv",)}
X264_PRESETS = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RenderWish:
    """What an editor asks of a render; see ``cmet-studio render --help``.

    Attributes:
        codec: one of ``CODECS``; the file's ending has to fit it.
        start, stop: positions as typed, or None for the clip's ends.
        dialogue: a recording that takes the place of the clip's sound, and that a performer's
            lips speak; needs an engine that can.
        dialogue_at: where in the clip it begins, as typed; its first frame if None.
        speaker: who speaks it; may be None where there is only one performer.
        restorer: improves the drawn faces, see ``engine.registry.restorer_names``; none if empty.
    """

    output: Path
    engine: str = "mesh"
    codec: str = "h264"
    crf: int = 18
    preset: str = "medium"
    start: str | None = None
    stop: str | None = None
    report_file: Path | None = None
    device: str = "auto"
    overwrite: bool = False
    dialogue: Path | None = None
    dialogue_at: str | None = None
    speaker: str | None = None
    restorer: str = ""


def render_project(
    workspace: Workspace, wish: RenderWish, token: CancelToken = NEVER, report: Report = silent
) -> dict[str, Any]:
    """Write the edited clip.

    Returns: the report: engine, device, frames, frames_edited, fps_render, wall_s, seconds per
        stage, peak_rss_mb, notes, and per performer the track and the largest delta.

    Raises:
        BadInput: for a wish that makes no sense.
        OutputError: if a place cannot be written to.
    """
    from cmet_studio.render.export import ExportSettings, Sound, export

    began = time.perf_counter()
    _check(wish, workspace)
    start, stop = parse_range(wish.start, wish.stop, workspace.reader.times)
    dialogue = _dialogue(wish, workspace)
    session = EngineSession(
        workspace, wish.engine, wish.device, token, report, restorer=wish.restorer
    )
    analysed = time.perf_counter() - began
    edits = session.edits(workspace.project, token, report)
    if dialogue is not None:
        times = workspace.reader.times
        edits = spoken(edits, workspace.project, dialogue, session.model, times)
    result = export(
        workspace.reader,
        edits,
        session.make_model,
        wish.output,
        ExportSettings(
            start,
            stop,
            wish.codec,
            wish.crf,
            wish.preset,
            wish.overwrite,
            None if dialogue is None else Sound(dialogue.path, dialogue.at_s),
            session.model.info.batch,
        ),
        token,
        report,
    )
    seconds = {name: round(value, 3) for name, value in result.seconds.items()}
    summary = {
        "output": wish.output.name,
        "engine": session.engine,
        "engine_version": session.model.info.version,
        "device": session.device,
        "codec": wish.codec,
        "in": start,
        "out": stop,
        "frames": result.frames,
        "frames_edited": result.frames_edited,
        "fps_render": round(result.frames / max(result.wall_s, 1e-9), 2),
        "wall_s": round(time.perf_counter() - began, 3),
        "seconds": {"analysis": round(analysed, 3), **seconds},
        "peak_rss_mb": round(peak_rss_mb(), 1),
        "performers": [
            _performer_report(p.name, session, p.id, edit, start, stop)
            for p, edit in zip(workspace.project.performers, edits, strict=True)
        ],
        "notes": [*session.notes, *(dialogue.notes if dialogue else ()), *result.notes],
    }
    if wish.report_file is not None:
        write_report(wish.report_file, summary, overwrite=wish.overwrite)
    return summary


def _dialogue(wish: RenderWish, workspace: Workspace) -> Dialogue | None:
    if wish.dialogue is None:
        if wish.dialogue_at is not None or wish.speaker is not None:
            raise BadInput(
                "--dialogue-at and --performer belong to a --dialogue.", "Name the recording too."
            )
        return None
    require_dubbing(wish.engine)
    times = workspace.reader.times
    at = 0 if wish.dialogue_at is None else parse_position(wish.dialogue_at, times)
    return open_dialogue(wish.dialogue, times.seconds(at), wish.speaker, workspace.project, times)


def write_report(path: Path, summary: dict[str, Any], *, overwrite: bool) -> None:
    """Write a report as JSON.

    Raises:
        OutputError: if the place cannot be written to or is taken.
    """
    with atomic_path(path, overwrite=overwrite) as unfinished:
        unfinished.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")


def peak_rss_mb() -> float:
    """Most memory this process ever held, in MiB."""
    try:
        import resource
    except ImportError:  # Windows has no such counter in the standard library
        return 0.0
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _check(wish: RenderWish, workspace: Workspace) -> None:
    if wish.codec not in CODECS:
        raise BadInput(f"There is no codec '{wish.codec}'.", f"Choose one of: {', '.join(CODECS)}.")
    endings = CODECS[wish.codec]
    if wish.output.suffix.lower() not in endings:
        raise BadInput(
            f"{wish.output.name or wish.output} cannot hold {wish.codec}.",
            f"Name the file with one of these endings: {', '.join(endings)}.",
        )
    if wish.preset not in X264_PRESETS:
        raise BadInput(
            f"There is no x264 preset '{wish.preset}'.",
            f"Choose one of: {', '.join(X264_PRESETS)}.",
        )
    if not 0 <= wish.crf <= 51:
        raise BadInput(f"--crf {wish.crf} is out of range.", "Give a number from 0 to 51.")
    kept = [workspace.clip_path, workspace.path]
    if wish.dialogue is not None:
        kept.append(wish.dialogue)
    for target in (wish.output, wish.report_file):
        if target is not None:
            check_output(target, wish.overwrite, never=kept)
    if wish.report_file is not None and wish.report_file.resolve() == wish.output.resolve():
        raise BadInput(
            f"{wish.output.name} cannot be the clip and the report.",
            "Give the report another name.",
        )


def _performer_report(
    name: str, session: EngineSession, performer: str, edit: Any, start: int, stop: int
) -> dict[str, Any]:
    track = session.analyses[performer].track
    found = np.asarray(track.found)
    pose = np.asarray(track.pose_deg)[found]
    mean_pose = pose.mean(axis=0) if len(pose) else np.zeros(3)
    largest, at, unit = 0.0, start, ""
    for frame in range(start, stop):
        delta = edit.plan.delta(frame)[: len(session.model.info.units)]
        k = int(np.abs(delta).argmax())
        if abs(delta[k]) > abs(largest):
            largest, at, unit = float(delta[k]), frame, session.model.info.units[k]
    return {
        "name": name,
        "frames_found": int(found.sum()),
        "frames": len(track),
        "mean_pose_deg": {
            axis: round(float(v), 2)
            for axis, v in zip(("yaw", "pitch", "roll"), mean_pose, strict=True)
        },
        "largest_delta": {"value": round(largest, 4), "unit": unit, "frame": at},
    }
