"""An open loudspeaker and what it says: samples in, and at any time which one is heard now.

There is one stream for each device, however many play on it (``borrow``): some sound systems give a
device to one stream only, and many let a new one stall for a second or two.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import DeviceError
from cmet_studio.media.bwf import RATE
from cmet_studio.media.devices import (
    Device,
    close_stream,
    device_errors,
    find_device,
    open_stream,
    output_devices,
    portaudio,
    refresh,
)
from cmet_studio.media.ring import Ring
from cmet_studio.media.sound_clock import SoundClock

Samples = npt.NDArray[np.float32]

LATENCY_S = 0.15
"""How far ahead of the ear the callback runs: enough for a busy computer, quick to the hand."""

_LIVE_LAG_S = 0.12
_SETTLE_S = 5.0
_TURN_S = 0.02
_DEAD_S = 4.0  # without a callback: the device is gone; some stall for two seconds


class Voice:
    """A stretch of sound on its way to the ear: a thread fills it, the callback empties it.

    Args:
        capacity: samples that may wait.
        rate: samples per second.
    """

    def __init__(self, capacity: int, rate: int) -> None:
        self.ring = Ring(capacity, 2)
        self.rate = rate
        self.taken = 0
        self.complete = False
        """Whether nothing more will be put in."""
        self._clock = SoundClock(rate)
        self._heard = 0.0

    @property
    def room(self) -> int:
        """Samples that may be put in now."""
        return self.ring.capacity - (self.ring.written - self.taken)

    def take(self, out: Samples, times: Any) -> None:
        """Fill (n, 2) in the callback, silent where nothing is there; ``times``: PortAudio's."""
        count = min(len(out), self.ring.written - self.taken)
        if count > 0:
            self.ring.copy_out(self.taken, out[:count])
            self._clock.note(self.taken, times.outputBufferDacTime, times.currentTime)
            self.taken += count
        out[max(count, 0) :] = 0.0

    def heard(self) -> float:
        """Samples that have been heard by now; never fewer than before."""
        if self._clock.running:
            number = min(self._clock.number_at(time.monotonic()), float(self.taken))
            self._heard = max(self._heard, number)
        return self._heard

    def time_of(self, number: int) -> float | None:
        """Monotonic time at which a sample is heard; None before the first one was taken."""
        return self._clock.time_of(number) if self._clock.running else None

    def finished(self) -> bool:
        """Whether all of it has been heard."""
        return self.complete and self.heard() >= self.ring.written


class LiveVoice(Voice):
    """Sound that is made right now: what comes too late is dropped, so that it never lags.

    Args:
        rate: samples per second, of microphone and loudspeaker alike.
    """

    def __init__(self, rate: int) -> None:
        super().__init__(rate, rate)
        self._most = round(_LIVE_LAG_S * rate)

    def take(self, out: Samples, times: Any) -> None:
        """As ``Voice.take``."""
        if self.ring.written - self.taken > self._most:
            self.taken = self.ring.written - self._most // 2
        super().take(out, times)


