"""What is measured of a voice, against voices made with known answers."""

from typing import Any

import numpy as np
import pytest

from cmet_studio.networks.starter_encoder import voice_statistics
from cmet_studio.networks.voice_formants import formants
from cmet_studio.networks.voice_frames import voice_frames
from cmet_studio.networks.voice_melody import emphasis, modulation, pitch_levels
from cmet_studio.networks.voice_pitch import HOP, RATE, track_pitch
from cmet_studio.networks.voice_timbre import (
    band_harmonicity,
    spectral_movement,
    tilt,
    voice_quality,
)

Wave = np.ndarray[Any, np.dtype[np.float32]]


def voice(hertz: float | np.ndarray[Any, Any], seconds: float = 1.0, slope: float = 1.0) -> Wave:
    """A sum of harmonics falling off as n ** -slope, with a little hiss."""
    count = round(seconds * RATE)
    phase = 2.0 * np.pi * np.cumsum(np.broadcast_to(hertz, count)) / RATE
    top = int(7000.0 / np.max(hertz))
    made = sum(np.sin(n * phase) / n**slope for n in range(1, top + 1))
    hiss = np.random.default_rng(0).normal(0.0, 1e-3, count)
    return (0.2 * made + hiss).astype(np.float32)


@pytest.mark.parametrize("hertz", [75.0, 110.0, 180.0, 260.0, 400.0, 560.0])
def test_pitch_is_right_without_octave_errors(hertz: float) -> None:
    wave = voice(hertz).astype(np.float64)
    pitch = track_pitch(wave, len(wave) // HOP)
    inner = slice(5, -5)
    assert pitch.voiced[inner].all()
    expected = 12.0 * np.log2(hertz / 50.0)
    assert np.abs(pitch.semitones[inner] - expected).max() < 0.1


def test_pitch_follows_a_glide() -> None:
    time = np.arange(RATE) / RATE
    hertz = 120.0 * 2.0**time
    wave = voice(hertz).astype(np.float64)
    pitch = track_pitch(wave, len(wave) // HOP)
    expected = 12.0 * np.log2(hertz[::HOP][: len(pitch.semitones)] / 50.0)
    inner = slice(5, -5)
    assert np.abs(pitch.semitones - expected)[inner].max() < 0.3


def test_noise_has_no_pitch() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.1, RATE)
    assert track_pitch(noise, 100).voiced.mean() < 0.05


def test_silence_around_speech_is_cut_off() -> None:
    quiet = np.zeros(RATE // 2, np.float32)
    frames = voice_frames(np.concatenate([quiet, voice(150.0), quiet]))
    assert frames.seconds == pytest.approx(1.0, abs=0.06)
    assert frames.voiced.mean() > 0.9


def test_pitch_statistics_tell_height_and_range() -> None:
    time = np.arange(2 * RATE) / RATE
    flat = pitch_levels(voice_frames(voice(150.0, 2.0)))
    high = pitch_levels(voice_frames(voice(300.0, 2.0)))
    assert high[0] - flat[0] == pytest.approx(12.0, abs=0.2)
    lively = voice_frames(voice(150.0 * 2.0 ** (np.sin(2.0 * np.pi * 2.0 * time) / 4.0), 2.0))
    assert pitch_levels(lively)[1] > flat[1] + 1.0


def test_a_pressed_voice_is_brighter_than_a_soft_one() -> None:
    soft, pressed = (voice_frames(voice(150.0, slope=s)) for s in (2.5, 0.7))
    assert tilt(pressed)[0] > tilt(soft)[0] + 6.0
    assert voice_quality(pressed)[6] < voice_quality(soft)[6] - 5.0


def test_a_hoarse_voice_has_weaker_harmonics() -> None:
    clear = voice(150.0)
    noise = np.random.default_rng(2).normal(0.0, 0.05, len(clear)).astype(np.float32)
    plain, rough = (band_harmonicity(voice_frames(w)) for w in (clear, clear + noise))
    assert plain[2] > rough[2] + 0.3


def vowel(first: float, second: float) -> Wave:
    """A pulse train through two resonances."""
    wave = voice(120.0, slope=0.5).astype(np.float64)
    spectrum = np.fft.rfft(wave)
    hertz = np.fft.rfftfreq(len(wave), 1.0 / RATE)
    gain = sum(1.0 / (1.0 + ((hertz - f) / 80.0) ** 2) for f in (first, second, 2900.0))
    return np.fft.irfft(spectrum * gain, len(wave)).astype(np.float32)


def test_formants_follow_the_vowel() -> None:
    low, high = (
        formants(voice_frames(vowel(*pair))) for pair in ((350.0, 1100.0), (700.0, 2000.0))
    )
    assert high[0] - low[0] == pytest.approx(12.0 * np.log2(700.0 / 350.0), abs=2.5)
    assert high[2] - low[2] == pytest.approx(12.0 * np.log2(2000.0 / 1100.0), abs=2.5)


def test_emphasis_tells_even_from_uneven_stretches() -> None:
    gap = np.zeros(1600, np.float32)
    even = np.concatenate([voice(150.0, 0.4), gap, voice(150.0, 0.4)])
    uneven = np.concatenate([voice(200.0, 0.4), gap, 0.3 * voice(120.0, 0.4)]).astype(np.float32)
    assert emphasis(voice_frames(uneven))[1] > emphasis(voice_frames(even))[1] + 2.0
    assert emphasis(voice_frames(uneven))[3] < -8.0
    assert np.isnan(emphasis(voice_frames(voice(150.0)))).all()


def test_everything_has_a_fixed_length_and_no_level() -> None:
    wave = voice(150.0)
    plain, loud = voice_statistics(wave), voice_statistics(wave * np.float32(3.0))
    assert plain.dtype == np.float32
    assert np.isfinite(plain).sum() >= len(plain) - 8  # one stretch, no voiceless sound in it
    np.testing.assert_allclose(loud, plain, atol=0.15)
    for other in (np.zeros(10, np.float32), np.zeros(RATE, np.float32), wave[:1600]):
        assert voice_statistics(other).shape == plain.shape


def test_what_cannot_be_measured_is_not_a_number() -> None:
    silence = voice_frames(np.zeros(8000, np.float32))
    assert np.isnan(pitch_levels(silence)).all()
    assert np.isnan(voice_quality(silence)[6:]).all()
    assert np.isfinite(modulation(silence)).all()
    assert len(spectral_movement(silence)) == len(spectral_movement(voice_frames(voice(150.0))))


def test_a_long_take_is_measured_like_a_short_one() -> None:
    wave = voice(150.0 * 2.0 ** (np.sin(np.arange(2 * RATE) / 2000.0) / 6.0), 2.0)
    short, long = voice_statistics(wave), voice_statistics(np.tile(wave, 10))
    assert abs(long[0] - short[0]) < 0.2
    assert abs(long[1] - short[1]) < 0.3
