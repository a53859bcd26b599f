"""What an export keeps of its source."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_fixtures import MakeMedia, number_in, same_planes, sound_packets

from cmet_studio.core.errors import BadInput, OutputError
from cmet_studio.domain.time import FrameRate
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.info import ColourTags
from cmet_studio.media.orientation import Orientation
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.synth import ClipStyle
from cmet_studio.media.writer import ClipWriter

TICK = Fraction(1, 1000)


def export(
    source: Path,
    path: Path,
    codec: str = "h264",
    frames: tuple[int, int] | None = None,
    sound: bool = True,
) -> list[str]:
    """Write a clip, or a range of it, unchanged; gives the writer's notes."""
    with VideoReader(source) as reader:
        first, stop = frames or (0, len(reader))
        with ClipWriter(path, reader.info, first, codec, preset="ultrafast") as writer:
            if sound:
                times = reader.times
                writer.copy_audio(source, times.seconds(first), times.seconds(stop))
            for picture in reader.frames(first, stop):
                writer.write(picture)
        return writer.notes


def stamps(reader: VideoReader) -> list[Fraction]:
    return [pts * reader.info.video.time_base for pts in reader.times.pts]


def require_same_clip(source: Path, written: Path) -> None:
    """Everything but the pictures themselves."""
    tolerance = TICK / 2 if written.suffix == ".mkv" else Fraction(0)
    with VideoReader(source) as a, VideoReader(written) as b:
        assert len(a) == len(b)
        pairs = zip(stamps(a), stamps(b), strict=True)
        assert max(abs(s - t) for s, t in pairs) <= tolerance
        before, after = a.info.video, b.info.video
        for name in ("width", "height", "rate", "orientation", "start_timecode", "field_order"):
            assert getattr(before, name) == getattr(after, name), name
        tags, kept = before.colour, after.colour
        names = ("primaries", "transfer", "matrix", "range")
        assert [getattr(tags, n) for n in names] == [getattr(kept, n) for n in names]
        assert tags.chroma_location in (0, kept.chroma_location)
        layout, result = before.layout, after.layout
        for name in ("bits", "log2_chroma_w", "log2_chroma_h", "full_range", "matrix", "rgb"):
            assert getattr(layout, name) == getattr(result, name), name
        assert before.duration_s is not None
        assert after.duration_s is not None
        assert abs(before.duration_s - after.duration_s) <= 2 * tolerance
        assert len(a.info.audio) == len(b.info.audio)
        for track in range(len(a.info.audio)):
            require_same_sound(source, written, track)


def require_same_sound(source: Path, written: Path, track: int) -> None:
    before, after = sound_packets(source, track), sound_packets(written, track)
    assert [data for *_, data in before] == [data for *_, data in after]
    tolerance = TICK if ".mkv" in (source.suffix, written.suffix) else Fraction(0)
    if source.suffix in (".mpg", ".ts"):  # 90 kHz ticks, kept to the nearest sample
        tolerance = max(tolerance, Fraction(1, 2 * 48000))
    pairs = zip(before, after, strict=True)
    assert max(abs(a[0] - b[0]) for a, b in pairs) <= tolerance


