"""Frames by number: equal to sequential decoding, whatever was read before."""

import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media_fixtures import UNEVEN, MakeMedia, number_in, same_planes

from cmet_studio.core.errors import MediaError
from cmet_studio.domain.time import FrameRate
from cmet_studio.media import reader as reader_module
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.info import ColourTags
from cmet_studio.media.orientation import Orientation
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.synth import ClipStyle

OPEN_GOP = "open-gop=1:keyint=10:min-keyint=10:bframes=3:b-pyramid=normal:scenecut=0"

SOURCES = {
    "long-gop.mp4": ClipStyle(options={"crf": "20", "g": "250", "bf": "3"}),
    "open-gop.mp4": ClipStyle(options={"crf": "20", "x264-params": OPEN_GOP}),
    "open-gop.ts": ClipStyle(options={"crf": "20", "x264-params": OPEN_GOP}),
    "open-gop.mkv": ClipStyle(options={"crf": "20", "x264-params": OPEN_GOP}),
    "refresh.mkv": ClipStyle(options={"x264-params": "intra-refresh=1:keyint=12"}),
    "fragments.mp4": ClipStyle(
        options={"g": "10"}, muxer_options={"movflags": "frag_keyframe+empty_moov"}
    ),
    "late-start.mp4": ClipStyle(first_pts=12288, time_base=Fraction(1, 12800)),
    "late-start.ts": ClipStyle(first_pts=123450, time_base=Fraction(1, 90000)),
    "hevc.mkv": ClipStyle(
        codec="libx265", options={"x265-params": "log-level=none:keyint=15:open-gop=1"}
    ),
    "vp9.webm": ClipStyle(codec="libvpx-vp9", options={"b": "400k"}, audio_codec="libopus"),
    "vp8.webm": ClipStyle(
        codec="libvpx",
        options={"b": "300k", "auto-alt-ref": "1", "lag-in-frames": "16"},
        audio_codec="libopus",
    ),
    "mpeg2.mpg": ClipStyle(
        codec="mpeg2video", options={"b": "1M", "g": "12", "bf": "2"}, audio_codec="mp2"
    ),
    "mpeg2.mxf": ClipStyle(
        codec="mpeg2video", options={"b": "1M", "g": "12", "bf": "2"}, audio_codec="pcm_s16le"
    ),
    "h264.avi": ClipStyle(options={"g": "12", "bf": "3"}, audio_codec="mp3"),
    "mpeg4.avi": ClipStyle(
        codec="mpeg4", options={"b": "600k", "g": "12", "bf": "2"}, audio_codec="mp3"
    ),
    "mjpeg.avi": ClipStyle(
        codec="mjpeg",
        pix_fmt="yuvj420p",
        options={},
        colour=ColourTags(2, 2, 5, 2, 0),
        audio_codec="pcm_s16le",
    ),
    "prores.mov": ClipStyle(codec="prores_ks", pix_fmt="yuv422p10le", options={}),
    "prores4444.mov": ClipStyle(
        codec="prores_ks", pix_fmt="yuva444p10le", options={"profile": "4444"}
    ),
}


@pytest.mark.parametrize("name", SOURCES)
def test_any_frame_equals_sequential_decoding(name: str, make_media: MakeMedia) -> None:
    path = make_media(name, SOURCES[name])
    with VideoReader(path) as reader:
        in_order = list(reader.frames())
        assert [number_in(to_rgb(p)) for p in in_order] == list(range(30))
        assert [p.index for p in in_order] == list(range(30))
        assert [p.pts for p in in_order] == list(reader.times.pts)
    jumps = random.Random(7).choices(range(30), k=20)
    with VideoReader(path) as reader:
        for n in [*jumps, *range(29, -1, -1)]:
            assert same_planes(reader.read(n), in_order[n]), n


def test_dnxhr_reads(make_media: MakeMedia) -> None:
    style = ClipStyle(
        codec="dnxhd",
        pix_fmt="yuv422p",
        options={"profile": "dnxhr_hq"},
        audio_codec="pcm_s16le",
        timecode="10:00:00:00",
    )
    with VideoReader(make_media("dnxhr.mxf", style, frames=5, size=(256, 128))) as reader:
        assert [number_in(to_rgb(p)) for p in reader.frames()] == list(range(5))
        assert reader.info.video.start_timecode == "10:00:00:00"


