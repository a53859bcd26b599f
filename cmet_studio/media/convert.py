"""RGB from pictures, with their own matrix, range and depth."""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.media.picture import Picture, PixelLayout, Plane

Rgb = npt.NDArray[np.uint8]

LUMA = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}
"""Weights of red and blue in luma: ITU-R BT.601-7, BT.709-6, BT.2020-2 (non-constant)."""


def to_rgb(picture: Picture, box: tuple[int, int, int, int] | None = None) -> Rgb:
    """Convert a picture to 8-bit RGB, as displayed.

    Each chroma sample serves all the luma samples it stands for (no interpolation), so a box of
    the picture converts to the same box of the converted picture. Within 1 of exact arithmetic.

    Args:
        picture: any layout; alpha is left out.
        box: x, y, w, h in display pixels; parts outside the picture are left out.

    Returns: (h, w, 3) uint8, contiguous.
    """
    x, y, w, h = _clipped(picture, box)
    if w <= 0 or h <= 0:
        return np.zeros((max(h, 0), max(w, 0), 3), np.uint8)
    layout = picture.layout
    if layout.rgb:
        planes = [_cut(plane, x, y, w, h) for plane in picture.planes[:3]]
        return _eight_bits(cv2.merge(planes), 255.0 / ((1 << layout.bits) - 1))
    if len(picture.planes) < 3:
        return _grey(_cut(picture.planes[0], x, y, w, h), layout)
    planes = _full_size(picture, x, y, w, h)
    # Deeper samples go through 16 bits: 8 for the result, 8 below the point.
    fixed = 1.0 if layout.bits == 8 else 256.0
    mixed = cv2.transform(cv2.merge(planes), rgb_from_ycc(layout) * fixed)
    return _eight_bits(mixed, 1.0 / fixed)


@lru_cache(maxsize=64)
def rgb_from_ycc(layout: PixelLayout) -> npt.NDArray[np.float64]:
    """(3, 4) matrix from stored Y, Cb, Cr (and 1) to R, G, B in 0..255. Read-only.

    Source: ITU-R BT.709-6 section 3, with BT.2100's quantisation for more bits.
    """
    red, blue = LUMA[layout.matrix]
    green = 1.0 - red - blue
    unit = float(1 << (layout.bits - 8))
    if layout.full_range:
        luma = chroma = 255.0 / ((1 << layout.bits) - 1)
        black = 0.0
    else:
        luma, chroma, black = 255.0 / (219.0 * unit), 255.0 / (224.0 * unit), 16.0 * unit
    to_red, to_blue = 2.0 * (1.0 - red) * chroma, 2.0 * (1.0 - blue) * chroma
    linear = np.array(
        [
            [luma, 0.0, to_red],
            [luma, -to_blue * blue / green, -to_red * red / green],
            [luma, to_blue, 0.0],
        ]
    )
    middle = 128.0 * unit
    offset = -linear @ np.array([black, middle, middle])
    matrix = np.hstack([linear, offset[:, None]])
    matrix.flags.writeable = False
    return matrix


def _clipped(picture: Picture, box: tuple[int, int, int, int] | None) -> tuple[int, int, int, int]:
    if box is None:
        return 0, 0, picture.width, picture.height
    left, top = max(box[0], 0), max(box[1], 0)
    right = min(box[0] + box[2], picture.width)
    bottom = min(box[1] + box[3], picture.height)
    return left, top, right - left, bottom - top


def _cut(plane: Plane, x: int, y: int, w: int, h: int) -> Plane:
    return np.ascontiguousarray(plane[y : y + h, x : x + w])


def _full_size(picture: Picture, x: int, y: int, w: int, h: int) -> list[npt.NDArray[Any]]:
    """Y, Cb, Cr of a region, chroma repeated to the luma's size."""
    layout = picture.layout
    sw, sh = layout.log2_chroma_w, layout.log2_chroma_h
    if not sw and not sh:
        return [_cut(plane, x, y, w, h) for plane in picture.planes[:3]]
    left, top = x >> sw, y >> sh
    across, down = ((x + w - 1) >> sw) - left + 1, ((y + h - 1) >> sh) - top + 1
    planes: list[npt.NDArray[Any]] = [_cut(picture.planes[0], x, y, w, h)]
    dx, dy = x - (left << sw), y - (top << sh)
    for plane in picture.planes[1:3]:
        small = _cut(plane, left, top, across, down)
        size = (across << sw, down << sh)
        large = cv2.resize(small, size, interpolation=cv2.INTER_NEAREST)
        planes.append(large[dy : dy + h, dx : dx + w])
    return planes


def _grey(luma: Plane, layout: PixelLayout) -> Rgb:
    unit = float(1 << (layout.bits - 8))
    if layout.full_range:
        scale, black = 255.0 / ((1 << layout.bits) - 1), 0.0
    else:
        scale, black = 255.0 / (219.0 * unit), 16.0 * unit
    codes = np.arange(1 << layout.bits, dtype=np.float64)
    table = np.clip(np.rint((codes - black) * scale), 0, 255).astype(np.uint8)
    grey = table[luma]
    return np.ascontiguousarray(cv2.merge([grey, grey, grey]))


def _eight_bits(samples: npt.NDArray[Any], scale: float) -> Rgb:
    if samples.dtype == np.uint8:
        return np.ascontiguousarray(samples, dtype=np.uint8)
    rgb: Rgb = cv2.convertScaleAbs(samples, alpha=scale).astype(np.uint8, copy=False)
    return rgb
