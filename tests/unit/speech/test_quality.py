"""Judging recordings: made signals with known answers, and real speech."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from cmet_studio.speech.quality import RATE, examine

Wave = np.ndarray[Any, np.dtype[np.float32]]


def speech(shared_data: Path, key: str = "mead/happy/M003_level_3_011") -> Wave:
    samples, rate = soundfile.read(shared_data / "speech" / f"{key}.flac", dtype="float32")
    assert rate == RATE
    return np.asarray(samples, dtype=np.float32)


def voice(seconds: float, pitch: float = 140.0, level: float = 0.3) -> Wave:
    """A buzz in syllables, which the detector takes for speech."""
    time = np.arange(round(seconds * RATE)) / RATE
    wobble = pitch * time + 2.0 * np.sin(2.0 * np.pi * 2.5 * time)  # glides by 30 Hz, as voices do
    syllables = np.clip(np.sin(2.0 * np.pi * 3.0 * time) + 0.7, 0.0, 1.0)
    return (level * (2.0 * (wobble % 1.0) - 1.0) * syllables).astype(np.float32)


def hiss(seconds: float, level: float) -> Wave:
    return np.random.default_rng(0).normal(0.0, level, round(seconds * RATE)).astype(np.float32)


def silence(seconds: float) -> Wave:
    return np.zeros(round(seconds * RATE), np.float32)


@pytest.mark.parametrize("made", [silence(2.0), hiss(2.0, 1e-4), silence(0.0), silence(0.01)])
def test_silence_is_silent(made: Wave) -> None:
    quality = examine(made)
    assert quality.silent
    assert quality.speech_s == 0.0
    assert not quality.usable
    assert quality.segments == ()


@pytest.mark.parametrize("level", [0.003, 0.05, 0.3])
def test_steady_noise_is_not_speech(level: float) -> None:
    quality = examine(hiss(3.0, level))
    assert quality.speech_s == 0.0
    assert not quality.silent or level < 0.01


def test_speech_is_found_where_it_is() -> None:
    made = np.concatenate([silence(1.0), voice(2.0), silence(1.5)]) + hiss(4.5, 3e-4)
    quality = examine(made.astype(np.float32))
    assert quality.duration_s == pytest.approx(4.5)
    assert quality.speech_s == pytest.approx(2.0, abs=0.3)
    start, end = quality.trim_s
    assert start == pytest.approx(1.0, abs=0.15)
    assert end == pytest.approx(3.0, abs=0.2)
    assert quality.snr_db is not None
    assert quality.snr_db > 30.0


def test_a_long_pause_is_not_speech() -> None:
    made = np.concatenate([voice(1.0), silence(3.0), voice(1.0)]) + hiss(5.0, 3e-4)
    quality = examine(made.astype(np.float32))
    assert len(quality.segments) == 2
    assert quality.speech_s == pytest.approx(2.0, abs=0.4)


@pytest.mark.parametrize("gain", [0.02, 0.3, 3.0])
def test_faint_speech_is_found_like_loud_speech(shared_data: Path, gain: float) -> None:
    samples = speech(shared_data)
    found = examine(samples * np.float32(gain / np.abs(samples).max())).speech_s
    assert found == pytest.approx(examine(samples).speech_s, abs=0.15)


@pytest.mark.parametrize(
    "key", ["mead/sad/M003_level_3_*", "mead/neutral/W009_0*", "emodb/sad/*", "emodb/angry/*"]
)
def test_real_speech_is_mostly_speech(shared_data: Path, key: str) -> None:
    for path in sorted((shared_data / "speech").glob(f"{key}.flac"))[:5]:
        quality = examine(speech(shared_data, f"{key.rsplit('/', 1)[0]}/{path.stem}"))
        assert quality.usable, path
        assert quality.speech_s > 0.5 * quality.duration_s, path
        assert quality.clipped == 0.0


def test_clipping_is_noticed(shared_data: Path) -> None:
    samples = speech(shared_data)
    clipped = np.clip(samples * 6.0 / np.abs(samples).max(), -1.0, 1.0).astype(np.float32)
    assert examine(clipped).clipped > 0.005
    assert any("clips" in w for w in examine(clipped).warnings)
    assert examine(samples / np.abs(samples).max()).clipped == 0.0
    # It clipped before somebody turned it down.
    assert examine(clipped * np.float32(0.5)).clipped > 0.005


def test_a_loud_background_is_noticed(shared_data: Path) -> None:
    samples = np.concatenate([silence(1.0), speech(shared_data), silence(1.0)])
    clean = examine(samples + hiss(len(samples) / RATE, 1e-4)[: len(samples)])
    noise = hiss(len(samples) / RATE + 1.0, 0.03)[: len(samples)]
    noisy = examine(samples + noise)
    assert clean.snr_db is not None
    assert noisy.snr_db is not None
    assert clean.snr_db > noisy.snr_db + 15.0
    assert any("background" in w for w in noisy.warnings)
    assert not any("background" in w for w in clean.warnings)


def test_short_and_faint_takes_are_warned_of() -> None:
    short = np.concatenate([silence(0.5), voice(1.0), silence(0.5)])
    assert any("1.5 s" in w for w in examine(short).warnings)
    faint = examine(voice(3.0, level=0.004))
    assert any("faint" in w for w in faint.warnings)
    assert examine(voice(3.0)).warnings == ()


def test_levels_are_what_they_are() -> None:
    time = np.arange(RATE) / RATE
    tone = (0.5 * np.sin(2.0 * np.pi * 200.0 * time)).astype(np.float32)
    quality = examine(tone)
    assert quality.peak_dbfs == pytest.approx(-6.0, abs=0.1)
    assert quality.level_dbfs == pytest.approx(-9.0, abs=0.3)
