"""Playing a clip's sound as the clock that the picture follows.

``position_s`` is what the ear hears now: the sound card counts, not a timer. Where there is no
loudspeaker a silent timer keeps the time instead; ``problem`` says why, and the sound comes back
when the device does. A thread decodes a little ahead into a ring, so memory stays flat; each
``play`` or ``scrub`` puts the one before it aside at once.
"""

import threading
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import CmetError, DeviceError, MediaError
from cmet_studio.media.course import Course
from cmet_studio.media.loudspeaker import (
    LATENCY_S,
    Loudspeaker,
    Voice,
    borrow,
    borrow_again,
    give_back,
)
from cmet_studio.media.play import Play
from cmet_studio.media.sound import NoSound
from cmet_studio.media.sound_reader import SoundReader

Samples = npt.NDArray[np.float32]

GRAIN_S = 0.08
"""How much is heard of a place that is scrubbed over."""
_TURN_S = 0.02
_IDLE_S = 300.0  # a device that slept may take two seconds to wake
_AGAIN_S = 3.0  # between attempts to get a lost device back
_SPEEDS = 8.0


class Player:
    """The sound of one clip. Methods return at once; call them from one thread.

    Args:
        path: any media file; None, or one without sound: silence (and count-in beeps).
        device: key of a loudspeaker (``Device.key``); default: the system's.
        silent: use the timer without asking for a device.
        latency_s: see ``Loudspeaker``; ``position_s`` accounts for it.

    Attributes:
        problem: why nothing of the clip's sound is heard, if so: no loudspeaker, or unreadable.
    """

    def __init__(
        self,
        path: Path | None,
        device: str | None = None,
        silent: bool = False,
        latency_s: float = LATENCY_S,
    ) -> None:
        self.problem: CmetError | None = None
        self._path = path
        self._device = device
        self._latency_s = latency_s
        self._silent = silent
        self._timed = silent  # the timer keeps the time
        self._tried_at = 0.0
        self._now = Play(Course(0.0), stopped_at_s=0.0)
        self._out: Loudspeaker | None = None
        self._reader: SoundReader | None = None
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
        if now.voice is not None and now.voice.finished():
            return False
        length_s = now.course.length_s
        return length_s is None or now.elapsed_s < length_s - 1e-9

    @property
    def steady(self) -> bool:
        """Whether the loudspeaker has settled after ``prepare`` (the timer always has)."""
        out = self._out
        return self._timed or (out is not None and out.steady)

    @property
    def position_s(self) -> float:
        """Clip time that is heard now (or was, when playing stopped)."""
        now = self._now
        return now.course.at(now.elapsed_s)

    @property
    def underruns(self) -> int:
        """How often the loudspeaker was left without sound by a busy computer."""
        out = self._out
        return 0 if out is None else out.underflows

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
        self._begin(Play(course, overlay))

    def scrub(self, at_s: float) -> None:
        """Let a moment be heard; the position is ``at_s`` plus what was heard of it."""
        self._begin(Play(Course(at_s, 1.0, at_s + GRAIN_S)))

    def stop(self) -> float:
        """Stop; returns the position that was heard last."""
        with self._wake:
            now, out = self._now, self._out
            if now.stopped_at_s is None:
                now.stopped_at_s = now.elapsed_s
            if out is not None:
                out.hush(now.voice)
        return self.position_s

    def heard_at(self, position_s: float) -> float | None:
        """Monotonic time at which a clip time of this play is heard; None while not yet known."""
        return self._now.heard_at(position_s)

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

    def _begin(self, play: Play) -> None:
        with self._wake:
            out = self._out
            if self._timed:
                play.began_s = time.monotonic()
            elif out is not None:
                out.hush(self._now.voice)
            self._now = play
            self._wake.notify()

    # The thread

    def _run(self) -> None:
        while not self._closed:
            play = self._now
            busy = False
            try:
                busy = self._tend(play)
            except MediaError as error:
                self._without_clip(error)
                busy = True
            except CmetError as error:
                self._fall_silent(play, error)
            with self._wake:
                if self._nothing_new(play):
                    self._wake.wait(_TURN_S if busy else 1.0)
        self._let_go()
        if self._reader is not None:
            self._reader.close()

    def _nothing_new(self, play: Play) -> bool:
        return self._now is play and not self._closed and not self._prepare

    def _tend(self, play: Play) -> bool:
        """Give a play what it needs next; returns whether it needs more care soon."""
        out = self._out
        if out is not None and out.lost:
            raise DeviceError(
                f"The loudspeaker '{out.device.name}' stopped.",
                "Plug it in again or choose another; the picture plays on without sound.",
            )
        if self._timed:
            self._look_again()
            return False
        if self._prepare:
            self._prepare = False
            self._ready().start()
        if out is not None and not self.playing:
            out.rest(_IDLE_S)
        if play.stopped_at_s is not None:
            return False
        out = self._ready()
        if play.voice is None:
            voice = play.voiced(self._reader, out.rate)
            self._fill(play, voice, voice.ring.capacity // 8)  # enough to begin at once
            out.start()
            with self._wake:
                if self._now is play and play.stopped_at_s is None:
                    play.voice = voice
                    out.say(voice)
        else:
            self._fill(play, play.voice, None)
            if play.voice.finished():
                out.hush(play.voice)
        return play.voice is not None and not play.voice.finished()

    def _ready(self) -> Loudspeaker:
        if self._out is None:
            self._out = borrow(self._device, self._latency_s)
        if self._reader is None and self._path is not None:
            try:
                self._reader = SoundReader(self._path, self._out.rate)
            except MediaError as error:
                self.problem = None if isinstance(error, NoSound) else error
                self._path = None
        return self._out

    def _fill(self, play: Play, voice: Voice, enough: int | None) -> None:
        """Decode until the ring is full, or holds ``enough``."""
        while self._now is play and play.give(voice):
            if enough is not None and voice.ring.written > enough:
                return

    def _let_go(self) -> None:
        """Let go of the loudspeaker."""
        out, self._out = self._out, None
        if out is not None:
            out.hush(self._now.voice)
            give_back(out)

    def _without_clip(self, error: MediaError) -> None:
        """The sound cannot be read on: silence keeps the time from here."""
        self.problem = error
        self._path = None
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._carry_on()

    def _fall_silent(self, play: Play, error: CmetError) -> None:
        """Let the timer carry on from where the sound ended."""
        self._tried_at = time.monotonic()
        with self._wake:
            self.problem = error
            self._timed = True
            for late in {id(p): p for p in (play, self._now)}.values():
                late.timed()
        self._let_go()

    def _look_again(self) -> None:
        """While something plays in silence, see whether the loudspeaker is back."""
        early = time.monotonic() - self._tried_at < _AGAIN_S
        if self._silent or early or not self.playing:
            return
        self._out = borrow_again(self._device, self._latency_s, lambda: not self._closed)
        self._tried_at = time.monotonic()
        if self._out is None:
            return
        if isinstance(self.problem, DeviceError):
            self.problem = None
        self._timed = False
        self._carry_on()

    def _carry_on(self) -> None:
        """Go on from the present position with a play of its own."""
        with self._wake:
            now = self._now
            if now.stopped_at_s is None:
                if self._out is not None:
                    self._out.hush(now.voice)
                self._now = now.rest()
