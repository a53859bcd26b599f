"""Find out what a clip is."""

import struct
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.sidedata.sidedata import SideData
from av.sidedata.sidedata import Type as SideDataType
from av.video.stream import VideoStream

from cmet_studio.core.errors import BadInput, MediaError
from cmet_studio.domain.time import FrameRate, timecode_to_frames
from cmet_studio.media.chroma import chroma_location
from cmet_studio.media.formats import Format, find_format
from cmet_studio.media.info import AudioInfo, ClipInfo, ColourTags, VideoInfo
from cmet_studio.media.orientation import from_display_matrix
from cmet_studio.media.picture import PixelLayout
from cmet_studio.media.rates import nominal_rate
from cmet_studio.media.source import open_media

_MATRICES = {1: "bt709", 5: "bt601", 6: "bt601", 4: "bt601", 7: "bt709", 9: "bt2020", 10: "bt2020"}
_VIDEO_RANGE_GRAY = ("h264", "hevc", "av1", "vp9", "mpeg2video", "mpeg4")
_FIELD_ORDERS = {2: "tff", 3: "bff", 4: "bff", 5: "tff"}  # AVFieldOrder: TT, BB, TB, BT


def probe(path: Path | str) -> ClipInfo:
    """Describe a clip; decodes its first frame.

    Raises: MediaError if it cannot be opened, has no picture, or stores pixels in a way we do not
        read.
    """
    path = Path(path)
    with open_media(path) as container:
        stream = picture_stream(container, path)
        frame = _first_frame(container, stream, path)
        return ClipInfo(
            path,
            container.format.name,
            _video(container, stream, frame, path),
            audio_streams(container),
        )


def picture_begins_s(path: Path) -> Fraction | None:
    """When a file's first picture is shown, in the file's own time; None if it shows none.

    What the container says is the first packet's time: of a recording that begins between two key
    frames, the first packets make no picture.

    Raises: MediaError if it cannot be opened.
    """
    with open_media(path) as container:
        try:
            stream = picture_stream(container, path)
            frame = _first_frame(container, stream, path)
        except MediaError:
            return None
        # AVI has no times of showing: there, a decoded frame bears a later one's.
        stamp = stream.start_time if container.format.name == "avi" else frame.pts
        return (stamp or 0) * (stream.time_base or Fraction(1, 90000))


def picture_stream(container: InputContainer, path: Path) -> VideoStream:
    """The stream that is the clip's picture; cover art and thumbnails are not.

    Raises: MediaError if there is none or no decoder for it.
    """
    art = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
    streams = [s for s in container.streams.video if not s.disposition & art]
    if not streams:
        held = "only sound" if container.streams.audio else "no picture"
        raise MediaError(f"{path.name} holds {held}.", "Name a clip that has a picture.")
    best = container.streams.best("video")
    stream = best if isinstance(best, VideoStream) and best in streams else streams[0]
    if stream.codec_context is None:
        raise MediaError(
            f"There is no decoder here for the picture of {path.name}.",
            "Convert it to H.264, ProRes or DNxHR.",
        )
    return stream


def audio_streams(container: InputContainer) -> tuple[AudioInfo, ...]:
    """Describe the sound streams of an open file, in its order. Streams we cannot decode too."""
    found = []
    for stream in container.streams.audio:
        context = stream.codec_context
        length = stream.duration
        seconds = None
        if length is not None and stream.time_base is not None:
            seconds = length * stream.time_base
        known = context is not None
        found.append(
            AudioInfo(
                stream.index,
                context.name if known else "unknown",
                context.sample_rate if known else 0,
                context.channels if known else 0,
                context.layout.name if known else "",
                stream.metadata.get("language", ""),
                seconds,
            )
        )
    return tuple(found)


def _first_frame(container: InputContainer, stream: VideoStream, path: Path) -> av.VideoFrame:
    stream.thread_type = "SLICE"  # frame threads would decode more than the one
    try:
        for frame in container.decode(stream):
            if frame.pts is not None or frame.dts is not None:
                return frame
    except av.FFmpegError as error:
        raise MediaError(
            f"The first frame of {path.name} cannot be decoded.",
            "The file is damaged; copy it again from its source.",
        ) from error
    raise MediaError(
        f"{path.name} holds no picture that can be decoded.",
        "The file is damaged or cut off; copy it again from its source.",
    )


