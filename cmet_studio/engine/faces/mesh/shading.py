"""Furrows and folds: small changes of brightness that go with the motion.

Painted once as maps over the neutral head seen from the front; per frame the maps of the moving
units are added up and looked up where each pixel's skin lies on the head.
"""

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.units import UNITS

Floats = npt.NDArray[np.float32]

LEFT_MM, TOP_MM = -80.0, 60.0
_WIDTH, _HEIGHT = 160, 190
"""One texel per millimetre: x from -80, y downwards from +60."""

# Darkening (negative) and brightening of the logarithm of brightness at intensity 1.
# Lines across the forehead stay faint: they hardly help a face to be read, and trackers wobble.
# A stroke: points of the right half (x outwards, y up, mm), width (mm), amount.
_Stroke = tuple[tuple[tuple[float, float], ...], float, float]
_STROKES: dict[str, tuple[_Stroke, ...]] = {
    "1": (
        (((0.0, 26.0), (14.0, 27.5), (24.0, 25.5)), 1.2, -0.08),
        (((0.0, 29.0), (14.0, 30.5), (24.0, 28.5)), 1.5, 0.03),
        (((0.0, 33.5), (14.0, 35.0), (26.0, 33.0)), 1.2, -0.06),
        (((0.0, 36.5), (14.0, 38.0), (26.0, 36.0)), 1.5, 0.025),
        # The upper lid's fold turns oblique: high inside, sagging towards the outer corner.
        (((9.0, 9.0), (20.0, 9.5), (34.0, 7.0), (48.0, 1.0)), 3.0, -0.06),
    ),
    "2": (
        (((20.0, 28.0), (34.0, 30.0), (48.0, 26.0)), 1.2, -0.05),
        (((20.0, 35.5), (34.0, 37.5), (48.0, 33.0)), 1.2, -0.04),
        (((20.0, 31.5), (34.0, 33.5), (48.0, 29.5)), 1.5, 0.02),
    ),
    "4": (
        (((4.2, 5.0), (5.2, 12.0), (7.2, 21.5)), 1.5, -0.22),
        (((0.0, 8.0), (0.0, 19.0)), 2.2, 0.025),
        (((9.5, 13.0), (10.5, 20.0)), 2.5, 0.025),
        (((9.0, 5.5), (24.0, 8.0), (42.0, 7.0)), 3.4, -0.19),
        (((-9.0, 12.0), (9.0, 12.0)), 6.0, -0.085),
        (((6.0, 1.0), (14.0, 4.5), (24.0, 5.5)), 4.0, -0.12),
    ),
    "5": (),
    "6": (
        (((17.0, -8.0), (28.0, -11.5), (40.0, -9.5)), 1.4, -0.17),
        (((20.0, -13.0), (32.0, -16.0), (44.0, -13.0)), 2.5, 0.07),
        (((49.5, -1.0), (58.0, 3.0)), 0.9, -0.17),
        (((50.5, -3.5), (60.0, -4.0)), 0.9, -0.18),
        (((49.5, -6.0), (57.5, -10.5)), 0.9, -0.16),
        (((34.0, -28.0), (44.0, -27.0)), 6.0, 0.08),
    ),
    "7": ((((18.0, -7.5), (30.0, -10.0), (42.0, -7.5)), 1.2, -0.12),),
    "9": (
        (((5.5, -8.0), (10.0, -5.0)), 1.0, -0.20),
        (((6.0, -14.0), (12.0, -10.0)), 1.0, -0.20),
        (((7.0, -20.0), (13.0, -16.0)), 1.0, -0.16),
        (((19.0, -32.0), (25.0, -41.0), (30.0, -52.0)), 1.8, -0.24),
        (((0.0, 4.0), (7.0, 5.0)), 1.2, -0.16),
        (((16.0, -10.0), (28.0, -14.0)), 1.6, -0.10),
    ),
    "10": (
        (((19.0, -33.0), (27.0, -43.0), (33.5, -56.0)), 2.0, -0.21),
        (((30.0, -36.0), (36.0, -44.0)), 4.0, 0.04),
    ),
    "12": (
        (((20.5, -38.0), (28.5, -46.0), (35.5, -58.0), (37.0, -66.0)), 1.9, -0.28),
        (((34.0, -35.0), (44.0, -38.0)), 6.0, 0.10),
        (((46.0, -54.0), (45.0, -66.0)), 5.0, -0.07),
    ),
    "14": (
        (((34.0, -60.0), (35.5, -66.0), (34.5, -72.0)), 1.8, -0.30),
        (((40.0, -60.0), (41.0, -70.0)), 3.0, 0.06),
    ),
    "15": (
        (((28.0, -69.0), (32.0, -76.0), (33.5, -86.0)), 2.0, -0.14),
        (((21.0, -40.0), (29.0, -51.0), (33.0, -62.0)), 2.3, -0.19),
        (((18.0, -38.0), (27.0, -48.0), (33.0, -60.0)), 3.0, -0.08),
        (((11.0, -50.0), (23.0, -55.0)), 4.0, 0.06),
        (((24.0, -76.0), (26.0, -84.0)), 3.0, 0.04),
    ),
    "20": ((((36.0, -56.0), (40.0, -66.0), (39.0, -76.0)), 2.2, -0.12),),
    "43": ((((17.0, 5.0), (31.0, 7.5), (47.0, 1.5)), 3.2, -0.08),),
    "16": (),
    "17": (
        (((0.0, -83.0), (10.0, -83.5), (17.0, -87.0)), 2.0, -0.16),
        (((0.0, -82.0), (10.0, -83.0), (17.0, -87.0)), 3.0, -0.07),
        (((0.0, -94.0), (7.0, -94.0)), 4.5, 0.03),
        (((4.0, -98.0), (9.0, -101.0)), 1.5, -0.04),
    ),
    "23": ((((0.0, -79.5), (12.0, -79.0), (20.0, -76.0)), 1.6, -0.08),),
    "24": (
        (((0.0, -80.0), (12.0, -79.0), (20.0, -76.0)), 1.6, -0.10),
        (((29.0, -63.0), (31.0, -69.0)), 1.8, -0.10),
    ),
    "25": (),
    "26": ((((40.0, -58.0), (43.0, -76.0)), 5.0, -0.07),),
}
_DEEPEST = np.float32(0.3)  # change of log brightness that no sum of units exceeds
_UNDO = 0.5  # negative changes smooth folds out, but less than positive ones deepen them


