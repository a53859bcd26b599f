"""Sound as samples."""

import struct
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media_fixtures import MakeMedia, tone

from cmet_studio.core.errors import MediaError, OutputError
from cmet_studio.media.audio import read_audio, sound_blocks, sound_info, write_wav
from cmet_studio.media.sound_reader import SoundReader
from cmet_studio.media.synth import ClipStyle


def chirp(seconds: float, rate: int) -> np.ndarray:
    """100 Hz to 3 kHz: every moment sounds different."""
    t = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * (100 * t + (2900 / (2 * seconds)) * t**2)
    return (0.5 * np.sin(phase)).astype(np.float32)


def write_sound(path: Path, samples: np.ndarray, rate: int, codec: str, layout: str) -> Path:
    """``samples`` is (channels, n) float32."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.codec_context.layout = layout
        for start in range(0, samples.shape[1], 960):
            block = np.ascontiguousarray(samples[:, start : start + 960])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_wav_round_trip(tmp_path: Path) -> None:
    samples = chirp(0.5, 16000)
    write_wav(tmp_path / "a.wav", samples, 16000)
    back = read_audio(tmp_path / "a.wav", 16000)
    assert back.dtype == np.float32
    assert len(back) == 8000
    assert np.abs(back - samples).max() <= 1 / 65536 + 1e-7
    (info,) = sound_info(tmp_path / "a.wav")
    assert (info.codec, info.rate, info.channels) == ("pcm_s16le", 16000, 1)


def test_too_loud_is_clipped(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.array([2.0, -2.0, 0.0], np.float32), 8000)
    assert read_audio(tmp_path / "a.wav", 8000).tolist() == [32767 / 32768, -1.0, 0.0]


@pytest.mark.parametrize("rate", [44100, 48000, 22050, 8000])
def test_resampling_keeps_time_and_level(rate: int, tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", 0.5 * tone(1.0, rate, 1000.0) / 0.3, rate)
    found = read_audio(tmp_path / "a.wav", 16000)
    assert len(found) == pytest.approx(16000, abs=1)
    wanted = 0.5 * tone(1.0, 16000, 1000.0) / 0.3
    middle = slice(800, 15200)
    assert np.abs(found[: len(wanted)][middle] - wanted[middle]).max() < 2e-3


SOURCES = {
    "a.wav": ("pcm_s16le", 44100),
    "a.flac": ("flac", 48000),
    "a.mp3": ("libmp3lame", 44100),
    "a.m4a": ("aac", 48000),
    "a.aac": ("aac", 44100),
    "a.ogg": ("libopus", 48000),
    "a.mka": ("aac", 48000),
    "a.aiff": ("pcm_s16be", 48000),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_stretch_equals_the_whole(name: str, tmp_path: Path) -> None:
    codec, rate = SOURCES[name]
    sound = chirp(3.0, rate)[None]
    path = write_sound(tmp_path / name, sound, rate, codec, "mono")
    whole = read_audio(path)
    assert len(whole) == pytest.approx(48000, abs=1600)
    # AAC fills bands with noise that depends on what was decoded before.
    tolerance = 3e-2 if codec in ("aac", "libopus") else 2e-3
    for start, end in ((0.0, 0.1), (0.3, 0.4), (1.003, 1.5), (2.51, 2.9), (2.0, 60.0)):
        part = read_audio(path, start_s=start, end_s=end)
        wanted = whole[round(start * 16000) : round(end * 16000)]
        assert len(part) == pytest.approx(len(wanted), abs=2)
        common = min(len(part), len(wanted))
        assert np.abs(part[:common] - wanted[:common]).max() < tolerance, (start, end)


@settings(deadline=None, max_examples=25)
@given(start=st.integers(0, 31000), count=st.integers(0, 2000))
def test_any_stretch_has_the_right_samples(
    start: int, count: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "ramp.wav"
    ramp = (np.arange(32000, dtype=np.float32) - 16000) / 32768
    if not path.exists():
        write_wav(path, ramp, 16000)
    found = read_audio(path, 16000, start / 16000, (start + count) / 16000)
    assert np.array_equal(found, ramp[start : start + count])


def test_channels_are_mixed(tmp_path: Path) -> None:
    left, right = 0.5 * np.ones(4800, np.float32), -0.1 * np.ones(4800, np.float32)
    stereo = write_sound(tmp_path / "s.wav", np.stack([left, right]), 48000, "pcm_s16le", "stereo")
    assert np.abs(read_audio(stereo, 48000) - 0.2).max() < 1e-3
    centre = np.zeros((6, 4800), np.float32)
    centre[2] = 0.5
    surround = write_sound(tmp_path / "c.wav", centre, 48000, "pcm_s16le", "5.1")
    assert read_audio(surround, 48000)[100] > 0.1


def test_sound_of_a_clip_and_its_tracks(make_media: MakeMedia) -> None:
    path = make_media("two-sounds.mp4", ClipStyle(audio_tracks=2), frames=6)
    first, second = read_audio(path), read_audio(path, track=1)
    assert np.array_equal(first, second)
    assert len(first) == pytest.approx(6 / 25 * 16000, abs=400)
    with pytest.raises(MediaError, match="no sound stream 2"):
        read_audio(path, track=2)


def test_errors(make_media: MakeMedia, tmp_path: Path) -> None:
    silent = make_media("turn-000.mp4", frames=3, sound_hz=None)
    with pytest.raises(MediaError, match="holds no sound"):
        read_audio(silent)
    (tmp_path / "text.wav").write_text("hello " * 100)
    with pytest.raises(MediaError, match="not a media file"):
        read_audio(tmp_path / "text.wav")
    with pytest.raises(ValueError, match="stretch"):
        read_audio(silent, start_s=2.0, end_s=1.0)
    with pytest.raises(OutputError):
        write_wav(tmp_path / "no" / "a.wav", np.zeros(3, np.float32), 8000)


def test_gaps_are_silent_and_keep_the_time(tmp_path: Path) -> None:
    path = tmp_path / "gap.mka"
    sound = tone(0.5, 48000)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48000)
        stream.codec_context.layout = "mono"
        for start_s in (0.0, 1.5):
            frame = av.AudioFrame.from_ndarray(sound[None].copy(), format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 48000, round(start_s * 48000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    found = read_audio(path, 48000)
    assert len(found) == pytest.approx(2 * 48000, abs=100)
    assert not found[25000:71000].any()
    assert np.abs(found[72000:96000] - sound).max() < 1e-3
    part = read_audio(path, 48000, 1.0, 1.75)
    assert np.array_equal(part, found[48000:84000])


def test_any_part_of_a_short_flac_is_read_up_to_its_last_sample(tmp_path: Path) -> None:
    """Its last block cannot be seeked."""
    path = write_sound(tmp_path / "a.flac", chirp(1.0, 16000)[None], 16000, "flac", "mono")
    whole = read_audio(path, rate=16000)
    for first in range(0, 16000, 800):
        part = read_audio(path, rate=16000, start_s=first / 16000)
        assert np.array_equal(part, whole[first:]), first


def test_damaged_sound_is_told(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "a.flac", chirp(2.0, 48000)[None], 48000, "flac", "mono")
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    data[9000:] = rng.bytes(len(data) - 9000)
    path.write_bytes(data)
    with pytest.raises(MediaError, match=r"sound of a\.flac is damaged"):
        read_audio(path)


@pytest.mark.parametrize("channels", [9, 16, 64])
def test_many_channels_that_nobody_named_are_heard(channels: int, tmp_path: Path) -> None:
    """Location recorders write them; ffmpeg knows no stereo mix of more than eight."""
    path = tmp_path / "poly.wav"
    write_plain_wav(path, np.full((4800, channels), 3277, "<i2"))
    rate, count, blocks = sound_blocks(path, (48000,))
    both = np.concatenate(list(blocks), axis=1)
    assert (rate, count, both.shape) == (48000, 2, (2, 4800))
    assert np.abs(both - 0.1).max() < 1e-3
    with SoundReader(path) as reader:
        assert np.abs(reader.stretch(0.0, 0.1) - 0.1).max() < 1e-3


def test_more_channels_than_can_be_mixed_are_told(tmp_path: Path) -> None:
    path = tmp_path / "bent.wav"
    write_plain_wav(path, np.full((4800, 203), 3277, "<i2"))
    for read in (lambda: read_audio(path), lambda: list(sound_blocks(path, (48000,))[2])):
        with pytest.raises(MediaError, match="damaged"):
            read()


def write_plain_wav(path: Path, samples: np.ndarray) -> None:
    """(n, channels) int16 as the oldest kind of WAV, which does not name its channels."""
    count, align = samples.shape[1], 2 * samples.shape[1]
    form = struct.pack("<HHIIHH", 1, count, 48000, 48000 * align, align, 16)
    data = samples.tobytes()
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
