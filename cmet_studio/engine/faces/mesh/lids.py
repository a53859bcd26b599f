"""Eyelids: how far they close and open is a share of the frame's own opening, so never too far."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.canonical import EYE_LOWER, EYE_UPPER, load_mesh

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
_RAISE_MM = 1.9  # AU5 at the middle of the lid
_LOWER_DROP_MM = 0.7  # and what the lower lid adds to it
_WIDE_OPEN_MM = 9.0  # an opening that can carry the full AU5
_BLINK = (0.25, 0.8)  # parts of the usual opening: shut, a blink stays a blink; open, all is raised
_SOFT_STOP = 0.035
_PROFILE = np.sin(np.linspace(0.0, np.pi, 9))[:, None] ** 0.8  # of a lid's edge that is raised


def move_lids(
    seen: Floats, scale: float, delta: Mapping[str, float], usual_mm: Mapping[str, float]
) -> Floats:
    """Displacement of the landmarks around both eyes.

    Args:
        seen: (468, 2) float32 pixels.
        scale: pixels per millimetre.
        delta: unit name -> change of intensity.
        usual_mm: side -> how far that eye's lids usually stand apart, see ``lid_time``; where it
            is missing, the frame itself says.

    Returns: (468, 2) float32 pixels, 0 away from the lids.
    """
    moved = np.zeros_like(seen)
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
        across = gap.mean(0)
        downwards = across / max(float(np.linalg.norm(across)), 1e-3)
        open_px = max(float(size.max()), 1e-3)
        usual_px = usual_mm.get(side, open_px / scale) * scale
        awake = _awake(open_px / max(usual_px, 1e-3))
        can = min(usual_px / (_WIDE_OPEN_MM * scale), 1.0) * awake
        raised = (-opened * can * _RAISE_MM * scale) * _PROFILE * downwards
        dropped = (opened * can * _LOWER_DROP_MM * scale) * _PROFILE * downwards
        if down + up < 0.0:  # lids that let go open by a part of what is usual, see lid_time
            gap = gap * np.float32(usual_px / open_px * awake)
        above, below = _rows(side)
        moved[above.landmarks] += above.closing * (down * gap) + above.opening * raised
        moved[below.landmarks] += below.closing * (-up * gap) + below.opening * dropped
    return moved


class _Rows(NamedTuple):
    """The rows around one lid: (3, 9) landmarks, none twice, and what each row shares in."""

    landmarks: npt.NDArray[np.int64]
    closing: Floats
    opening: npt.NDArray[np.float64]


@cache
def _rows(side: str) -> tuple[_Rows, _Rows]:
    """Those of the upper and of the lower lid."""
    mirror = load_mesh().mirror
    found = []
    for rows in (_UPPER_ROWS, _LOWER_ROWS):
        landmarks, closing, opening = (np.array(part) for part in zip(*rows, strict=True))
        found.append(
            _Rows(
                landmarks if side == "R" else mirror[landmarks],
                closing[:, None, None].astype(np.float32),
                opening[:, None, None],
            )
        )
    return found[0], found[1]


def _awake(share: float) -> float:
    """0 for an eye that is shut in a blink, 1 at its usual opening and around it."""
    shut, awake = _BLINK
    x = min(max((share - shut) / (awake - shut), 0.0), 1.0)
    return x * x * (3.0 - 2.0 * x)


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
