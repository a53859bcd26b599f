"""Plays the clip: sound is the clock, frames follow it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from cmet_studio.core.errors import CmetError
from cmet_studio.domain.project import Project
from cmet_studio.domain.time import ClipTimes
from cmet_studio.ui.engine_client import Quality
from cmet_studio.ui.playback.clock import Clock, TimerClock
from cmet_studio.ui.playback.feed import FrameFeed

SPEEDS = (1, 2, 4, 8)
_TICK_MS = 5
_AROUND_S = 2.0
"""How far before and after the playhead *Play Around* goes."""
_HAIR_S = 1e-4
"""A frame's time as a float may fall short of the frame itself."""


@dataclass(slots=True)
class PlaybackFigures:
    """How well the last playback went.

    Attributes:
        due: frames whose time came.
        shown: of them, those that were there in time.
        worst_offset_s: the most that the picture on screen was behind the clock.
    """

    due: int = 0
    shown: int = 0
    worst_offset_s: float = 0.0


class Played(Protocol):
    """What is played: the part of the editor that playback needs."""

    playhead: int
    times: ClipTimes

    @property
    def is_open(self) -> bool:
        """Whether there is a clip."""

    @property
    def project(self) -> Project:
        """The document."""

    @property
    def revision(self) -> int:
        """Of the document."""

    def seek(self, frame: int, scrub: bool = False) -> None:
        """Move the playhead."""

    def set_playing(self, playing: bool) -> None:
        """Be told."""


