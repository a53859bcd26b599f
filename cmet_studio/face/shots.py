"""Where the cuts are.

A cut is a change that is large both in structure (what stands where, allowing for motion and for
the light going up or down) and in colour, that sticks out from the changes around it, and that
lasts. So fast motion, pans, camera flashes and dips of light are no cuts. Dissolves, wipes and jump
cuts within one framing are not found, and shots of fewer than four frames join a neighbour.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.media.picture import Picture, Plane

AHEAD = 3
"""Frames after a cut that must differ from the frames before it."""

_WIDE, _HIGH = 48, 32  # thumbnail
_REACH = 2  # thumbnail pixels that things may move between frames
_STRUCTURE, _COLOUR = 0.03, 0.12  # changes at which a cut becomes likely
_STANDS_OUT = 2.0  # times the largest change in the two frames before and after

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


def change(a: Glance, b: Glance) -> float:
    """How much two frames differ; from 1 on they may belong to different shots."""
    padded = np.pad(a.structure, _REACH, mode="edge")
    least = np.full((_HIGH, _WIDE), np.inf, np.float32)
    for down in range(2 * _REACH + 1):
        for across in range(2 * _REACH + 1):
            moved = padded[down : down + _HIGH, across : across + _WIDE]
            np.minimum(least, np.abs(moved - b.structure), out=least)
    structure = float(least.mean()) / _STRUCTURE
    colour = float(np.abs(a.colours - b.colours).sum()) / 6 / _COLOUR
    if min(structure, colour) < 0.5:
        return 0.5 * min(structure, colour)
    return float(np.sqrt(structure * colour))


def with_cuts(pictures: Iterable[Picture]) -> Iterator[tuple[Picture, bool]]:
    """Pass pictures on, each with whether a shot begins there. Holds four pictures at a time."""
    waiting: deque[tuple[Picture, Glance]] = deque()
    past: deque[Glance] = deque(maxlen=AHEAD + 1)
    changes: deque[float] = deque(maxlen=2)  # of the two frames before
    first = True
    for picture in pictures:
        waiting.append((picture, glance(picture)))
        if len(waiting) > AHEAD:
            yield _next(waiting, past, changes, first)
            first = False
    while waiting:
        yield _next(waiting, past, changes, first)
        first = False


def _next(
    waiting: deque[tuple[Picture, Glance]],
    past: deque[Glance],
    changes: deque[float],
    first: bool,
) -> tuple[Picture, bool]:
    """Take the oldest waiting picture and say whether a shot begins with it."""
    picture, here = waiting.popleft()
    now = change(past[-1], here) if past else 0.0
    cut = first or (now >= 1.0 and _lasts(past, here, [look for _, look in waiting], changes, now))
    changes.append(now if not cut else 0.0)
    if cut:
        past.clear()
    past.append(here)
    return picture, cut


def _lasts(
    past: deque[Glance], here: Glance, later: list[Glance], changes: deque[float], now: float
) -> bool:
    """Whether a large change stands out and separates all frames before from all after."""
    following = [change(a, b) for a, b in zip([here, *later[:1]], later[:2], strict=False)]
    if now < _STANDS_OUT * max([*changes, *following], default=0.0):
        return False
    after = [here, *later]
    return all(change(a, b) >= 1.0 for a in past for b in after)


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
