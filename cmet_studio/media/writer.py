"""Write edited clips: the source's time stamps, tags and sound, new pictures."""

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from math import lcm
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy.typing as npt
from av.codec.context import Flags as EncoderFlags
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from cmet_studio.core.errors import OutputError
from cmet_studio.domain.time import frames_to_timecode, timecode_to_frames
from cmet_studio.media.codecs import (
    Codec,
    find_codec,
    has_whole_chroma,
    notes_on,
    target_format,
)
from cmet_studio.media.dialogue import NewSound
from cmet_studio.media.formats import Format, find_format
from cmet_studio.media.info import ClipInfo, VideoInfo
from cmet_studio.media.marks import FrameMarks
from cmet_studio.media.picture import Picture
from cmet_studio.media.planes import write_planes
from cmet_studio.media.recast import recast
from cmet_studio.media.soundtrack import Soundtrack

_MAX_TIMESCALE = (1 << 31) - 1

_FIELD_ORDERS = {"progressive": 1, "tff": 2, "bff": 3}  # AVFieldOrder


class ClipWriter:
    """One new file. Call ``copy_audio`` first if the sound is wanted, then ``write`` in order.

    The file has the source's time stamps, time base, rate, orientation, colour tags, sample aspect
    and start timecode. If it begins later than the clip, its first frame takes the time stamp
    that the clip's first frame has, sound keeps its offset to the picture, and the timecode moves
    along. Times that begin below zero begin at zero: containers hide what lies before.

    Args:
        path: where to write; its suffix chooses the container. Overwritten if it exists.
        info: of the source.
        first_frame: clip frame that will be written first.
        codec: a key of ``codecs.CODECS``.
        crf: constant quality, for codecs that have it (H.264: 0..51).
        preset: x264's speed preset.

    Attributes:
        notes: sentences an editor should read about the format written.

    Raises:
        OutputError: if the file cannot be made or its type cannot hold the codec.
        BadInput: if there is no such codec.
    """

    def __init__(
        self,
        path: Path | str,
        info: ClipInfo,
        first_frame: int = 0,
        codec: str = "h264",
        crf: int = 18,
        preset: str = "medium",
    ) -> None:
        self._path = Path(path)
        self._video = info.video
        self._info = info
        self._first_frame = first_frame
        chosen, muxer = find_codec(codec, self._path)
        source = find_format(info.video.layout.pix_fmt)
        assert source is not None
        self._source = source
        size = info.video.coded_width, info.video.coded_height
        self._target = target_format(chosen, source, *size)
        self._tags = _tags(info.video, source, self._target)
        self._layout = replace(
            info.video.layout,
            full_range=info.video.layout.full_range and not (source.rgb and not self._target.rgb),
            bits=self._target.bits,
        )
        self.notes = notes_on(chosen, source, self._target)
        self._marks = self._make_marks(chosen)
        self._pending: av.VideoFrame | None = None
        self._last_source_pts = 0
        self._shift: int | None = None
        self._soundtrack: Soundtrack | NewSound | None = None
        self._open = True
        with self._explained():
            self._container = self._make_container(muxer)
            # FFV1 cannot cut every picture that ends within a chroma sample, nor tiny ones.
            quarters = min(size) >= 16 and has_whole_chroma(self._target, *size)
            self._stream = self._add_stream(chosen, chosen.options(crf, preset, quarters))

    def __enter__(self) -> "ClipWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        self.abort()

    def copy_audio(
        self,
        source_path: Path | str,
        start_s: Fraction | None = None,
        end_s: Fraction | None = None,
    ) -> None:
        """Copy all sound streams packet for packet, as the picture is written.

        Must be called before the first ``write``: the file's header names its streams.

        Args:
            source_path: the clip.
            start_s: from here on, in seconds from the clip's first frame; at or before that
                frame, or None: all of the sound that comes earlier too.
            end_s: up to here; at or after the end of the clip's picture, or None: to the end.
                Packets that overlap the range are copied whole.

        Raises:
            OutputError: if the container cannot hold one of the streams.
            MediaError: if the clip cannot be opened.
        """
        if self._shift is not None:
            raise RuntimeError("copy_audio comes before the first write")
        zero_s = self._video.start_pts * self._video.time_base
        if start_s is not None and start_s <= 0:
            start_s = None
        length_s = self._video.duration_s
        frame_s = 1 / self._video.rate.fps
        if end_s is not None and length_s is not None and end_s > length_s - frame_s / 2:
            end_s = None
        path = Path(source_path)
        with self._explained():
            self._soundtrack = track = Soundtrack(
                path,
                self._container,
                None if start_s is None else zero_s + start_s,
                None if end_s is None else zero_s + end_s,
            )
        if track.left_out:
            what = "1 sound stream" if track.left_out == 1 else f"{track.left_out} sound streams"
            self.notes.append(f"Left out: {what} of {path.name}, of a kind that is not known here.")

    def replace_audio(
        self, path: Path | str, at_s: Fraction, start_s: Fraction, end_s: Fraction
    ) -> None:
        """Write another recording instead of the clip's sound: AAC in MP4, else 24-bit PCM.

        Must be called before the first ``write``. What lies outside the range is cut off, what is
        missing is silent.

        Args:
            path: any file with sound; its first track is taken.
            at_s: where the recording begins, in seconds from the clip's first frame.
            start_s, end_s: range of the clip that is written, counted alike.

        Raises:
            MediaError: if there is no sound in the file, or it is damaged.
            OutputError: if the container cannot hold it.
        """
        if self._shift is not None or self._soundtrack is not None:
            raise RuntimeError("sound comes once, before the first write")
        zero_s = max(0, self._video.start_pts) * self._video.time_base
        with self._explained():
            self._soundtrack = NewSound(
                Path(path),
                self._container,
                zero_s + at_s - start_s,
                zero_s,
                zero_s + end_s - start_s,
            )

    def write(self, picture: Picture) -> None:
        """Encode one picture in the source's layout.

        Raises: OutputError if the file cannot be written any further.
        """
        if self._shift is None:
            started = self._first_frame > 0
            self._shift = picture.pts - self._video.start_pts if started else 0
            self._shift += min(0, self._video.start_pts)
        frame = self._frame(picture, picture.pts - self._shift)
        with self._explained():
            if self._pending is not None and frame.pts is not None:
                self._encode_pending(frame.pts - (self._pending.pts or 0))
        self._pending = frame
        self._last_source_pts = picture.pts

    def close(self) -> None:
        """Finish the file. May be called again.

        Raises: OutputError if it cannot be completed.
        """
        if not self._open:
            return
        with self._explained():
            self._encode_pending(self._last_duration())
            self._mux(self._stream.encode(None))
            if self._soundtrack is not None:
                self._soundtrack.write_until(None, self._shift_s)
            self._open = False
            self._container.close()
        if self._soundtrack is not None:
            self._soundtrack.close()

    def abort(self) -> None:
        """Let go of an unfinished file, which is then worthless. Does nothing after ``close``."""
        if self._soundtrack is not None:
            self._soundtrack.close()
        if not self._open:
            return
        self._open = False
        try:
            self._container.close()
        except av.FFmpegError:
            return  # the error that led here is the one to tell

    @property
    def _shift_s(self) -> Fraction:
        return (self._shift or 0) * self._video.time_base

    def _encode_pending(self, duration: int) -> None:
        """Encode the picture whose duration the next one has told."""
        if self._pending is not None:
            self._pending.duration = max(1, duration)
            self._mux(self._stream.encode(self._pending))
            self._pending = None

    def _last_duration(self) -> int:
        """The clip's own for its last frame, else one frame of the rate."""
        video = self._video
        if video.duration_s is not None and self._last_source_pts == video.last_pts:
            return video.start_pts + round(video.duration_s / video.time_base) - video.last_pts
        return round(1 / video.rate.fps / video.time_base)

    def _mux(self, packets: "list[Packet[VideoStream]]") -> None:
        for packet in packets:
            if self._soundtrack is not None and packet.dts is not None:
                self._soundtrack.write_until(packet.dts * packet.time_base, self._shift_s)
            self._container.mux(packet)

    def _frame(self, picture: Picture, pts: int) -> av.VideoFrame:
        """A frame of our own: the decoder's must never be written to."""
        video = self._video
        planes: Sequence[npt.NDArray[Any]]
        planes = [video.orientation.store(plane) for plane in picture.planes]
        if self._needs_recast:
            planes = recast(planes, self._source, self._target, self._layout)
        frame = av.VideoFrame(video.coded_width, video.coded_height, self._target.name)
        write_planes(frame, self._target, planes)
        frame.pts = pts
        frame.time_base = video.time_base
        if self._marks is not None:
            frame = self._marks.put_on(frame)
        frame.color_primaries, frame.color_trc, frame.colorspace, frame.color_range = self._tags
        return frame

    @property
    def _needs_recast(self) -> bool:
        a, b = self._source, self._target
        return (a.rgb, a.bits, a.alpha, len(a.components), a.log2_chroma_w, a.log2_chroma_h) != (
            b.rgb,
            b.bits,
            b.alpha,
            len(b.components),
            b.log2_chroma_w,
            b.log2_chroma_h,
        )

    def _make_marks(self, codec: Codec) -> FrameMarks | None:
        video = self._video
        aspect = Fraction(1) if codec.keeps_aspect else video.sample_aspect
        if video.field_order == "progressive" and aspect == 1:
            return None
        if aspect != 1:
            self.notes.append(
                f"{codec.label} keeps the pixels' aspect ({aspect.numerator}:{aspect.denominator}) "
                "in its frames; programs that read only the container show square pixels."
            )
        return FrameMarks(
            video.coded_width,
            video.coded_height,
            self._target.name,
            video.time_base,
            video.field_order,
            aspect if not codec.keeps_aspect else video.sample_aspect,
        )

    def _make_container(self, muxer: str) -> OutputContainer:
        options = {"avoid_negative_ts": "disabled"}
        if muxer != "matroska":
            ticks = self._video.time_base.denominator
            options["video_track_timescale"] = str(ticks)
            # What an edit list counts in: exact for picture and sound, if that fits.
            common = lcm(ticks, *(a.rate for a in self._info.audio if a.rate))
            options["movie_timescale"] = str(common if common <= _MAX_TIMESCALE else ticks)
        name = f"file:{self._path.absolute()}"
        return av.open(name, "w", format=muxer, container_options=options)

    def _add_stream(self, codec: Codec, options: dict[str, str]) -> VideoStream:
        video = self._video
        options |= codec.fields.get(video.field_order, {})
        if video.colour.chroma_location:
            options["chroma_sample_location"] = str(video.colour.chroma_location)
        stream = self._container.add_stream(codec.encoder, rate=video.rate.fps, options=options)
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.width, context.height = video.coded_width, video.coded_height
        context.pix_fmt = self._target.name
        context.time_base = video.time_base
        stream.time_base = video.time_base
        context.sample_aspect_ratio = video.sample_aspect
        # Frame threads as ffmpeg itself would use: slices would cost quality.
        context.thread_type = "AUTO"
        (
            context.color_primaries,
            context.color_trc,
            context.colorspace,
            context.color_range,
        ) = self._tags
        context.flags |= int(EncoderFlags.frame_duration)
        context.field_order = _FIELD_ORDERS[video.field_order]
        if video.display_matrix is not None:
            stream.set_display_matrix(video.display_matrix)
        context.open()
        timecode = self._timecode()
        if timecode is not None:
            stream.metadata["timecode"] = timecode
            if video.reel is not None:
                stream.metadata["reel_name"] = video.reel
        return stream

    def _timecode(self) -> str | None:
        start, rate = self._video.start_timecode, self._video.rate
        if start is None or self._first_frame == 0:
            return start
        count = timecode_to_frames(start, rate) + self._first_frame
        return frames_to_timecode(count, rate, ";" in start)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except av.FFmpegError as error:
            raise _output_error(self._path, error) from error


def _tags(video: VideoInfo, source: Format, target: Format) -> tuple[int, int, int, int]:
    """(primaries, transfer, matrix, range) to write."""
    colour = video.colour
    if source.rgb and not target.rgb:
        matrix = {"bt709": 1, "bt601": 6, "bt2020": 9}[video.layout.matrix]
        return colour.primaries, colour.transfer, matrix, 1
    # Untagged full range (grey, the old yuvj formats) must be tagged, or H.264 means video range.
    untagged = colour.range == 0 and video.layout.full_range and not source.rgb
    signal = 2 if untagged else colour.range
    return colour.primaries, colour.transfer, colour.matrix, signal


def _output_error(path: Path, error: av.FFmpegError) -> OutputError:
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return OutputError(
            f"There is no room left to write {path}.", "Free space or choose another place."
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return OutputError(f"There is no folder {path.parent}.", "Make it, or choose another.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EISDIR):
        return OutputError(f"{path} may not be written.", "Choose another place.")
    return OutputError(f"{path} cannot be written: {error.strerror}.", "Choose another place.")
