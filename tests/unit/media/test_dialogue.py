"""A recording in place of the clip's sound: where it lies, how long it is, its codec."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from media_fixtures import MakeMedia

from cmet_studio.core.errors import MediaError
from cmet_studio.media.audio import read_audio, write_wav
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.synth import ClipStyle
from cmet_studio.media.writer import ClipWriter

RATE = 48000


def _recording(path: Path, seconds: float, rate: int = RATE) -> Path:
    """Noise that tells every place from every other."""
    samples = np.random.default_rng(4).normal(0, 0.1, round(seconds * rate)).astype(np.float32)
    calm = np.convolve(samples, np.ones(8, np.float32) / 8, "same").astype(np.float32)
    write_wav(path, calm, rate)
    return path


def _export(clip: Path, out: Path, sound: Path, at: Fraction, frames: tuple[int, int]) -> None:
    codec = "ffv1" if out.suffix == ".mkv" else "h264"
    with (
        VideoReader(clip) as reader,
        ClipWriter(out, reader.info, frames[0], codec, preset="ultrafast") as writer,
    ):
        start, stop = reader.times.seconds(frames[0]), frames[1] / reader.info.video.rate.fps
        writer.replace_audio(sound, at, start, stop)
        for picture in reader.frames(*frames):
            writer.write(picture)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("at", [Fraction(0), Fraction(1, 3), Fraction(-1, 5)])
def test_it_lies_where_it_was_put(
    suffix: str, at: Fraction, make_media: MakeMedia, tmp_path: Path
) -> None:
    clip = make_media("spoken.mp4", frames=30)
    sound = _recording(tmp_path / "new.wav", 0.9)
    _export(clip, tmp_path / f"out{suffix}", sound, at, (5, 30))
    with VideoReader(tmp_path / f"out{suffix}") as reader:
        (info,) = reader.info.audio
        assert info.codec == {".mp4": "aac"}.get(suffix, "pcm_s24le")
        assert (info.rate, info.channels) == (RATE, 1)
    heard = read_audio(tmp_path / f"out{suffix}", RATE)
    assert len(heard) == pytest.approx(RATE, abs=1024)  # 25 frames at 25 Hz; AAC comes in blocks
    wanted = np.zeros(RATE, np.float32)
    spoken = read_audio(sound, RATE)
    first = round((at - Fraction(1, 5)) * RATE)  # the range begins at frame 5
    part = spoken[max(0, -first) :][: RATE - max(0, first)]
    wanted[max(0, first) : max(0, first) + len(part)] = part
    heard = heard[:RATE]
    if suffix == ".mp4":
        assert np.corrcoef(heard, wanted)[0, 1] > 0.95
    else:
        assert np.abs(heard - wanted).max() < 1e-4


@pytest.mark.parametrize("rate", [16000, 22050, 96000])
def test_any_rate_comes_in_time(rate: int, make_media: MakeMedia, tmp_path: Path) -> None:
    clip = make_media("spoken.mp4", frames=30)
    sound = _recording(tmp_path / "new.wav", 1.2, rate)
    _export(clip, tmp_path / "out.mov", sound, Fraction(0), (0, 30))
    kept = 96000 if rate == 96000 else RATE
    heard, spoken = read_audio(tmp_path / "out.mov", kept), read_audio(sound, kept)
    assert len(heard) == round(1.2 * kept)
    assert np.corrcoef(heard[:-200], spoken[: len(heard) - 200])[0, 1] > 0.999


def test_a_silent_clip_and_a_late_picture(make_media: MakeMedia, tmp_path: Path) -> None:
    style = ClipStyle(first_pts=6400, time_base=Fraction(1, 12800))
    clip = make_media("late-and-silent.mp4", style, sound_hz=None)
    sound = _recording(tmp_path / "new.wav", 5.0)
    _export(clip, tmp_path / "out.mov", sound, Fraction(0), (0, 30))
    with VideoReader(tmp_path / "out.mov") as reader:
        assert len(reader.info.audio) == 1
        assert reader.info.video.start_pts * reader.info.video.time_base == Fraction(1, 2)
    heard, spoken = read_audio(tmp_path / "out.mov", RATE), read_audio(sound, RATE)
    assert np.abs(heard[: round(1.2 * RATE)] - spoken[: round(1.2 * RATE)]).max() < 1e-4


def test_a_film_without_sound_is_refused(make_media: MakeMedia, tmp_path: Path) -> None:
    clip = make_media("spoken.mp4", frames=30)
    silent = make_media("silent.mp4", frames=5, sound_hz=None)
    with pytest.raises(MediaError, match="no sound"):
        _export(clip, tmp_path / "out.mov", silent, Fraction(0), (0, 30))


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_samples_that_are_no_numbers_are_silent(
    suffix: str, make_media: MakeMedia, tmp_path: Path
) -> None:
    """The encoder of AAC gives up over them, in the middle of a render."""
    samples = np.full(RATE, 0.25, np.float32)
    samples[9000:9003] = np.nan, np.inf, -np.inf
    soundfile.write(tmp_path / "bent.wav", samples, RATE, subtype="FLOAT")
    clip, out = make_media("spoken.mp4", frames=30), tmp_path / f"out{suffix}"
    _export(clip, out, tmp_path / "bent.wav", Fraction(0), (0, 30))
    heard = read_audio(out, RATE)
    assert np.isfinite(heard).all()
    assert np.abs(heard[20000:40000] - 0.25).max() < 0.02
