"""Make ``resources/mesh_canonical.npz``: the neutral head of the embedded face model.

    python -m cmet_studio.training.mesh_canonical

The shape is that of one public-domain portrait which matplotlib ships (Grace Hopper, US Navy, 1984:
frontal, neutral, mouth closed), made symmetric and scaled to a distance of 63 mm between the
pupils. A displacement field needs anatomy and millimetres, not a likeness: the mean of ten other
faces differs from it by 4% of the distance between the eyes.
"""

from collections.abc import Iterable
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import numpy.typing as npt

from cmet_studio.core.paths import resource
from cmet_studio.face.topology import neighbours, still_landmarks

_PUPILS_MM = 63.0
_MESH = 468
_IRIS_R, _IRIS_L = 468, 473  # the performer's right iris is on the picture's left

Array = npt.NDArray[np.float64]


def make(target: Path | None = None) -> Path:
    """Measure the portrait, make it symmetric, find the triangles, write the resource.

    Returns: the file written: ``vertices`` (478, 3) float32 in mm, x to the picture's right, y up,
    z towards the camera, origin between the pupils; ``triangles`` (m, 3) int16; ``mirror`` (478,)
    int16, the vertex on the other side of the face.
    """
    shape = _portrait_landmarks() * (1.0, -1.0, -1.0)
    mirror = _mirror_of(shape)
    shape = _symmetric(shape, mirror)
    shape -= (shape[_IRIS_R] + shape[_IRIS_L]) / 2.0
    shape *= _PUPILS_MM / np.linalg.norm(shape[_IRIS_R] - shape[_IRIS_L])
    triangles = _triangles(neighbours(), shape)
    target = target or resource("mesh_canonical.npz")
    np.savez_compressed(
        target,
        vertices=shape.astype(np.float32),
        triangles=triangles.astype(np.int16),
        mirror=mirror.astype(np.int16),
    )
    return target


def _portrait_landmarks() -> Array:
    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    picture = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    return still_landmarks(np.asarray(picture, np.uint8))


def _mirror_of(shape: Array) -> npt.NDArray[np.int64]:
    """Pair the vertices left and right: the best assignment to the mirrored shape, refined."""
    # scipy comes with mediapipe; it has no type stubs.
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]

    flipped = shape * (-1.0, 1.0, 1.0)
    flipped = flipped - flipped[:_MESH].mean(0) + shape[:_MESH].mean(0)
    partner = np.arange(len(shape))
    for _ in range(20):
        distance = np.linalg.norm(shape[:, None] - flipped[None], axis=2)
        partner = linear_sum_assignment(distance**2)[1]
        flipped = _aligned(flipped, shape, partner)
    if not np.array_equal(partner[partner], np.arange(len(shape))):
        raise ValueError("the portrait is too asymmetric to pair its vertices")
    return partner


def _aligned(moving: Array, still: Array, partner: npt.NDArray[np.int64]) -> Array:
    """Rotate, scale and shift ``moving`` so that ``moving[partner]`` lies on ``still``."""
    a = moving[partner] - moving[partner].mean(0)
    b = still - still.mean(0)
    u, s, vt = np.linalg.svd(b.T @ a)
    d = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = (u * d) @ vt
    scale = (s * d).sum() / (a * a).sum()
    return np.asarray(scale * (moving - moving[partner].mean(0)) @ rotation.T + still.mean(0))


def _symmetric(shape: Array, mirror: npt.NDArray[np.int64]) -> Array:
    """Average the shape with its mirror image and stand it upright and facing the camera."""
    for _ in range(20):
        flipped = (shape * (-1.0, 1.0, 1.0))[mirror]
        shape = (shape + _aligned(flipped, shape, np.arange(len(shape)))) / 2.0
        across = (shape[_IRIS_L] - shape[_IRIS_R]) / np.linalg.norm(shape[_IRIS_L] - shape[_IRIS_R])
        up = shape[10] - shape[152]
        up = up - across * (up @ across)
        up /= np.linalg.norm(up)
        shape = (shape - shape[:_MESH].mean(0)) @ np.stack([across, up, np.cross(across, up)]).T
    return np.asarray((shape + (shape * (-1.0, 1.0, 1.0))[mirror]) / 2.0)


def _triangles(edges: Iterable[tuple[int, int]], shape: Array) -> npt.NDArray[np.int64]:
    """The faces of the edge graph: its 3-cycles, without those that enclose a vertex."""
    near: dict[int, set[int]] = {}
    for a, b in edges:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    cycles = {(a, b, c) for a in near for b in near[a] if b > a for c in near[a] & near[b] if c > b}
    faces = []
    for a, b, c in sorted(cycles):
        enclosed = near[a] & near[b] & near[c]
        if any(_inside(shape[v, :2], shape[[a, b, c], :2]) for v in enclosed):
            continue
        turn = np.cross(shape[b, :2] - shape[a, :2], shape[c, :2] - shape[a, :2])
        faces.append((a, b, c) if turn > 0 else (a, c, b))
    return np.array(faces)


def _inside(point: Array, corners: Array) -> bool:
    turns = [
        float(np.cross(corners[(i + 1) % 3] - corners[i], point - corners[i])) for i in range(3)
    ]
    return all(t > 0 for t in turns) or all(t < 0 for t in turns)


if __name__ == "__main__":
    make()