def test_real_clips_by_number(shared_data: Path) -> None:
    for path in sorted((shared_data / "clips").glob("*.mp4")):
        with VideoReader(path) as reader:
            wanted = sorted({0, 1, 30, len(reader) // 2, len(reader) - 1})
            found = {p.index: p for p in reader.frames() if p.index in wanted}
            for n in reversed(wanted):
                assert same_planes(reader.read(n), found[n]), (path.name, n)


def test_going_on_and_stepping_back_do_not_seek(
    numbered_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeks = []
    seek = VideoReader._seek

    def counted(self: VideoReader, key: int) -> None:
        seeks.append(key)
        seek(self, key)

    monkeypatch.setattr(VideoReader, "_seek", counted)
    with VideoReader(numbered_clip) as reader:
        for n in range(20, 48):
            reader.read(n)
        assert len(seeks) == 1
        for n in range(46, 19, -1):
            reader.read(n)
        assert len(seeks) == 1


def test_what_is_kept_is_bounded(numbered_clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "KEPT_BYTES", 100_000)  # four frames
    with VideoReader(numbered_clip) as reader:
        for n in range(40):
            reader.read(n)
        held = sum(p.buffer_size for f in reader._kept.values() for p in f.planes)
        assert 0 < held <= 100_000
        assert number_in(to_rgb(reader.read(3))) == 3


def test_planes_are_read_only_and_survive_the_decoder(numbered_clip: Path) -> None:
    with VideoReader(numbered_clip) as reader:
        first = reader.read(0)
        before = [plane.copy() for plane in first.planes]
        for _ in reader.frames():
            pass
    assert all(np.array_equal(a, b) for a, b in zip(before, first.planes, strict=True))
    with pytest.raises(ValueError, match="read-only"):
        first.planes[0][0, 0] = 1


def test_times_of_a_variable_rate(vfr_clip: Path) -> None:
    with VideoReader(vfr_clip) as reader:
        assert [reader.times.seconds(n) * 1000 for n in range(len(reader))] == list(UNEVEN)
        assert number_in(to_rgb(reader.read(7))) == 7


def test_start_timecode_and_rate(drop_frame_clip: Path) -> None:
    with VideoReader(drop_frame_clip) as reader:
        assert reader.times.rate == FrameRate(30000, 1001)
        assert reader.times.start_timecode == "00:59:59;20"
        assert reader.info.video.reel == "A001"


@pytest.mark.parametrize(
    "orientation",
    [Orientation(t, x, y) for t in (False, True) for x in (False, True) for y in (False, True)],
    ids=lambda o: f"{o.rotation_deg}{'m' if o.mirrored else ''}",
)
def test_every_orientation_is_shown_upright(
    orientation: Orientation, make_media: MakeMedia
) -> None:
    name = f"turn-{orientation.transpose:d}{orientation.flip_x:d}{orientation.flip_y:d}.mp4"
    path = make_media(name, ClipStyle(orientation=orientation), frames=3, sound_hz=None)
    with VideoReader(path) as reader:
        assert reader.info.video.orientation == orientation
        for n in (2, 0):
            picture = reader.read(n)
            assert (picture.width, picture.height) == (96, 64)
            assert number_in(to_rgb(picture)) == n


def test_frames_outside_the_clip_are_refused(numbered_clip: Path) -> None:
    with VideoReader(numbered_clip) as reader:
        assert len(reader) == 48
        for n in (-1, 48):
            with pytest.raises(IndexError):
                reader.read(n)
        assert [p.index for p in reader.frames(46, 60)] == [46, 47]


def test_a_trimmed_start_is_not_shown(make_media: MakeMedia, tmp_path: Path) -> None:
    """An edit list that begins inside a group of pictures hides what comes before."""
    import av

    source = make_media("long-gop.mp4", SOURCES["long-gop.mp4"])
    path = tmp_path / "trimmed.mp4"
    with av.open(str(source)) as read, av.open(str(path), "w") as written:
        stream = written.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(read.streams.video[0]):
            if packet.size:
                packet.pts -= 5 * 512
                packet.dts -= 5 * 512
                packet.stream = stream
                written.mux(packet)
    with VideoReader(path) as reader:
        numbers = [number_in(to_rgb(p)) for p in reader.frames()]
        assert numbers == list(range(5, 30))
        assert number_in(to_rgb(reader.read(3))) == 8


def test_two_recordings_in_one_file_are_refused(make_media: MakeMedia, tmp_path: Path) -> None:
    """Transport streams are joined by copying; their times then begin again, and half was lost."""
    style = ClipStyle(options={"crf": "16", "g": "12", "bf": "2", "preset": "fast"})
    part = make_media("part.ts", style, frames=60).read_bytes()
    later = make_media("later.ts", replace(style, first_pts=30), frames=60).read_bytes()
    for name, data, back_s in (("twice.ts", part + part, 2.4), ("back.ts", later + part, 3.5)):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(MediaError, match=f"jump back {back_s} s after frame 5[89]"):
            VideoReader(tmp_path / name)
