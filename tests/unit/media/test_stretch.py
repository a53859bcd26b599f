"""Speech at another speed keeps its pitch and its length."""

import numpy as np
import pytest

from cmet_studio.media.stretch import TimeStretch

RATE = 48000


def stretched(sound, speed, block=1111):
    stretch = TimeStretch(speed, RATE)
    parts = [stretch.more(sound[at : at + block]) for at in range(0, len(sound), block)]
    return np.concatenate([*parts, stretch.rest()])


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 1.5, 2.0])
def test_pitch_and_length_are_kept(speed):
    at = np.arange(2 * RATE) / RATE
    tone = np.repeat(0.5 * np.sin(2 * np.pi * 220 * at)[:, None], 2, axis=1).astype(np.float32)
    out = stretched(tone, speed)
    expected = len(tone) / speed
    assert len(out) == pytest.approx(expected, abs=0.11 * RATE)
    middle = out[RATE // 4 : RATE // 4 + RATE // 2, 0]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    hz = np.argmax(spectrum) * RATE / len(middle)
    assert hz == pytest.approx(220, abs=2.5)
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_moments_stay_where_the_speed_puts_them():
    sound = np.zeros((2 * RATE, 2), np.float32)
    sound[RATE : RATE + 480] = 0.5
    out = stretched(sound, 2.0)
    loud = np.flatnonzero(np.abs(out[:, 0]) > 0.1)
    assert loud[0] / RATE == pytest.approx(0.5, abs=0.02)


def test_how_it_comes_in_blocks_changes_nothing():
    sound = np.random.default_rng(0).normal(size=(RATE, 2)).astype(np.float32) * 0.1
    assert np.array_equal(stretched(sound, 1.5, 333), stretched(sound, 1.5, RATE))


def test_speeds_out_of_reach_are_refused():
    with pytest.raises(ValueError, match="out of range"):
        TimeStretch(8.0, RATE)
