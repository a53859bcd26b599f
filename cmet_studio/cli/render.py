"""``render`` and ``demo``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Device, Force, Json, ProjectFile


def render(
    project: ProjectFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    engine: Annotated[str, typer.Option(help="Face model.")] = "mesh",
    codec: Annotated[str, typer.Option(help="h264, or ffv1 (lossless, .mkv).")] = "h264",
    crf: Annotated[int, typer.Option(help="x264 quality, 0 (best) to 51.")] = 18,
    preset: Annotated[
        str, typer.Option(help="x264 speed, e.g. veryfast, medium, slow.")
    ] = "medium",
    start: Annotated[str | None, typer.Option("--in", help="f37, 1.5s or a timecode.")] = None,
    stop: Annotated[str | None, typer.Option("--out", help="First frame left out.")] = None,
    report: Annotated[Path | None, typer.Option(help="Also write the report here.")] = None,
    device: Device = "auto",
    dialogue: Annotated[
        Path | None,
        typer.Option(help="Dub: this recording is the sound, and the lips speak it (edtalk)."),
    ] = None,
    dialogue_at: Annotated[
        str | None, typer.Option(help="Where in the clip it begins; else the first frame.")
    ] = None,
    performer: Annotated[
        str | None, typer.Option(help="Performer who speaks it, if there are several.")
    ] = None,
    restorer: Annotated[
        str, typer.Option(help="Improve the drawn faces (edtalk): sharpen; else off.")
    ] = "",
    force: Force = False,
    json: Json = False,
) -> None:
    """Write the edited clip, with the source's time stamps and sound."""
    from cmet_studio.app.rendering import RenderWish, render_project
    from cmet_studio.app.workspace import Workspace

    wish = RenderWish(
        output, engine, codec, crf, preset, start, stop, report, device, force,
        dialogue, dialogue_at, performer, restorer,
    )  # fmt: skip
    with Workspace(project) as workspace, console.progress() as bar:
        summary = render_project(workspace, wish, report=bar)
    if json:
        console.say_json(summary)
        return
    for text in summary["notes"]:
        console.note(text)
    console.say(_in_words(summary))


def _in_words(summary: dict[str, Any]) -> str:
    frames = "frame" if summary["frames"] == 1 else "frames"
    return (
        f"{summary['output']}: {summary['frames']} {frames}, {summary['frames_edited']} of them "
        f"edited, {summary['wall_s']:.1f} s ({summary['fps_render']:.0f} frames/s)."
    )


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")],
    force: Force = False,
) -> None:
    """Make a talking-face clip, edit it with three keys, and leave everything in a folder."""
    from cmet_studio.app.demo import run_demo

    with console.progress() as bar:
        lines = run_demo(out, overwrite=force, report=bar)
    for line in lines:
        console.say(line)
