"""Sound as samples: read any stretch of any stream, write plain WAV."""

import wave
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from math import gcd
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
import soxr
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import InputContainer

from cmet_studio.core.errors import MediaError, OutputError
from cmet_studio.media.info import AudioInfo
from cmet_studio.media.packets import demux
from cmet_studio.media.probe import audio_streams
from cmet_studio.media.source import open_media

Samples = npt.NDArray[np.float32]

_COUNTED = ("mp3", "aac")  # raw streams: a seek lands on a guessed time, only counting is exact
_SURE_OF_LENGTH = ("mov,mp4,m4a,3gp,3g2,mj2", "wav", "w64", "flac", "aiff", "caf")
_PREROLL_S = Fraction(1, 4)  # what decoders need to settle, and the resampler to see
_MIX = {"FL": 0.7071, "FR": 0.7071, "FC": 1.0, "LFE": 0.0}
_LONGEST_GAP_S = 3600
_LONGEST_S = 24 * 3600
_TOLERATED = 0.1  # share of packets that may be broken


def sound_info(path: Path | str) -> tuple[AudioInfo, ...]:
    """Describe the sound streams of any media file; empty if it is silent.

    Raises: MediaError if it cannot be opened.
    """
    with open_media(path) as container:
        return audio_streams(container)


def read_audio(
    path: Path | str,
    rate: int = 16000,
    start_s: Fraction | float = 0.0,
    end_s: Fraction | float | None = None,
    track: int = 0,
) -> Samples:
    """Read a stretch of sound as mono, resampled (soxr, high quality).

    Only the stretch is decoded. Reading it alone gives what the same stretch of the whole reading
    holds, up to the resampler's noise floor and to the wobble of the file's time stamps (some
    files are off by a sample, Matroska by half a millisecond).

    Args:
        path: any media file with sound.
        rate: of the result, samples per second.
        start_s: from the stream's first sample.
        end_s: None: to the end. Beyond the end: what there is.
        track: number among the file's sound streams, from 0.

    Returns: (n,) float32, nominally in [-1, 1]; several channels are mixed.

    Raises: MediaError if the file cannot be opened, has no such stream, or is damaged.
    """
    path = Path(path)
    start, end = Fraction(start_s), None if end_s is None else Fraction(end_s)
    if start < 0 or (end is not None and end < start):
        raise ValueError(f"not a stretch of time: {start_s} to {end_s}")
    with open_media(path) as container:
        stream = _sound_stream(container, track, path)
        source_rate = stream.codec_context.sample_rate
        # Begin where a sample of the result falls on one of the source.
        step = source_rate // gcd(source_rate, rate)
        first = max(0, int((start - _PREROLL_S) * source_rate)) // step * step
        last = None if end is None else int((end + _PREROLL_S) * source_rate) + 1
        mono = _resampled(_decoded(container, stream, first, last, path, _mono), source_rate, rate)
    skip = round(start * rate) - first * rate // source_rate
    count = None if end is None else max(0, round(end * rate) - round(start * rate))
    return mono[skip:] if count is None else mono[skip : skip + count]


def sound_blocks(
    path: Path | str, rates: tuple[int, ...], track: int = 0
) -> tuple[int, int, Generator[Samples, None, None]]:
    """Read a whole sound stream block by block, as one or two channels.

    Args:
        path: any media file with sound.
        rates: the stream's own rate is kept if it is one of these, else it is resampled to the
            first of them.
        track: number among the file's sound streams, from 0.

    Returns: the rate, the number of channels, and the blocks, (channels, n) float32; the file is
        open until they are read or closed.

    Raises: MediaError if the file cannot be opened or has no such stream; damage is found while
        reading.
    """
    path = Path(path)
    with open_media(path) as container:
        context = _sound_stream(container, track, path).codec_context
        channels = 1 if context.layout.nb_channels == 1 else 2
        source_rate = context.sample_rate
    rate = source_rate if source_rate in rates else rates[0]
    return rate, channels, _blocks(path, track, channels, rate)


def _blocks(path: Path, track: int, channels: int, rate: int) -> Generator[Samples, None, None]:
    with open_media(path) as container:
        stream = _sound_stream(container, track, path)
        source_rate = stream.codec_context.sample_rate
        mix = _mono_row if channels == 1 else _stereo
        blocks = _decoded(container, stream, 0, None, path, mix)
        if source_rate == rate:
            yield from blocks
            return
        filtered = soxr.ResampleStream(source_rate, rate, channels, dtype="float32", quality="HQ")
        for block in blocks:
            yield _channels_first(filtered.resample_chunk(np.ascontiguousarray(block.T)), channels)
        end = np.zeros((0, channels), np.float32)
        yield _channels_first(filtered.resample_chunk(end, last=True), channels)


def _channels_first(rows: Samples, channels: int) -> Samples:
    return np.ascontiguousarray(rows.reshape(-1, channels).T)


