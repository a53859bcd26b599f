"""Columns of numbers as pictures: what thousands of keys or samples look like from far."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]


class Kept:
    """Pictures that cost milliseconds, kept while what they were made of is the same.

    A key that is dragged changes neither the sound nor how far one looks.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[object, ...], QImage]] = {}

    def picture(self, name: str, of: tuple[object, ...], make: Callable[[], QImage]) -> QImage:
        """The picture made last under a name, made anew if anything in ``of`` is another.

        Args:
            of: numbers, compared by value, and other things, which must not change: by identity.
        """
        known = self._known.get(name)
        if known is None or not all(map(_same, known[0], of)):
            known = self._known[name] = of, make()
        return known[1]


def _same(a: object, b: object) -> bool:
    return a is b or (isinstance(a, int | float) and a == b)


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
    low, high = bottom[None] - rows, top[None] - rows
    low.clip(0.0, 1.0, out=low)
    high.clip(0.0, 1.0, out=high)
    covered: Floats = np.subtract(low, high, out=low)
    return covered


def tinted(cover: Floats, colour: Pixels, strength: float) -> Pixels:
    """Premultiplied pixels of ``cover`` in a colour: (3,) RGB, or (W, 3), one for each column."""
    if colour.ndim == 1:  # few different pixels: each of them is made once
        steps = np.arange(256) / 255 * strength
        table = (steps[:, None] * [*colour[::-1], 255]).astype(np.uint8)
        shades = table.view(np.uint32).ravel()[(cover * 255).astype(np.uint8)]
        pixels: Pixels = shades.view(np.uint8).reshape(*cover.shape, 4)
        return pixels
    alpha = cover * strength
    made = np.empty((*cover.shape, 4), np.uint8)
    made[..., :3] = alpha[..., None] * colour.reshape(1, -1, 3)[..., ::-1]
    made[..., 3] = alpha * 255
    return made


def over(above: Pixels, below: Pixels) -> Pixels:
    """Lay one premultiplied picture over another."""
    rest = 255 - above[..., 3:].astype(np.uint16)
    made: Pixels = (above + (below * rest // 255).astype(np.uint8)).astype(np.uint8)
    return made