class Loudspeaker:
    """An output device, open until ``close``; it runs between ``start`` and ``stop``.

    What its voices say is mixed. Those who play one clip, take or beep get it by ``borrow``.

    Args:
        device: which.
        latency_s: how far ahead of the ear the callback runs, about.

    Raises: DeviceError if it refuses.
    """

    def __init__(self, device: Device, latency_s: float = LATENCY_S) -> None:
        self.device = device
        self._latency_s = latency_s
        self.users = 0
        self.underflows = 0
        self._voices: tuple[Voice, ...] = ()
        self._turn = threading.Lock()
        self._silent_since = time.monotonic()
        self._running = False
        self._gone = False
        self._seen, self._seen_at = 0, 0.0
        self._channels = min(2, self.device.channels)
        self._frames = 0
        self._both: Samples = np.zeros((RATE, 2), np.float32)
        self._other: Samples = np.zeros((RATE, 2), np.float32)
        own = round(self.device.rate_hz)
        try:
            self._stream, self.rate = self._open(RATE), RATE
        except DeviceError:
            if own == RATE:
                raise
            self._stream, self.rate = self._open(own), own
        self._clock = SoundClock(self.rate)

    @property
    def lost(self) -> bool:
        """Whether it should run and does not: the device is gone. Ask now and then."""
        with self._turn:
            if not self._running:
                return self._gone
            if self._frames != self._seen:
                self._seen, self._seen_at = self._frames, time.monotonic()
            return not self._stream.active or time.monotonic() - self._seen_at > _DEAD_S

    @property
    def steady(self) -> bool:
        """Whether it runs evenly. Some systems stall for a second or two after the start."""
        return self._running and self._clock.steady

    @property
    def latency_s(self) -> float:
        """What PortAudio says lies between the callback and the ear."""
        return float(self._stream.latency)

    def start(self) -> None:
        """Run; silent until there is a voice.

        Raises: DeviceError if the device refuses.
        """
        with self._turn:
            self._silent_since = time.monotonic()
            if self._running:
                return
            with device_errors(self.device):
                self._stream.start()
            self._seen_at = time.monotonic()
            self._running = True

    def say(self, voice: Voice) -> None:
        """Let a voice be heard with the others."""
        with self._turn:
            self._voices = (*self._voices, voice)

    def hush(self, voice: Voice | None) -> None:
        """Put a voice aside at once, if it is one of these."""
        with self._turn:
            if voice in self._voices:
                self._voices = tuple(kept for kept in self._voices if kept is not voice)
                self._silent_since = time.monotonic()

    def rest(self, after_s: float) -> None:
        """Let the device sleep if nothing was said for so long."""
        with self._turn:
            quiet_s = time.monotonic() - self._silent_since
            if self._running and not self._voices and quiet_s > after_s:
                self._running = False
                self._stream.abort(ignore_errors=True)

    @contextmanager
    def aside(self) -> Iterator[bool]:
        """Let go of the device for the block, if nothing is heard; says whether it did."""
        with self._turn:
            if self._voices:
                yield False
                return
            close_stream(self._stream)
            try:
                yield True
            finally:
                self._back()

    def _back(self) -> None:
        """Open the stream anew."""
        try:
            self.device = _chosen(self.device.key)
            self._stream = self._open(self.rate)
            if self._running:
                with device_errors(self.device):
                    self._stream.start()
            self._seen_at = time.monotonic()
        except DeviceError:
            self._running, self._gone = False, True

    def close(self) -> None:
        """Let go of the device."""
        close_stream(self._stream)

    def _open(self, rate: int) -> Any:
        library = portaudio()
        return open_stream(
            self.device,
            lambda: library.OutputStream(
                device=self.device.index,
                channels=self._channels,
                samplerate=rate,
                dtype="float32",
                latency=self._latency_s,
                callback=self._speak,
            ),
        )

    def _speak(self, out: Samples, frames: int, times: Any, status: Any) -> None:
        """PortAudio's thread: copy, count, note the time."""
        if status.output_underflow:
            self.underflows += 1
        self._clock.note(self._frames, times.outputBufferDacTime, times.currentTime)
        self._frames += frames
        voices = self._voices
        if not voices:
            out[:] = 0.0
            return
        both = out if self._channels == 2 else self._both[:frames]
        voices[0].take(both, times)
        for voice in voices[1:]:
            other = self._other[:frames]
            voice.take(other, times)
            both += other
        if self._channels == 1:
            np.add(both[:, :1], both[:, 1:], out=out)
            out *= 0.5


_open: list[Loudspeaker] = []
_lending = threading.Lock()


def borrow(key: str | None = None, latency_s: float = LATENCY_S) -> Loudspeaker:
    """The one stream to a device, opened if nobody has it yet; ``give_back`` it.

    Args:
        key: ``Device.key``; None, or one that is not there: the system's.
        latency_s: for one that is opened; who comes later takes it as it is.

    Raises: DeviceError if there is none or it refuses.
    """
    with _lending:
        wanted = _chosen(key)
        found = next((s for s in _open if s.device == wanted and not s.lost), None)
        if found is None:
            found = Loudspeaker(wanted, latency_s)
            _open.append(found)
        found.users += 1
        return found


def borrow_again(
    key: str | None, latency_s: float, go_on: Callable[[], bool]
) -> Loudspeaker | None:
    """Look for a loudspeaker that was lost or not there; returns it once it runs evenly.

    Args:
        go_on: says whether it is still wanted.
    """
    speaker = None
    try:
        refresh()  # PortAudio lists what is there once; does nothing while a stream is open
        speaker = borrow(key, latency_s)
        speaker.start()
        until = time.monotonic() + _SETTLE_S
        while go_on() and not speaker.lost and time.monotonic() < until:
            if speaker.steady:
                return speaker
            time.sleep(_TURN_S)
    except DeviceError:
        pass
    if speaker is not None:
        give_back(speaker)
    return None


def rescan() -> None:
    """See what was plugged in or out; not while something is heard or a microphone is open."""
    with _lending, ExitStack() as stack:
        if all(stack.enter_context(speaker.aside()) for speaker in _open):
            refresh()


def _chosen(key: str | None) -> Device:
    there = output_devices()
    return next((d for d in there if d.key == key), None) or find_device("output")


def give_back(speaker: Loudspeaker) -> None:
    """Need a loudspeaker no more; the last one closes it."""
    with _lending:
        speaker.users -= 1
        if not speaker.users:
            _open.remove(speaker)
            speaker.close()
