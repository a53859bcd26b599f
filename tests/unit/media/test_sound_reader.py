"""The clip's sound from anywhere lies where the whole reading has it."""

from fractions import Fraction

import av
import numpy as np
import pytest

from cmet_studio.core.errors import MediaError
from cmet_studio.media.audio import read_audio, write_wav
from cmet_studio.media.course import Course
from cmet_studio.media.feed import sound_of, with_overlay
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.sound_reader import SoundReader
from cmet_studio.media.synth import ClipStyle

RATE = 48000


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "noise.wav"
    sound = np.random.default_rng(5).uniform(-0.5, 0.5, 6 * RATE).astype(np.float32)
    write_wav(path, sound, RATE)
    return path, read_audio(path, RATE)


def joined(blocks):
    parts = list(blocks)
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)


@pytest.mark.parametrize("start", [0.0, 0.1, 1.0, 2.345, 4.9])
def test_any_stretch_is_exact(noise, start):
    path, whole = noise
    with SoundReader(path, RATE) as reader:
        for _ in range(2):  # a second time after the first has moved the file
            got = joined(reader.blocks(start, start + 0.5))
            first = round(start * RATE)
            assert np.array_equal(got[:, 0], whole[first : first + RATE // 2])
            assert np.array_equal(got[:, 0], got[:, 1])


def test_before_the_sound_is_silence_and_after_it_nothing(noise):
    path, whole = noise
    with SoundReader(path, RATE) as reader:
        got = joined(reader.blocks(-0.5, 0.5))
        assert not got[: RATE // 2].any()
        assert np.array_equal(got[RATE // 2 :, 0], whole[: RATE // 2])
        assert not joined(reader.blocks(-2.0, -1.0)).any()
        assert len(joined(reader.blocks(5.5, 9.0))) == RATE // 2
        assert len(joined(reader.blocks(8.0, 9.0))) == 0
        assert len(reader.stretch(5.9, 6.2)) == round(0.3 * RATE)


def test_other_rates_and_channels(noise):
    path, _ = noise
    with SoundReader(path, 16000, 1) as reader:
        got = reader.stretch(1.0, 2.0)
    assert got.shape == (16000, 1)
    assert np.abs(got[100:-100, 0] - read_audio(path, 16000, 1.0, 2.0)[100:-100]).max() < 0.02


def test_compressed_sound_is_found_again(noise, tmp_path):
    path, _ = noise
    target = tmp_path / "a.m4a"
    with av.open(str(path)) as source, av.open(str(target), "w") as out:
        stream = out.add_stream("aac", rate=RATE)
        stream.bit_rate = 256000
        for frame in source.decode(audio=0):
            for packet in stream.encode(frame):
                out.mux(packet)
        for packet in stream.encode(None):
            out.mux(packet)
    whole = read_audio(target, RATE)
    with SoundReader(target, RATE) as reader:
        for start in (4.0, 0.2, 2.5):
            got = reader.stretch(start, start + 0.4)[:, 0]
            first = round(start * RATE)
            assert np.abs(got - whole[first : first + len(got)]).max() < 1e-3


def test_a_file_without_sound_is_refused(make_media, tmp_path):
    with pytest.raises(MediaError):
        SoundReader(tmp_path / "none.wav")


@pytest.mark.parametrize("speed", [1.0, 2.0, 4.0, -1.0, -2.0, 0.5])
def test_a_course_has_exactly_its_length(noise, speed):
    path, _ = noise
    begin, end = (1.0, 3.0) if speed > 0 else (3.0, 1.0)
    with SoundReader(path, RATE) as reader:
        got = joined(sound_of(Course(begin, speed, end), reader, RATE))
    assert len(got) == round(2.0 / abs(speed) * RATE)
    assert got.any() == (abs(speed) <= 2)


def test_forwards_and_backwards_are_the_same_samples(noise):
    path, whole = noise
    with SoundReader(path, RATE) as reader:
        there = joined(sound_of(Course(1.0, 1.0, 2.3), reader, RATE))
        back = joined(sound_of(Course(2.3, -1.0, 1.0), reader, RATE))
    edge = 300  # faded in
    assert np.array_equal(there[edge:, 0], whole[RATE + edge : round(2.3 * RATE)])
    assert np.abs(back[::-1][:-edge] - there[:-edge])[edge:].max() < 1e-6


def test_a_loop_goes_round_without_losing_a_sample(noise):
    path, _ = noise
    with SoundReader(path, RATE) as reader:
        blocks = sound_of(Course(0.1, 1.0, 0.25, 0.1), reader, RATE)
        got, rounds = [], 0
        while rounds < 5 * 0.15 * RATE:
            got.append(next(blocks))
            rounds += len(got[-1])
    sound = np.concatenate(got)
    period = round(0.15 * RATE)
    assert np.array_equal(sound[:period], sound[period : 2 * period])


def test_silence_without_a_reader_and_beeps_over_it():
    beeps = np.linspace(0, 1, RATE // 4, dtype=np.float32)
    got = joined(with_overlay(sound_of(Course(-1.0, 1.0, 0.0), None, RATE), beeps))
    assert len(got) == RATE
    assert np.array_equal(got[: len(beeps), 0], beeps)
    assert not got[len(beeps) :].any()


@pytest.mark.parametrize(("layout", "heard"), [("mono", 1.0), ("5.1", 2.0**-0.5)])
def test_sound_that_begins_late_and_ends_early(make_media, tmp_path, layout, heard):
    """A clip of two seconds whose sound is there from 0.5 s to 1.5 s, in its centre."""
    clip = make_media("two_seconds.mp4", frames=50, sound_hz=None)
    target = tmp_path / "late.mkv"
    sound = 0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32)
    channels = 1 if layout == "mono" else 6
    planes = np.zeros((channels, RATE), np.float32)
    planes[2 % channels] = sound  # front left, front right, centre, ...
    with av.open(str(clip)) as source, av.open(str(target), "w") as out:
        picture = out.add_stream_from_template(source.streams.video[0])
        stream = out.add_stream("pcm_f32le", rate=RATE, layout=layout)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(planes.T).reshape(1, -1), "flt", layout
        )
        frame.rate, frame.pts, frame.time_base = RATE, RATE // 2, Fraction(1, RATE)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = picture
                out.mux(packet)
        for packet in (*stream.encode(frame), *stream.encode(None)):
            out.mux(packet)
    with SoundReader(target, RATE) as reader:
        got = reader.stretch(0.0, 2.0)
        from_inside = reader.stretch(1.0, 2.0)
    edges = RATE // 2, 3 * RATE // 2
    assert not got[: edges[0] - 100].any()
    assert not got[edges[1] + 100 :].any()
    inside = got[edges[0] + 100 : edges[1] - 100]
    assert np.abs(inside).max(axis=0) == pytest.approx([0.5 * heard] * 2, abs=0.15)
    assert np.array_equal(inside[:, 0], inside[:, 1])
    assert np.abs(from_inside - got[RATE:]).max() < 0.02


def test_zero_is_the_first_picture_that_can_be_shown(make_media, tmp_path):
    """A recording that begins between key frames: its first packets make no picture."""
    style = ClipStyle(options={"crf": "16", "g": "12", "bf": "2", "preset": "fast"})
    whole = make_media("whole.ts", style, frames=60).read_bytes()
    packets = len(whole) // 188
    path = tmp_path / "middle.ts"
    path.write_bytes(whole[: 3 * 188] + whole[packets * 2 // 5 * 188 :])
    with VideoReader(path) as clip, SoundReader(path) as reader:
        begins_s = clip.info.video.start_pts * clip.info.video.time_base
        with av.open(str(path)) as container:
            said = container.streams.video[0]
            assert said.start_time * said.time_base < begins_s  # else this would show nothing
            first = next(container.decode(audio=0))
        assert reader.offset_s == first.pts * first.time_base - begins_s


def test_the_cover_of_a_song_is_no_picture(noise, tmp_path):
    path, whole = noise
    song = tmp_path / "song.mov"
    with av.open(str(path)) as source, av.open(str(song), "w") as out:
        cover = out.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        sound = out.add_stream_from_template(source.streams.audio[0])
        out.mux(cover.encode(av.VideoFrame(32, 32, "yuvj420p")))
        out.mux(cover.encode(None))
        for packet in source.demux(audio=0):
            if packet.size:
                packet.pts += RATE  # a second after the cover
                packet.dts += RATE
                packet.stream = sound
                out.mux(packet)
    with SoundReader(song, RATE) as reader:
        assert reader.offset_s == 0
        assert np.array_equal(reader.stretch(1.0, 1.5)[:, 0], whole[RATE : RATE + RATE // 2])
