"""The map of takes and emotions as a picture."""

from pathlib import Path

from cmet_studio.app.library import MapData
from cmet_studio.core.errors import BadInput
from cmet_studio.project_io.store import atomic_path

_MARKS = {"preset": "x", "emotion": "o", "take": ".", "neutral": "2"}
_GREY = "#8a8a8a"


def draw_map(data: MapData, path: Path, overwrite: bool = False) -> None:
    """Draw the map into a PNG file.

    Raises: BadInput for another suffix; OutputError if it cannot be written.
    """
    if path.suffix.lower() != ".png":
        raise BadInput(f"{path.name} is no PNG file.", "Give a name that ends in .png.")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 6.5), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.axhline(0.0, color="#dddddd", linewidth=0.8, zorder=0)
    axes.axvline(0.0, color="#dddddd", linewidth=0.8, zorder=0)
    for point in data.points:
        large = point.kind == "emotion"
        axes.scatter(
            [point.x],
            [point.y],
            marker=_MARKS[point.kind],
            s=90 if large else 36,
            color=point.colour or _GREY,
            edgecolors="#222222" if large else None,
            linewidths=0.8 if large else 1.0,
            zorder=3 if large else 2,
        )
        if point.kind in ("preset", "emotion"):
            axes.annotate(
                point.name.replace("$", r"\$"),
                (point.x, point.y),
                xytext=(5, 5),
                textcoords="offset points",
                fontsize=10 if large else 8,
                color="#222222" if large else _GREY,
            )
    across, up = data.explained
    axes.set_xlabel(f"first direction, {across:.0%} of the spread")
    axes.set_ylabel(f"second direction, {up:.0%} of the spread")
    axes.set_title("Emotions (circles), their takes (dots; neutral: tripods), presets (crosses)")
    axes.set_aspect("equal", adjustable="datalim")
    with atomic_path(path, overwrite) as temp:
        figure.savefig(temp, format="png")