KEPT = {
    "plain.mp4": ClipStyle(),
    "deep.mp4": ClipStyle(pix_fmt="yuv420p10le", colour=ColourTags(9, 16, 9, 1, 0)),
    "4-2-2.mov": ClipStyle(pix_fmt="yuv422p10le", timecode="01:00:00:00"),
    "4-4-4.mp4": ClipStyle(pix_fmt="yuv444p"),
    "full-range.mp4": ClipStyle(colour=ColourTags(5, 6, 6, 2, 0)),
    "untagged.mp4": ClipStyle(colour=ColourTags(2, 2, 2, 0, 0)),
    "top-left-chroma.mp4": ClipStyle(options={"chroma_sample_location": "3"}),
    "turned.mov": ClipStyle(orientation=Orientation(True, True, False)),
    "mirrored.mp4": ClipStyle(orientation=Orientation(False, True, False)),
    "late-picture.mp4": ClipStyle(first_pts=6400, time_base=Fraction(1, 12800)),
    "late-sound.mp4": ClipStyle(audio_start_s=Fraction(1, 3)),
    "uneven.mkv": ClipStyle(
        pts=[0, 40, 55, 90, 200, 210, 260, 300, 390, 400, 500, 620], time_base=TICK
    ),
    "sounds.mov": ClipStyle(audio_tracks=3, audio_codec="pcm_s16le"),
    "stream.ts": ClipStyle(first_pts=123450, time_base=Fraction(1, 90000), audio_codec="mp2"),
    "mpeg2.mpg": ClipStyle(codec="mpeg2video", options={"b": "1M", "bf": "2"}, audio_codec="mp2"),
}


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("name", KEPT)
def test_h264_keeps_the_clip(name: str, suffix: str, make_media: MakeMedia, tmp_path: Path) -> None:
    if suffix == ".mp4" and name == "sounds.mov":
        suffix = ".mov"  # PCM
    source = make_media(f"kept-{name}", KEPT[name], frames=12)
    if name == "uneven.mkv" and suffix != ".mkv":
        export(source, tmp_path / f"out{suffix}")
        with VideoReader(source) as a, VideoReader(tmp_path / f"out{suffix}") as b:
            assert stamps(a) == stamps(b)  # the nominal rate is Matroska's alone
        return
    export(source, tmp_path / f"out{suffix}")
    require_same_clip(source, tmp_path / f"out{suffix}")


def test_drop_frame_timecode_and_reel(drop_frame_clip: Path, tmp_path: Path) -> None:
    for suffix in (".mp4", ".mov", ".mkv"):
        export(drop_frame_clip, tmp_path / f"out{suffix}")
        require_same_clip(drop_frame_clip, tmp_path / f"out{suffix}")
    with VideoReader(tmp_path / "out.mov") as reader:
        assert reader.info.video.reel == "A001"


def test_variable_rate_survives(vfr_clip: Path, tmp_path: Path) -> None:
    for suffix in (".mp4", ".mov"):
        export(vfr_clip, tmp_path / f"out{suffix}")
        with VideoReader(vfr_clip) as a, VideoReader(tmp_path / f"out{suffix}") as b:
            assert stamps(a) == stamps(b)
            assert a.info.video.duration_s == b.info.video.duration_s


def test_sample_aspect_is_kept(make_media: MakeMedia, tmp_path: Path) -> None:
    source = make_media("wide.mp4", ClipStyle(sample_aspect=Fraction(4, 3)), frames=3)
    export(source, tmp_path / "out.mkv")
    with VideoReader(tmp_path / "out.mkv") as reader:
        assert reader.info.video.sample_aspect == Fraction(4, 3)
    assert "4:3" in export(source, tmp_path / "lossless.mkv", "ffv1")[0]


def test_fields_are_kept(make_media: MakeMedia, tmp_path: Path) -> None:
    style = ClipStyle(options={"flags": "+ildct+ilme", "x264-params": "tff=1"})
    source = make_media("fields.mkv", style, frames=6)
    export(source, tmp_path / "out.mkv")
    with VideoReader(tmp_path / "out.mkv") as reader:
        assert reader.info.video.field_order == "tff"


def test_real_clips_keep_all(shared_data: Path, tmp_path: Path) -> None:
    """Times, tags and sound through H.264; every sample through FFV1. Large clips: their start."""
    for source in sorted((shared_data / "clips").glob("*.mp4")):
        with VideoReader(source) as reader:
            whole = reader.info.video.width < 300
            frames = (0, len(reader) if whole else 10)
        for codec, name in (("h264", "out.mp4"), ("ffv1", "out.mkv")):
            path = tmp_path / f"{source.stem}-{name}"
            export(source, path, codec, frames)
            if whole:
                require_same_clip(source, path)
            if codec == "ffv1":
                with VideoReader(source) as a, VideoReader(path) as b:
                    pairs = zip(a.frames(*frames), b.frames(), strict=True)
                    assert all(same_planes(p, q) for p, q in pairs), source.name
                    assert a.info.video.layout.full_range == b.info.video.layout.full_range


