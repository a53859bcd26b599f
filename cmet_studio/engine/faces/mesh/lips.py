"""Lips touch but never pass through each other, whatever is asked of them."""

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.canonical import LIPS_LOWER, LIPS_UPPER

Floats = npt.NDArray[np.float32]

# Rows of landmarks from the inner edge outwards (corners left out), and how much of a correction
# of the inner edge each shares.
_UPPER_ROWS = (
    (LIPS_UPPER[1:-1], 1.0),
    ((183, 42, 41, 38, 12, 268, 271, 272, 407), 0.85),
    ((184, 74, 73, 72, 11, 302, 303, 304, 408), 0.65),
    ((185, 40, 39, 37, 0, 267, 269, 270, 409), 0.45),
    ((186, 92, 165, 167, 164, 393, 391, 322, 410), 0.2),
)
_LOWER_ROWS = (
    (LIPS_LOWER[1:-1], 1.0),
    ((96, 89, 179, 86, 15, 316, 403, 319, 325), 0.85),
    ((77, 90, 180, 85, 16, 315, 404, 320, 307), 0.65),
    ((146, 91, 181, 84, 17, 314, 405, 321, 375), 0.45),
    ((43, 106, 182, 83, 18, 313, 406, 335, 273), 0.2),
)
_ROWS = np.array([row for row, _ in _UPPER_ROWS + _LOWER_ROWS])  # no landmark twice
_SHARES = np.array([-s for _, s in _UPPER_ROWS] + [s for _, s in _LOWER_ROWS], np.float32)
_THINNEST_MM = 0.12  # the smallest gap that counts as one: trackers see none as plus or minus this


def keep_apart(seen: Floats, moved: Floats, down: Floats, scale: float, pressed: float) -> Floats:
    """Correct displacements so that the gap between the lips shrinks towards 0 but not below.

    Args:
        seen: (468, 2) float32, landmarks in pixels.
        moved: (468, 2) float32, their displacements.
        down: (2,) unit vector in the picture, the head's down.
        scale: pixels per millimetre.
        pressed: part of the gap that is to close by pressing (AU24, AU23), may be negative.

    Returns: (468, 2) float32, the corrected displacements.
    """
    upper, lower = list(LIPS_UPPER[1:-1]), list(LIPS_LOWER[1:-1])
    gap = np.maximum((seen[lower] - seen[upper]) @ down, _THINNEST_MM * scale)
    change = (moved[lower] - moved[upper]) @ down
    wanted = change - np.clip(pressed, -0.5, 1.0) * 0.8 * gap
    after = np.where(wanted < 0.0, gap * np.exp(np.minimum(wanted, 0.0) / gap), gap + wanted)
    lift = ((after - gap - change) / 2.0)[:, None] * down
    corrected = moved.copy()
    corrected[_ROWS] += _SHARES[:, None, None] * lift
    return corrected.astype(np.float32)
