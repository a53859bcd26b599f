"""How the head is turned: yaw, pitch and roll from the landmarks.

The points of the face that neither speech nor expression moves (bridge and sides of the nose,
corners of the eyes, forehead, temples) are laid over the same points of a mean face by the best
similarity (rotation, scale, shift; least squares after Umeyama, PAMI 1991). mediapipe's z is good
enough for that, because the mean face was measured by the same network.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cmet_studio.core.paths import resource
from cmet_studio.face.types import LANDMARKS, Floats

_SHAPE = "face_mean_shape.npy"

_MIDLINE = (168, 6, 197, 195, 5, 4, 1, 10)
_PAIRS = (
    # corners of the eyes, sides of the nose
    (33, 263), (133, 362), (130, 359), (243, 463), (122, 351), (196, 419), (3, 248), (236, 456),
    (198, 420), (131, 360),
    # hair line, temples
    (109, 338), (67, 297), (103, 332), (54, 284), (21, 251), (162, 389), (127, 356), (234, 454),
)  # fmt: skip

STEADY = np.array([*_MIDLINE, *(i for pair in _PAIRS for i in pair)])
"""Landmarks that move with the skull only."""

OPPOSITE = np.array(
    [*range(len(_MIDLINE)), *(len(_MIDLINE) + (k ^ 1) for k in range(2 * len(_PAIRS)))]
)
"""Where in ``STEADY`` each one's opposite number on the other half of the face stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Where the mean face lies in the pictures: ``point = scale * rotation @ mean + shift``.

    Attributes:
        scale: (n,) pixels per unit of the mean face (whose temples are 1 apart).
        rotation: (n, 3, 3).
        shift: (n, 3) pixels.
        residual: (n,) rms distance of the steady points from the fit, in parts of the face's width.
    """

    scale: npt.NDArray[np.float64]
    rotation: npt.NDArray[np.float64]
    shift: npt.NDArray[np.float64]
    residual: npt.NDArray[np.float64]


@cache
def mean_face() -> Floats:
    """The mean face: (478, 3) float32, looking straight out, read-only.

    x right, y down, z away; the origin is the middle of the ``STEADY`` points, which are symmetric;
    the temples (landmarks 234 and 454) are 1 apart. Made by
    ``python -m cmet_studio.face.mean_shape``.
    """
    shape = np.load(resource(_SHAPE), allow_pickle=False).astype(np.float32)
    if shape.shape != (LANDMARKS, 3):
        raise ValueError(f"{_SHAPE} holds {shape.shape}, not ({LANDMARKS}, 3).")
    face: Floats = shape
    face.setflags(write=False)
    return face


def fit(landmarks: Floats) -> Fit:
    """Lay the mean face over (n, 478, 3) landmarks."""
    base = mean_face()[STEADY].astype(np.float64)
    seen = np.asarray(landmarks, dtype=np.float64)[:, STEADY]
    base_middle, seen_middle = base.mean(axis=0), seen.mean(axis=1)
    from_middle, to_middle = base - base_middle, seen - seen_middle[:, None]
    u, stretch, vt = np.linalg.svd(np.einsum("nki,kj->nij", to_middle, from_middle))
    mirrored = np.sign(np.linalg.det(u) * np.linalg.det(vt))
    signs = np.ones((len(seen), 3))
    signs[:, 2] = mirrored
    rotation = (u * signs[:, None, :]) @ vt
    scale = (stretch * signs).sum(axis=1) / (from_middle**2).sum()
    shift = seen_middle - scale[:, None] * (rotation @ base_middle)
    laid = scale[:, None, None] * np.einsum("nij,kj->nki", rotation, from_middle)
    residual = np.sqrt(((laid - to_middle) ** 2).sum(axis=2).mean(axis=1)) / np.maximum(scale, 1e-9)
    return Fit(scale, rotation, shift, residual)


def angles(rotation: npt.NDArray[np.float64]) -> Floats:
    """Yaw, pitch, roll in degrees, (n, 3) float32, of (n, 3, 3) rotations; see ``Face.pose_deg``.

    ``rotation = roll about z * yaw about y * pitch about x`` (the nod comes first).
    """
    roll = np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0])
    across = np.hypot(rotation[:, 0, 0], rotation[:, 1, 0])
    yaw = np.arctan2(rotation[:, 2, 0], across)
    pitch = np.arctan2(-rotation[:, 2, 1], rotation[:, 2, 2])
    return np.asarray(np.degrees(np.stack([yaw, pitch, roll], axis=1)), dtype=np.float32)


def head_pose(landmarks: Floats) -> Floats:
    """Yaw, pitch, roll in degrees, (n, 3) float32, of (n, 478, 3) landmarks."""
    return angles(fit(landmarks).rotation)
