"""Columns of numbers as pictures: what thousands of keys or samples look like from far."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]


def image(pixels: Pixels, ratio: float) -> QImage:
    """(H, W, 4) uint8, premultiplied BGRA, as a picture of its own memory."""
    height, width = pixels.shape[:2]
    pixels = np.ascontiguousarray(pixels)
    made = QImage(
        pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
    ).copy()
    made.setDevicePixelRatio(ratio)
    return made


def coverage(top: Floats, bottom: Floats, height: int) -> Floats:
    """How much of each pixel of a column lies between two heights: (height, W), 0..1.

    Args:
        top, bottom: (W,) in pixels from the picture's top, top <= bottom.
    """
    rows = np.arange(height)[:, None]
    low = np.clip(bottom[None] - rows, 0.0, 1.0)
    high = np.clip(top[None] - rows, 0.0, 1.0)
    covered: Floats = low - high
    return covered


def tinted(cover: Floats, colour: Pixels, strength: float) -> Pixels:
    """Premultiplied pixels of ``cover`` in a colour: (3,) RGB, or (W, 3), one for each column."""
    alpha = cover * strength
    made = np.empty((*cover.shape, 4), np.uint8)
    bgr = colour.reshape(1, -1, 3)[..., ::-1] if colour.ndim == 2 else colour[::-1]
    made[..., :3] = alpha[..., None] * bgr
    made[..., 3] = alpha * 255
    return made


def over(above: Pixels, below: Pixels) -> Pixels:
    """Lay one premultiplied picture over another."""
    rest = 255 - above[..., 3:].astype(np.uint16)
    made: Pixels = (above + (below * rest // 255).astype(np.uint8)).astype(np.uint8)
    return made
