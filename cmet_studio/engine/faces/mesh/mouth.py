"""The inside of the mouth: what parting lips reveal.

Pixels of teeth and tongue that the frame shows already are used as they are: the upper teeth stay
with the skull, the lower ones go with the jaw, and only what lies between is stretched. The rest is
painted: a dark warm cavity, and the upper teeth, which stay where the skull has them, as far as the
raised lip bares them.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.canonical import LIPS_LOWER, LIPS_UPPER
from cmet_studio.engine.faces.mesh.curves import arcs
from cmet_studio.engine.faces.mesh.motion import Motion
from cmet_studio.engine.faces.mesh.tone import Tone
from cmet_studio.engine.faces.mesh.warp import Region

Floats = npt.NDArray[np.float32]

_ARCH_MM = 25.0  # half the width of the row of teeth that can be seen
_UPPER_TEETH_MM = 7.0  # how far below the upper lip's edge what can be seen is upper teeth
_TEETH_BELOW_LIP_MM = 1.5  # how far the upper teeth reach below the resting upper lip
_LIP_EDGE_MM = 0.6  # of what the landmarks call inside, still lip
_OPEN_MM = 1.5  # lips that are closer show nothing of the mouth, twice as far apart they do
_SHORTER_MM = np.array([0.0, 0.7, 0.1, 0.9, 1.2, 1.2], np.float32)  # each tooth than the first
_SHADE = 0.3  # how dark the lips get where they turn inwards
_SHADE_MM = 0.8
_TOOTH_EDGES_MM = np.array([0.0, 8.4, 14.6, 20.6, 25.5], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Paint:
    """What to lay over the warped pixels of a part of the region.

    Attributes:
        corner: (x, y) of the part's first pixel in the region.
        cover: (h, w) float32 0..1, how much paint hides the pixels.
        level: (h, w) float32, brightness relative to the face's skin.
        colour: (h, w) float32, how much of the colour of lips (negative: of skin) it has.
    """

    corner: tuple[int, int]
    cover: Floats
    level: Floats
    colour: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Mouth:
    """Heights of the lips' inner edges over the mouth's axis, on a patch of pixels."""

    u: Floats  # along, from the middle of the mouth, pixels
    v: Floats  # across, downwards
    half: float  # half the new width
    upper: Floats
    lower: Floats
    upper_moved: Floats
    lower_moved: Floats
    down: Floats


def open_mouth(motion: Motion, region: Region, tone: Tone) -> Paint | None:
    """Decide what shows between the lips. Changes the ``region`` there.

    Args:
        motion: the frame's motion.
        region: where the field is.
        tone: the face's brightness.

    Returns: the paint, or None where the lips reveal nothing new.
    """
    scale = motion.pose.scale
    revealed = _revealed(motion)
    if revealed <= 0.0:
        return None
    origin = region.origin
    lips = motion.moved[list(LIPS_UPPER + LIPS_LOWER)]
    margin = int(np.ceil(2.0 + _SHADE_MM * 2.5 * scale))
    x0, y0 = np.maximum(np.floor(lips.min(0)).astype(int) - margin - origin, 0)
    x1, y1 = np.ceil(lips.max(0)).astype(int) + margin + 1 - origin
    dx, dy = region.dx[y0:y1, x0:x1], region.dy[y0:y1, x0:x1]
    if min(dx.shape) < 2:
        return None
    mouth = _measure(motion, (int(x0) + origin[0], int(y0) + origin[1]), dx.shape)
    soft = np.float32(0.7 + 0.35 * scale)
    below = mouth.v - mouth.upper_moved
    above = mouth.lower_moved - mouth.v
    depth = np.minimum(below, above)
    inside = np.clip(depth / soft + 0.25, 0.0, 1.0) * _within(mouth) * np.float32(revealed)
    shade = _SHADE * np.exp(np.minimum(depth, 0.0) / np.float32(_SHADE_MM * scale))
    shade = shade * _within(mouth) * np.float32(revealed)
    # Of what the frame shows, the upper teeth stay with the skull; what is deeper down than they
    # reach goes with the jaw. Nothing of the lip itself stays behind.
    drop = mouth.lower_moved - mouth.lower
    reach = np.float32(_UPPER_TEETH_MM * scale)
    first = mouth.upper + np.float32(_LIP_EDGE_MM * scale)
    still = _between(mouth.v, first, np.minimum(mouth.lower, mouth.upper + reach), soft)
    dropped = _between(mouth.v - drop, mouth.upper + reach, mouth.lower, soft)
    with_jaw = dropped / np.maximum(dropped + still, 1e-6)
    known = np.maximum(still, dropped)
    # Only what is seen through the old opening has a place of its own to come from.
    own = inside * np.clip(3.0 * known, 0.0, 1.0)
    dx += (drop * with_jaw * mouth.down[0] - dx) * own
    dy += (drop * with_jaw * mouth.down[1] - dy) * own
    level, colour = _cavity(mouth, below / scale, above / scale, scale, _enamel(motion, tone))
    cover = np.maximum(inside * (1.0 - known), shade).astype(np.float32)
    return Paint((int(x0), int(y0)), cover, level, colour)


def _between(at: Floats, high: Floats, low: Floats, soft: np.float32) -> Floats:
    """1 between two edges, 0 outside, rising over ``soft`` pixels."""
    return np.asarray(np.clip(np.minimum(at - high, low - at) / soft, 0.0, 1.0), np.float32)


def _within(mouth: _Mouth) -> Floats:
    """1 between the corners, 0 at and beyond them."""
    gap = np.maximum(mouth.lower_moved - mouth.upper_moved, 0.0)
    return np.asarray(np.clip(gap / (gap.max() * 0.15 + 1e-3), 0.0, 1.0), np.float32)


def _revealed(motion: Motion) -> float:
    """0 where the lips part no further than the frame's own pixels can follow, 1 well beyond."""
    before = _apart_mm(motion, motion.seen)
    after = _apart_mm(motion, motion.moved)
    more = after - before
    absolute = np.clip((more - 0.25) / 1.0, 0.0, 1.0)
    relative = np.clip((more / (before + 1.0) - 0.15) / 0.5, 0.0, 1.0)
    return float(absolute * relative)


