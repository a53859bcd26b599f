"""Smooth curves through landmarks, as heights over an axis."""

from collections.abc import Sequence
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


def arcs(
    curves: Sequence[Floats], origin: Floats, along: Floats, down: Floats, at: Floats
) -> list[Floats]:
    """Heights of curves over an axis.

    Args:
        curves: points they go through, each (n, 2) pixels, in order along the axis.
        origin: (2,) a point of the axis.
        along: (2,) its unit direction.
        down: (2,) the unit direction heights are counted in.
        at: positions along the axis.

    Returns: for each curve its heights at ``at``, constant beyond the ends.
    """
    fine = _finer(len(curves[0])) @ (np.stack(curves) - origin)
    u = np.maximum.accumulate(fine @ along, axis=1)  # np.interp wants it to rise
    found = zip(u, fine @ down, strict=True)
    return [np.interp(at, places, heights).astype(np.float32) for places, heights in found]
