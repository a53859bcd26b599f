"""A picture that shows at a glance what an edit did: source, edited, and the key curve."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Project

if TYPE_CHECKING:
    from cmet_studio.media.reader import VideoReader


def contact_sheet(
    path: Path,
    project: Project,
    source: "VideoReader",
    edited: "VideoReader",
    frames: Sequence[int],
    box: tuple[int, int, int, int] | None = None,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> None:
    """Draw frames of the clip above the same frames of the export, and the keys below, as PNG.

    Args:
        frames: clip frames to show, ascending; the export starts at clip frame 0.
        box: x, y, w, h to cut out of each frame (a face); None shows all of it.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from cmet_studio.media.convert import to_rgb

    figure = Figure(figsize=(2.0 * len(frames), 6.6), facecolor="#202020", layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(3, len(frames), height_ratios=(2.4, 2.4, 1.2))
    for row, (name, reader) in enumerate((("source", source), ("edited", edited))):
        for column, frame in enumerate(frames):
            token.check()
            axes = figure.add_subplot(grid[row, column])
            axes.imshow(to_rgb(reader.read(frame), box))
            axes.set_axis_off()
            if row == 0:
                axes.set_title(f"f{frame}", color="#c0c0c0", fontsize=9)
            if column == 0:
                axes.text(
                    0.03, 0.03, name, color="white", fontsize=9, transform=axes.transAxes,
                    bbox={"facecolor": "#000000a0", "edgecolor": "none", "pad": 2},
                )  # fmt: skip
            report("drawing the contact sheet", row * len(frames) + column + 1, 2 * len(frames))
    curve = figure.add_subplot(grid[2, :])
    _draw_keys(curve, project)
    for frame in frames:
        curve.axvline(frame, color="#707070", linewidth=0.6, linestyle=":")
    figure.savefig(path, dpi=110)


def _draw_keys(axes: Any, project: Project) -> None:
    from cmet_studio.domain.curves import Curve

    axes.set_facecolor("#2a2a2a")
    axes.tick_params(colors="#a0a0a0", labelsize=8)
    axes.set_xlim(0, project.clip.frames - 1)
    axes.set_ylim(0, 1.6)
    axes.set_xlabel("clip frame", color="#a0a0a0", fontsize=8)
    axes.set_ylabel("intensity", color="#a0a0a0", fontsize=8)
    at = np.arange(project.clip.frames)
    for performer in project.performers:
        if not performer.keys:
            continue
        curve = Curve(performer.keys)
        amounts = [dict(curve.at(float(i)).coefficients) for i in at]
        for emotion in project.emotions:
            height = np.array([amount.get(emotion.id, 0.0) for amount in amounts])
            if height.any():
                axes.fill_between(at, height, color=emotion.colour, alpha=0.55, label=emotion.name)
        axes.plot(
            [k.frame for k in performer.keys],
            [0.0 if k.is_rest else k.intensity for k in performer.keys],
            "D", color="white", markersize=4,
        )  # fmt: skip
    axes.legend(loc="upper right", fontsize=8, facecolor="#303030", labelcolor="#e0e0e0")
