"""Brightness and colour of this face, to paint and shade in the picture's own sample values."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmet_studio.media.picture import Picture

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_SKIN = (
    50, 280, 101, 330, 36, 266, 205, 425, 118, 347, 123, 352, 187, 411, 151, 9, 108, 337, 69, 299,
    6, 197, 195, 5, 142, 371, 203, 423, 207, 427,
)  # fmt: skip
_LIPS = (0, 37, 267, 11, 72, 302, 17, 84, 314, 16, 85, 315, 39, 269, 181, 405)
_MARKS = np.array(_SKIN + _LIPS)
# Pairs of the lips' inner edges; a mouth that stands open shows its teeth, if any, between them.
_INNER_UPPER = np.array((81, 82, 13, 312, 311))
_INNER_LOWER = np.array((178, 87, 14, 317, 402))
_BETWEEN = (0.35, 0.55)  # of the way down: upper teeth, below the shadow of the lip
# A landmark's sample and its neighbours: one sample is grain.
_ACROSS = np.array([0, 1, 0, -1, 0])
_DOWN = np.array([0, 0, 1, 0, -1])


@dataclass(frozen=True, slots=True, eq=False)
class Tone:
    """Sample values of one picture's planes.

    Attributes:
        black: value of black in each plane (neutral in chroma planes).
        skin: the face's skin, per plane.
        lips: its lips, per plane.
        top: largest sample value.
        mouth: how bright the brightest part between the lips is, as a share of the skin.
    """

    black: tuple[float, ...]
    skin: tuple[float, ...]
    lips: tuple[float, ...]
    top: int
    mouth: float

    def painted(self, plane: int, level: Floats, colour: Floats, *, rgb: bool) -> Floats:
        """Sample values of paint, see ``mouth.Paint``."""
        base = self.black[plane]
        if rgb:
            grey = sum(s - b for s, b in zip(self.skin, self.black, strict=True)) / len(self.skin)
            tint = self._tint(plane, colour) - grey
            return np.asarray(base + level * (grey + np.abs(colour) * tint), np.float32)
        if plane == 0:
            return np.asarray(base + level * (self.skin[0] - base), np.float32)
        amount = np.abs(colour) * np.minimum(level * 1.6, 0.8)
        return np.asarray(base + amount * self._tint(plane, colour), np.float32)

    def _tint(self, plane: int, colour: Floats) -> Floats:
        lips, skin = (t[plane] - self.black[plane] for t in (self.lips, self.skin))
        return np.where(colour >= 0.0, np.float32(lips), np.float32(skin))


def tone_of(picture: Picture, seen: Floats) -> Tone:
    """Measure a face's skin and lips; ``seen`` is (468, 2) landmarks in pixels."""
    layout = picture.layout
    top = (1 << layout.bits) - 1
    foot = 0.0 if layout.full_range else float(16 << (layout.bits - 8))
    middle = float(1 << (layout.bits - 1))
    black, skin, lips = [], [], []
    upper, lower = seen[_INNER_UPPER], seen[_INNER_LOWER]
    inside = _around(
        np.concatenate([upper + (lower - upper) * np.float32(t) for t in _BETWEEN]),
        picture.planes[0].shape,
        (0, 0),
    )
    mouth = 0.0
    place = _around(seen[_MARKS], picture.planes[0].shape, (0, 0))
    for k in range(1 if len(picture.planes) < 3 else 3):  # a second or fourth plane is alpha
        chroma = k > 0 and not layout.rgb
        black.append(middle if chroma else foot)
        plane = picture.planes[k]
        if chroma and k == 1:  # the other one is of the same size
            shrink = layout.log2_chroma_w, layout.log2_chroma_h
            place = _around(seen[_MARKS], plane.shape, shrink)
        sums = np.add.reduce(plane[place], axis=1, dtype=np.int64)
        skin.append(_median(sums[: len(_SKIN)]) / len(_ACROSS))
        lips.append(_median(sums[len(_SKIN) :]) / len(_ACROSS))
        if k == 0:
            found = np.sort(np.add.reduce(plane[inside], axis=1, dtype=np.int64))
            bright = float(found[-2]) / len(_ACROSS)
            mouth = (bright - foot) / max(skin[0] - foot, 1.0)
    return Tone(tuple(black), tuple(skin), tuple(lips), top, mouth)


def _around(points: Floats, shape: tuple[int, ...], shrink: tuple[int, int]) -> tuple[Ints, Ints]:
    """Rows and columns of the samples at and beside some points, (n, 5) each."""
    across, down = (points[:, k].astype(np.int64) >> shrink[k] for k in (0, 1))
    x = np.minimum(np.maximum(across[:, None] + _ACROSS, 0), shape[1] - 1)
    y = np.minimum(np.maximum(down[:, None] + _DOWN, 0), shape[0] - 1)
    return y, x


def _median(numbers: Ints) -> float:
    """Much quicker than numpy's for so few."""
    numbers = np.sort(numbers)
    middle = len(numbers) // 2
    low = numbers[middle] if len(numbers) % 2 else numbers[middle - 1]
    return float(low + numbers[middle]) / 2.0
