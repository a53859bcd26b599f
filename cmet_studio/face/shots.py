"""Where the cuts are.

Two frames may belong to different shots if hardly any part of the picture shows what it showed
before: another *framing*; or if many parts don't, and the whole differs much in structure (allowing
for motion, and for the light going up or down) and in colour: another *scene*. Either makes a cut
if it sticks out from the changes around it and lasts. So fast motion, pans, camera flashes, dips of
light, captions and things that cover a part of the picture are no cuts. Dissolves, wipes and jump
cuts in which little moves are not found, and shots of fewer than four frames join a neighbour.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.media.picture import Picture, Plane

AHEAD = 3
"""Frames after a cut that must differ from the frames before it."""

_WIDE, _HIGH = 48, 32  # thumbnail
_REACH = 2  # thumbnail pixels that things may move between frames
_STRUCTURE, _COLOUR = 0.03, 0.12  # mean changes at which another scene becomes likely
_ANEW = (0.55, 0.7)  # shares of the picture's parts that show something new: scene, framing
_PART = 8  # side of a part in thumbnail pixels
_KNOWN = 0.8  # correlation from which a part shows what it showed
_PLAIN = 0.02  # parts with less structure than this show nothing
_STANDS_OUT = (2.0, 2.4)  # times the largest change in the frames around
_BEFORE = (4, 12)  # frames before that count as around; the more, the fewer false alarms in footage
# that repeats its pictures

_Change = tuple[float, float]  # scene, framing; from 1 on a cut is likely
_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What a frame looks like from afar.

    Attributes:
        structure: (32, 48) float32, first plane with mean 0 and spread 0.2.
        colours: (3, 16) float32, share of the pixels in each bin of each plane, softened.
    """

    structure: _Floats
    colours: _Floats


def glance(picture: Picture) -> Glance:
    """Look at a picture from afar; reads its planes as they are, without converting them."""
    planes = [_small(plane, picture.layout.bits) for plane in picture.planes[:3]]
    if len(picture.planes) < 3:  # grey
        planes = [planes[0]] * 3
    first = planes[0]
    spread = max(float(first.std()), 0.04)
    colours = np.stack(
        [_shares(plane, i > 0 and not picture.layout.rgb) for i, plane in enumerate(planes)]
    )
    return Glance(((first - first.mean()) * np.float32(0.2 / spread)).astype(np.float32), colours)


def change(a: Glance, b: Glance) -> _Change:
    """How much two frames differ, as another scene and as another framing; from 1 on, much."""
    padded = np.pad(a.structure, _REACH, mode="edge")
    least = np.full((_HIGH, _WIDE), np.inf, np.float32)
    for down in range(2 * _REACH + 1):
        for across in range(2 * _REACH + 1):
            moved = padded[down : down + _HIGH, across : across + _WIDE]
            np.minimum(least, np.abs(moved - b.structure), out=least)
    structure = float(least.mean()) / _STRUCTURE
    colour = float(np.abs(a.colours - b.colours).sum()) / 6 / _COLOUR
    new = _new_share(a, b)
    scene = float(np.sqrt(structure * colour)) if min(structure, colour) >= 0.5 else 0.0
    return min(scene, new / _ANEW[0]), new / _ANEW[1]


def _new_share(a: Glance, b: Glance) -> float:
    """Share of the picture's parts, 0..1, that do not show the same thing in the same place."""
    one, other = _parts(a.structure), _parts(b.structure)
    spread = np.sqrt((one**2).mean(axis=1)), np.sqrt((other**2).mean(axis=1))
    telling = np.maximum(*spread) >= _PLAIN
    if not telling.any():
        return 1.0
    alike = (one * other).mean(axis=1) >= _KNOWN * spread[0] * spread[1]
    # Someone dancing before a white wall fills few parts: those alone make no cut.
    return float((telling & ~alike).sum() / max(telling.sum(), len(telling) / 2))


def _parts(structure: _Floats) -> _Floats:
    rows, columns = _HIGH // _PART, _WIDE // _PART
    parts = structure.reshape(rows, _PART, columns, _PART).swapaxes(1, 2)
    flat = parts.reshape(rows * columns, _PART * _PART)
    return np.asarray(flat - flat.mean(axis=1, keepdims=True), dtype=np.float32)


def with_cuts(pictures: Iterable[Picture]) -> Iterator[tuple[Picture, bool]]:
    """Pass pictures on, each with whether a shot begins there. Holds four pictures at a time."""
    waiting: deque[tuple[Picture, Glance]] = deque()
    past: deque[Glance] = deque(maxlen=_BEFORE[1])
    for picture in pictures:
        waiting.append((picture, glance(picture)))
        if len(waiting) > AHEAD:
            yield _next(waiting, past)
    while waiting:
        yield _next(waiting, past)


def _next(waiting: deque[tuple[Picture, Glance]], past: deque[Glance]) -> tuple[Picture, bool]:
    """Take the oldest waiting picture and say whether a shot begins with it."""
    picture, here = waiting.popleft()
    cut = not past or _separates(list(past), [here, *(look for _, look in waiting)])
    if cut:
        past.clear()
    past.append(here)
    return picture, cut


def _separates(before: list[Glance], after: list[Glance]) -> bool:
    """Whether there is a cut between the last frame before and the first after."""
    if len(after) <= AHEAD:  # the clip ends here
        return False
    now = change(before[-1], after[0])
    for kind in (0, 1):
        if now[kind] < 1.0:
            continue
        near = before[-_BEFORE[kind] :]
        around = [change(a, b)[kind] for side in (near, after) for a, b in pairwise(side)]
        if now[kind] < _STANDS_OUT[kind] * max(around, default=0.0):
            continue
        if all(change(a, b)[kind] >= 1.0 for a in before[-AHEAD - 1 :] for b in after):
            return True
    return False


def _small(plane: Plane, bits: int) -> _Floats:
    """Reduce a plane to the thumbnail's size by area, values 0..1."""
    step = max(1, min(plane.shape[0] // (6 * _HIGH), plane.shape[1] // (6 * _WIDE)))
    thin = np.ascontiguousarray(plane[::step, ::step])
    small = cv2.resize(thin, (_WIDE, _HIGH), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32) / np.float32((1 << bits) - 1)


def _shares(plane: _Floats, chroma: bool) -> _Floats:
    low, high = (0.2, 0.8) if chroma else (0.0, 1.0)  # real chroma hugs the middle
    bins = np.clip((plane - low) * (16 / (high - low)), 0, 15).astype(np.intp)
    shares = np.bincount(bins.ravel(), minlength=16) / bins.size
    return np.convolve(shares, [0.25, 0.5, 0.25], "same").astype(np.float32)
