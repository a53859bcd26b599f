"""How much of an edit each frame of a track can carry: 1, fading to exactly 0."""

import numpy as np
import numpy.typing as npt

from cmet_studio.face.types import Bools, Floats

FADE_S = 0.25
"""From full strength to none before a face is lost, and back after; no change is faster."""

_YAW = (35.0, 50.0)  # degrees: full strength up to the first, none from the second on
_PITCH = (28.0, 42.0)
_CONFIDENCE = (0.45, 0.7)  # none up to the first, full from the second on
_INSIDE = (0.5, 0.75)  # part of the landmarks that speak which lies in the picture

_SPEAKING = np.array([
    61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91,  # lips
    33, 159, 133, 145, 263, 386, 362, 374,  # eyes
    70, 63, 105, 66, 107, 300, 293, 334, 296, 336,  # brows
])  # fmt: skip
"""Landmarks that show an emotion: forehead and chin may be out of the picture."""


def strength(
    found: Bools,
    pose_deg: Floats,
    confidence: Floats,
    inside: Floats,
    shot: npt.NDArray[np.int32],
    seconds: npt.NDArray[np.float64],
) -> Floats:
    """Strength of every frame, (n,) float32.

    Never changes faster than from 0 to 1 in ``FADE_S`` within a shot, so it reaches 0 before the
    face is lost; a cut is a cut: no fade there.

    Args:
        found: (n,).
        pose_deg: (n, 3) yaw, pitch, roll.
        confidence: (n,) 0..1.
        inside: (n,) part of the face in the picture, see ``inside``.
        shot: (n,) number of the shot.
        seconds: (n,) presentation times, rising.
    """
    wanted = (
        (1 - _rise(np.abs(pose_deg[:, 0]), _YAW))
        * (1 - _rise(np.abs(pose_deg[:, 1]), _PITCH))
        * _rise(confidence, _CONFIDENCE)
        * _rise(inside, _INSIDE)
    )
    reachable = np.where(found, wanted, 0.0)
    # The largest function below that changes no faster: one sweep each way.
    slope = np.where(np.diff(shot) == 0, np.diff(seconds) / FADE_S, np.inf)
    for t in range(1, len(reachable)):
        reachable[t] = min(reachable[t], reachable[t - 1] + slope[t - 1])
    for t in range(len(reachable) - 2, -1, -1):
        reachable[t] = min(reachable[t], reachable[t + 1] + slope[t])
    return np.asarray(reachable * reachable * (3 - 2 * reachable), dtype=np.float32)


def inside(landmarks: Floats, width: int, height: int) -> float:
    """Part of what shows an emotion, of (478, 3) landmarks, that lies in the picture, 0..1."""
    x, y = landmarks[_SPEAKING, 0], landmarks[_SPEAKING, 1]
    return float(np.mean((x >= 0) & (x <= width) & (y >= 0) & (y <= height)))


def _rise(value: Floats, limits: tuple[float, float]) -> npt.NDArray[np.float64]:
    low, high = limits
    u = np.clip((np.asarray(value, dtype=np.float64) - low) / (high - low), 0.0, 1.0)
    return u * u * (3 - 2 * u)
