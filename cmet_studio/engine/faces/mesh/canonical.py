"""The neutral head: its vertices in millimetres, its triangles, and how both follow a tracked face.

Head frame: x to the picture's right (the performer's left), y up, z towards the camera, origin
between the pupils, which are 63 mm apart. See ``training/mesh_canonical.py`` for its making.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cmet_studio.core.paths import resource

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

BASE = 468
"""Vertices that the tracker sees (without the irises)."""

# Corner to corner through the upper and through the lower edge; columns belong together.
LIPS_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LIPS_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
EYE_UPPER = {
    "R": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "L": (263, 466, 388, 387, 386, 385, 384, 398, 362),
}
EYE_LOWER = {
    "R": (33, 7, 163, 144, 145, 153, 154, 155, 133),
    "L": (263, 249, 390, 373, 374, 380, 381, 382, 362),
}
_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
# How far the rings beyond the face oval lie from the middle of the face, the oval being 1.
_RINGS = (1.14, 1.34)
_MIDDLE = np.array([0.0, -34.0, -20.0], np.float32)
_LONG_EDGE_MM = 9.0
_ROUNDS = 1
# Around the mouth, which vertices go with the lower lip is not a question of height alone.
_BELOW_MOUTH = frozenset(
    (95, 88, 178, 87, 14, 317, 402, 318, 324, 96, 89, 179, 86, 15, 316, 403, 319, 325, 77, 90, 180,
     85, 16, 315, 404, 320, 307, 146, 91, 181, 84, 17, 314, 405, 321, 375)
)  # fmt: skip
_CORNERS = frozenset((78, 62, 76, 61, 308, 292, 306, 291))


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """The mesh that is drawn.

    Attributes:
        vertices: (n, 3) float32 in mm: the tracked ones, two rings beyond the face oval, then
            midpoints of long edges.
        lower: (n,) float32, 1 where the vertex goes with the lower lip, 0 with the upper.
        normals: (n, 3) float32, unit length.
        triangles: (m, 3) int64, the openings of eyes and mouth closed.
        midpoints: per round of splitting (k, 2) int64, the two vertices each new one lies between.
        mirror: (478,) int64, the landmark on the other side of the face.
        shape: (478, 3) float32, the landmarks' own positions.
        ring_roots: (rings,) int64, the face-oval vertex that each ring vertex hangs on.
        ring_offsets: (rings, 3) float32 in mm, from there to the ring vertex.
    """

    vertices: Floats
    lower: Floats
    normals: Floats
    triangles: Ints
    midpoints: tuple[Ints, ...]
    mirror: Ints
    shape: Floats
    ring_roots: Ints
    ring_offsets: Floats

    def spread(self, values: Floats) -> Floats:
        """Carry (468 + rings, k) values to all vertices, midpoints being means."""
        for pairs in self.midpoints:
            values = np.concatenate([values, (values[pairs[:, 0]] + values[pairs[:, 1]]) / 2.0])
        return values


@cache
def load_mesh() -> Mesh:
    """Read the resource and build the mesh; the result is shared, do not change it."""
    with np.load(resource("mesh_canonical.npz")) as data:
        shape = data["vertices"].astype(np.float32)
        seen = data["triangles"].astype(np.int64)
        mirror = data["mirror"].astype(np.int64)
    oval = shape[list(_OVAL)]
    offsets = np.concatenate([(oval - _MIDDLE) * np.float32(f - 1.0) for f in _RINGS])
    roots = np.array(_OVAL * len(_RINGS))
    vertices = np.concatenate([shape[:BASE], shape[roots] + offsets])
    lower = np.array([_goes_with_lower_lip(i, shape) for i in range(BASE)], np.float32)
    lower = np.concatenate([lower] + [lower[list(_OVAL)]] * len(_RINGS))
    triangles = np.concatenate([seen, _openings(), _ring_triangles()])
    midpoints = []
    for _ in range(_ROUNDS):
        triangles, pairs = _split_long_edges(vertices, triangles)
        midpoints.append(pairs)
        vertices = np.concatenate([vertices, vertices[pairs].mean(1)])
        lower = np.concatenate([lower, lower[pairs].mean(1)])
    return Mesh(
        vertices,
        lower,
        _normals(vertices, triangles),
        triangles,
        tuple(midpoints),
        mirror,
        shape,
        roots,
        offsets,
    )


def _goes_with_lower_lip(vertex: int, shape: Floats) -> float:
    if vertex in _CORNERS:
        return 0.5
    x, y = float(abs(shape[vertex, 0])), float(shape[vertex, 1])
    if vertex in _BELOW_MOUTH:
        return 1.0
    corner_y = float(shape[61, 1])
    if x < 30.0:
        return 1.0 if y < corner_y - 3.0 else 0.0
    return float(np.clip((corner_y + 12.0 - y) / 24.0, 0.0, 1.0))


def _openings() -> Ints:
    """Triangles across the mouth and both eyes."""
    faces = []
    for upper, lower in (
        (LIPS_UPPER, LIPS_LOWER),
        (EYE_UPPER["R"], EYE_LOWER["R"]),
        (EYE_UPPER["L"], EYE_LOWER["L"]),
    ):
        for k in range(len(upper) - 1):
            corners = (upper[k], upper[k + 1], lower[k + 1], lower[k])
            if corners[0] != corners[3]:
                faces.append((corners[0], corners[1], corners[3]))
            if corners[1] != corners[2]:
                faces.append((corners[1], corners[2], corners[3]))
    return np.array(faces)


def _ring_triangles() -> Ints:
    n = len(_OVAL)
    loops = [list(_OVAL)] + [list(range(BASE + k * n, BASE + (k + 1) * n)) for k in range(2)]
    faces = []
    for inner, outer in pairwise(loops):
        for k in range(n):
            j = (k + 1) % n
            faces += [(inner[k], outer[k], inner[j]), (inner[j], outer[k], outer[j])]
    return np.array(faces)


def _split_long_edges(vertices: Floats, triangles: Ints) -> tuple[Ints, Ints]:
    """Halve long edges; every triangle becomes 1 to 4 that fit their neighbours.

    Returns: the new triangles, and the two ends of each new vertex.
    """
    new: dict[tuple[int, int], int] = {}

    def middle(a: int, b: int) -> int | None:
        if float(np.linalg.norm(vertices[a] - vertices[b])) <= _LONG_EDGE_MM:
            return None
        return new.setdefault((min(a, b), max(a, b)), len(vertices) + len(new))

    faces: list[tuple[int, int, int]] = []
    for a, b, c in triangles.tolist():
        faces += _pieces((a, b, c), (middle(a, b), middle(b, c), middle(c, a)))
    return np.array(faces), np.array(list(new), np.int64).reshape(-1, 2)


def _pieces(
    corners: tuple[int, int, int], middles: tuple[int | None, int | None, int | None]
) -> list[tuple[int, int, int]]:
    for turn in range(3):
        a, b, c = corners[turn:] + corners[:turn]
        ab, bc, ca = middles[turn:] + middles[:turn]
        if ab is not None and bc is None and ca is None:
            return [(a, ab, c), (ab, b, c)]
        if ab is not None and bc is not None and ca is None:
            return [(ab, b, bc), (a, ab, bc), (a, bc, c)]
        if ab is not None and bc is not None and ca is not None:
            return [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return [corners]


def _normals(vertices: Floats, triangles: Ints) -> Floats:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    across *= np.sign(across[:, 2:3])  # windings differ; the face is a height field almost
    total = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(total, triangles[:, k], across)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(total / np.maximum(length, 1e-6), np.float32)
