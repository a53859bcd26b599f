"""Ballistics against the numbers of the standards."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.media.meter import CLIP, FLOOR_DBFS, Level, Meter, advanced

RATE = 48000


def sine(seconds: float, dbfs: float = 0.0) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return (10 ** (dbfs / 20) * np.sin(2 * np.pi * 997 * at)).astype(np.float32)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.float32)


def test_silence_reads_the_floor():
    level = advanced(Level(), silence(1.0), RATE)
    assert level.peak_dbfs == level.rms_dbfs == FLOOR_DBFS
    assert not level.clipped


@given(st.floats(-40.0, 0.0))
def test_peak_falls_20_db_in_1_7_seconds(dbfs):
    level = advanced(Level(), sine(0.5, dbfs), RATE)
    assert level.peak_dbfs == pytest.approx(dbfs, abs=0.05)
    fallen = advanced(level, silence(1.7), RATE)
    assert level.peak_dbfs - fallen.peak_dbfs == pytest.approx(20.0, abs=0.01)


def test_peak_rises_at_once():
    block = silence(0.1)
    block[-1] = 0.5
    assert advanced(Level(), block, RATE).peak == pytest.approx(0.5)


@given(st.floats(-60.0, -1.0))
def test_mean_reads_99_percent_after_300_ms(dbfs):
    steady = advanced(Level(), sine(3.0, dbfs), RATE)
    assert steady.rms_dbfs == pytest.approx(dbfs - 3.01, abs=0.02)
    after = advanced(Level(), sine(0.3, dbfs), RATE)
    share = 10 ** ((after.rms_dbfs - steady.rms_dbfs) / 20)
    assert share == pytest.approx(0.99, abs=0.002)


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=8), st.integers(0, 2**32 - 1))
def test_how_sound_is_cut_into_blocks_changes_nothing(sizes, seed):
    sound = np.random.default_rng(seed).uniform(-1, 1, sum(sizes)).astype(np.float32)
    whole = advanced(Level(), sound, RATE)
    level, at = Level(), 0
    for size in sizes:
        level = advanced(level, sound[at : at + size], RATE)
        at += size
    assert level.peak == pytest.approx(whole.peak, rel=1e-9)
    assert level.power == pytest.approx(whole.power, rel=1e-9)
    assert (level.highest, level.clipped) == (whole.highest, whole.clipped)


def test_a_clip_stays_until_it_is_cleared():
    meter = Meter(RATE)
    meter.feed(np.array([CLIP], np.float32))
    meter.feed(silence(20.0))
    assert meter.level.clipped
    assert meter.level.highest_dbfs == pytest.approx(0.0, abs=0.001)
    meter.clear()
    assert not meter.level.clipped


@given(st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), max_size=50))
def test_any_numbers_give_a_reading(values):
    level = advanced(Level(), np.array(values, np.float32), RATE)
    assert np.isfinite(level.peak_dbfs)
    assert np.isfinite(level.rms_dbfs)
