"""How stored pictures are turned for display (the display matrix of the container)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

_ONE = 1 << 16


@dataclass(frozen=True, slots=True)
class Orientation:
    """Transpose first (rows become columns), then mirror left-right and top-bottom."""

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @property
    def rotation_deg(self) -> int:
        """Clockwise turn from stored to displayed: 0, 90, 180 or 270 (before mirroring if any)."""
        if self.transpose:
            return 90 if self.flip_x else 270
        return 180 if self.flip_y else 0

    @property
    def mirrored(self) -> bool:
        """Whether the display mirrors the stored picture."""
        return self.transpose ^ self.flip_x ^ self.flip_y

    def show(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """View of a stored plane (h, w) in display orientation."""
        shown = stored.T if self.transpose else stored
        return shown[:: -1 if self.flip_y else 1, :: -1 if self.flip_x else 1]

    def store(self, shown: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """View of a displayed plane (h, w) as it is stored: the inverse of ``show``."""
        turned = shown[:: -1 if self.flip_y else 1, :: -1 if self.flip_x else 1]
        return turned.T if self.transpose else turned


UPRIGHT = Orientation()


def display_matrix(orientation: Orientation) -> tuple[int, ...]:
    """The nine numbers that ``from_display_matrix`` reads (16.16 and, last, 2.30 fixed point)."""
    x = -_ONE if orientation.flip_x else _ONE
    y = -_ONE if orientation.flip_y else _ONE
    if orientation.transpose:
        return 0, y, 0, x, 0, 0, 0, 0, 1 << 30
    return x, 0, 0, 0, y, 0, 0, 0, 1 << 30


def from_display_matrix(matrix: Sequence[int] | None) -> Orientation:
    """Read ffmpeg's display matrix (nine numbers, 16.16 fixed point, row vectors times matrix).

    Returns: ``UPRIGHT`` also for matrices that are not quarter turns and mirrorings: such clips
        are edited as stored, and the matrix is carried along.
    """
    if matrix is None:
        return UPRIGHT
    # x' = a x + c y, y' = b x + d y
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    if b == c == 0 and abs(a) == abs(d) == _ONE:
        return Orientation(False, a < 0, d < 0)
    if a == d == 0 and abs(b) == abs(c) == _ONE:
        return Orientation(True, c < 0, b < 0)
    return UPRIGHT