LOSSLESS = {
    "yuv420p": (97, 65),
    "yuv422p10le": (97, 65),
    "yuv444p": (97, 65),
    "yuv420p16le": (96, 64),
    "yuv411p": (97, 65),
    "yuva420p": (97, 65),
    "yuva444p12le": (96, 64),
    "gray": (97, 65),
    "gray10le": (96, 64),
    "gbrp10le": (96, 64),
    "gbrap12le": (96, 64),
}


@pytest.mark.parametrize("pix_fmt", LOSSLESS)
def test_ffv1_is_lossless(pix_fmt: str, make_media: MakeMedia, tmp_path: Path) -> None:
    style = ClipStyle(codec="ffv1", pix_fmt=pix_fmt, options={})
    source = make_media(f"{pix_fmt}.mkv", style, frames=3, size=LOSSLESS[pix_fmt], sound_hz=None)
    require_lossless(source, tmp_path / "out.mkv")


@pytest.mark.parametrize("size", [(99, 67), (98, 67), (99, 66), (427, 241), (1279, 719)])
def test_ffv1_of_sizes_that_it_cannot_slice(
    size: tuple[int, int], make_media: MakeMedia, tmp_path: Path
) -> None:
    """Widths such as 427 and 1279, and tall ones: the encoder refused four slices of 4:2:0."""
    style = ClipStyle(codec="ffv1", pix_fmt="yuv420p", options={})
    name = f"{size[0]}x{size[1]}.mkv"
    source = make_media(name, style, frames=2, size=size, sound_hz=None)
    require_lossless(source, tmp_path / "out.mkv")


STORED = {
    "nv12.avi": ("rawvideo", "nv12"),
    "uyvy.mov": ("rawvideo", "uyvy422"),
    "bgr24.avi": ("rawvideo", "bgr24"),
    "rgba.mov": ("png", "rgba"),
    "rgb48.mov": ("png", "rgb48be"),
    "gbrp.mkv": ("libx264rgb", "rgb24"),
    "v210.mov": ("v210", "yuv422p10le"),
    "jpeg.mov": ("mjpeg", "yuvj422p"),
}


@pytest.mark.parametrize("name", STORED)
def test_packed_and_rgb_sources_are_lossless_too(
    name: str, make_media: MakeMedia, tmp_path: Path
) -> None:
    codec, pix_fmt = STORED[name]
    style = ClipStyle(codec=codec, pix_fmt=pix_fmt, options={}, colour=ColourTags(2, 2, 2, 0, 0))
    if pix_fmt == "yuvj422p":
        style = ClipStyle(codec=codec, pix_fmt=pix_fmt, options={}, colour=ColourTags(2, 2, 5, 2))
    source = make_media(f"stored-{name}", style, frames=3, sound_hz=None)
    require_lossless(source, tmp_path / "out.mkv")


