"""Eyelids: how far they close and open is a share of the frame's own opening, so never too far."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.canonical import EYE_LOWER, EYE_UPPER, load_mesh
from cmet_studio.engine.faces.mesh.curves import arc

Floats = npt.NDArray[np.float32]

# Rows of landmarks around the performer's right eye, outer to inner corner, from the lid's edge
# away; with how much of the edge's closing and of its opening each row shares.
_UPPER_ROWS = (
    (EYE_UPPER["R"], 1.0, 1.0),
    ((130, 247, 30, 29, 27, 28, 56, 190, 243), 0.55, 0.7),
    ((226, 113, 225, 224, 223, 222, 221, 189, 244), 0.12, 0.15),
)
_LOWER_ROWS = (
    (EYE_LOWER["R"], 1.0, 1.0),
    ((130, 25, 110, 24, 23, 22, 26, 112, 243), 0.7, 0.7),
    ((226, 31, 228, 229, 230, 231, 232, 233, 244), 0.3, 0.3),
)
# What part of the opening the upper lid comes down, and the lower lid up, per intensity.
_DOWN = {"AU43": 0.98, "AU7": 0.13, "AU6": 0.05, "AU9": 0.05}
_UP = {"AU43": 0.14, "AU7": 0.24, "AU6": 0.17, "AU9": 0.06}
_RAISE_MM = 2.0  # AU5 at the middle of the lid
_LOWER_DROP_MM = 0.5  # and what the lower lid adds to it
_WIDE_OPEN_MM = 6.5  # an opening that can carry the full AU5; a blink stays a blink
_SOFT_STOP = 0.035


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """One eye's edges before and after, for drawing the eyeball between them.

    All (9, 2) float32 pixels, outer to inner corner.
    """

    upper: Floats
    lower: Floats
    upper_moved: Floats
    lower_moved: Floats

    def moves(self) -> bool:
        """Whether a lid's edge moved enough to be seen."""
        change = np.abs(self.upper_moved - self.upper) + np.abs(self.lower_moved - self.lower)
        return bool(change.max() > 0.02)


def move_lids(seen: Floats, scale: float, delta: Mapping[str, float]) -> Floats:
    """Displacement of the landmarks around both eyes.

    Args:
        seen: (468, 2) float32 pixels.
        scale: pixels per millimetre.
        delta: unit name -> change of intensity.

    Returns: (468, 2) float32 pixels, 0 away from the lids.
    """
    moved = np.zeros_like(seen)
    mirror = load_mesh().mirror
    for side in ("R", "L"):
        down = sum(k * delta.get(unit + side, 0.0) for unit, k in _DOWN.items())
        up = sum(k * delta.get(unit + side, 0.0) for unit, k in _UP.items())
        opened = delta.get("AU5" + side, 0.0)
        if down == 0.0 and up == 0.0 and opened == 0.0:
            continue
        down, up = _stop_when_closed(down, up)
        upper, lower = seen[list(EYE_UPPER[side])], seen[list(EYE_LOWER[side])]
        gap = lower - upper
        size = np.linalg.norm(gap, axis=1, keepdims=True)
        downwards = gap.mean(0) / max(float(np.linalg.norm(gap.mean(0))), 1e-3)
        can = np.clip(float(size.max()) / (_WIDE_OPEN_MM * scale), 0.0, 1.0) ** 2
        profile = np.sin(np.linspace(0.0, np.pi, len(gap)))[:, None] ** 0.8
        raised = (-opened * can * _RAISE_MM * scale) * profile * downwards
        dropped = (opened * can * _LOWER_DROP_MM * scale) * profile * downwards
        for rows, closing, opening in (
            (_UPPER_ROWS, down * gap, raised),
            (_LOWER_ROWS, -up * gap, dropped),
        ):
            for row, share_closing, share_opening in rows:
                index = np.array(row) if side == "R" else mirror[list(row)]
                moved[index] += share_closing * closing + share_opening * opening
    return moved


