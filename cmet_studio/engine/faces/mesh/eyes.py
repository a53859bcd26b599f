"""The eyeball between the lids: lids slide over it, it does not move with them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.canonical import EYE_LOWER, EYE_UPPER
from cmet_studio.engine.faces.mesh.curves import arcs
from cmet_studio.engine.faces.mesh.warp import Region

Floats = npt.NDArray[np.float32]


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


def eye_of(side: str, seen: Floats, moved: Floats) -> Eye:
    """The lid edges of one side before and after; ``seen`` and ``moved`` are (468, 2) pixels."""
    upper, lower = list(EYE_UPPER[side]), list(EYE_LOWER[side])
    return Eye(seen[upper], seen[lower], moved[upper], moved[lower])


def hold_eyeball(eye: Eye, region: Region, scale: float) -> None:
    """Make the lids slide over the eyeball instead of dragging it along. Changes ``region``.

    Where a lid comes over the eye, what stays visible does not move; where a lid withdraws, the
    eyeball's edge is stretched after it, because nobody knows what was under the lid.

    Args:
        eye: the lid edges.
        region: where the field is.
        scale: pixels per millimetre.
    """
    points = np.concatenate([eye.upper_moved, eye.lower_moved])
    origin = region.origin
    x0, y0 = np.maximum(np.floor(points.min(0)).astype(int) - 1 - origin, 0)
    x1, y1 = np.ceil(points.max(0)).astype(int) + 2 - origin
    dx, dy = region.dx[y0:y1, x0:x1], region.dy[y0:y1, x0:x1]
    if min(dx.shape) < 2:
        return
    axis = eye.upper[-1] - eye.upper[0]
    along = axis / max(float(np.linalg.norm(axis)), 1e-3)
    gap = (eye.lower - eye.upper).mean(0)
    down = np.array([-along[1], along[0]], np.float32)
    if float(gap @ down) < 0.0:
        down = -down
    x = np.arange(dx.shape[1], dtype=np.float32) + np.float32(x0 + origin[0] + 0.5)
    y = np.arange(dx.shape[0], dtype=np.float32) + np.float32(y0 + origin[1] + 0.5)
    px = x[None, :] - eye.upper[0, 0]
    py = y[:, None] - eye.upper[0, 1]
    u, v = px * along[0] + py * along[1], px * down[0] + py * down[1]
    edges = (eye.upper, eye.lower, eye.upper_moved, eye.lower_moved)
    upper, lower, upper_moved, lower_moved = arcs(edges, eye.upper[0], along, down, u)
    # The lattice blurs the step between the lids; at their edges the motion is known exactly.
    height = np.maximum(lower_moved - upper_moved, 0.0)
    beyond = np.maximum(np.maximum(upper_moved - v, v - lower_moved), 0.0)
    exact = np.clip(1.0 - beyond / np.float32(1.0 + 1.6 * scale), 0.0, 1.0)
    exact *= np.clip(np.minimum(u, np.linalg.norm(axis) - u) / (2.0 * scale), 0.0, 1.0)
    by_lower = np.clip((v - upper_moved - 0.5 * height) + 0.5, 0.0, 1.0)
    edge = (upper_moved - upper) * (1.0 - by_lower) + (lower_moved - lower) * by_lower
    _mix(dx, dy, edge, down, exact)
    soft = np.float32(0.6 + 0.25 * scale)
    inside = np.clip(np.minimum(v - upper_moved, lower_moved - v) / soft, 0.0, 1.0)
    gap_now = np.maximum(lower_moved - upper_moved, 1e-3)
    high = np.clip(1.0 - (v - upper_moved) / (0.6 * gap_now), 0.0, 1.0)
    deep = np.clip(1.0 - (lower_moved - v) / (0.6 * gap_now), 0.0, 1.0)
    stretch = -np.maximum(upper - upper_moved, 0.0) * high * high
    stretch += np.maximum(lower_moved - lower, 0.0) * deep * deep
    _mix(dx, dy, stretch, down, inside)


def _mix(dx: Floats, dy: Floats, along: Floats, down: Floats, share: Floats) -> None:
    """Replace a ``share`` of a field by motion of ``along`` pixels in direction ``down``."""
    dx += (along * down[0] - dx) * share
    dy += (along * down[1] - dy) * share
