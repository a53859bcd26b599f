"""Recording a take: from "get ready" over the count-in to a finished file.

The microphone listens (and shows its level) from ``Recorder()`` on. ``start`` begins a take: at
once, or when the clip, playing on the loudspeaker, comes to the in point. The take ends by itself
at its length or out point, at ``stop``, or when the device is lost; whatever was heard is in the
file. The microphone is heard on the loudspeaker only after ``monitor(True)``.
"""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cmet_studio.core.errors import CmetError, DeviceError, OutputError
from cmet_studio.media.bwf import RATE, BwfWriter, TakeNote
from cmet_studio.media.count_in import BEAT_S, BEEPS, count_in
from cmet_studio.media.devices import Device, input_devices, output_devices
from cmet_studio.media.loudspeaker import LiveVoice, Loudspeaker, borrow, give_back
from cmet_studio.media.meter import Level
from cmet_studio.media.microphone import Microphone
from cmet_studio.media.player import Player
from cmet_studio.media.repair import next_take, read_note, repair_unfinished, repair_wav

__all__ = [
    "Device",
    "Punch",
    "Recorder",
    "Recording",
    "TakeNote",
    "input_devices",
    "next_take",
    "output_devices",
    "read_note",
    "repair_unfinished",
    "repair_wav",
]

PREROLL_S = 0.5
"""Seconds kept from before the in, so that an early breath or consonant is not cut."""
_TURN_S = 0.02
_LEAD_S = 1.0  # of the clip before the in where nothing counts in
_PATIENCE_S = 10.0  # for the loudspeaker to begin


@dataclass(frozen=True, slots=True)
class Punch:
    """Where in a clip a take is recorded while the clip plays.

    Attributes:
        player: plays the clip.
        in_s: clip time where the take begins.
        out_s: where it ends; None: at ``stop``.
        tail_s: clip and take run on so long after the out, so that no last word is cut.
    """

    player: Player
    in_s: float
    out_s: float | None = None
    tail_s: float = 0.0

    @property
    def end_s(self) -> float | None:
        """Clip time where playing ends."""
        return None if self.out_s is None else self.out_s + self.tail_s

    def play(self, counting: bool) -> None:
        """Play the clip from a little before the in, with the beeps if they count it in."""
        beeps = count_in(RATE) if counting else None
        self.player.play(self.in_s - lead_s(counting), stop_s=self.end_s, overlay=beeps)


def lead_s(counting: bool) -> float:
    """Seconds that the clip plays before the in."""
    return BEEPS * BEAT_S if counting else _LEAD_S


@dataclass(frozen=True, slots=True)
class Recording:
    """A finished take.

    Attributes:
        path: 24-bit mono WAV, 48 kHz.
        seconds: how long it is, pre-roll included.
        note: what it is for, and where in the file its in lies.
        dropped: blocks the system lost plus stretches the disk was too slow for; 0 is perfect.
        clipped: whether it reached full scale.
        problem: why it ended early, if it did (device lost, disk full); the rest is in the file.
    """

    path: Path
    seconds: float
    note: TakeNote
    dropped: int
    clipped: bool
    problem: CmetError | None = None