def _stop_when_closed(down: float, up: float) -> tuple[float, float]:
    """Scale both so that together they approach, but never pass, the whole opening."""
    closing = down + up
    if closing <= 0.0:
        floor = 0.5  # opening by negative closing: at most half as wide again
        limited = -floor * float(np.tanh(-closing / floor))
    else:
        left = (1.0 - closing) / _SOFT_STOP
        limited = 1.0 - _SOFT_STOP * float(np.logaddexp(0.0, left))
        limited = max(limited, 0.0)
    share = limited / closing if abs(closing) > 1e-9 else 1.0
    return down * share, up * share


def eye_of(side: str, seen: Floats, moved: Floats) -> Eye:
    """The lid edges of one side before and after; ``seen`` and ``moved`` are (468, 2) pixels."""
    upper, lower = list(EYE_UPPER[side]), list(EYE_LOWER[side])
    return Eye(seen[upper], seen[lower], moved[upper], moved[lower])


def hold_eyeball(eye: Eye, field: Floats, origin: tuple[int, int], scale: float) -> None:
    """Make the lids slide over the eyeball instead of dragging it along. Changes ``field``.

    Where a lid comes over the eye, what stays visible does not move; where a lid withdraws, the
    eyeball's edge is stretched after it, because nobody knows what was under the lid.

    Args:
        eye: the lid edges.
        field: (h, w, 2) float32, displacement in pixels at every pixel of a region.
        origin: of the region in the picture.
        scale: pixels per millimetre.
    """
    points = np.concatenate([eye.upper_moved, eye.lower_moved])
    x0, y0 = np.maximum(np.floor(points.min(0)).astype(int) - 1 - origin, 0)
    x1, y1 = np.ceil(points.max(0)).astype(int) + 2 - origin
    part = field[y0:y1, x0:x1]
    if part.shape[0] < 2 or part.shape[1] < 2:
        return
    axis = eye.upper[-1] - eye.upper[0]
    along = axis / max(float(np.linalg.norm(axis)), 1e-3)
    gap = (eye.lower - eye.upper).mean(0)
    down = np.array([-along[1], along[0]], np.float32)
    if float(gap @ down) < 0.0:
        down = -down
    x = np.arange(part.shape[1], dtype=np.float32) + np.float32(x0 + origin[0] + 0.5)
    y = np.arange(part.shape[0], dtype=np.float32) + np.float32(y0 + origin[1] + 0.5)
    px = x[None, :] - eye.upper[0, 0]
    py = y[:, None] - eye.upper[0, 1]
    u, v = px * along[0] + py * along[1], px * down[0] + py * down[1]
    frame = (eye.upper[0], along, down)
    upper, lower = arc(eye.upper, *frame, u), arc(eye.lower, *frame, u)
    upper_moved, lower_moved = arc(eye.upper_moved, *frame, u), arc(eye.lower_moved, *frame, u)
    # The lattice blurs the step between the lids; at their edges the motion is known exactly.
    height = np.maximum(lower_moved - upper_moved, 0.0)
    beyond = np.maximum(np.maximum(upper_moved - v, v - lower_moved), 0.0)
    exact = np.clip(1.0 - beyond / np.float32(1.0 + 1.6 * scale), 0.0, 1.0)
    exact *= np.clip(np.minimum(u, np.linalg.norm(axis) - u) / (2.0 * scale), 0.0, 1.0)
    by_lower = np.clip((v - upper_moved - 0.5 * height) + 0.5, 0.0, 1.0)
    edge = (upper_moved - upper) * (1.0 - by_lower) + (lower_moved - lower) * by_lower
    part += (edge[..., None] * down - part) * exact[..., None]
    soft = np.float32(0.6 + 0.25 * scale)
    inside = np.clip(np.minimum(v - upper_moved, lower_moved - v) / soft, 0.0, 1.0)
    gap_now = np.maximum(lower_moved - upper_moved, 1e-3)
    high = np.clip(1.0 - (v - upper_moved) / (0.6 * gap_now), 0.0, 1.0)
    deep = np.clip(1.0 - (lower_moved - v) / (0.6 * gap_now), 0.0, 1.0)
    stretch = -np.maximum(upper - upper_moved, 0.0) * high * high
    stretch += np.maximum(lower_moved - lower, 0.0) * deep * deep
    eyeball = stretch[..., None] * down
    part += (eyeball - part) * inside[..., None]
