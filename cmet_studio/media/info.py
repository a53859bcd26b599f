"""What a media file is, as values."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cmet_studio.domain.time import FrameRate
from cmet_studio.media.orientation import Orientation
from cmet_studio.media.picture import PixelLayout


@dataclass(frozen=True, slots=True)
class ColourTags:
    """ffmpeg's numbers, which are those of ISO/IEC 23091-2 (H.273); 2 means unspecified.

    Attributes:
        range: 0 unspecified, 1 video range, 2 full range.
        chroma_location: 0 unspecified, 1 left, 2 centre, 3 top left, 4 top, 5 bottom left,
            6 bottom.
    """

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    range: int = 0
    chroma_location: int = 0


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The clip's picture.

    Attributes:
        stream: number of the stream in the file.
        width, height: of the displayed picture.
        coded_width, coded_height: of the stored picture, before it is turned for display.
        display_matrix: the container's nine numbers, if it has any.
        rate: nominal frames per second.
        time_base: seconds per unit of the time stamps.
        start_pts: time stamp of the first frame.
        last_pts: time stamp of the last frame; None before the clip is indexed.
        duration_s: from the first frame to the end of the last; before the clip is indexed it is
            what the file says, None if it does not.
        start_timecode: label of the first frame, ``;`` before the frames for drop frame.
        reel: reel name that goes with the timecode.
        sample_aspect: width to height of a stored sample.
        field_order: ``progressive``, ``tff`` (the upper field is shown first) or ``bff``.
    """

    stream: int
    width: int
    height: int
    coded_width: int
    coded_height: int
    orientation: Orientation
    display_matrix: tuple[int, ...] | None
    rate: FrameRate
    time_base: Fraction
    start_pts: int
    last_pts: int | None
    duration_s: Fraction | None
    layout: PixelLayout
    codec: str
    colour: ColourTags
    start_timecode: str | None
    reel: str | None
    sample_aspect: Fraction
    field_order: str

    @property
    def rotation_deg(self) -> int:
        """Clockwise turn for display: 0, 90, 180 or 270."""
        return self.orientation.rotation_deg


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """One sound stream.

    Attributes:
        stream: number of the stream in the file.
        rate: samples per second.
        layout: ffmpeg's name of the channel layout, e.g. ``stereo``.
        language: ISO 639 code, empty if unknown.
    """

    stream: int
    codec: str
    rate: int
    channels: int
    layout: str
    language: str
    duration_s: Fraction | None


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """A clip: one picture, any number of sounds. ``container`` is ffmpeg's name of the format."""

    path: Path
    container: str
    video: VideoInfo
    audio: tuple[AudioInfo, ...]