def require_lossless(source: Path, path: Path) -> None:
    assert export(source, path, "ffv1") == []
    with VideoReader(source) as a, VideoReader(path) as b:
        for n, (p, q) in enumerate(zip(a.frames(), b.frames(), strict=True)):
            assert same_planes(p, q)
            assert np.array_equal(to_rgb(p), to_rgb(q))
            assert number_in(to_rgb(q)) == n


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_range_starts_where_the_clip_did(
    suffix: str, make_media: MakeMedia, tmp_path: Path
) -> None:
    style = ClipStyle(timecode="01:00:00:00", first_pts=1000, time_base=Fraction(1, 12800))
    source, path = make_media("range.mov", style), tmp_path / f"out{suffix}"
    export(source, path, frames=(7, 19))
    with VideoReader(source) as a, VideoReader(path) as b:
        assert [number_in(to_rgb(p)) for p in b.frames()] == list(range(7, 19))
        assert b.times.start_timecode == "01:00:00:07"
        moved = stamps(a)[7] - stamps(a)[0]
        wanted = [time - moved for time in stamps(a)[7:19]]
        tolerance = TICK / 2 if suffix == ".mkv" else 0
        assert max(abs(s - t) for s, t in zip(stamps(b), wanted, strict=True)) <= tolerance
        begin, end = stamps(a)[7], stamps(a)[19]
    overlapping = [p for p in sound_packets(source) if p[0] + p[1] > begin and p[0] < end]
    copied = sound_packets(path)
    assert [data for *_, data in copied] == [data for *_, data in overlapping]
    drift = max(abs(a[0] - moved - b[0]) for a, b in zip(overlapping, copied, strict=True))
    assert drift <= (TICK if suffix == ".mkv" else Fraction(1, 48000))


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_times_below_zero_lose_no_frame(suffix: str, make_media: MakeMedia, tmp_path: Path) -> None:
    """The clock of a transport stream starts anew every 26 hours; MP4 hides what lies below 0."""
    source = tmp_path / "wrap.ts"
    with (
        av.open(str(make_media("before.ts"))) as read,
        av.open(str(source), "w") as written,
    ):
        copies = {s.index: written.add_stream_from_template(s) for s in read.streams}
        late = 2**33 - 90000 // 2
        for packet in read.demux():
            if packet.size and packet.pts is not None and packet.dts is not None:
                packet.pts, packet.dts = packet.pts + late, packet.dts + late
                packet.stream = copies[packet.stream.index]
                written.mux(packet)
    path = tmp_path / f"out{suffix}"
    export(source, path)
    with VideoReader(source) as a, VideoReader(path) as b:
        assert a.info.video.start_pts < 0
        assert [number_in(to_rgb(p)) for p in b.frames()] == list(range(30))
        begin, began = stamps(a)[0], stamps(b)[0]
        pairs = zip(stamps(a), stamps(b), strict=True)
        assert max(abs((s - begin) - (t - began)) for s, t in pairs) <= TICK
    sound = [p[0] - begin for p in sound_packets(source)]
    copied = [p[0] - began for p in sound_packets(path)]
    assert max(abs(s - t) for s, t in zip(sound, copied, strict=True)) <= TICK


def test_drop_frame_timecode_moves_along(drop_frame_clip: Path, tmp_path: Path) -> None:
    export(drop_frame_clip, tmp_path / "out.mp4", frames=(15, 20))
    with VideoReader(tmp_path / "out.mp4") as reader:
        assert reader.times.start_timecode == "01:00:00;05"


