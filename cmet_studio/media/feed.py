"""The sound of a way through a clip: forwards or backwards, at any speed, exactly as long as it."""

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cmet_studio.media.course import Course
from cmet_studio.media.sound_reader import SoundReader
from cmet_studio.media.stretch import TimeStretch

Samples = npt.NDArray[np.float32]

FASTEST_HEARD = 2.0
"""Above this speed nobody understands a word; playing goes on in silence."""
SLOWEST_HEARD = 0.25

_PIECE_S = 0.5  # what is decoded at once backwards
_FADE_S = 0.004  # against the click of a cut into sound


def sound_of(course: Course, reader: SoundReader | None, rate: int) -> Iterator[Samples]:
    """Blocks of (n, 2) samples; sample k sounds k / rate real seconds in.

    Each leg is filled with silence to its exact length, or without end where the course has none;
    without a reader (it runs at ``rate``) all of it is silence.
    """
    laid = 0.0  # real seconds
    for start_s, end_s in course.legs():
        begin = round(laid * rate)
        if end_s is None:
            yield from _faded_in(_leg(course, start_s, None, reader), rate)
            yield from _silence(None, rate)
            return
        laid += (end_s - start_s) / course.speed
        count = round(laid * rate) - begin
        heard = _exactly(_leg(course, start_s, end_s, reader), count, rate)
        yield from _faded_in(heard, rate)


def with_overlay(blocks: Iterator[Samples], overlay: Samples) -> Iterator[Samples]:
    """Mix a (n,) sound (count-in beeps) over the beginning."""
    at = 0
    for block in blocks:
        over = overlay[at : at + len(block)]
        at += len(block)
        if len(over):
            mixed = block.copy()
            mixed[: len(over)] += over[:, None]
            yield mixed
        else:
            yield block


def _leg(
    course: Course, start_s: float, end_s: float | None, reader: SoundReader | None
) -> Iterator[Samples]:
    speed = abs(course.speed)
    if reader is None or not SLOWEST_HEARD <= speed <= FASTEST_HEARD:
        return
    if course.speed > 0.0:
        blocks = reader.blocks(start_s, end_s)
    else:
        blocks = _backwards(start_s, end_s or 0.0, reader)
    if speed == 1.0:
        yield from blocks
        return
    stretch = TimeStretch(speed, reader.rate)
    for block in blocks:
        yield stretch.more(block)
    yield stretch.rest()


def _backwards(start_s: float, end_s: float, reader: SoundReader) -> Iterator[Samples]:
    at_s = start_s
    while at_s > end_s:
        from_s = max(end_s, at_s - _PIECE_S)
        yield reader.stretch(from_s, at_s)[::-1]
        at_s = from_s


def _exactly(blocks: Iterator[Samples], count: int, rate: int) -> Iterator[Samples]:
    """``count`` samples: cut off, or filled with silence."""
    left = count
    for block in blocks:
        if left <= 0:
            return
        yield block[:left]
        left -= len(block)
    yield from _silence(left, rate)


def _silence(count: int | None, rate: int) -> Iterator[Samples]:
    piece = rate // 10
    for done in itertools.count(0, piece):
        if count is not None and done >= count:
            return
        yield np.zeros((piece if count is None else min(piece, count - done), 2), np.float32)


def _faded_in(blocks: Iterator[Samples], rate: int) -> Iterator[Samples]:
    ramp = np.linspace(0.0, 1.0, round(_FADE_S * rate), dtype=np.float32)
    at = 0
    for block in blocks:
        part = ramp[at : at + len(block)]
        at += len(block)
        if len(part):
            faded = block.copy()
            faded[: len(part)] *= part[:, None]
            yield faded
        else:
            yield block
