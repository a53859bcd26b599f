"""Where an edit may show: the face, softly, and how much of it each region carries."""

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.edtalk.crop import SIDE, Square

Floats = npt.NDArray[np.float32]

_SOFT_PX = 7.0
_GROWN = 1.05
"""A falling jaw leaves the outline it had."""
_MESH = 468
# Middles of the regions: brow, eyes, cheeks, mouth (mediapipe's numbers).
_MIDDLES = ((105, 334, 9), (468, 473, 168), (50, 280, 205, 425), (13, 14, 61, 291, 199))
_REACH = (0.16, 0.14, 0.2, 0.22)
"""Of each region, in face heights."""

_LOWER_FACE = (
    2, 98, 327,  # below the nose
    132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361,  # jaw
)  # fmt: skip


def face_mask(landmarks: Floats, square: Square, regions: Floats) -> Floats:
    """How much of an edit each pixel of the crop takes.

    Args:
        landmarks: (478, 3) in display pixels.
        square: where the crop lies.
        regions: (4,) weights of brow, eyes, cheeks, mouth.
    Returns: (256, 256) float32 in [0, max(regions)]; exactly 0 off the face and at the crop's edge.
    """
    points = (landmarks[:, :2] - np.array([square.left, square.top], np.float32)) / square.scale
    soft = _soft_hull(points[:_MESH])
    if not np.all(regions == 1.0):
        soft = soft * _share(points, float(np.ptp(points[:_MESH, 1])), regions)
    result: Floats = np.asarray(soft, np.float32)
    return result


def mouth_mask(landmarks: Floats, square: Square) -> Floats:
    """How much of other lips each pixel of the crop takes: mouth, chin and jaw, nothing above.

    Args:
        landmarks: (478, 3) in display pixels.
        square: where the crop lies.
    Returns: (256, 256) float32 in [0, 1].
    """
    points = (landmarks[:, :2] - np.array([square.left, square.top], np.float32)) / square.scale
    return _soft_hull(points[list(_LOWER_FACE)])


def _soft_hull(points: Floats) -> Floats:
    """1 inside the hull of points of the crop, falling to 0 before its border and the crop's."""
    hull = cv2.convexHull(points.astype(np.float32))[:, 0]
    middle = hull.mean(axis=0)
    outline = middle + (hull - middle) * _GROWN
    mask = np.zeros((SIDE, SIDE), np.float32)
    cv2.fillConvexPoly(mask, np.rint(outline * 16).astype(np.int32), (1.0,), cv2.LINE_AA, 4)
    mask[:4] = mask[-4:] = 0.0
    mask[:, :4] = mask[:, -4:] = 0.0
    soft = cv2.GaussianBlur(mask, (0, 0), _SOFT_PX)
    # Half at the outline, nothing beyond it: the border lies wholly inside.
    soft = np.clip(2.0 * soft - 1.0, 0.0, 1.0)
    result: Floats = np.asarray(soft * soft * (3.0 - 2.0 * soft), np.float32)
    return result


def _share(points: Floats, height: float, regions: Floats) -> Floats:
    """Mean of the regions' weights, each counted by how near its middles are."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32) + 0.5
    total = np.full((SIDE, SIDE), 1e-6, np.float32)
    weighted = total * float(regions.mean())
    for middles, reach, weight in zip(_MIDDLES, _REACH, regions, strict=True):
        near = np.zeros((SIDE, SIDE), np.float32)
        for index in middles:
            away = ((x - points[index, 0]) ** 2 + (y - points[index, 1]) ** 2) / (
                np.float32(reach * height) ** 2
            )
            near = np.maximum(near, np.exp(-0.5 * away))
        total += near
        weighted += near * float(weight)
    share: Floats = weighted / total
    return share
