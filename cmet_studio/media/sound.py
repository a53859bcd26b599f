"""From packets to samples: the frames of a sound stream, each in its place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import InputContainer

from cmet_studio.core.errors import MediaError
from cmet_studio.media.packets import demux

Samples = npt.NDArray[np.float32]


class NoSound(MediaError):
    """A file has no sound stream at all: nothing is wrong with it."""


COUNTED = ("mp3", "aac")
"""Raw streams: a seek lands on a guessed time, only counting is exact."""
PREROLL_S = Fraction(1, 4)
"""What decoders need to settle, and the resampler to see."""

_SURE_OF_LENGTH = ("mov,mp4,m4a,3gp,3g2,mj2", "wav", "w64", "flac", "aiff", "caf")
_MIX = {"FL": 0.7071, "FR": 0.7071, "FC": 1.0, "LFE": 0.0}
_NAMED = 8
"""Channels that ffmpeg knows a usual order for."""
_LONGEST_GAP_S = 3600
_LONGEST_S = 24 * 3600
_LONGEST_BLOCK_S = 10
_TOLERATED = 0.1  # share of packets that may be broken


def sound_stream(container: InputContainer, track: int, path: Path) -> AudioStream:
    """A sound stream that can be decoded.

    Raises: MediaError if there is none.
    """
    streams = container.streams.audio
    if not streams:
        raise NoSound(f"{path.name} holds no sound.", "Name a file that has some.")
    if not 0 <= track < len(streams):
        raise MediaError(
            f"{path.name} has no sound stream {track}.", f"It has 0 to {len(streams) - 1}."
        )
    stream = streams[track]
    context = cast("AudioCodecContext | None", stream.codec_context)
    if context is None or not context.sample_rate:
        raise MediaError(
            f"There is no decoder here for the sound of {path.name}.", "Convert it to WAV."
        )
    return stream


@dataclass(frozen=True, slots=True)
class Head:
    """What is known once a stream's first frame was decoded.

    Attributes:
        origin_s: its time, in the file's own time.
        samples: how many it holds.
        pts: its time stamp.
    """

    origin_s: Fraction
    samples: int
    pts: int | None


def sound_head(container: InputContainer, stream: AudioStream, path: Path) -> Head:
    """Decode the first frame of a container that was just opened.

    Raises: MediaError if nothing can be decoded.
    """
    return _head_of(next(_decode_all(container, stream, None, path), None), path)


def _head_of(frame: av.AudioFrame | None, path: Path) -> Head:
    if frame is None:
        raise MediaError(
            f"{path.name} holds no sound that can be decoded.", "Copy it again from its source."
        )
    return Head(_time_of(frame), frame.samples, frame.pts)


def decoded(
    container: InputContainer,
    stream: AudioStream,
    first: int,
    last: int | None,
    path: Path,
    mix: Callable[[av.AudioFrame], Samples],
    head: Head | None = None,
) -> Iterator[Samples]:
    """Blocks of source samples ``[first, last)``, counted from the stream's first sample.

    Gaps in the time stamps become silence, so that what follows stays in its place.

    Args:
        container: just opened, unless ``head`` is given.
        mix: gives a frame's samples, time on the last axis.
        head: from ``sound_head``; the container may have been read from before then, but raw
            streams (``COUNTED``) and what lies before ``PREROLL_S`` need one that was just opened.

    Raises: MediaError if the stream is damaged.
    """
    rate = stream.codec_context.sample_rate
    wander = rate // 50  # stamps on coarse ticks are off by some samples; gaps are longer
    at, predicted = first, None
    for begins, frame in _frames(container, stream, first, path, head):
        try:
            block = mix(frame)
        except av.FFmpegError as error:  # a header that claims channels nobody can mix
            raise _damaged(path) from error
        known = predicted is not None and abs(begins - predicted) <= wander
        start = predicted if predicted is not None and known else begins
        predicted = start + block.shape[-1]
        stop = predicted if last is None else min(predicted, last)
        if stop <= at:
            continue
        far = start - at > _LONGEST_GAP_S * rate or start > _LONGEST_S * rate
        if far or frame.sample_rate != rate:
            raise _damaged(path)
        for silent in range(at, start, rate):
            yield np.zeros((*block.shape[:-1], min(rate, start - silent)), np.float32)
        yield block[..., max(at - start, 0) : stop - start]
        at = stop
        if at == last:
            return
    if container.format.name in _SURE_OF_LENGTH and stream.duration and stream.time_base:
        promised = int(stream.duration * stream.time_base * rate)
        wanted = promised if last is None else min(promised, last)
        if at < wanted - max(rate // 2, promised // 20):
            raise _damaged(path)


def mono_mix(frame: av.AudioFrame) -> Samples:
    """All channels mixed: the front ones fully, the others as ITU-R BS.775-3 weighs them.

    Weights add up to one, so that nothing clips.
    """
    # Interleaved: PyAV reads past the end of planar frames of eight channels and more.
    packed = av.AudioResampler(format="flt", layout=frame.layout, rate=frame.sample_rate)
    row = np.concatenate([part.to_ndarray() for part in packed.resample(frame)], axis=1)
    channels = row.reshape(-1, frame.layout.nb_channels).T
    if len(channels) == 1:
        mono: Samples = channels[0].astype(np.float32, copy=False)
        return mono
    names = [channel.name for channel in frame.layout.channels]
    weights = np.array([_MIX.get(name, 0.5) for name in names], np.float32)
    if len(channels) == 2 or len(weights) != len(channels):
        weights = np.ones(len(channels), np.float32)
    mixed: Samples = (weights / weights.sum()) @ channels.astype(np.float32, copy=False)
    return mixed


def mono_row(frame: av.AudioFrame) -> Samples:
    """(1, n): ``mono_mix`` with the channels on the first axis."""
    return mono_mix(frame)[None]


def stereo_mix(frame: av.AudioFrame) -> Samples:
    """(2, n), mixed as ffmpeg does where there are more channels.

    Of nine channels and more that no header names, nobody knows which is left: all on both sides.
    """
    count = frame.layout.nb_channels
    if count > _NAMED and frame.layout.name == f"{count} channels":
        return np.repeat(mono_row(frame), 2, axis=0)
    mixer = av.AudioResampler(format="fltp", layout="stereo", rate=frame.sample_rate)
    parts = [part.to_ndarray() for part in (*mixer.resample(frame), *mixer.resample(None))]
    both: Samples = np.concatenate(parts, axis=1).astype(np.float32, copy=False)
    return both


def _frames(
    container: InputContainer, stream: AudioStream, first: int, path: Path, head: Head | None
) -> Iterator[tuple[int, av.AudioFrame]]:
    """Frames with the number of their first sample, from some before sample ``first`` on."""
    rate = stream.codec_context.sample_rate
    frames = _decode_all(container, stream, None, path)
    opening = None
    if head is None:
        opening = next(frames, None)
        head = _head_of(opening, path)
    if opening is not None and first <= rate * PREROLL_S:
        yield 0, opening
    else:
        before_s = head.origin_s + Fraction(first, rate) - PREROLL_S
        base = stream.time_base or Fraction(1, rate)
        before = int(before_s / base)
        counted = container.format.name in COUNTED
        start = head.pts or 0
        # Nobody can aim at the last block of a FLAC file, but at one before it.
        earlier = max(start, before - int(_LONGEST_BLOCK_S / base))
        if not (
            _aims(container, stream, start if counted else before)
            or _aims(container, stream, earlier)
        ):
            raise _damaged(path)
        frames = _decode_all(container, stream, before if counted else None, path)
    tick = (stream.time_base or Fraction(1, rate)) * rate  # in samples
    for frame in frames:
        begins = round((_time_of(frame) - head.origin_s) * rate)
        if tick > 1 and frame.samples:
            # Blocks of one size follow each other: the stamp tells which one it is.
            exact = head.samples + round((begins - head.samples) / frame.samples) * frame.samples
            begins = exact if abs(exact - begins) <= tick else begins
        yield begins, frame


def _aims(container: InputContainer, stream: AudioStream, stamp: int) -> bool:
    """Whether reading goes on at or before a time stamp."""
    try:
        container.seek(stamp, stream=stream, backward=True)
    except av.FFmpegError:
        return False
    return True


def _time_of(frame: av.AudioFrame) -> Fraction:
    stamp = frame.pts if frame.pts is not None else frame.dts
    return (stamp or 0) * (frame.time_base or Fraction(1, frame.sample_rate))


def _decode_all(
    container: InputContainer, stream: AudioStream, not_before: int | None, path: Path
) -> Iterator[av.AudioFrame]:
    broken = read = 0
    packets = demux(container, [stream])
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as error:
            raise _damaged(path) from error
        if packet is None:
            return
        if not_before is not None and packet.pts is not None and packet.pts < not_before:
            continue
        read += 1
        try:
            frames = cast("list[av.AudioFrame]", packet.decode())
        except av.FFmpegError as error:
            broken += 1
            if broken > 3 and broken > _TOLERATED * read:
                raise _damaged(path) from error
            continue
        yield from frames


def _damaged(path: Path) -> MediaError:
    return MediaError(
        f"The sound of {path.name} is damaged or cut off.", "Copy it again from its source."
    )
