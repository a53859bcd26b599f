"""Where the network looks: one square per frame, of one size per shot, padded at the borders."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.face.types import FaceTrack
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.picture import Picture

Floats = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]

SIDE = 256
_MARGIN = 1.2
"""Square side over the larger side of the face's box (specification, section 8.1)."""
_STILL = 1.25
"""A face whose boxes together are no larger than this, in boxes, gets one square."""
_CALM_FRAMES = 8.0


@dataclass(frozen=True, slots=True)
class Square:
    """Centre and side in display pixels; may reach beyond the picture."""

    x: float
    y: float
    side: float

    @property
    def scale(self) -> float:
        """Display pixels per pixel of the crop."""
        return self.side / SIDE

    @property
    def left(self) -> float:
        """Display x of the crop's left edge."""
        return self.x - self.side / 2

    @property
    def top(self) -> float:
        """Display y of the crop's top edge."""
        return self.y - self.side / 2


def squares(track: FaceTrack) -> Floats:
    """The square of every frame: (n, 3) float32 centre x, centre y, side; zeros without a face.

    Within a run of frames that show the face in one shot the side never changes, so nothing
    breathes; the centre does not move either unless the face leaves its place, and then calmly.
    """
    found, shot = np.asarray(track.found), np.asarray(track.shot)
    boxes = np.asarray(track.boxes, np.float64)
    result = np.zeros((len(found), 3), np.float32)
    starts = np.flatnonzero(np.r_[True, (shot[1:] != shot[:-1]) | (found[1:] != found[:-1])])
    for start, stop in zip(starts, [*starts[1:], len(found)], strict=True):
        if found[start]:
            result[start:stop] = _run(boxes[start:stop])
    return result


def _run(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    largest = float(np.quantile(boxes[:, 2:].max(axis=1), 0.95))
    union = float((high.max(axis=0) - low.min(axis=0)).max())
    if union <= _STILL * largest:
        centre = np.broadcast_to((high.max(axis=0) + low.min(axis=0)) / 2, (len(boxes), 2))
        side = _MARGIN * union
    else:
        centre = _calm((low + high) / 2)
        side = _MARGIN * _STILL * largest
    return np.concatenate([centre, np.full((len(boxes), 1), side)], axis=1)


def _calm(path: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Straight lines fitted around every moment, near frames counting more: no lag at the ends."""
    at = np.arange(len(path), dtype=np.float64)
    reach = int(3 * _CALM_FRAMES)
    calm = np.empty_like(path)
    for i in range(len(path)):
        near = slice(max(0, i - reach), i + reach + 1)
        away = at[near] - i
        weight = np.exp(-0.5 * (away / _CALM_FRAMES) ** 2)
        weight /= weight.sum()
        mean_away, mean = weight @ away, weight @ path[near]
        spread = weight @ (away - mean_away) ** 2
        slope = (weight * (away - mean_away)) @ (path[near] - mean) / max(float(spread), 1e-9)
        calm[i] = mean - slope * mean_away
    return calm


def cut(picture: Picture, square: Square) -> Rgb:
    """The crop the network sees: (256, 256, 3) uint8 RGB; beyond the picture its edge is repeated.

    Bilinear; shrunk crops are blurred first so that nothing aliases.
    """
    reach = int(np.ceil(square.scale)) + 2
    x0 = int(np.floor(square.left)) - reach
    y0 = int(np.floor(square.top)) - reach
    size = int(np.ceil(square.side)) + 2 * reach + 1
    rgb = to_rgb(picture, (x0, y0, size, size))
    before = (max(0, -x0), max(0, -y0))
    after = (
        max(0, size - rgb.shape[1] - before[0]),
        max(0, size - rgb.shape[0] - before[1]),
    )
    if any(before) or any(after):
        rgb = cv2.copyMakeBorder(
            rgb, before[1], after[1], before[0], after[0], cv2.BORDER_REPLICATE
        ).astype(np.uint8, copy=False)
    if square.scale > 1.2:
        sigma = 0.45 * float(np.sqrt(square.scale**2 - 1.0))
        rgb = cv2.GaussianBlur(rgb, (0, 0), sigma).astype(np.uint8, copy=False)
    # Pixel centres at .5 on both sides.
    k = square.scale
    matrix = np.array(
        [
            [k, 0.0, square.left - x0 + 0.5 * k - 0.5],
            [0.0, k, square.top - y0 + 0.5 * k - 0.5],
        ]
    )
    crop = cv2.warpAffine(
        rgb,
        matrix,
        (SIDE, SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.ascontiguousarray(crop, dtype=np.uint8)