def _maps() -> Floats:
    """(units, height, width) float32, change of log brightness at intensity 1."""
    x = np.arange(_WIDTH, dtype=np.float32) + LEFT_MM + 0.5
    y = TOP_MM - np.arange(_HEIGHT, dtype=np.float32) - 0.5
    maps = np.zeros((len(UNITS), _HEIGHT, _WIDTH), np.float32)
    for index, unit in enumerate(UNITS):
        name = unit.removeprefix("AU")
        both = not name[-1].isalpha()
        strokes = _STROKES[name if both else name[:-1]]
        sides = (-1.0, 1.0) if both else ((1.0,) if name.endswith("L") else (-1.0,))
        for side in sides:
            for points, width, amount in strokes:
                maps[index] += np.float32(amount) * _stroke(side * x, y, points, width)
    return maps


def _stroke(x: Floats, y: Floats, points: tuple[tuple[float, float], ...], width: float) -> Floats:
    """A soft line through ``points``, tapering towards its ends; strongest at 1."""
    line = np.array(points)
    fine = np.linspace(0.0, len(line) - 1.0, 8 * (len(line) - 1) + 1)
    px = np.interp(fine, np.arange(len(line)), line[:, 0])
    py = np.interp(fine, np.arange(len(line)), line[:, 1])
    taper = np.sin(np.linspace(0.05, 0.95, len(fine)) * np.pi)
    ink = np.zeros((_HEIGHT, _WIDTH))
    for cx, cy, strength in zip(px, py, taper, strict=True):
        squared = (x[None, :] - cx) ** 2 + (y[:, None] - cy) ** 2
        ink = np.maximum(ink, strength * np.exp(-0.5 * squared / width**2))
    return ink.astype(np.float32)


@cache
def _inked() -> tuple[npt.NDArray[np.int64], Floats]:
    """Flat indices of the texels that any unit changes, and the maps there: (units, texels)."""
    maps = _maps().reshape(len(UNITS), -1)
    texels = np.flatnonzero(np.abs(maps).max(0) > 1e-5)
    maps[np.abs(maps) < 1e-30] = 0.0  # processors take their time over the tiniest numbers
    return texels, np.ascontiguousarray(maps[:, texels])


def fold_map(delta: Floats, strength: float) -> Floats | None:
    """All moving units' folds together, (height, width) float32; None if there are none."""
    amount = np.where(delta < 0.0, delta * _UNDO, delta).astype(np.float32)
    if float(np.abs(amount).max()) < 1e-4:
        return None
    texels, maps = _inked()
    total = (amount * np.float32(strength / _DEEPEST)) @ maps
    folds = np.zeros(_HEIGHT * _WIDTH, np.float32)
    folds[texels] = np.tanh(total) * _DEEPEST  # several units share a fold
    return folds.reshape(_HEIGHT, _WIDTH)


def fold_strength(scale: float) -> float:
    """How strongly folds are drawn on a face of ``scale`` pixels per millimetre, 0.6..1.

    A fold is a line of one or two millimetres. Where that is hardly a pixel, a camera would have
    blurred it; drawn in full it looks like a drawing, and trackers wobble on it.
    """
    return float(np.clip(0.4 + 0.27 * scale, 0.6, 1.0))


def look_up(folds: Floats, x_mm: Floats, y_mm: Floats) -> Floats:
    """Read the map at places of the head, (h, w) each; 0 beyond its edge."""
    columns = x_mm - np.float32(LEFT_MM + 0.5)
    rows = np.float32(TOP_MM - 0.5) - y_mm
    return np.asarray(
        cv2.remap(folds, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT),
        np.float32,
    )
