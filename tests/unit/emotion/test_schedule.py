from fractions import Fraction

import numpy as np
import pytest

from cmet_studio.domain.curves import Blend, Curve
from cmet_studio.domain.project import Key, MixPart
from cmet_studio.domain.time import ClipTimes, FrameRate
from cmet_studio.emotion.schedule import (
    blend_gate,
    blend_vector,
    gate,
    lasting,
    window_centre,
    window_coefficients,
)

SAD = Key(0, (MixPart("sad"),), 1.0)
REST = Key(100)


def test_windows_count_from_clip_frame_zero() -> None:
    assert window_centre(0) == Fraction(2, 25)
    assert window_centre(7) - window_centre(6) == Fraction(1, 5)


@pytest.mark.parametrize("rate", [FrameRate(25), FrameRate(50), FrameRate(30000, 1001)])
def test_a_window_takes_the_value_of_its_centre_in_clip_time(rate: FrameRate) -> None:
    times = ClipTimes.constant(400, rate)
    curve = Curve([SAD, REST])
    for window in (0, 3, 9):
        ((emotion, coefficient),) = window_coefficients(curve, times, window).coefficients
        frames = float(window_centre(window) * rate.num / rate.den)
        assert emotion == "sad"
        assert coefficient == pytest.approx(1.0 - frames / 100.0, abs=1e-9)
    assert window_coefficients(curve, times, 70).is_rest


def test_a_blend_becomes_the_sum_of_its_vectors() -> None:
    vectors = {"a": np.full(1024, 2.0, np.float32), "b": np.full(1024, -1.0, np.float32)}
    mixed = blend_vector(Blend((("a", 0.5), ("b", 0.25))), vectors)
    assert mixed.dtype == np.float32
    assert np.all(mixed == 0.75)
    assert not blend_vector(Blend(), vectors).any()


def test_the_gate_is_closed_at_rest_open_above_a_tenth_and_smooth() -> None:
    assert gate(0.0) == 0.0
    assert gate(0.1) == gate(1.5) == 1.0
    x = np.linspace(0.0, 0.2, 400)
    y = np.array([gate(float(v)) for v in x])
    assert np.all(np.diff(y) >= 0.0)
    assert np.diff(y).max() < 0.01
    assert blend_gate(Blend()) == 0.0
    assert blend_gate(Blend((("a", 0.06), ("b", 0.05)))) == 1.0


def test_what_lasts_is_a_mean_that_stops_at_cuts() -> None:
    rng = np.random.default_rng(0)
    shown = rng.normal(size=(90, 3)).astype(np.float32)
    shown[40:] += 100.0
    stretch = np.repeat([0, 1, -1], [40, 45, 5])
    smooth = lasting(shown, stretch, reach=10)
    assert smooth.dtype == np.float32
    assert np.allclose(smooth[20], shown[10:31].mean(axis=0), atol=1e-5)
    assert np.allclose(smooth[39], shown[29:40].mean(axis=0), atol=1e-5)
    assert np.allclose(smooth[40], shown[40:51].mean(axis=0), atol=1e-4)
    assert np.allclose(smooth[87], shown[85:].mean(axis=0), atol=1e-4)


def test_what_does_not_move_stays() -> None:
    still = np.full((30, 2), 0.3, np.float32)
    assert np.allclose(lasting(still, np.zeros(30, int)), still)
