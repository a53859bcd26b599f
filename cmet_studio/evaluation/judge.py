"""What every judge of facial emotion is, and the square of a picture that it looks at."""

from typing import Protocol, cast

import cv2
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

LABELS = ("angry", "disgusted", "fear", "happy", "sad", "surprised", "neutral")
"""What judges tell apart, in our names and in the order of their answers."""

_MARGIN = 0.06  # the package fer widens a face box by 10 px; its boxes are typically 170 px wide


class Judge(Protocol):
    """A network that was made by others and knows nothing of us."""

    name: str

    def crop(self, rgb: Bytes, landmarks: Floats) -> Floats:
        """What the judge sees of a face.

        Args:
            rgb: (h, w, 3) uint8.
            landmarks: (478, 3) float32, as in ``face.types.Face``. An edited picture is given the
                unedited one's, so that both are seen through the same box.

        Returns: float32, always of the same shape.
        """
        ...

    def probabilities(self, crops: Floats) -> Floats:
        """How likely each emotion is.

        Args:
            crops: n of what ``crop`` returns, stacked.

        Returns: (n, 7) float32, rows sum to 1, columns as in ``LABELS``.
        """
        ...


def face_square(image: Bytes, landmarks: Floats, size_px: int) -> Floats:
    """Cut a face out of a picture, as large as face detectors do.

    The box of a frontal-face cascade reaches from the middle of the forehead to just below the
    chin and is square; here it is set up from landmarks.

    Args:
        image: (h, w) or (h, w, 3) uint8.
        landmarks: (478, 3) float32, as in ``face.types.Face``.
        size_px: side of the result.

    Returns: (size_px, size_px) or (size_px, size_px, 3) float32 in 0..255.
    """
    points = landmarks[:468, :2]
    low, high = points.min(0), points.max(0)
    centre = (low + high) / 2.0
    side = float((high - low).max()) * (1.0 + 2.0 * _MARGIN)
    scale = size_px / side
    offset = size_px / 2.0 - centre * scale
    matrix = np.array([[scale, 0.0, offset[0] - 0.5], [0.0, scale, offset[1] - 0.5]], np.float32)
    if scale < 1.0:  # cv2.warpAffine does not average when it makes things smaller
        image = cast("Bytes", cv2.GaussianBlur(image, (0, 0), 0.4 / scale))
    square = cv2.warpAffine(image, matrix, (size_px, size_px), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(square, np.float32)
