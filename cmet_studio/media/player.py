"""Playing a clip's sound as the clock that the picture follows.

``position_s`` is what the ear hears now: the sound card counts, not a timer. Where there is no
loudspeaker a silent timer keeps the time instead; ``problem`` says why. A thread decodes a little
ahead into a ring, so memory stays flat; each ``play`` or ``scrub`` puts the one before it aside at
once.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import CmetError, DeviceError, MediaError
from cmet_studio.media.course import Course
from cmet_studio.media.devices import Device
from cmet_studio.media.feed import sound_of, with_overlay
from cmet_studio.media.loudspeaker import LATENCY_S, Loudspeaker, Voice
from cmet_studio.media.sound_reader import SoundReader

Samples = npt.NDArray[np.float32]

GRAIN_S = 0.08
"""How much is heard of a place that is scrubbed over."""
_AHEAD_S = 1.5
_TURN_S = 0.02
_IDLE_S = 10.0
_SPEEDS = 8.0


@dataclass(slots=True)
class _Play:
    """One ``play`` or ``scrub``: which way, and who keeps its time once it is under way."""

    course: Course
    overlay: Samples | None = None
    voice: Voice | None = None
    began_s: float | None = None  # monotonic: the silent timer's start
    feed: Iterator[Samples] | None = None
    waiting: Samples | None = None  # decoded, no room yet
    stopped_at_s: float | None = None  # elapsed when it was stopped

    def give(self, voice: Voice) -> bool:
        """Hand one block to the ring; returns whether it may take more."""
        if self.waiting is None or not len(self.waiting):
            self.waiting = None if self.feed is None else next(self.feed, None)
            if self.waiting is None:
                voice.complete = True
                return False
        some = self.waiting[: voice.room]
        voice.ring.write(some)
        self.waiting = self.waiting[len(some) :]
        return not len(self.waiting)


class Player:
    """The sound of one clip. Methods return at once; call them from one thread.

    Args:
        path: any media file; None, or one without sound: silence (and count-in beeps).
        device: loudspeaker; default: the system's.
        silent: use the timer without asking for a device.
        latency_s: see ``Loudspeaker``; ``position_s`` accounts for it.

    Attributes:
        problem: why nothing of the clip is heard, if so: no loudspeaker, or unreadable sound.
    """

    def __init__(
        self,
        path: Path | None,
        device: Device | None = None,
        silent: bool = False,
        latency_s: float = LATENCY_S,
    ) -> None:
        self.problem: CmetError | None = None
        self._path = path
        self._device = device
        self._latency_s = latency_s
        self._timed = silent  # the timer keeps the time
        self._now = _Play(Course(0.0), stopped_at_s=0.0)
        self._out: Loudspeaker | None = None
        self._reader: SoundReader | None = None
        self._gain = 1.0
        self._wake = threading.Condition()
        self._closed = False
        self._prepare = False
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)
        self._thread.start()

    @property
    def sounding(self) -> bool:
        """Whether a loudspeaker keeps the time, not the timer."""
        return self._now.voice is not None

    @property
    def playing(self) -> bool:
        """Whether time runs: from ``play`` until ``stop`` or the end."""
        now = self._now
        if now.stopped_at_s is not None:
            return False
        if now.voice is not None and self._out is not None and now.voice.finished():
            return False
        length_s = now.course.length_s
        return length_s is None or self._elapsed_s(now) < length_s - 1e-9

    @property
    def steady(self) -> bool:
        """Whether the loudspeaker has settled after ``prepare`` (the timer always has)."""
        return self._timed or (self._out is not None and self._out.steady)

    @property
    def position_s(self) -> float:
        """Clip time that is heard now (or was, when playing stopped)."""
        now = self._now
        return now.course.at(self._elapsed_s(now))

    @property
    def underruns(self) -> int:
        """How often the loudspeaker was left without sound by a busy computer."""
        return 0 if self._out is None else self._out.underflows

    @property
    def gain(self) -> float:
        """Loudness, 0..1 (linear)."""
        return self._gain

    @gain.setter
    def gain(self, value: float) -> None:
        self._gain = min(max(value, 0.0), 1.0)
        if self._out is not None:
            self._out.gain = self._gain

    def prepare(self) -> None:
        """Open clip and device now, so that the first ``play`` is heard at once."""
        self._prepare = True
        with self._wake:
            self._wake.notify()

    def play(
        self,
        start_s: float,
        speed: float = 1.0,
        stop_s: float | None = None,
        loop: bool = False,
        loop_from_s: float | None = None,
        overlay: Samples | None = None,
    ) -> None:
        """Play from a clip time on.

        Args:
            start_s: clip time; before 0 there is silence.
            speed: -8 to 8, not 0. The pitch is kept up to twice the speed, above it is silent.
            stop_s: where it ends; None: never (backwards: at 0).
            loop: begin again at ``loop_from_s`` (default: ``start_s``) after ``stop_s``.
            overlay: (n,) samples at 48 kHz mixed over the beginning.
        """
        if not 0.0 < abs(speed) <= _SPEEDS:
            raise ValueError(f"speed {speed} is out of range")
        again_s = start_s if loop_from_s is None else loop_from_s
        course = Course(start_s, speed, stop_s, again_s if loop else None)
        self._begin(_Play(course, overlay))

    def scrub(self, at_s: float) -> None:
        """Let a moment be heard; the position is ``at_s`` plus what was heard of it."""
        self._begin(_Play(Course(at_s, 1.0, at_s + GRAIN_S)))

    def stop(self) -> float:
        """Stop; returns the position that was heard last."""
        now = self._now
        if now.stopped_at_s is None:
            now.stopped_at_s = self._elapsed_s(now)
        if self._out is not None:
            self._out.voice = None
        return self.position_s

    def heard_at(self, position_s: float) -> float | None:
        """Monotonic time at which a clip time of this play is heard; None while not yet known."""
        now = self._now
        elapsed_s = (position_s - now.course.start_s) / now.course.speed
        if now.voice is not None and self._out is not None:
            return now.voice.time_of(round(elapsed_s * self._out.rate))
        return None if now.began_s is None else now.began_s + elapsed_s

    def close(self) -> None:
        """Stop and let go of clip and device."""
        self.stop()
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def __enter__(self) -> "Player":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _begin(self, play: _Play) -> None:
        if self._timed:
            play.began_s = time.monotonic()
            self._now = play
            return
        with self._wake:
            if self._out is not None:
                self._out.voice = None
            self._now = play
            self._wake.notify()

    def _elapsed_s(self, play: _Play) -> float:
        """Real seconds of it that were heard."""
        if play.stopped_at_s is not None:
            return play.stopped_at_s
        if play.voice is not None and self._out is not None:
            return play.voice.heard() / self._out.rate
        return 0.0 if play.began_s is None else time.monotonic() - play.began_s

    # The thread

    def _run(self) -> None:
        idle_since = time.monotonic()
        while not self._closed:
            play = self._now
            busy = False
            try:
                busy = self._tend(play)
            except CmetError as error:
                self._fall_silent(play, error)
            if busy:
                idle_since = time.monotonic()
            elif self._out is not None and time.monotonic() - idle_since > _IDLE_S:
                self._out.stop()
            with self._wake:
                if self._now is play and not self._closed:
                    self._wake.wait(_TURN_S if busy else 1.0)
        if self._out is not None:
            self._out.close()
        if self._reader is not None:
            self._reader.close()

    def _tend(self, play: _Play) -> bool:
        """Give a play what it needs next; returns whether it needs more care soon."""
        if self._prepare and not self._timed:
            self._prepare = False
            self._ready()[0].start()
        if play.stopped_at_s is not None or play.began_s is not None:
            return False
        out, reader = self._ready()
        if play.voice is None:
            play.feed = sound_of(play.course, reader, out.rate)
            if play.overlay is not None:
                play.feed = with_overlay(play.feed, play.overlay)
            voice = Voice(round(_AHEAD_S * out.rate), out.rate)
            self._fill(play, voice, voice.ring.capacity // 8)  # enough to begin at once
            out.start()
            with self._wake:
                if self._now is play and play.stopped_at_s is None:
                    play.voice = voice
                    out.voice = voice
        elif not out.active:
            raise DeviceError(
                f"The loudspeaker '{out.device.name}' stopped.",
                "Plug it in again or choose another; the picture plays on without sound.",
            )
        else:
            self._fill(play, play.voice, None)
        return play.voice is not None and not play.voice.finished()

    def _ready(self) -> tuple[Loudspeaker, SoundReader | None]:
        if self._out is None:
            self._out = Loudspeaker(self._device, self._latency_s)
            self._out.gain = self._gain
        if self._reader is None and self._path is not None:
            try:
                self._reader = SoundReader(self._path, self._out.rate)
            except MediaError as error:
                self.problem = error
                self._path = None
        return self._out, self._reader

    def _fill(self, play: _Play, voice: Voice, enough: int | None) -> None:
        """Decode until the ring is full, or holds ``enough``."""
        while self._now is play and play.give(voice):
            if enough is not None and voice.ring.written > enough:
                return

    def _fall_silent(self, play: _Play, error: CmetError) -> None:
        """Let the timer carry on from where the sound ended."""
        elapsed_s = self._elapsed_s(play)
        with self._wake:
            self.problem = error
            self._timed = True
            if self._out is not None:
                self._out.voice = None
                with suppress(CmetError):
                    self._out.stop()
            for late in {id(p): p for p in (play, self._now)}.values():
                late.voice = None
                late.began_s = time.monotonic() - (elapsed_s if late is play else 0.0)