class Recorder:
    """One microphone and one take after the other. Methods return at once.

    Args:
        device: microphone; default: the system's.
        channel: see ``Microphone``.
        preroll_s: how much from before the in goes into the file, up to 10 s.

    Raises: DeviceError if there is no microphone or it refuses.
    """

    def __init__(
        self,
        device: Device | None = None,
        channel: int | None = None,
        preroll_s: float = PREROLL_S,
    ) -> None:
        self.microphone = Microphone(device, channel)
        self._preroll_s = min(max(preroll_s, 0.0), 10.0)
        self._take: _Take | None = None
        self._monitor: Loudspeaker | None = None

    @property
    def level(self) -> Level:
        """What the meter shows, recording or not."""
        return self.microphone.level

    @property
    def monitoring(self) -> bool:
        """Whether the microphone is heard on the loudspeaker."""
        return self._monitor is not None

    def monitor(self, on: bool, device: Device | None = None) -> None:
        """Hear the microphone, about a quarter of a second late; off until somebody asks.

        Args:
            device: loudspeaker; headphones, or it howls. Default: the system's.

        Raises: DeviceError if there is none, or none at the microphone's rate.
        """
        if self._monitor is not None:
            self._monitor.hush(self.microphone.ear)
            self.microphone.ear = None
            give_back(self._monitor)
            self._monitor = None
        if on:
            speaker = borrow(None if device is None else device.key)
            if speaker.rate != self.microphone.rate:
                give_back(speaker)
                raise DeviceError(
                    f"'{speaker.device.name}' cannot play at the microphone's rate.",
                    "Listen on the device that the microphone belongs to.",
                )
            self._monitor = speaker
            self.microphone.ear = LiveVoice(speaker.rate)
            speaker.start()
            speaker.say(self.microphone.ear)

    @property
    def state(self) -> str:
        """``ready``, ``counting`` (the in is still to come), ``recording`` or ``ended``."""
        take = self._take
        if take is None:
            return "ready"
        if take.done.is_set():
            return "ended"
        return "recording" if self.seconds > 0.0 else "counting"

    @property
    def seconds(self) -> float:
        """Seconds since the in, while recording."""
        take = self._take
        if take is None or take.first is None:
            return 0.0
        return max(0.0, (self.microphone.heard - take.first) / self.microphone.rate)

    def start(
        self,
        path: Path,
        note: TakeNote | None = None,
        *,
        longest_s: float | None = None,
        punch: Punch | None = None,
        counting: bool = False,
        player: Player | None = None,
    ) -> None:
        """Begin a take.

        Args:
            path: of the file to be; must not exist. It ends in ``.part`` until it is finished.
            note: what it is for; ``in_s`` and ``clip_s`` are filled in.
            longest_s: ends by itself so long after the in.
            punch: begin at a clip position, with the clip playing.
            counting: three beeps before the in.
            player: gives the beeps where no clip plays (``Player(None)``).

        Raises:
            OutputError: if the file cannot be made.
            DeviceError: if the microphone was lost.
        """
        if self._take is not None and not self._take.done.is_set():
            raise ValueError("a take is being recorded")
        if self.microphone.problem is not None:
            raise self.microphone.problem
        take = _Take(path, note or TakeNote(), longest_s, punch, counting)
        self.microphone.clear_clip()
        self._take = take
        take.thread = threading.Thread(
            target=self._record, args=(take, player), name="take", daemon=True
        )
        take.thread.start()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the take to end by itself; returns whether it has."""
        return self._take is None or self._take.done.wait(timeout_s)

    def stop(self) -> Recording | None:
        """End the take; returns it, or None if the in had not come yet (no file then).

        Raises: OutputError if the file cannot be finished; its ``.part`` can be repaired.
        """
        take = self._take
        if take is None:
            return None
        take.stop.set()
        if take.thread is not None:
            take.thread.join()
        self._take = None
        if take.error is not None:
            raise take.error
        return take.result

    def close(self) -> None:
        """End a take if one runs, keep it, and let go of the microphone."""
        with suppress(CmetError):
            self.stop()
        self.monitor(False)
        self.microphone.close()

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # The take's thread

    def _record(self, take: "_Take", player: Player | None) -> None:
        playing = take.punch.player if take.punch is not None else player
        try:
            self.microphone.wait_for_sound()
            in_at_s = self._lead_in(take, playing)
            if in_at_s is not None:
                take.result = self._take_in(take, in_at_s)
        except CmetError as error:
            take.error = error
        finally:
            if playing is not None:
                playing.stop()
            take.done.set()

    @staticmethod
    def _lead_in(take: "_Take", player: Player | None) -> float | None:
        """Start clip and beeps; returns the monotonic time of the in, None if stopped before."""
        until = time.monotonic() + _PATIENCE_S
        if player is not None:
            player.prepare()
            while not player.steady and time.monotonic() < until and not take.stop.wait(_TURN_S):
                pass
        before_s = lead_s(take.counting)
        if take.punch is not None:
            in_s = take.punch.in_s
            take.punch.play(take.counting)
        elif player is not None and take.counting:
            in_s = 0.0
            player.play(-before_s, stop_s=0.0, overlay=count_in(RATE))
        else:
            return time.monotonic() + (before_s if take.counting else 0.0)
        player = take.punch.player if take.punch is not None else player
        until = time.monotonic() + _PATIENCE_S + before_s
        while player is not None and not take.stop.wait(_TURN_S):
            # The estimate gets better the longer it plays: ask as late as possible.
            at_s = player.heard_at(in_s)
            late = time.monotonic() > until
            if at_s is not None and (late or at_s - time.monotonic() < 3 * _TURN_S):
                return at_s
            if late and at_s is None:
                return time.monotonic()
        return None

    def _take_in(self, take: "_Take", in_at_s: float) -> Recording | None:
        """Write from the in (less the pre-roll) to the end."""
        microphone = self.microphone
        first = microphone.sample_at(in_at_s)
        preroll = min(round(self._preroll_s * microphone.rate), max(first, 0))
        note = replace(
            take.note,
            in_s=preroll / microphone.rate,
            clip_s=None if take.punch is None else take.punch.in_s,
        )
        lengths = [take.longest_s] if take.longest_s is not None else []
        if take.punch is not None and take.punch.end_s is not None:
            lengths.append(take.punch.end_s - take.punch.in_s)
        count = None
        if lengths:
            count = preroll + round(max(min(lengths), 0.0) * microphone.rate)
        writer = BwfWriter(take.path, note)
        dropped = microphone.dropped
        take.first = first
        microphone.start_writing(writer, first - preroll, count)
        while microphone.writing and not take.stop.wait(_TURN_S):
            pass
        lost, problem = 0, microphone.problem
        try:
            lost = microphone.stop_writing()
        except OutputError as error:  # the disk is full: keep what it took
            problem = error
        if not writer.samples:
            writer.abandon()
            return None
        return Recording(
            path=writer.finish(),
            seconds=writer.samples / RATE,
            note=note,
            dropped=microphone.dropped - dropped + (lost > 0),
            clipped=microphone.level.clipped,
            problem=problem or microphone.problem,
        )


class _Take:
    """One take under way."""

    def __init__(
        self,
        path: Path,
        note: TakeNote,
        longest_s: float | None,
        punch: Punch | None,
        counting: bool,
    ) -> None:
        self.path = path
        self.note = note
        self.longest_s = longest_s
        self.punch = punch
        self.counting = counting
        self.first: int | None = None  # number of the sample at the in
        self.stop = threading.Event()
        self.done = threading.Event()
        self.thread: threading.Thread | None = None
        self.result: Recording | None = None
        self.error: CmetError | None = None
