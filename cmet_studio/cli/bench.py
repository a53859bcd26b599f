"""``bench``: speeds, printed with what they were measured against."""

from pathlib import Path
from typing import Annotated

import typer

from cmet_studio.cli import console
from cmet_studio.cli.options import Device, Json

bench = typer.Typer(no_args_is_help=True, help="Measure speed; ratios come from one run.")
Clip = Annotated[Path | None, typer.Option(help="Measure on this clip instead of one made here.")]


def _print(metrics: dict[str, float], json: bool) -> None:
    if json:
        console.say_json({"metrics": metrics})
    else:
        console.say_table(("figure", "value"), [(k, f"{v:g}") for k, v in metrics.items()])


@bench.command()
def mesh(clip: Clip = None, json: Json = False) -> None:
    """The mesh engine: a frame, an export against a plain transcode, a moved key."""
    from cmet_studio.app.benches.mesh import bench_mesh

    with console.progress() as bar:
        metrics = bench_mesh(clip, report=bar)
    _print(metrics, json)


@bench.command()
def connector(json: Json = False) -> None:
    """The starter connector: milliseconds per window of five model frames."""
    from cmet_studio.app.benches.connector import bench_connector

    _print(bench_connector(), json)


@bench.command()
def io(
    long: Annotated[bool, typer.Option("--long", help="Also render ten minutes.")] = False,
    clip: Clip = None,
    json: Json = False,
) -> None:
    """Decoding, seeking, writing; with --long the memory of a ten-minute render."""
    from cmet_studio.app.benches.io import bench_io

    with console.progress() as bar:
        metrics = bench_io(clip, long=long, report=bar)
    _print(metrics, json)


@bench.command()
def edtalk(
    device: Device = "auto",
    rounds: Annotated[int, typer.Option(help="The fastest of so many counts.")] = 5,
    clip: Annotated[
        Path | None, typer.Option(help="Also render this clip whole, with the installed models.")
    ] = None,
    json: Json = False,
) -> None:
    """The neural engine against the published loop: re-render, first render, share of the peak."""
    from cmet_studio.app.benches.edtalk import bench_edtalk, bench_pipeline

    with console.progress() as bar:
        metrics = bench_edtalk(device, rounds, report=bar)
        if clip is not None:
            metrics |= bench_pipeline(clip, device, report=bar)
    _print(metrics, json)


@bench.command()
def service(clip: Clip = None, json: Json = False) -> None:
    """The engine process: start, a moved key over the wire, cached frames, frames made ahead."""
    from cmet_studio.service.bench import bench_service

    with console.progress() as bar:
        metrics = bench_service(clip, report=bar)
    _print(metrics, json)


@bench.command()
def audio(
    seconds: Annotated[float, typer.Option(help="Length of the recording.")] = 60.0,
    json: Json = False,
) -> None:
    """Recording: dropped blocks, the clock, a kill, memory; best with a loopback device."""
    from cmet_studio.app.benches.audio import bench_audio

    with console.progress() as bar:
        metrics = bench_audio(seconds, report=bar)
    _print(metrics, json)


@bench.command()
def speech(json: Json = False) -> None:
    """The starter encoder, 200 takes heard before, ten seconds out of an hour."""
    from cmet_studio.app.benches.speech import bench_speech

    with console.progress() as bar:
        metrics = bench_speech(report=bar)
    _print(metrics, json)


@bench.command()
def ui(
    long: Annotated[
        bool, typer.Option("--long", help="Five minutes of playback and an hour's edits.")
    ] = False,
    clip: Clip = None,
    json: Json = False,
) -> None:
    """The window: launch, a dragged key, playback, the timeline's painting, memory."""
    import json as parser
    import subprocess
    import sys

    from cmet_studio.core.errors import EngineError

    command = [sys.executable, "-m", "cmet_studio.ui.benches"]
    command += ["--long"] if long else []
    command += ["--clip", str(clip)] if clip else []
    with console.progress() as bar:
        bar("measuring the window", 0, 0)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout.strip():
        raise EngineError("The window could not be measured.", done.stderr.strip()[-400:])
    _print(parser.loads(done.stdout.splitlines()[-1]), json)
