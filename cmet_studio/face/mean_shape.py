"""Make ``resources/face_mean_shape.npy`` again: ``python -m cmet_studio.face.mean_shape``.

The face is the frontal portrait of Grace Hopper that matplotlib ships (public domain, US Navy),
seen by our own landmark network as it is and mirrored, straightened, made symmetric where it is
steady, moved to the origin and scaled. Deterministic.
"""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from cmet_studio.core.paths import resource
from cmet_studio.face.crops import Points, Rgb
from cmet_studio.face.detect import Detector
from cmet_studio.face.mesh import LandmarkNetwork, region_of
from cmet_studio.face.pose import OPPOSITE, STEADY
from cmet_studio.media.picture import Picture, PixelLayout

_LAYOUT = PixelLayout("gbrp", True, 8, 0, 0, True, "bt709")
_TEMPLES = (234, 454)


def portrait() -> Rgb:
    """The portrait as (h, w, 3) RGB."""
    import matplotlib as mpl

    path = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), dtype=np.uint8)[..., ::-1]


def landmarks_of(rgb: Rgb) -> Points:
    """(478, 3) landmarks of the largest face, averaged over many looks."""
    planes = tuple(np.ascontiguousarray(rgb[..., k]) for k in range(3))
    picture = Picture(0, 0, Fraction(1, 25), planes, _LAYOUT)
    detector, network = Detector(), LandmarkNetwork()
    seen = max(detector.whole(picture), key=lambda found: found.box.w)
    points, _score = network.see(picture, seen.region())
    for _ in range(6):
        points, _score = network.see(picture, region_of(points))
    detector.close()
    network.close()
    return points


def straightened(points: Points) -> Points:
    """Turn (478, 3) landmarks so that the steady ones are symmetric, then make them exactly so."""
    face = points - points[STEADY].mean(axis=0)
    for _ in range(3):  # half way onto its own mirror image
        steady = face[STEADY]
        image = steady[OPPOSITE] * [-1, 1, 1]
        u, _stretch, vt = np.linalg.svd(image.T @ steady)
        face = face @ _half(u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt).T
    face[STEADY] = (face[STEADY] + face[STEADY][OPPOSITE] * [-1, 1, 1]) / 2
    return np.asarray(face - face[STEADY].mean(axis=0), dtype=np.float64)


def _half(turn: Points) -> Points:
    """The rotation that, done twice, is ``turn``."""
    axis, _ = cv2.Rodrigues(turn)
    return np.asarray(cv2.Rodrigues(axis / 2)[0], dtype=np.float64)


def make() -> Points:
    """The mean face, see ``pose.mean_face``."""
    rgb = portrait()
    points = landmarks_of(rgb)
    mirrored = landmarks_of(np.ascontiguousarray(rgb[:, ::-1]))
    # The network sees a face and its mirror image a little differently: use both.
    image = mirrored[STEADY][OPPOSITE] * [-1, 1, 1] + [rgb.shape[1], 0, 0]
    points[STEADY] = (points[STEADY] + image) / 2
    face = straightened(points)
    width = float(np.linalg.norm(face[_TEMPLES[0]] - face[_TEMPLES[1]]))
    return np.asarray(face / width, dtype=np.float64)


if __name__ == "__main__":
    np.save(resource("face_mean_shape.npy"), make().astype(np.float32))
