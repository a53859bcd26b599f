"""Smooth curves through landmarks, as heights over an axis."""

from functools import cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_STEPS = 4


@cache
def _finer(points: int) -> Floats:
    """Matrix that puts ``_STEPS`` Catmull-Rom pieces between neighbours, (m, points)."""
    rows = []
    for k in range(points - 1):
        for t in np.arange(_STEPS) / _STEPS:
            row = np.zeros(points)
            weights = (
                (-t + 2 * t**2 - t**3) / 2,
                (2 - 5 * t**2 + 3 * t**3) / 2,
                (t + 4 * t**2 - 3 * t**3) / 2,
                (-(t**2) + t**3) / 2,
            )
            for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
                row[np.clip(k + offset, 0, points - 1)] += weight
            rows.append(row)
    last = np.zeros(points)
    last[-1] = 1.0
    return np.array([*rows, last], np.float32)


def arc(points: Floats, origin: Floats, along: Floats, down: Floats, at: Floats) -> Floats:
    """Height of a curve through ``points`` over an axis.

    Args:
        points: (n, 2) pixels, in order along the axis.
        origin: (2,) a point of the axis.
        along: (2,) its unit direction.
        down: (2,) the unit direction heights are counted in.
        at: positions along the axis.

    Returns: heights at ``at``, constant beyond the ends.
    """
    fine = _finer(len(points)) @ (points - origin)
    u = np.maximum.accumulate(fine @ along)  # np.interp wants it to rise
    return np.interp(at, u, fine @ down).astype(np.float32)