def test_sound_lies_beside_its_picture(make_media: MakeMedia, tmp_path: Path) -> None:
    """Interleaved in the file, so that players need not jump."""
    source = make_media("long.mp4", frames=250, sound_hz=220.0)
    export(source, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        places = [(p.stream.type, p.pos, p.dts * p.time_base) for p in container.demux() if p.size]
    for kind in ("video", "audio"):
        others = [(pos, time) for k, pos, time in places if k != kind]
        for k, pos, time in places:
            if k == kind and 1 < time < 9:
                near = min(others, key=lambda other, pos=pos: abs(other[0] - pos))
                assert abs(near[1] - time) < Fraction(3, 2)


def test_notes_name_what_hosts_may_not_play(make_media: MakeMedia, tmp_path: Path) -> None:
    plain = make_media("kept-plain.mp4", KEPT["plain.mp4"], frames=12)
    assert export(plain, tmp_path / "a.mp4") == []
    deep = make_media("kept-4-2-2.mov", KEPT["4-2-2.mov"], frames=12)
    (note,) = export(deep, tmp_path / "b.mov")
    assert "4:2:2, 10 bit" in note


def test_h264_of_rgb_is_close_and_says_so(make_media: MakeMedia, tmp_path: Path) -> None:
    style = ClipStyle(codec="png", pix_fmt="rgb24", options={})
    source = make_media("rgb.mov", style, frames=3, sound_hz=None)
    with VideoReader(source) as reader:
        with ClipWriter(tmp_path / "out.mp4", reader.info, crf=0, preset="ultrafast") as writer:
            for picture in reader.frames():
                writer.write(picture)
        assert any("RGB" in note for note in writer.notes)
        before = [to_rgb(p).astype(int) for p in reader.frames()]
    with VideoReader(tmp_path / "out.mp4") as reader:
        assert reader.info.video.layout.pix_fmt == "yuv444p"
        for rgb, picture in zip(before, reader.frames(), strict=True):
            assert np.abs(rgb - to_rgb(picture)).max() <= 2


def test_h264_of_odd_sizes_keeps_size_and_samples(make_media: MakeMedia, tmp_path: Path) -> None:
    style = ClipStyle(codec="ffv1", pix_fmt="yuv420p", options={})
    source = make_media("yuv420p.mkv", style, frames=3, size=(97, 65), sound_hz=None)
    with VideoReader(source) as reader:
        with ClipWriter(tmp_path / "out.mp4", reader.info, crf=0, preset="ultrafast") as writer:
            for picture in reader.frames():
                writer.write(picture)
        assert "4:4:4" in writer.notes[0]
        with VideoReader(tmp_path / "out.mp4") as result:
            for p, q in zip(reader.frames(), result.frames(), strict=True):
                assert np.array_equal(p.planes[0], q.planes[0])
                assert np.array_equal(p.planes[1], q.planes[1][::2, ::2])
                assert np.array_equal(to_rgb(p), to_rgb(q))


def test_the_decoders_frames_are_not_touched(numbered_clip: Path, tmp_path: Path) -> None:
    with VideoReader(numbered_clip) as reader:
        before = list(reader.frames())
        with ClipWriter(tmp_path / "out.mp4", reader.info, preset="ultrafast") as writer:
            for picture in reader.frames():
                writer.write(picture)
        assert all(same_planes(a, b) for a, b in zip(before, reader.frames(), strict=True))


def test_unusable_names_and_codecs(numbered_clip: Path, tmp_path: Path) -> None:
    with VideoReader(numbered_clip) as reader:
        info = reader.info
    with pytest.raises(BadInput, match="no codec 'vc3'"):
        ClipWriter(tmp_path / "out.mp4", info, codec="vc3")
    for name, codec in (("out.avi", "h264"), ("out.mp4", "ffv1"), ("out", "h264")):
        with pytest.raises(OutputError, match="not written to"):
            ClipWriter(tmp_path / name, info, codec=codec)


def test_sound_that_the_file_type_refuses(make_media: MakeMedia, tmp_path: Path) -> None:
    style = ClipStyle(codec="libvpx-vp9", options={"b": "400k"}, audio_codec="libopus")
    source = make_media("vp9.webm", style)
    with VideoReader(source) as reader:
        writer = ClipWriter(tmp_path / "out.mov", reader.info)
        with pytest.raises(OutputError, match=r"sound of vp9.webm \(opus\)"):
            writer.copy_audio(source)
        writer.abort()


@pytest.mark.parametrize("channels", [1, 2])
def test_sound_without_named_channels_goes_into_mp4(
    channels: int, make_media: MakeMedia, tmp_path: Path
) -> None:
    """AVI and Matroska say how many channels there are, not which: MP4 refused, when all else was
    done."""
    source = with_plain_pcm(make_media("mute.mp4", sound_hz=None), tmp_path / "in.avi", channels)
    written = tmp_path / "out.mp4"
    export(source, written)
    require_same_sound(source, written, 0)


def test_channels_that_mp4_cannot_name_are_refused_at_once(
    make_media: MakeMedia, tmp_path: Path
) -> None:
    source = with_plain_pcm(make_media("mute.mp4", sound_hz=None), tmp_path / "in.mkv", 4)
    with VideoReader(source) as reader, ClipWriter(tmp_path / "out.mp4", reader.info) as writer:
        with pytest.raises(OutputError, match="cannot be put into a mp4 file unchanged"):
            writer.copy_audio(source)
        writer.abort()


def with_plain_pcm(source: Path, path: Path, channels: int) -> Path:
    """The clip's picture as MPEG-4, with channels of PCM that nobody has named."""
    layout = {1: "mono", 2: "stereo", 4: "4.0"}[channels]
    with VideoReader(source) as reader, av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = reader.info.video.width, reader.info.video.height
        sound = container.add_stream("pcm_s16le", rate=48000, layout=layout)
        for n, picture in enumerate(reader.frames()):
            frame = av.VideoFrame.from_ndarray(to_rgb(picture), format="rgb24").reformat(
                format="yuv420p"
            )
            frame.pts, frame.time_base = n, Fraction(1, 25)
            container.mux(stream.encode(frame))
            samples = np.full((1, 1920 * channels), 100 * n, np.int16)
            heard = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
            heard.sample_rate, heard.pts = 48000, 1920 * n
            container.mux(sound.encode(heard))
        container.mux(stream.encode(None))
    return path


def test_a_sound_stream_that_nobody_knows_is_left_out_and_told(
    make_media: MakeMedia, tmp_path: Path
) -> None:
    """Phones write a second, spatial stream that no library here can even copy."""
    known = make_media("two-tracks.mkv", ClipStyle(audio_tracks=2)).read_bytes()
    source = tmp_path / "in.mkv"
    at = known.rfind(b"A_AAC", 0, 4096)
    source.write_bytes(known[:at] + b"A_XYZ" + known[at + 5 :])
    notes = export(source, tmp_path / "out.mp4")
    assert [note for note in notes if "sound stream" in note] == [
        "Left out: 1 sound stream of in.mkv, of a kind that is not known here."
    ]
    require_same_sound(source, tmp_path / "out.mp4", 0)


def test_no_folder_to_write_to(numbered_clip: Path, tmp_path: Path) -> None:
    with VideoReader(numbered_clip) as reader:
        writer = ClipWriter(tmp_path / "nowhere" / "out.mp4", reader.info, preset="ultrafast")
        writer.write(reader.read(0))
        with pytest.raises(OutputError, match="no folder"):
            writer.close()
        writer.abort()


def test_sound_must_come_first(numbered_clip: Path, tmp_path: Path) -> None:
    with VideoReader(numbered_clip) as reader:
        writer = ClipWriter(tmp_path / "out.mp4", reader.info, preset="ultrafast")
        writer.write(reader.read(0))
        with pytest.raises(RuntimeError, match="before"):
            writer.copy_audio(numbered_clip)
        writer.close()
        writer.close()
        writer.abort()


def test_rates_are_exact(make_media: MakeMedia, tmp_path: Path) -> None:
    for rate in (FrameRate(24000, 1001), FrameRate(60000, 1001), FrameRate(50), FrameRate(12)):
        source = make_media(f"rate-{rate.num}-{rate.den}.mp4", rate=rate, frames=12)
        for suffix in (".mp4", ".mkv"):
            export(source, tmp_path / f"out{suffix}")
            with VideoReader(tmp_path / f"out{suffix}") as reader:
                assert reader.times.rate == rate


_FULL_DISK = """
import resource, signal, sys
from cmet_studio.core.errors import OutputError
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.writer import ClipWriter
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
source, path = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
with VideoReader(source) as reader:
    writer = ClipWriter(path, reader.info, codec="ffv1")
    try:
        for picture in reader.frames():
            writer.write(picture)
        writer.close()
    except OutputError as error:
        sys.stdout.write(error.message)
    finally:
        writer.abort()
"""


def test_a_full_disk_is_told(numbered_clip: Path, tmp_path: Path) -> None:
    """A limit on the file's size stands for a disk without room."""
    command = [sys.executable, "-c", _FULL_DISK, str(numbered_clip), str(tmp_path / "out.mkv")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert "no room left to write" in done.stdout
    assert done.stderr == ""
