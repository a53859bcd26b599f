"""Exact time: frame rates, time stamps, timecode, and the positions that people type.

Frames are ints from 0, seconds are Fractions counted from the clip's first time stamp, ranges are
half-open. Timecode follows SMPTE ST 12-1: it labels frames by counting them at the rounded rate;
drop frame leaves out labels (never frames) so that the count keeps up with the clock.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import gcd
from operator import le

from cmet_studio.core.errors import BadInput

_MAX_TERM = 2**31 - 1  # what media containers can hold
_TIMECODE = re.compile(r"([0-9]{1,2})[:;]([0-9]{1,2})[:;]([0-9]{1,2})([:;])([0-9]{1,4})")
_FRAME = re.compile(r"f(-?[0-9]{1,12})")
_SECONDS = re.compile(r"(-?(?:[0-9]{1,9}(?:\.[0-9]{0,12})?|\.[0-9]{1,12}))s")
_WAYS = "Write a frame (f37), seconds (1.5s) or a timecode (00:00:01:12)."


@dataclass(frozen=True, slots=True)
class FrameRate:
    """Frames per second as a fraction in lowest terms, e.g. ``FrameRate(30000, 1001)``.

    Raises: BadInput if a term is not a positive 31-bit int.
    """

    num: int
    den: int = 1

    def __post_init__(self) -> None:
        for term in (self.num, self.den):
            if type(term) is not int or not 0 < term <= _MAX_TERM:
                raise BadInput(
                    f"{self.num}/{self.den} is not a frame rate.",
                    "Give frames per second as a positive fraction such as 30000/1001.",
                )
        common = gcd(self.num, self.den)
        object.__setattr__(self, "num", self.num // common)
        object.__setattr__(self, "den", self.den // common)

    def __str__(self) -> str:
        return f"{self.num}/{self.den}" if self.den != 1 else str(self.num)

    @property
    def fps(self) -> Fraction:
        """Frames per second."""
        return Fraction(self.num, self.den)

    @property
    def nominal(self) -> int:
        """Frames that one second of timecode counts: the rate rounded, at least 1."""
        return max(1, (2 * self.num + self.den) // (2 * self.den))

    @property
    def can_drop(self) -> bool:
        """Whether drop-frame labels exist at this rate (29.97, 59.94 and their roundings)."""
        return self.nominal % 30 == 0


def _dropped_per_minute(rate: FrameRate) -> int:
    return rate.nominal // 15  # 2 labels at 30, 4 at 60


def _frames_per_day(rate: FrameRate, drop: bool) -> int:
    labels = 24 * 60 * 60 * rate.nominal
    return labels - 24 * 54 * _dropped_per_minute(rate) if drop else labels


def _not_a_timecode(text: str, why: str) -> BadInput:
    return BadInput(f"'{text}' is not a timecode: {why}.", _WAYS)


def _count(text: str, rate: FrameRate, drop: bool | None) -> int:
    """Frames from 00:00:00:00 to ``text``; ``drop`` None reads the kind from the separator."""
    match = _TIMECODE.fullmatch(text)
    if match is None:
        raise _not_a_timecode(text, "it does not read HH:MM:SS:FF")
    hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
    if drop is None:
        drop = ";" in text
    if drop and not rate.can_drop:
        raise _not_a_timecode(text, f"there is no drop frame (;) at {rate} frames per second")
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= rate.nominal:
        raise _not_a_timecode(text, f"the last label of a day is 23:59:59:{rate.nominal - 1:02d}")
    total_minutes = hours * 60 + minutes
    count = (total_minutes * 60 + seconds) * rate.nominal + frames
    if not drop:
        return count
    dropped = _dropped_per_minute(rate)
    if seconds == 0 and frames < dropped and minutes % 10:
        raise _not_a_timecode(text, "drop frame leaves this label out")
    return count - dropped * (total_minutes - total_minutes // 10)


def timecode_to_frames(text: str, rate: FrameRate) -> int:
    """Count the frames from 00:00:00:00 to a timecode; a ``;`` in it means drop frame.

    Raises: BadInput if it is not a timecode at this rate, or a label that drop frame leaves out.
    """
    return _count(text, rate, None)


def frames_to_timecode(n: int, rate: FrameRate, drop: bool) -> str:
    """Label frame ``n``, counted from 00:00:00:00; labels start again every 24 hours.

    Raises: BadInput if ``drop`` is asked at a rate that has no drop frame.
    """
    if drop and not rate.can_drop:
        raise BadInput(f"There is no drop-frame timecode at {rate} frames per second.")
    n %= _frames_per_day(rate, drop)
    if drop:
        dropped = _dropped_per_minute(rate)
        minute = 60 * rate.nominal - dropped  # of the nine minutes that leave labels out
        tens, rest = divmod(n, 10 * minute + dropped)
        # The first minute of each ten is whole; every later one skips its first labels.
        n += dropped * (9 * tens + max(0, rest - dropped) // minute)
    seconds, frames = divmod(n, rate.nominal)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    width = max(2, len(str(rate.nominal - 1)))
    mark = ";" if drop else ":"
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:0{width}d}"


class ClipTimes:
    """When each frame of a clip is shown. Immutable; 8 bytes a frame.

    ``origin`` is what the timecode counts at frame 0, ``drop_frame`` whether it drops labels.

    Args:
        pts: presentation time stamps in presentation order, in units of ``time_base``. Equal
            neighbours are allowed (damaged files have them): the later one is the one shown.
        time_base: seconds per unit of ``pts``.
        rate: nominal rate; the last frame lasts one frame of it, timecode counts by it.
        start_timecode: label of frame 0 (``;`` marks drop frame), or None if the clip carries none.

    Raises: BadInput if there is no frame, the stamps go backwards or do not fit 64 bits, or the
        timecode is none at this rate.
    """

    __slots__ = ("drop_frame", "origin", "pts", "rate", "start_timecode", "time_base")

    def __init__(
        self,
        pts: Sequence[int],
        time_base: Fraction,
        rate: FrameRate,
        start_timecode: str | None = None,
    ) -> None:
        try:
            self.pts = array("q", pts)
        except (OverflowError, TypeError) as exc:
            raise BadInput("The clip's time stamps are not 64-bit integers.") from exc
        if not self.pts:
            raise BadInput("The clip has no frames.")
        if time_base <= 0:
            raise BadInput(f"The clip's time base, {time_base}, is not positive.")
        if not all(map(le, self.pts, islice(self.pts, 1, None))):
            raise BadInput("The clip's time stamps go backwards.")
        self.time_base = time_base
        self.rate = rate
        self.start_timecode = start_timecode
        self.origin = 0 if start_timecode is None else timecode_to_frames(start_timecode, rate)
        self.drop_frame = start_timecode is not None and ";" in start_timecode

    @classmethod
    def constant(
        cls, frames: int, rate: FrameRate, start_timecode: str | None = None
    ) -> "ClipTimes":
        """Times of a clip whose ``frames`` frames all last equally long."""
        return cls(range(frames), 1 / rate.fps, rate, start_timecode)

    def __len__(self) -> int:
        return len(self.pts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClipTimes):
            return NotImplemented
        return (self.pts, self.time_base, self.rate, self.start_timecode) == (
            other.pts,
            other.time_base,
            other.rate,
            other.start_timecode,
        )

    __hash__ = None  # type: ignore[assignment]  # as long as the clip: nobody should key by it

    def __repr__(self) -> str:
        return f"ClipTimes({len(self)} frames at {self.rate}, {self.start_timecode})"

    @property
    def end_seconds(self) -> Fraction:
        """When the last frame's time is over, from the first frame's time stamp."""
        return (self.pts[-1] - self.pts[0]) * self.time_base + 1 / self.rate.fps

    def seconds(self, frame: int) -> Fraction:
        """When ``frame`` appears, from the first frame's time stamp; ``len`` gives the end.

        Raises: IndexError outside 0..len.
        """
        if frame == len(self.pts):
            return self.end_seconds
        if not 0 <= frame < len(self.pts):
            raise IndexError(f"frame {frame} of {len(self.pts)}")
        return (self.pts[frame] - self.pts[0]) * self.time_base

    def frame_at(self, seconds: Fraction | float) -> int:
        """Index of the frame shown at ``seconds``; the first before the clip, the last after it."""
        ticks = self.pts[0] + Fraction(seconds) // self.time_base
        return max(0, bisect_right(self.pts, ticks) - 1)

    def position_at(self, seconds: Fraction | float) -> float:
        """Fractional frame at ``seconds``: 2.25 is a quarter of frame 2's time in. 0..len.

        A whole number exactly where a frame appears, whatever the rate.
        """
        time = Fraction(seconds)
        if time <= 0:
            return 0.0
        if time >= self.end_seconds:
            return float(len(self.pts))
        frame = self.frame_at(time)
        start = self.seconds(frame)
        return frame + float((time - start) / (self.seconds(frame + 1) - start))


def _range_of(times: ClipTimes) -> str:
    last = len(times) - 1
    return (
        f"f0 to f{last}, {format_position(0, times)} to {format_position(last, times)}, "
        f"0s to {float(times.end_seconds):.3f}s"
    )


def _frame_of_timecode(text: str, times: ClipTimes) -> int:
    """Frame that carries the label ``text``; may lie outside the clip, also before it."""
    if times.start_timecode is None:
        return timecode_to_frames(text, times.rate)
    if ";" in text and not times.drop_frame:
        raise BadInput(
            f"'{text}' is drop-frame timecode, but the clip counts without dropping, from "
            f"{times.start_timecode}.",
            "Write ':' before the frames.",
        )
    frame = _count(text, times.rate, times.drop_frame) - times.origin
    # A clip that runs through midnight starts again at 00:00:00:00.
    after_midnight = frame + _frames_per_day(times.rate, times.drop_frame)
    return after_midnight if frame < 0 and after_midnight < len(times) else frame


def _frame_of(text: str, times: ClipTimes) -> int:
    """Frame meant by ``text``: negative before the clip, ``len`` or more after it."""
    plain = text.strip().lower()
    if match := _FRAME.fullmatch(plain):
        return int(match[1])
    if match := _SECONDS.fullmatch(plain):
        seconds = Fraction(match[1])
        if seconds < 0:
            return -1
        return len(times) if seconds >= times.end_seconds else times.frame_at(seconds)
    if ":" in plain or ";" in plain:
        return _frame_of_timecode(plain, times)
    raise BadInput(f"'{text}' is not a time.", _WAYS)


def parse_position(text: str, times: ClipTimes, clamp_end: bool = False) -> int:
    """Read a position in a clip.

    ``f37`` counts frames from 0. ``1.5s`` is the frame shown 1.5 s after the first frame's time
    stamp. A timecode is the source's if the clip carries one (typed with ``:`` or ``;``, it counts
    as the clip does), else it counts from zero (``;`` then asks for drop frame).

    Args:
        text: what a person typed.
        times: of the clip.
        clamp_end: the position is the excluded end of a range: ``len(times)`` is allowed, and
            anything beyond it means ``len(times)``.

    Raises: BadInput if ``text`` is no time or lies outside the clip.
    """
    frame = _frame_of(text, times)
    if clamp_end:
        frame = min(frame, len(times))
    if 0 <= frame < len(times) + clamp_end:
        return frame
    raise BadInput(
        f"'{text}' lies outside the clip ({_range_of(times)}).", "Give a time inside the clip."
    )


def parse_range(start: str | None, end: str | None, times: ClipTimes) -> tuple[int, int]:
    """Read a half-open range of frames; None means the clip's own start or end.

    Raises: BadInput as ``parse_position``, and if no frame is left in the range.
    """
    first = 0 if start is None else parse_position(start, times)
    stop = len(times) if end is None else parse_position(end, times, clamp_end=True)
    if first >= stop:
        raise BadInput(
            f"The range from {format_position(first, times)} to {format_position(stop, times)} "
            "holds no frame.",
            "Give an end after the start; the end's own frame is not part of the range.",
        )
    return first, stop


def format_position(frame: int, times: ClipTimes) -> str:
    """Timecode of a clip frame: the source's own if the clip carries one, else from zero."""
    return frames_to_timecode(times.origin + frame, times.rate, times.drop_frame)