def write_wav(path: Path | str, samples: Samples, rate: int) -> None:
    """Write mono sound as 16-bit PCM WAV.

    Args:
        path: overwritten if it exists.
        samples: (n,) float32; what lies outside [-1, 1] is clipped.
        rate: samples per second.

    Raises: OutputError if the file cannot be written.
    """
    pcm = np.clip(np.rint(samples.astype(np.float64) * 32768.0), -32768, 32767).astype("<i2")
    try:
        with Path(path).open("wb") as file, wave.open(file, "wb") as wav:
            wav.setnchannels(1)
            wav.setsampwidth(2)
            wav.setframerate(rate)
            wav.writeframes(pcm.tobytes())
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error


def _sound_stream(container: InputContainer, track: int, path: Path) -> AudioStream:
    streams = container.streams.audio
    if not streams:
        raise MediaError(f"{path.name} holds no sound.", "Name a file that has some.")
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


def _decoded(
    container: InputContainer,
    stream: AudioStream,
    first: int,
    last: int | None,
    path: Path,
    mix: Callable[[av.AudioFrame], Samples],
) -> Iterator[Samples]:
    """Blocks of source samples ``[first, last)``, counted from the stream's first sample.

    Gaps in the time stamps become silence, so that what follows stays in its place. ``mix`` gives
    a frame's samples, time on the last axis.
    """
    rate = stream.codec_context.sample_rate
    wander = rate // 50  # stamps on coarse ticks are off by some samples; gaps are longer
    at, predicted = first, None
    for begins, frame in _frames(container, stream, first, path):
        block = mix(frame)
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


def _mono(frame: av.AudioFrame) -> Samples:
    """All channels mixed: the front ones fully, the others as ITU-R BS.775-3 weighs them.

    Weights add up to one, so that nothing clips.
    """
    planar = av.AudioResampler(format="fltp", layout=frame.layout, rate=frame.sample_rate)
    channels = np.concatenate([part.to_ndarray() for part in planar.resample(frame)], axis=1)
    if len(channels) == 1:
        mono: Samples = channels[0].astype(np.float32, copy=False)
        return mono
    names = [channel.name for channel in frame.layout.channels]
    weights = np.array([_MIX.get(name, 0.5) for name in names], np.float32)
    if len(channels) == 2 or len(weights) != len(channels):
        weights = np.ones(len(channels), np.float32)
    mixed: Samples = (weights / weights.sum()) @ channels.astype(np.float32, copy=False)
    return mixed


def _mono_row(frame: av.AudioFrame) -> Samples:
    return _mono(frame)[None]


def _stereo(frame: av.AudioFrame) -> Samples:
    """(2, n), mixed as ffmpeg does where there are more channels."""
    mixer = av.AudioResampler(format="fltp", layout="stereo", rate=frame.sample_rate)
    parts = [part.to_ndarray() for part in (*mixer.resample(frame), *mixer.resample(None))]
    both: Samples = np.concatenate(parts, axis=1).astype(np.float32, copy=False)
    return both


def _frames(
    container: InputContainer, stream: AudioStream, first: int, path: Path
) -> Iterator[tuple[int, av.AudioFrame]]:
    """Frames with the number of their first sample, from some before sample ``first`` on."""
    rate = stream.codec_context.sample_rate
    frames = _decode_all(container, stream, None, path)
    head = next(frames, None)
    if head is None:
        raise MediaError(
            f"{path.name} holds no sound that can be decoded.", "Copy it again from its source."
        )
    origin_s = _time_of(head)
    if first <= rate * _PREROLL_S:
        yield 0, head
    else:
        before_s = origin_s + Fraction(first, rate) - _PREROLL_S
        before = int(before_s / (stream.time_base or Fraction(1, rate)))
        counted = container.format.name in _COUNTED
        container.seek(head.pts or 0 if counted else before, stream=stream, backward=True)
        frames = _decode_all(container, stream, before if counted else None, path)
    tick = (stream.time_base or Fraction(1, rate)) * rate  # in samples
    for frame in frames:
        begins = round((_time_of(frame) - origin_s) * rate)
        if tick > 1 and frame.samples:
            # Blocks of one size follow each other: the stamp tells which one it is.
            exact = head.samples + round((begins - head.samples) / frame.samples) * frame.samples
            begins = exact if abs(exact - begins) <= tick else begins
        yield begins, frame


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


def _resampled(blocks: Iterator[Samples], source_rate: int, rate: int) -> Samples:
    if source_rate == rate:
        parts = list(blocks)
    else:
        stream = soxr.ResampleStream(source_rate, rate, 1, dtype="float32", quality="HQ")
        parts = [stream.resample_chunk(block) for block in blocks]
        parts.append(stream.resample_chunk(np.zeros(0, np.float32), last=True))
    joined: Samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return joined
