"""Takes that were recorded while the clip played, where they were spoken: bars on the waveform."""

from dataclasses import dataclass
from fractions import Fraction

from cmet_studio.domain.project import Project
from cmet_studio.domain.time import ClipTimes
from cmet_studio.ui.timeline.layout import Lane

ROWS = 3
"""Takes over one another: the newest rows of them."""
ROW_PX = 13


@dataclass(frozen=True, slots=True)
class TakeBar:
    """A take on the waveform lane.

    Attributes:
        start, stop: fractional clip frames.
        row: from the lane's top.
        emotion: id of an emotion that is made from it, or None.
    """

    take: str
    name: str
    start: float
    stop: float
    row: int
    emotion: str | None
    colour: str


def take_bars(project: Project, times: ClipTimes) -> tuple[TakeBar, ...]:
    """Every take that knows its place; those that overlap are put on rows of their own."""
    users = {
        take: emotion
        for emotion in project.emotions
        for take in (*emotion.neutral, *emotion.expressive)
    }
    ends = [float("-inf")] * ROWS
    bars = []
    spoken = [take for take in project.takes if take.clip_s is not None]
    for take in sorted(spoken, key=lambda t: (t.clip_s or 0.0) + t.in_s):
        begin = Fraction(take.clip_s or 0.0) + Fraction(take.in_s)
        end = Fraction(take.clip_s or 0.0) + Fraction(
            take.duration_s if take.out_s is None else take.out_s
        )
        start, stop = times.position_at(begin), times.position_at(end)
        if stop <= start:
            continue
        row = next((n for n in range(ROWS) if ends[n] <= start), ends.index(min(ends)))
        ends[row] = stop
        user = users.get(take.id)
        bars.append(
            TakeBar(
                take.id,
                take.source or take.id,
                start,
                stop,
                row,
                user.id if user is not None else None,
                user.colour if user is not None else "#9a9a9a",
            )
        )
    return tuple(bars)


def bar_at(bars: tuple[TakeBar, ...], lane: Lane, position: float, y: float) -> TakeBar | None:
    """The bar at a fractional frame and a row of the widget; the last of several."""
    row = int(y - lane.top - 1) // ROW_PX
    found = [bar for bar in bars if bar.row == row and bar.start <= position < bar.stop]
    return found[-1] if found else None
