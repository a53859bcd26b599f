"""``new``, ``inspect``, ``relink``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Force, Json, ProjectFile


def new(
    clip: Annotated[Path, typer.Argument(help="A talking-face clip.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The .cmet file to write.")],
    force: Force = False,
    json: Json = False,
) -> None:
    """Make a project of a clip: probe it, track its faces, name them A, B, ... by size."""
    from cmet_studio.app import commands

    with console.progress() as bar:
        workspace = commands.new_project(clip, output, overwrite=force, report=bar)
    with workspace:
        if json:
            console.say_json(_project_facts(workspace.project))
            return
        c = workspace.project.clip
        names = ", ".join(p.name for p in workspace.project.performers)
        console.say(
            f"{output.name}: {Path(c.path).name}, {c.frames} frames of {c.width}x{c.height} at "
            f"{float(c.rate.fps):g} frames/s; performers: {names}."
        )


def inspect(
    path: Annotated[Path, typer.Argument(help="A clip, or a .cmet file.")], json: Json = False
) -> None:
    """Say what is in a clip or a project."""
    facts = _inspect_project(path) if path.suffix.lower() == ".cmet" else _inspect_clip(path)
    if json:
        console.say_json(facts)
        return
    for name, value in facts.items():
        if value is None or value == []:
            console.say(f"{name}: none")
        elif isinstance(value, list):
            console.say(f"{name}:")
            for row in value:
                console.say("  " + ", ".join(f"{k} {v}" for k, v in row.items() if v is not None))
        else:
            console.say(f"{name}: {value}")


def relink(
    project: ProjectFile,
    clip: Annotated[Path, typer.Argument(help="Where its clip is now.")],
) -> None:
    """Tell a project where its clip has gone."""
    from cmet_studio.app import commands
    from cmet_studio.app.workspace import Workspace

    with Workspace(project) as workspace:
        commands.relink(workspace, clip)
        console.say(f"{project.name} now uses {workspace.project.clip.path}.")


def _inspect_clip(path: Path) -> dict[str, Any]:
    from cmet_studio.media.reader import VideoReader

    with VideoReader(path) as reader:
        video = reader.info.video
        return {
            "clip": path.name,
            "container": reader.info.container,
            "codec": video.codec,
            "width": video.width,
            "height": video.height,
            "rotation_deg": video.rotation_deg,
            "pixel_format": video.layout.pix_fmt,
            "bits": video.layout.bits,
            "range": "full" if video.layout.full_range else "video",
            "matrix": video.layout.matrix,
            "rate": f"{video.rate.num}/{video.rate.den}",
            "frames": len(reader),
            "duration_s": round(float(reader.times.end_seconds), 6),
            "start_timecode": video.start_timecode,
            "audio": [
                {"codec": a.codec, "rate_hz": a.rate, "channels": a.channels}
                for a in reader.info.audio
            ],
        }


def _inspect_project(path: Path) -> dict[str, Any]:
    from cmet_studio.app.workspace import Workspace

    with Workspace(path) as workspace:
        facts = _project_facts(workspace.project)
        facts["clip_found"] = str(workspace.clip_path)
    return facts


def _project_facts(project: Any) -> dict[str, Any]:
    clip = project.clip
    return {
        "clip": clip.path,
        "width": clip.width,
        "height": clip.height,
        "frames": clip.frames,
        "rate": f"{clip.rate.num}/{clip.rate.den}",
        "start_timecode": clip.start_timecode,
        "performers": [
            {
                "name": p.name,
                "frame": p.anchor_frame,
                "box": [round(v, 1) for v in p.anchor_box],
                "keys": len(p.keys),
            }
            for p in project.performers
        ],
        "emotions": [
            {
                "name": e.name,
                "preset": e.preset,
                "expressive": len(e.expressive),
                "neutral": len(e.neutral),
            }
            for e in project.emotions
        ],
        "takes": [
            {"id": t.id, "source": t.source, "duration_s": t.duration_s, "speech_s": t.speech_s}
            for t in project.takes
        ],
    }
