"""Made clips, the plain transcode, chroma location, rates."""

from fractions import Fraction
from pathlib import Path

import pytest
from media_fixtures import MakeMedia, number_in, numbered_pictures

from cmet_studio.domain.time import FrameRate
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.info import ColourTags
from cmet_studio.media.probe import probe
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.synth import ClipStyle, make_clip
from cmet_studio.media.transcode import transcode


def test_a_clip_shows_what_it_was_made_of(tmp_path: Path) -> None:
    path = tmp_path / "made.mp4"
    pictures = list(numbered_pictures(5, (96, 64)))
    assert make_clip(path, iter(pictures), FrameRate(24000, 1001)) == 5
    with VideoReader(path) as reader:
        assert reader.times.rate == FrameRate(24000, 1001)
        for made, shown in zip(pictures, reader.frames(), strict=True):
            assert abs(made.astype(int) - to_rgb(shown)).mean() < 6


def test_nothing_makes_no_clip(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        make_clip(tmp_path / "none.mp4", iter([]), FrameRate(25))


def test_transcode_keeps_frames_and_times(numbered_clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "plain.mp4"
    assert transcode(numbered_clip, path, 18, "ultrafast") == 48
    with VideoReader(numbered_clip) as a, VideoReader(path) as b:
        assert list(a.times.pts) == list(b.times.pts)
        assert [number_in(to_rgb(p)) for p in b.frames()] == list(range(48))


@pytest.mark.parametrize("location", range(1, 5))
def test_chroma_location_is_found(location: int, make_media: MakeMedia) -> None:
    style = ClipStyle(options={"chroma_sample_location": str(location)})
    path = make_media(f"chroma-{location}.mp4", style, frames=2, sound_hz=None)
    assert probe(path).video.colour.chroma_location == location


def test_untagged_clips_take_the_matrix_of_their_size(make_media: MakeMedia) -> None:
    style = ClipStyle(colour=ColourTags(2, 2, 2, 0, 0))
    small = make_media("untagged-small.mp4", style, frames=2, sound_hz=None)
    large = make_media("untagged-large.mp4", style, frames=2, size=(1280, 720), sound_hz=None)
    assert probe(small).video.layout.matrix == "bt601"
    assert probe(large).video.layout.matrix == "bt709"


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "webm", "avi", "ts", "mpg", "mxf"])
def test_rates_are_found_in_every_container(suffix: str, make_media: MakeMedia) -> None:
    codecs = {"webm": "libvpx", "avi": "mpeg4", "mpg": "mpeg2video", "mxf": "mpeg2video"}
    codec = codecs.get(suffix, "libx264")
    options = {"crf": "20"} if codec == "libx264" else {"b": "500k"}
    for rate in (FrameRate(30000, 1001), FrameRate(25)):
        style = ClipStyle(codec=codec, options=options)
        name = f"rate-{rate.num}.{suffix}"
        path = make_media(name, style, rate=rate, frames=20, sound_hz=None)
        with VideoReader(path) as reader:
            assert reader.times.rate == rate
            assert len(reader) == 20
            assert abs(reader.times.end_seconds - 20 / rate.fps) <= Fraction(1, 1000)
