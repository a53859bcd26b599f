"""A decoded frame: its component planes in the source's own pixel format, and its exact time."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class PixelLayout:
    """How the planes of a picture are to be read.

    Attributes:
        pix_fmt: ffmpeg's name of the stored format, e.g. ``yuv420p10le``.
        rgb: planes are R, G, B (True) or Y, Cb, Cr / Y alone (False). A fourth, or for grey a
            second, plane is alpha and is never edited.
        bits: significant bits per sample, in the low bits of the array's type.
        log2_chroma_w: chroma planes are ``ceil(width / 2**this)`` wide, in display orientation.
        log2_chroma_h: the same for the height.
        full_range: samples span 0..2**bits-1, else the video range (luma 16..235 at 8 bits).
        matrix: ``bt709``, ``bt601`` or ``bt2020``: how YCbCr becomes RGB.
    """

    pix_fmt: str
    rgb: bool
    bits: int
    log2_chroma_w: int
    log2_chroma_h: int
    full_range: bool
    matrix: str


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One frame.

    Attributes:
        index: frame number in the clip, from 0, in presentation order.
        pts: presentation time stamp in units of ``time_base``.
        planes: read-only (h, w) uint8 or uint16 arrays in *display* orientation (rotation metadata
            applied; they may be strided or rotated views). Luma or R has the full size.
        layout: how to read the planes.
    """

    index: int
    pts: int
    time_base: Fraction
    planes: tuple[Plane, ...]
    layout: PixelLayout

    @property
    def width(self) -> int:
        """Display width in pixels."""
        return int(self.planes[0].shape[1])

    @property
    def height(self) -> int:
        """Display height in pixels."""
        return int(self.planes[0].shape[0])
