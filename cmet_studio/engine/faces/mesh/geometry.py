"""From the head frame to the picture: a rigid fit per frame, and what follows from it."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.canonical import BASE, Mesh, load_mesh

Floats = npt.NDArray[np.float32]

# mediapipe: x right, y down, z away from the camera; ours: x right, y up, z towards it.
_FLIP = np.array([1.0, -1.0, -1.0], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class HeadPose:
    """Where the head is: ``picture = scale * rotation @ head + shift`` (with the axes flipped).

    Attributes:
        rotation: (3, 3) float32, from the head frame to a camera frame x right, y up, z towards
            the camera.
        scale: pixels per millimetre.
        shift: (3,) float32, picture position of the point between the pupils, y down.
    """

    rotation: Floats
    scale: float
    shift: Floats

    def project(self, vectors: Floats) -> Floats:
        """Head-frame vectors (..., 3) in mm to picture vectors (..., 2) in pixels, y down."""
        turned = vectors @ self.rotation[:2].T
        return np.asarray(turned * (_FLIP[:2] * np.float32(self.scale)), np.float32)

    def unproject(self, landmarks: Floats) -> Floats:
        """Landmarks (..., 3) in pixels to head-frame positions in mm."""
        head = ((landmarks - self.shift) * _FLIP) @ self.rotation / self.scale
        return np.asarray(head, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _Rigid:
    """The landmarks that move little with expression: no brows, lids, lips, nor jaw.

    Attributes:
        which: (n,) their numbers.
        weights: (n, 1) float64, how little each moves; they add up to 1.
        mean: (3,) float64, the weighted middle of their places on the neutral head, in mm.
        around: (n, 3) float64, those places about it.
        spread: their weighted mean square distance from it.
    """

    which: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    mean: npt.NDArray[np.float64]
    around: npt.NDArray[np.float64]
    spread: float


@cache
def _rigid() -> _Rigid:
    shape = load_mesh().shape
    x, y = np.abs(shape[:BASE, 0]), shape[:BASE, 1]
    nose = (x < 14.0) & (y < 4.0) & (y > -36.0)
    temple = (x > 54.0) & (y > -40.0) & (y < 40.0)
    forehead = (y > 32.0) & (x < 40.0)
    canthi = np.isin(np.arange(BASE), (33, 133, 263, 362))
    weights = 1.0 * nose + 0.6 * temple + 0.3 * forehead + 2.0 * canthi
    which = np.flatnonzero(weights)
    w = (weights[which] / weights[which].sum())[:, None]
    head = shape[which].astype(float)
    mean = (w * head).sum(0)
    around = head - mean
    return _Rigid(which, w, mean, around, float((w * around**2).sum()))


def fit_pose(landmarks: Floats) -> HeadPose:
    """Least-squares similarity from the neutral head to the landmarks (Umeyama 1991).

    Args:
        landmarks: (478, 3) float32, see ``face.types.Face``.
    """
    rigid = _rigid()
    seen = landmarks[rigid.which].astype(float) * _FLIP
    mean = (rigid.weights * seen).sum(0)
    covariance = (rigid.weights * (seen - mean)).T @ rigid.around
    u, s, vt = np.linalg.svd(covariance)
    d = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * d) @ vt
    scale = float((s * d).sum() / rigid.spread)
    shift = (mean - scale * rotation @ rigid.mean) * _FLIP
    return HeadPose(rotation.astype(np.float32), scale, shift.astype(np.float32))


def mesh_points(mesh: Mesh, landmarks: Floats, pose: HeadPose) -> Floats:
    """Where the drawn mesh lies in the picture, (vertices, 2) float32 pixels."""
    seen = landmarks[:BASE, :2].astype(np.float32)
    rings = seen[mesh.ring_roots] + pose.project(mesh.ring_offsets)
    return mesh.spread(np.concatenate([seen, rings]))


def facing_weights(mesh: Mesh, pose: HeadPose) -> Floats:
    """How much each vertex may move, (vertices,) float32 in 0..1.

    What has turned away from the camera fades out: there, sideways motion of the skin would drag
    the background along, and landmarks are guesses.
    """
    facing = mesh.normals @ pose.rotation[2]
    usual = np.minimum(mesh.normals[:, 2], 0.2)
    lost = np.clip((usual - facing) / 0.4, 0.0, 1.0)
    return np.asarray(1.0 - lost * lost * (3.0 - 2.0 * lost), np.float32)
