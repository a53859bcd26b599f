"""An open microphone: level at any time, and its sound into a file when that is asked for.

PortAudio's callback copies into a ring and notes the time, nothing else. A thread of ours moves the
meter along and writes the file. Samples are numbered from the opening of the device.
"""

import threading
import time
from typing import Any

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import CmetError, DeviceError
from cmet_studio.media.bwf import RATE, BwfWriter
from cmet_studio.media.devices import (
    Device,
    close_stream,
    device_errors,
    find_device,
    open_stream,
    portaudio,
)
from cmet_studio.media.loudspeaker import LiveVoice
from cmet_studio.media.meter import Level, Meter
from cmet_studio.media.ring import Ring
from cmet_studio.media.sound_clock import SoundClock
from cmet_studio.media.steady_rate import SteadyRate

Samples = npt.NDArray[np.float32]

_RING_S = 20.0  # how long the disk may hang; also the longest pre-roll there could be
_TURN_S = 0.04
_LATENCY_S = 0.2  # how long this program may be too busy to listen; no ear notices it
_LOST_S = 2.0  # without a sample: the device is gone
_FIRST_S = 8.0  # some sound systems take seconds to begin
_MARGIN_S = 1.0


class Microphone:
    """One input device, open from construction to ``close``.

    Args:
        device: default: the system's.
        channel: which of the device's channels is heard, from 0; None mixes the first two (most
            microphones show one sound on both).

    Attributes:
        problem: why it fell silent, if it did.
        ear: is given all that is heard, for monitoring; None: nobody listens.

    Raises: DeviceError if there is none or it refuses.
    """

    def __init__(self, device: Device | None = None, channel: int | None = None) -> None:
        self.device = device or find_device("input")
        self.problem: CmetError | None = None
        self.ear: LiveVoice | None = None
        self._channel = channel
        channels = min(2, self.device.channels) if channel is None else channel + 1
        if channel is not None and not 0 <= channel < self.device.channels:
            raise DeviceError(
                f"The microphone '{self.device.name}' has no channel {channel + 1}.",
                f"It has {self.device.channels}.",
            )
        self._stream, self.rate = self._open(channels)
        self._ring = Ring(round(_RING_S * self.rate), channels)
        self._block = np.zeros((self.rate, channels), np.float32)
        self._meter = Meter(self.rate)
        self._overflows = 0
        self._clock = SoundClock(self.rate)
        self._metered = 0
        self._seen = 0
        self._tape: _Tape | None = None
        self._turn = threading.Lock()
        self._done = threading.Event()
        self._heard_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="microphone", daemon=True)
        try:
            with device_errors(self.device):
                self._stream.start()
        except DeviceError:
            close_stream(self._stream)
            raise
        self._thread.start()

    @property
    def level(self) -> Level:
        """What the meter shows."""
        return self._meter.level

    def clear_clip(self) -> None:
        """Put the clip lamp out."""
        self._meter.clear()

    @property
    def dropped(self) -> int:
        """Blocks that the system says were lost since the opening."""
        return self._overflows

    @property
    def heard(self) -> int:
        """Samples heard since the opening."""
        return self._ring.written

    @property
    def running(self) -> bool:
        """Whether sound has begun to come."""
        return self._clock.running

    def sample_at(self, time_s: float) -> int:
        """Number of the sample heard at a time of the monotonic clock; it may lie ahead."""
        if not self.running:
            raise ValueError("no sound has come yet")
        return round(self._clock.number_at(time_s))

    def wait_for_sound(self, timeout_s: float = _FIRST_S) -> None:
        """Wait until the device delivers.

        Raises: DeviceError if it does not in time.
        """
        until = time.monotonic() + timeout_s
        while not self.running:
            if self.problem is not None:
                raise self.problem
            if time.monotonic() > until:
                raise DeviceError(
                    f"The microphone '{self.device.name}' gives no sound.",
                    "Check that it is switched on and that this program may use it.",
                )
            time.sleep(0.01)

    def start_writing(self, writer: BwfWriter, first: int, count: int | None = None) -> None:
        """Write into a file from a sample on; past ones as far as they are still kept.

        Args:
            writer: runs at ``bwf.RATE``; other rates are converted on the way.
            first: number of the first sample.
            count: stop by itself after so many.
        """
        with self._turn:
            oldest = self._ring.oldest(round(_MARGIN_S * self.rate))
            begin = max(first, oldest, 0)
            end = None if count is None else first + count
            self._tape = _Tape(writer, begin, end, self.rate)

    @property
    def writing(self) -> bool:
        """Whether a file is being written; False once its ``count`` is reached or it failed."""
        tape = self._tape
        return tape is not None and not tape.ended

    @property
    def written_s(self) -> float:
        """Seconds in the file."""
        tape = self._tape
        return 0.0 if tape is None else tape.writer.samples / RATE

    def stop_writing(self) -> int:
        """End the file with all that was heard until now; the writer is the caller's to finish.

        Returns: samples the disk was too slow for; they are silent in the file.

        Raises: OutputError if the disk had refused some of it.
        """
        with self._turn:
            tape = self._tape
            if tape is not None and not tape.ended:
                self._write(tape)
                self._end(tape)
            self._tape = None
        if tape is None:
            return 0
        if tape.problem is not None:
            raise tape.problem
        return tape.lost

    def close(self) -> None:
        """Let go of the device. A file that is being written must be stopped first."""
        self._done.set()
        self._thread.join()
        close_stream(self._stream)

    def __enter__(self) -> "Microphone":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _open(self, channels: int) -> tuple[Any, int]:
        """The stream, at ``bwf.RATE`` if the device can, at its own rate if not."""
        own = round(self.device.rate_hz)
        try:
            return self._stream_at(RATE, channels), RATE
        except DeviceError:
            if own == RATE:
                raise
        return self._stream_at(own, channels), own

    def _stream_at(self, rate: int, channels: int) -> Any:
        library = portaudio()
        return open_stream(
            self.device,
            lambda: library.InputStream(
                device=self.device.index,
                channels=channels,
                samplerate=rate,
                dtype="float32",
                latency=_LATENCY_S,
                callback=self._hear,
            ),
        )

    def _hear(self, block: Samples, frames: int, times: Any, status: Any) -> None:
        """PortAudio's thread: copy, count, note the time."""
        if status.input_overflow:
            self._overflows += 1
        self._clock.note(self._ring.written, times.inputBufferAdcTime, times.currentTime)
        self._ring.write(block)
        ear = self.ear
        if ear is not None:
            ear.ring.write(block if self._channel is None else block[:, self._channel :])

    def _run(self) -> None:
        """Our thread: meter and file, until ``close``."""
        while not self._done.wait(_TURN_S):
            with self._turn:
                self._show()
                tape = self._tape
                if tape is not None and not tape.ended:
                    self._write(tape)
                self._watch(tape)

    def _show(self) -> None:
        written = self._ring.written
        self._metered = max(self._metered, written - self.rate // 2)
        while (count := min(written - self._metered, len(self._block))) > 0:
            self._meter.feed(self._mono(self._metered, count))
            self._metered += count

    def _write(self, tape: "_Tape") -> None:
        """Bring the file up to what was heard."""
        stop = self._ring.written if tape.end is None else min(tape.end, self._ring.written)
        oldest = self._ring.oldest(round(_MARGIN_S * self.rate))
        try:
            if tape.next < min(oldest, stop):
                tape.silence(min(oldest, stop) - tape.next)
            while (count := min(stop - tape.next, len(self._block))) > 0:
                tape.write(self._mono(tape.next, count))
        except CmetError as error:
            tape.problem = error
            tape.ended = True
            return
        if tape.end is not None and tape.next >= tape.end:
            self._end(tape)

    @staticmethod
    def _end(tape: "_Tape") -> None:
        tape.ended = True
        try:
            tape.flush()
        except CmetError as error:
            tape.problem = error

    def _mono(self, start: int, count: int) -> Samples:
        block = self._block[:count]
        self._ring.copy_out(start, block)
        if self._channel is not None:
            return block[:, self._channel]
        mixed: Samples = block.mean(axis=1, dtype=np.float32)
        return mixed

    def _watch(self, tape: "_Tape | None") -> None:
        """Notice a device that is gone."""
        if self.problem is not None:
            return
        if self._ring.written > self._seen:  # also what came while the disk was hanging
            self._seen, self._heard_at = self._ring.written, time.monotonic()
        quiet_s = time.monotonic() - self._heard_at
        if not self._stream.active or quiet_s > (_LOST_S if self.running else 2 * _FIRST_S):
            self.problem = DeviceError(
                f"The microphone '{self.device.name}' stopped while it was open.",
                "Plug it in again or choose another; what was recorded until then is kept.",
            )
            if tape is not None and not tape.ended:
                self._end(tape)


class _Tape:
    """A file and how far the sound has been put into it."""

    def __init__(self, writer: BwfWriter, first: int, end: int | None, rate: int) -> None:
        self.writer = writer
        self.next = first
        self.end = end
        self.ended = False
        self.lost = 0
        self.problem: CmetError | None = None
        self._to_rate = SteadyRate(rate, RATE)

    def write(self, block: Samples) -> None:
        self.writer.write(self._to_rate.more(block))
        self.next += len(block)

    def silence(self, count: int) -> None:
        """Stand in for samples that are gone, so that what follows stays in its place."""
        self.lost += count
        for done in range(0, count, RATE):
            self.write(np.zeros(min(RATE, count - done), np.float32))

    def flush(self) -> None:
        self.writer.write(self._to_rate.rest())
