"""The neural face model's schedules against the published loop, in one run."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cmet_studio.app import commands
from cmet_studio.app.rendering import RenderWish, render_project
from cmet_studio.core.progress import Report, silent
from cmet_studio.domain.project import Key, MixPart

_STAGE = "timing EDTalk"
_ENGINES = ("edtalk", "edtalk-reference")


def bench_edtalk(
    device: str = "auto", rounds: int = 5, report: Report = silent
) -> dict[str, float]:
    """Time the published loop and ours on the same random weights.

    Returns: ratios of time per frame (published over ours), frames/s, GFLOP per frame, and the
        share of the device's measured matrix-multiply peak that the re-render reaches.
    Raises: BadInput, EngineError for a device that is not to be had.
    """
    from cmet_studio.engine import device as devices
    from cmet_studio.networks.edtalk.schedules import measure

    where = devices.choose(device, "edtalk")
    batch = 32 if where == "cuda" else 1  # as renders have them
    costs = measure(where, rounds, batch, lambda done, total: report(_STAGE, done, total))
    published = costs.published
    ours = {
        "rerender_reference": costs.rerender_reference,
        "rerender_frame": costs.rerender_frame,
        "first_render": costs.first_reference,
        "first_render_frame": costs.first_frame,
    }
    ratio_names = {
        "rerender_reference": "rerender_ratio_reference",
        "rerender_frame": "rerender_ratio_frame",
        "first_render": "first_render_ratio",
        "first_render_frame": "first_render_ratio_frame",
    }
    metrics = {ratio_names[k]: published.seconds / cost.seconds for k, cost in ours.items()}
    metrics |= {f"fps_{k}": 1.0 / cost.seconds for k, cost in ours.items()}
    metrics |= {f"gflop_{k}": cost.gflop for k, cost in ours.items()}
    again = costs.rerender_reference
    metrics |= {
        "fps_published": 1.0 / published.seconds,
        "gflop_published": published.gflop,
        "peak_gflops": costs.peak_gflops,
        "peak_share": again.gflop / again.seconds / costs.peak_gflops,
        "batch": float(costs.batch),
    }
    return {name: round(value, 4) for name, value in metrics.items()}


def bench_pipeline(
    clip: Path,
    device: str = "auto",
    engines: Sequence[str] = _ENGINES,
    report: Report = silent,
) -> dict[str, float]:
    """Time whole renders of a clip with the installed models: decode, draw, compose, encode.

    Every frame is edited. The clip's analysis is left out, the unedited reconstructions are in the
    first figure of each engine unless they were made by an earlier render.

    Returns: ``fps_pipeline_first_<engine>``, and ``fps_pipeline_<engine>`` after a key changed.
    Raises: EngineError if the models are not installed; MediaError for an unusable clip.
    """
    metrics = {}
    with TemporaryDirectory(prefix="cmet-bench-") as scratch:
        folder = Path(scratch)
        with commands.new_project(clip, folder / "bench.cmet", report=report) as workspace:
            commands.add_emotion(workspace, "happy", preset="happy")
            (happy,) = workspace.project.emotions
            name = workspace.project.performers[0].name
            commands.add_key(workspace, name, Key(0, (MixPart(happy.id),)))
            for engine in engines:
                wish = RenderWish(folder / "out.mp4", engine, device=device, overwrite=True)
                for figure, intensity in (("_first", 1.0), ("", 0.8)):
                    commands.change_key(workspace, name, 0, partial(replace, intensity=intensity))
                    done = render_project(workspace, wish, report=report)
                    metrics[f"fps_pipeline{figure}_{engine}"] = float(done["fps_render"])
    return metrics