def _apart_mm(motion: Motion, points: Floats) -> float:
    """How far apart the inner lips are where they are most."""
    upper, lower = list(LIPS_UPPER[3:-3]), list(LIPS_LOWER[3:-3])
    apart = np.linalg.norm(points[lower] - points[upper], axis=1).max()
    return float(apart / motion.pose.scale)


def _measure(motion: Motion, origin: tuple[int, int], size: tuple[int, ...]) -> _Mouth:
    corners = motion.moved[[LIPS_UPPER[0], LIPS_UPPER[-1]]]
    axis = corners[1] - corners[0]
    length = max(float(np.linalg.norm(axis)), 1e-3)
    along = axis / length
    down = np.array([-along[1], along[0]], np.float32)
    centre = corners.mean(0)
    x = np.arange(size[1], dtype=np.float32) + np.float32(origin[0] + 0.5) - centre[0]
    y = np.arange(size[0], dtype=np.float32) + np.float32(origin[1] + 0.5) - centre[1]
    u = x[None, :] * along[0] + y[:, None] * along[1]
    v = x[None, :] * down[0] + y[:, None] * down[1]
    rows = list(LIPS_UPPER), list(LIPS_LOWER)
    edges = [points[row] for points in (motion.seen, motion.moved) for row in rows]
    upper, lower, upper_moved, lower_moved = arcs(edges, centre, along, down, u)
    return _Mouth(u, v, length / 2.0, upper, lower, upper_moved, lower_moved, down)


def _enamel(motion: Motion, tone: Tone) -> float:
    """How bright teeth are, as a share of the skin.

    About as bright as light skin, brighter than dark skin. Where the mouth stands open already,
    they are as bright as what is to be seen in it.
    """
    skin = (tone.skin[0] - tone.black[0]) / tone.top
    fresh = float(np.clip(0.9 * max(skin, 0.05) ** -0.2, 0.9, 1.4))
    known = float(np.clip(_apart_mm(motion, motion.seen) / _OPEN_MM - 1.0, 0.0, 1.0))
    return fresh + 0.7 * known * (min(max(tone.mouth, 0.72), fresh) - fresh)


def _cavity(
    mouth: _Mouth, below: Floats, above: Floats, scale: float, bright: float
) -> tuple[Floats, Floats]:
    """Brightness and colour of cavity and teeth; ``below`` and ``above`` the lips in mm."""
    across = np.clip(np.abs(mouth.u) / mouth.half, 0.0, 1.0)
    tongue = np.exp(-(((above - 1.5) / 3.6) ** 2)) * (1.0 - across**2)
    level = 0.1 + 0.14 * tongue
    colour = 0.9 + 0.1 * tongue
    u_mm = np.abs(mouth.u / scale)
    arch = np.clip(1.0 - (u_mm / _ARCH_MM) ** 2, 0.0, 1.0)
    # From afar a tooth's own end is less than a pixel: the row has one smooth edge.
    near = np.float32(np.clip(scale - 1.0, 0.0, 1.0))
    short = near * _SHORTER_MM[np.searchsorted(_TOOTH_EDGES_MM[1:], u_mm)]
    edge = mouth.upper + (_TEETH_BELOW_LIP_MM * arch - short - 0.4) * scale
    teeth = np.clip((edge - mouth.v) / (0.5 + 0.45 * scale) + 0.5, 0.0, 1.0)
    # Where lips hardly part, nobody sees teeth, only the dark between the lips.
    teeth = teeth * np.clip(arch / 0.35, 0.0, 1.0) * np.clip((below + above - 1.2) / 2.0, 0.0, 1.0)
    lit = np.clip((below + 0.3) / 2.0, 0.0, 1.0)
    enamel = bright * (0.8 + 0.25 * lit) * (0.6 + 0.4 * arch)
    # Two teeth touch high up; towards their ends the gap between them opens.
    width = max(0.35, 0.6 / scale) + 0.25 * np.clip(1.0 - (edge - mouth.v) / (2.0 * scale), 0, 1)
    for line in _TOOTH_EDGES_MM:
        gap = 0.12 * min(1.0, scale / 1.5) * np.exp(-0.5 * ((u_mm - line) / width) ** 2)
        enamel = enamel * (1.0 - gap * arch)
    level = level + (enamel - level) * teeth
    # Teeth are yellower than they are remembered: nearly grey ones look blue beside skin.
    colour = colour + (-0.62 - colour) * teeth
    return level.astype(np.float32), colour.astype(np.float32)