def format_of(frame: av.VideoFrame, path: Path) -> Format:
    """How a decoded frame stores its samples.

    Raises: MediaError naming the pixel format if we do not read it.
    """
    form = find_format(frame.format.name)
    if form is None:
        raise MediaError(
            f"{path.name} stores its pixels as {frame.format.name}, which we do not read.",
            "Convert it to ProRes, DNxHR or H.264.",
        )
    return form


def _video(
    container: InputContainer, stream: VideoStream, frame: av.VideoFrame, path: Path
) -> VideoInfo:
    form = format_of(frame, path)
    colour = _colour(stream, frame)
    matrix = _display_matrix(frame)
    orientation = from_display_matrix(matrix)
    width, height = frame.width, frame.height
    shown = (height, width) if orientation.transpose else (width, height)
    rate = nominal_rate(stream)
    timecode, reel = _timecode(container, rate)
    time_base = stream.time_base or Fraction(1, 90000)
    start = frame.pts if frame.pts is not None else frame.dts
    return VideoInfo(
        stream=stream.index,
        width=shown[0],
        height=shown[1],
        coded_width=width,
        coded_height=height,
        orientation=orientation,
        display_matrix=matrix,
        rate=rate,
        time_base=time_base,
        start_pts=start or 0,
        last_pts=None,
        duration_s=_duration(container, stream, time_base),
        layout=_layout(form, colour, stream, width, height, orientation.transpose),
        codec=stream.codec_context.name,
        colour=colour,
        start_timecode=timecode,
        reel=reel,
        sample_aspect=stream.sample_aspect_ratio or Fraction(1),
        field_order=_field_order(stream, frame),
    )


def _field_order(stream: VideoStream, frame: av.VideoFrame) -> str:
    order = _FIELD_ORDERS.get(stream.codec_context.field_order)
    return order or ("tff" if frame.interlaced_frame else "progressive")


def _duration(
    container: InputContainer, stream: VideoStream, time_base: Fraction
) -> Fraction | None:
    if stream.duration:
        return stream.duration * time_base
    return Fraction(container.duration, 1_000_000) if container.duration else None


def _colour(stream: VideoStream, frame: av.VideoFrame) -> ColourTags:
    """The frame's own tags; what it leaves open, the stream may say."""

    def either(of_frame: int, of_stream: int, unknown: int) -> int:
        return int(of_frame if of_frame != unknown else of_stream)

    context = stream.codec_context
    return ColourTags(
        either(frame.color_primaries, context.color_primaries, 2),
        either(frame.color_trc, context.color_trc, 2),
        either(frame.colorspace, context.colorspace, 2),
        either(frame.color_range, context.color_range, 0),
        chroma_location(stream),
    )


def _layout(
    form: Format,
    colour: ColourTags,
    stream: VideoStream,
    width: int,
    height: int,
    transpose: bool,
) -> PixelLayout:
    grey = not form.rgb and len(form.components) < 3
    if form.rgb or form.name.startswith("yuvj"):
        full = True
    elif colour.range == 0 and grey:
        full = stream.codec_context.name not in _VIDEO_RANGE_GRAY
    else:
        full = colour.range == 2
    # Untagged: high definition is BT.709, the rest BT.601, as players do it.
    guess = "bt709" if width >= 1280 or height > 576 else "bt601"
    chroma = (form.log2_chroma_w, form.log2_chroma_h)
    if transpose:
        chroma = chroma[::-1]
    matrix = _MATRICES.get(colour.matrix, guess)
    return PixelLayout(form.name, form.rgb, form.bits, *chroma, full, matrix)


def _display_matrix(frame: av.VideoFrame) -> tuple[int, ...] | None:
    side_data = cast("Mapping[SideDataType, SideData]", frame.side_data)
    if SideDataType.DISPLAYMATRIX not in side_data:
        return None
    data = bytes(side_data[SideDataType.DISPLAYMATRIX])
    return struct.unpack("=9i", data[:36]) if len(data) >= 36 else None


def _timecode(container: InputContainer, rate: FrameRate) -> tuple[str | None, str | None]:
    """Start timecode and reel name, from wherever the container keeps them."""
    places = [*(s.metadata for s in container.streams), container.metadata]
    timecode = reel = None
    for tags in places:
        for name, value in tags.items():
            if name.lower() == "timecode" and timecode is None and _is_timecode(value, rate):
                timecode = value
            if name.lower() == "reel_name" and reel is None:
                reel = value
    return timecode, reel


def _is_timecode(text: str, rate: FrameRate) -> bool:
    try:
        timecode_to_frames(text, rate)
    except BadInput:
        return False
    return True
