"""What may be opened, and what users are told about the rest."""

import os
import socket
from pathlib import Path

import av
import numpy as np
import pytest
from media_fixtures import MakeMedia, tone

from cmet_studio.core.errors import MediaError
from cmet_studio.media.audio import write_wav
from cmet_studio.media.probe import probe
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.source import open_media
from cmet_studio.media.synth import ClipStyle
from cmet_studio.media.wholeness import is_cut_off


def complaint(path: Path | str) -> str:
    """The one sentence and the hint that opening a clip gives."""
    with pytest.raises(MediaError) as caught:
        VideoReader(path)
    assert "\n" not in caught.value.message
    assert caught.value.message.endswith(".")
    assert caught.value.hint
    assert Path(path).name in caught.value.message
    return caught.value.message


def test_missing(tmp_path: Path) -> None:
    assert "no file" in complaint(tmp_path / "gone.mp4")
    assert "no file" in complaint(tmp_path / "no-folder" / "gone.mp4")


def test_folder(tmp_path: Path) -> None:
    assert "folder" in complaint(tmp_path)


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert "empty (0 bytes)" in complaint(tmp_path / "empty.mp4")


def test_not_media(tmp_path: Path) -> None:
    for name, content in (
        ("notes.mp4", b"Dear diary, today I shot nothing.\n" * 50),
        ("noise.mov", np.random.default_rng(0).bytes(5000)),
        ("page.mp4", b"<html><body>404</body></html>"),
    ):
        (tmp_path / name).write_bytes(content)
        assert "not a media file" in complaint(tmp_path / name)


def test_sound_alone_is_no_clip(tmp_path: Path) -> None:
    write_wav(tmp_path / "voice.wav", tone(0.2, 16000), 16000)
    assert "only sound" in complaint(tmp_path / "voice.wav")


def test_cover_art_is_no_clip(tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    with av.open(str(path), "w", format="mp4") as container:
        sound = container.add_stream("aac", rate=48000)
        art = container.add_stream("mjpeg", rate=1)
        art.width, art.height, art.pix_fmt = 16, 16, "yuvj420p"
        art.disposition = av.stream.Disposition.attached_pic
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "flt", "mono")
        frame.sample_rate = 48000
        container.mux(art.encode(av.VideoFrame(16, 16, "yuvj420p")))
        container.mux(sound.encode(frame))
        container.mux([*art.encode(None), *sound.encode(None)])
    assert "only sound" in complaint(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(numbered_clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "secret.mp4"
    path.write_bytes(numbered_clip.read_bytes())
    path.chmod(0)
    assert "may not be read" in complaint(path)


def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "not a regular file" in complaint(tmp_path / "pipe.mp4")
    assert "not a regular file" in complaint("/dev/zero")


@pytest.mark.parametrize(
    "name",
    ["concat:a.mp4|b.mp4", "http://127.0.0.1:9/a.mp4", "data:video/mp4;base64,AAAA", "pipe:0"],
)
def test_addresses_are_only_names(
    name: str, numbered_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MediaError, match="no file"):
        open_media(name)
    if "/" not in name:  # a file may be called that
        (tmp_path / name).write_bytes(numbered_clip.read_bytes())
        with VideoReader(name) as reader:
            assert len(reader) == 48


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{clip}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{clip}'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:{port}/a.ts\n",
        '<?xml version="1.0"?><MPD><Period><BaseURL>{clip}</BaseURL></Period></MPD>',
    ],
)
@pytest.mark.parametrize("suffix", ["mp4", "m3u8", "mkv"])
def test_scripts_that_name_other_files_are_refused(
    content: str, suffix: str, numbered_clip: Path, tmp_path: Path
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.05)
        path = tmp_path / f"script.{suffix}"
        port = server.getsockname()[1]
        path.write_text(content.replace("{clip}", str(numbered_clip)).replace("{port}", str(port)))
        assert "not a media file" in complaint(path)
        with pytest.raises(TimeoutError):
            server.accept()


def test_images_are_no_clips(tmp_path: Path) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "still.png"), np.zeros((8, 8, 3), np.uint8))
    assert "not a media file" in complaint(tmp_path / "still.png")


@pytest.mark.parametrize("name", ["cut.mp4", "cut.mkv", "cut.mov", "cut.avi", "cut.mxf"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_cut_off(name: str, share: float, make_media: MakeMedia, tmp_path: Path) -> None:
    style = ClipStyle(options={"g": "6"})
    if name == "cut.mp4":
        style = ClipStyle(options={"g": "6"}, muxer_options={"movflags": "+faststart"})
    if name in ("cut.avi", "cut.mxf"):
        style = ClipStyle(
            codec="mpeg2video", options={"b": "2M", "g": "6"}, audio_codec="pcm_s16le"
        )
    whole = make_media(f"whole-{name}", style)
    assert not is_cut_off(whole)
    data = whole.read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: int(len(data) * share)])
    message = complaint(path)
    assert "is cut off" in message


def test_damage_in_the_middle_names_the_last_good_frame(
    make_media: MakeMedia, tmp_path: Path
) -> None:
    whole = make_media("whole.mov", ClipStyle(codec="prores_ks", pix_fmt="yuv422p10le", options={}))
    with av.open(str(whole)) as container:
        places = [p.pos for p in container.demux(container.streams.video[0]) if p.size]
    data = bytearray(whole.read_bytes())
    data[places[12] : places[12] + 200] = bytes(200)
    path = tmp_path / "damaged.mov"
    path.write_bytes(data)
    with VideoReader(path) as reader:
        for _ in reader.frames(0, 12):
            pass
        with pytest.raises(MediaError, match="frame 12 cannot be decoded, the last good frame is"):
            reader.read(12)
        assert reader.read(13).index == 13


def test_unknown_pixel_formats_are_named(make_media: MakeMedia) -> None:
    style = ClipStyle(codec="ffv1", pix_fmt="gbrpf32le", options={"strict": "experimental"})
    path = make_media("floats.mkv", style, frames=2, sound_hz=None)
    assert "gbrpf32le" in complaint(path)


def test_huge_pictures_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_mux_stream("rawvideo", rate=25, width=20000, height=1000)
        packet = av.Packet(b"pixels")
        packet.pts = packet.dts = 0
        packet.stream = stream
        container.mux(packet)
    assert "20000x1000" in complaint(path)


def test_probe_describes_the_sound(make_media: MakeMedia) -> None:
    style = ClipStyle(audio_tracks=2)
    info = probe(make_media("two-sounds.mp4", style, frames=6))
    assert [a.codec for a in info.audio] == ["aac", "aac"]
    assert info.audio[0].rate == 48000
    assert info.audio[0].channels == 1
    assert info.video.codec == "h264"
    assert info.video.layout.pix_fmt == "yuv420p"