class Transport(QObject):
    """Play, shuttle, jog, loop. One per window.

    Signals:
        frame_due(FrameResult): show this now.
        speed_changed(speed): 0 at rest, negative backwards.
        loop_changed(on).
        sound_changed(CmetError or None): why there is no sound; None: it is back.
        pass_wanted(what): a take is to be rehearsed, recorded or reviewed, or that is to end.
    """

    frame_due = Signal(object)
    speed_changed = Signal(int)
    loop_changed = Signal(bool)
    sound_changed = Signal(object)
    pass_wanted = Signal(str)

    def __init__(self, editor: Played, feed: FrameFeed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._clock: Clock = TimerClock()
        self._problem: CmetError | None = None
        self._feed = feed
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._range = (0, 1)
        self._around: int | None = None
        self.speed = 0
        self.loop = False
        self._shown_frame = False
        self._own_seek = False
        self.holding = False  # K is down: J and L step
        self.width: int | None = None  # the viewer says how wide its frames are
        self.quality: Quality = "draft"
        self.figures = PlaybackFigures()
        self.scrubs = True
        self.interrupt: Callable[[], bool] = lambda: False
        """Asked before playing begins: ends a take that runs instead, and says whether it did."""

    def use_clock(self, clock: Clock) -> None:
        """Follow this clock from now on; what plays, plays on."""
        self._clock.stop()
        self._clock.close()
        self._clock = clock
        self._problem = None
        if self.speed:
            self._begin(self._editor.playhead, self.speed, self._around)

    def close(self) -> bool:
        """Stop; let go of the device and the thread. Returns whether the thread ended."""
        self._timer.stop()
        self._clock.stop()
        self._clock.close()
        return self._feed.close()

    @property
    def sounding(self) -> bool:
        """Whether a loudspeaker keeps the time, not a timer."""
        return bool(getattr(self._clock, "sounding", False))

    # What keys and buttons ask for

    def toggle(self) -> None:
        """Play forward, or stop."""
        if self.speed:
            self.stop()
        else:
            self.play(1)

    def stop(self) -> None:
        """Hold at the playhead; end a take that runs."""
        around, self._around = self._around, None
        if not self.speed:
            self.interrupt()
            return
        self.speed = 0
        self._timer.stop()
        self._clock.stop()
        self._watch_sound()
        self._feed.halt()
        self.speed_changed.emit(0)
        self._editor.set_playing(False)
        if around is not None:
            self._editor.seek(around)

    def shuttle(self, direction: int) -> None:
        """J (-1) or L (1): the next speed that way; with K held one frame that way."""
        if self.holding:
            self.jog(direction)
            return
        speeds = [direction * speed for speed in SPEEDS]
        if self.speed in speeds:
            self.play(speeds[min(speeds.index(self.speed) + 1, len(speeds) - 1)])
        else:
            self.play(direction)

    def jog(self, frames: int) -> None:
        """Step by hand, with sound."""
        self.stop()
        self._editor.seek(self._editor.playhead + frames, scrub=True)

    def jog_seconds(self, seconds: int) -> None:
        """Step by whole seconds, counted by the clip's own time stamps."""
        self.stop()
        times = self._editor.times
        at = float(times.seconds(self._editor.playhead)) + seconds + _HAIR_S
        self._editor.seek(times.frame_at(at), scrub=True)

    def set_loop(self, on: bool) -> None:
        """Begin again at the end, or stop there."""
        if on != self.loop:
            self.loop = on
            self.loop_changed.emit(on)
            if self.speed and self._around is None:
                self._begin(self._editor.playhead, self.speed)

    def play(self, speed: int) -> None:
        """Play at this speed from the playhead, within in and out if it stands between them."""
        if not self._editor.is_open or not speed:
            return
        self._range = self._bounds()
        first, stop = self._range
        start = self._editor.playhead
        if speed > 0 and start >= stop - 1:
            start = first
        elif speed < 0 and start <= first:
            start = stop - 1
        self._begin(start, speed)

    def play_around(self) -> None:
        """Play two seconds before to two seconds after the playhead, then come back."""
        if not self._editor.is_open:
            return
        times, here = self._editor.times, self._editor.playhead
        self.stop()
        at = float(times.seconds(here))
        self._range = (times.frame_at(at - _AROUND_S), times.frame_at(at + _AROUND_S) + 1)
        self._begin(self._range[0], 1, around=here)

    def play_range(self) -> None:
        """Play from in to out."""
        if self._editor.is_open:
            self.stop()
            first, stop = self._editor.project.work_range or (0, self._editor.project.clip.frames)
            self._range = (first, stop)
            self._begin(first, 1)

    # The way it runs

    def _bounds(self) -> tuple[int, int]:
        project = self._editor.project
        marked = project.work_range
        if marked is not None and marked[0] <= self._editor.playhead < marked[1]:
            return marked
        return 0, project.clip.frames

    def _start_clock(self, start_s: float, speed: int, loops: bool) -> None:
        """The clock itself goes round, so that the sound has no gap there."""
        first_s, stop_s = (float(self._editor.times.seconds(n)) for n in self._range)
        if not loops:
            self._clock.play(start_s, speed)
        elif speed > 0:
            self._clock.play(start_s, speed, stop_s, True, first_s)
        else:
            self._clock.play(start_s, speed, first_s, True, stop_s)

    def _begin(self, start: int, speed: int, around: int | None = None) -> None:
        if self.interrupt():
            return
        was_playing = self.speed != 0
        self.speed = speed
        self._around = around
        self.figures = PlaybackFigures()
        times = self._editor.times
        self._feed.set_revision(self._editor.revision)
        loops = self.loop and around is None
        frame_s = float(1 / times.rate.fps)
        self._feed.begin(start, speed, self._range, self.width, self.quality, loops, frame_s)
        self._start_clock(float(times.seconds(start)), speed, loops)
        self._seek(start)
        self._timer.start()
        self.speed_changed.emit(speed)
        if not was_playing:
            self._editor.set_playing(True)

    def _watch_sound(self) -> None:
        problem = self._clock.problem
        if problem is not self._problem:
            self._problem = problem
            self.sound_changed.emit(problem)

    def _tick(self) -> None:
        self._watch_sound()
        times = self._editor.times
        at_s = self._clock.position_s
        frame = times.frame_at(at_s + _HAIR_S)
        first, stop = self._range
        edge_s = float(times.seconds(stop if self.speed > 0 else first))
        over = at_s >= edge_s if self.speed > 0 else at_s <= edge_s
        if over and self.loop and self._around is None:
            return  # the clock is about to go round
        if over or not first <= frame < stop:
            self._at_end()
            return
        if self.speed not in (1, -1):  # between the frames that are shown at this speed
            frame = first + (frame - first) // abs(self.speed) * abs(self.speed)
        self._show(frame, at_s)

    def _show(self, frame: int, at_s: float) -> None:
        figures = self.figures
        moved = frame != self._editor.playhead
        if moved:
            passed = (frame - self._editor.playhead) // self.speed
            figures.due += max(1, passed)  # going round counts as one
            self._shown_frame = False
        if moved or not self._shown_frame:
            found = self._feed.take(frame)
            if found is not None:
                self._shown_frame = found.number == frame
                figures.shown += self._shown_frame
                late = abs(at_s - float(self._editor.times.seconds(found.number)))
                figures.worst_offset_s = max(figures.worst_offset_s, late)
                self.frame_due.emit(found)
        if moved:
            self._seek(frame)

    def _seek(self, frame: int) -> None:
        self._own_seek = True
        self._editor.seek(frame)
        self._own_seek = False

    def playhead_moved(self, frame: int) -> None:
        """Somebody put the playhead elsewhere while playing: go on from there."""
        if self.speed and not self._own_seek:
            if not self._range[0] <= frame < self._range[1]:
                self._range = (0, self._editor.project.clip.frames)
            self._begin(frame, self.speed)

    def _at_end(self) -> None:
        first, stop = self._range
        last = stop - 1 if self.speed > 0 else first
        around = self._around
        self.stop()
        if around is None:
            self._editor.seek(last)

    def scrub(self, frame: int) -> None:
        """Sound the moment of a frame."""
        if not self.speed and self.scrubs:
            self._clock.scrub(float(self._editor.times.seconds(frame)))

    def document_opened(self) -> None:
        """Another clip: its clock comes later (``use_clock``)."""
        self.stop()
        self.use_clock(TimerClock())

    def document_changed(self) -> None:
        """What was fetched ahead is old."""
        if self.speed:
            self._feed.set_revision(self._editor.revision)
