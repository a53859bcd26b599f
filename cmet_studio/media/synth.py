"""Make clips from pictures and sound: the demo's, and the ones tests need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream

from cmet_studio.domain.time import FrameRate
from cmet_studio.media.info import ColourTags
from cmet_studio.media.orientation import UPRIGHT, Orientation, display_matrix

Rgb = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float32]

_SMOOTH = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
_SWS_MATRIX = {1: 1, 5: 5, 6: 5, 9: 9}
_CHUNK = 1024


BT709 = ColourTags(1, 1, 1, 1, 0)
"""High definition, video range."""


@dataclass(frozen=True, slots=True)
class ClipStyle:
    """How a made clip is stored. The defaults are what every player knows.

    Attributes:
        codec: ffmpeg's name of the picture encoder.
        options: for it.
        orientation: how players turn the stored picture; pictures are given as displayed.
        pts: one time stamp per picture in ``time_base``; None: every frame lasts equally long.
        first_pts: of the first picture, where ``pts`` is None.
        time_base: None: one frame of the rate.
        timecode: start label.
        audio_start_s: time stamp of the first sample.
        audio_tracks: copies of the sound.
        muxer: ffmpeg's name; None: by suffix.
        muxer_options: for it.
    """

    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    options: dict[str, str] = field(default_factory=lambda: {"crf": "16", "preset": "medium"})
    colour: ColourTags = BT709
    orientation: Orientation = UPRIGHT
    sample_aspect: Fraction = Fraction(1)
    pts: Sequence[int] | None = None
    first_pts: int = 0
    time_base: Fraction | None = None
    timecode: str | None = None
    reel: str | None = None
    audio_codec: str = "aac"
    audio_start_s: Fraction = Fraction(0)
    audio_tracks: int = 1
    muxer: str | None = None
    muxer_options: dict[str, str] = field(default_factory=dict)


PLAIN = ClipStyle()


def make_clip(
    path: Path | str,
    pictures_rgb: Iterable[Rgb],
    rate: FrameRate,
    audio: Samples | None = None,
    audio_rate: int = 48000,
    style: ClipStyle = PLAIN,
) -> int:
    """Write a clip.

    Args:
        path: overwritten if it exists; the suffix chooses the container.
        pictures_rgb: (h, w, 3) uint8, all of one size.
        rate: of the pictures.
        audio: (n,) float32 mono in [-1, 1], or None for a silent clip.
        audio_rate: samples per second.
        style: everything else.

    Returns: the number of frames.
    """
    name = f"file:{Path(path).absolute()}"
    sound: _Sound | None = None
    picture: _Picture | None = None
    count = 0
    with av.open(
        name, "w", format=style.muxer, container_options=dict(style.muxer_options)
    ) as container:
        for rgb in pictures_rgb:
            if picture is None:
                picture = _Picture(container, rgb, rate, style)
                sound = _Sound(container, audio, audio_rate, style) if audio is not None else None
            time_s = picture.write(count, rgb)
            if sound is not None:
                sound.write_until(time_s)
            count += 1
        if picture is None:
            raise ValueError("a clip needs at least one picture")
        picture.finish()
        if sound is not None:
            sound.write_until(None)
    return count


class _Picture:
    def __init__(
        self, container: OutputContainer, first: Rgb, rate: FrameRate, style: ClipStyle
    ) -> None:
        self._container = container
        self._style = style
        self._time_base = style.time_base or 1 / rate.fps
        self._step = 1 / rate.fps / self._time_base
        stored = style.orientation.store(first[:, :, 0])
        stream = container.add_stream(style.codec, rate=rate.fps, options=dict(style.options))
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.height, context.width = stored.shape
        context.pix_fmt = style.pix_fmt
        context.time_base = self._time_base
        stream.time_base = self._time_base
        context.sample_aspect_ratio = style.sample_aspect
        context.thread_type = "AUTO"
        tags = style.colour
        context.color_primaries, context.color_trc = tags.primaries, tags.transfer
        context.colorspace, context.color_range = tags.matrix, tags.range
        if style.orientation != UPRIGHT:
            stream.set_display_matrix(display_matrix(style.orientation))
        if style.timecode is not None:
            stream.metadata["timecode"] = style.timecode
        if style.reel is not None:
            stream.metadata["reel_name"] = style.reel
        self._stream = stream

    def write(self, number: int, rgb: Rgb) -> Fraction:
        """Returns: the picture's time in seconds."""
        orientation, tags = self._style.orientation, self._style.colour
        stored = np.dstack([orientation.store(rgb[:, :, n]) for n in range(3)])
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(stored), format="rgb24")
        frame = frame.reformat(
            format=self._style.pix_fmt,
            dst_colorspace=_SWS_MATRIX.get(tags.matrix, 5),
            dst_color_range=tags.range or 1,
            interpolation=_SMOOTH,
        )
        if self._style.pts is not None:
            frame.pts = self._style.pts[number]
        else:
            frame.pts = self._style.first_pts + round(number * self._step)
        frame.time_base = self._time_base
        frame.color_primaries, frame.color_trc = tags.primaries, tags.transfer
        frame.colorspace, frame.color_range = tags.matrix, tags.range
        self._container.mux(self._stream.encode(frame))
        return frame.pts * self._time_base

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))


class _Sound:
    def __init__(
        self, container: OutputContainer, samples: Samples, rate: int, style: ClipStyle
    ) -> None:
        self._container = container
        self._samples = samples.reshape(1, -1)
        self._rate = rate
        self._start = round(style.audio_start_s * rate)
        self._done = 0
        self._streams = []
        for _ in range(style.audio_tracks):
            stream = container.add_stream(style.audio_codec, rate=rate)
            assert isinstance(stream, AudioStream)
            stream.codec_context.layout = "mono"
            stream.codec_context.time_base = Fraction(1, rate)
            self._streams.append(stream)

    def write_until(self, time_s: Fraction | None) -> None:
        """Encode the samples before a time; None: all that are left, and finish."""
        total = self._samples.shape[1]
        stop = total if time_s is None else min(total, int(time_s * self._rate) - self._start)
        while self._done < stop and (time_s is None or stop - self._done >= _CHUNK):
            chunk = self._samples[:, self._done : self._done + _CHUNK]
            for stream in self._streams:
                frame = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(chunk, np.float32), format="flt", layout="mono"
                )
                frame.sample_rate = self._rate
                frame.pts = self._start + self._done
                frame.time_base = Fraction(1, self._rate)
                self._container.mux(stream.encode(frame))
            self._done += chunk.shape[1]
        if time_s is None:
            for stream in self._streams:
                self._container.mux(stream.encode(None))
