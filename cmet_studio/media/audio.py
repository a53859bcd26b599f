"""Sound as samples: read any stretch of any stream, write plain WAV."""

import wave
from collections.abc import Generator, Iterator
from fractions import Fraction
from math import gcd
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from cmet_studio.core.errors import OutputError
from cmet_studio.media.info import AudioInfo
from cmet_studio.media.probe import audio_streams
from cmet_studio.media.sound import PREROLL_S, decoded, mono_mix, mono_row, sound_stream, stereo_mix
from cmet_studio.media.source import open_media

Samples = npt.NDArray[np.float32]


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
        stream = sound_stream(container, track, path)
        source_rate = stream.codec_context.sample_rate
        # Begin where a sample of the result falls on one of the source.
        step = source_rate // gcd(source_rate, rate)
        first = max(0, int((start - PREROLL_S) * source_rate)) // step * step
        last = None if end is None else int((end + PREROLL_S) * source_rate) + 1
        mono = _resampled(
            decoded(container, stream, first, last, path, mono_mix), source_rate, rate
        )
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
        context = sound_stream(container, track, path).codec_context
        channels = 1 if context.layout.nb_channels == 1 else 2
        source_rate = context.sample_rate
    rate = source_rate if source_rate in rates else rates[0]
    return rate, channels, _blocks(path, track, channels, rate)


def _blocks(path: Path, track: int, channels: int, rate: int) -> Generator[Samples, None, None]:
    with open_media(path) as container:
        stream = sound_stream(container, track, path)
        source_rate = stream.codec_context.sample_rate
        mix = mono_row if channels == 1 else stereo_mix
        blocks = decoded(container, stream, 0, None, path, mix)
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


def _resampled(blocks: Iterator[Samples], source_rate: int, rate: int) -> Samples:
    if source_rate == rate:
        parts = list(blocks)
    else:
        stream = soxr.ResampleStream(source_rate, rate, 1, dtype="float32", quality="HQ")
        parts = [stream.resample_chunk(block) for block in blocks]
        parts.append(stream.resample_chunk(np.zeros(0, np.float32), last=True))
    joined: Samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return joined
