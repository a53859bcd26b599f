"""A clip's sound from anywhere, block by block, at any rate; kept open for scrubbing."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from av.container import InputContainer

from cmet_studio.media.probe import picture_begins_s
from cmet_studio.media.sound import (
    COUNTED,
    PREROLL_S,
    decoded,
    mono_row,
    sound_head,
    sound_stream,
    stereo_mix,
)
from cmet_studio.media.source import open_media
from cmet_studio.media.steady_rate import SteadyRate

Samples = npt.NDArray[np.float32]

_SECONDS = Fraction(1)


class SoundReader:
    """Sound by clip time: 0 is the first picture (the first sample where there is none).

    Owned by one thread.

    Args:
        path: any media file with sound.
        rate: of what is given, samples per second; None: the file's own.
        channels: 1 or 2 of what is given.
        track: number among the file's sound streams.

    Raises: MediaError if it cannot be opened or holds no sound.
    """

    def __init__(
        self, path: Path, rate: int | None = None, channels: int = 2, track: int = 0
    ) -> None:
        self._path = path
        self._track = track
        self._channels = channels
        self._container: InputContainer = open_media(path)
        self._fresh = True
        try:
            stream = sound_stream(self._container, track, path)
            self.source_rate = stream.codec_context.sample_rate
            self.rate = rate or self.source_rate
            self._mono = stream.codec_context.layout.nb_channels == 1
            self._counted = self._container.format.name in COUNTED
            self._head = sound_head(self._container, stream, path)
            self._fresh = False
            begins_s = picture_begins_s(path)
            self.offset_s = Fraction(0) if begins_s is None else self._head.origin_s - begins_s
            length = None
            if stream.duration and stream.time_base:
                length = stream.duration * stream.time_base
        except BaseException:
            self._container.close()
            raise
        self.duration_s: float | None = None if length is None else float(length + self.offset_s)
        """Clip time at which the sound ends, as the file says; None if it does not."""

    def blocks(self, start_s: float, end_s: float | None = None) -> Iterator[Samples]:
        """The sound from a time on: (n, channels) float32, without a gap.

        What lies before the sound's own beginning is silent; after its end nothing comes.
        """
        first = round((Fraction(start_s) - self.offset_s) * self.source_rate)
        last = None
        if end_s is not None:
            last = round((Fraction(end_s) - self.offset_s) * self.source_rate)
        ahead = (0 if last is None else min(0, last)) - first
        to_rate = SteadyRate(self.source_rate, self.rate, self._channels)
        for done in range(0, max(ahead, 0), self.source_rate):
            silence = np.zeros((min(self.source_rate, ahead - done), self._channels), np.float32)
            yield to_rate.more(silence)
        if last is None or last > max(first, 0):
            for block in self._source(max(first, 0), last):
                yield to_rate.more(block)
        yield to_rate.rest()

    def stretch(self, start_s: float, end_s: float) -> Samples:
        """A short piece, (n, channels), filled with silence where there is no sound."""
        count = round((end_s - start_s) * self.rate)
        out = np.zeros((max(count, 0), self._channels), np.float32)
        at = 0
        for block in self.blocks(start_s, end_s):
            some = block[: count - at]
            out[at : at + len(some)] = some
            at += len(some)
        return out

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()

    def __enter__(self) -> "SoundReader":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _source(self, first: int, last: int | None) -> Iterator[Samples]:
        """(n, channels) at the source's own rate."""
        near = self._counted or first <= self.source_rate * (PREROLL_S + _SECONDS)
        if near and not self._fresh:
            self._container.close()
            self._container = open_media(self._path)
        self._fresh = False
        stream = sound_stream(self._container, self._track, self._path)
        mix = stereo_mix if self._channels == 2 and not self._mono else mono_row
        head = None if near else self._head
        for block in decoded(self._container, stream, first, last, self._path, mix, head):
            rows = np.repeat(block, self._channels, 0) if len(block) == 1 else block
            yield rows.T
