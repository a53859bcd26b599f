"""An open loudspeaker and what it says: samples in, and at any time which one is heard now."""

import time
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
    opened,
    portaudio,
)
from cmet_studio.media.ring import Ring
from cmet_studio.media.sound_clock import SoundClock

Samples = npt.NDArray[np.float32]

LATENCY_S = 0.15
"""How far ahead of the ear the callback runs: enough for a busy computer, quick to the hand."""

_LIVE_LAG_S = 0.12


class Voice:
    """A stretch of sound on its way to the ear: a thread fills it, the callback empties it.

    Args:
        capacity: samples that may wait.
        rate: samples per second.
    """

    def __init__(self, capacity: int, rate: int) -> None:
        self.ring = Ring(capacity, 2)
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

    Args:
        device: default: the system's.
        latency_s: how far ahead of the ear the callback runs, about.

    Raises: DeviceError if there is none or it refuses.
    """

    def __init__(self, device: Device | None = None, latency_s: float = LATENCY_S) -> None:
        self.device = device or find_device("output")
        self._latency_s = latency_s
        self.voice: Voice | None = None
        self.gain = 1.0
        self.underflows = 0
        self._channels = min(2, self.device.channels)
        self._frames = 0
        self._both: Samples = np.zeros((RATE, 2), np.float32)
        own = round(self.device.rate_hz)
        try:
            self._stream, self.rate = self._open(RATE), RATE
        except DeviceError:
            if own == RATE:
                raise
            self._stream, self.rate = self._open(own), own
        self._clock = SoundClock(self.rate)

    @property
    def active(self) -> bool:
        """Whether it runs; False as well when the device is gone."""
        return bool(self._stream.active)

    @property
    def steady(self) -> bool:
        """Whether it runs evenly. Some systems stall for a second or two after the start."""
        return self.active and self._clock.steady

    @property
    def latency_s(self) -> float:
        """What PortAudio says lies between the callback and the ear."""
        return float(self._stream.latency)

    def start(self) -> None:
        """Run; silent until there is a voice.

        Raises: DeviceError if the device refuses.
        """
        if self._stream.stopped:
            with device_errors(self.device):
                self._stream.start()

    def stop(self) -> None:
        """Rest the device."""
        if not self._stream.stopped:
            self._stream.abort(ignore_errors=True)

    def close(self) -> None:
        """Let go of the device."""
        close_stream(self._stream)

    def _open(self, rate: int) -> Any:
        library = portaudio()
        with device_errors(self.device):
            stream = library.OutputStream(
                device=self.device.index,
                channels=self._channels,
                samplerate=rate,
                dtype="float32",
                latency=self._latency_s,
                callback=self._speak,
            )
        return opened(stream)

    def _speak(self, out: Samples, frames: int, times: Any, status: Any) -> None:
        """PortAudio's thread: copy, count, note the time."""
        if status.output_underflow:
            self.underflows += 1
        self._clock.note(self._frames, times.outputBufferDacTime, times.currentTime)
        self._frames += frames
        voice = self.voice
        if voice is None:
            out[:] = 0.0
            return
        if self._channels == 2:
            voice.take(out, times)
        else:
            both = self._both[:frames]
            voice.take(both, times)
            np.add(both[:, :1], both[:, 1:], out=out)
            out *= 0.5
        if self.gain != 1.0:
            out *= self.gain
