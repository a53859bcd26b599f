"""Stillness gets stiller; what is fast, and when it happens, stays."""

import numpy as np
import pytest

from cmet_studio.face.pose import mean_face
from cmet_studio.face.smooth import RADIUS, smooth

WIDTH = 200.0
UPPER, LOWER = (159, 386), (145, 374)  # middles of the lids
LIDS = (*range(157, 162), *range(384, 389), *UPPER)


def still(frames: int) -> np.ndarray:
    face = WIDTH * mean_face() + np.float32([400, 300, 0])
    return np.repeat(face[None], frames, axis=0)


def noisy(landmarks: np.ndarray, pixels: float = 0.3, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (landmarks + rng.normal(0, pixels, landmarks.shape)).astype(np.float32)


def jitter(landmarks: np.ndarray) -> float:
    """Scatter of the landmarks against their neighbours in time, pixels."""
    middle = (landmarks[:-2] + landmarks[2:]) / 2
    return float(np.sqrt(((landmarks[1:-1] - middle)[..., :2] ** 2).mean()))


def aperture(landmarks: np.ndarray) -> np.ndarray:
    return (landmarks[:, LOWER, 1] - landmarks[:, UPPER, 1]).mean(axis=1)


def test_a_still_face_gets_stiller():
    seen = noisy(still(60))
    assert jitter(smooth(seen)) < 0.35 * jitter(seen)


def test_without_noise_steady_motion_is_left_alone():
    t = np.arange(40, dtype=np.float32)
    path = np.stack([3 * t, 0.05 * (t - 20) ** 2, 0 * t], axis=1)
    moving = still(40) + path[:, None]
    np.testing.assert_allclose(smooth(moving), moving, atol=0.0005 * WIDTH)


def test_a_turning_head_keeps_its_size_and_place():
    angle = np.radians(np.linspace(-40, 40, 41))
    turns = np.array(
        [[[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]] for a in angle]
    )
    face = (WIDTH * np.einsum("nij,kj->nki", turns, mean_face()) + [400, 300, 0]).astype(np.float32)
    assert np.abs(smooth(face) - face).max() < 0.005 * WIDTH


def test_a_blink_keeps_its_depth_and_its_frame():
    face = still(50)
    open_ = aperture(face)[0]
    for frame, closed in {20: 0.4, 21: 1.0, 22: 0.7, 23: 0.3}.items():
        face[frame, LIDS, 1] += closed * open_
    seen = noisy(face)
    steady = aperture(smooth(seen))
    assert steady.argmin() == 21
    assert steady.min() - aperture(seen).min() < 0.1 * open_


def test_lips_that_burst_open_keep_time():
    rng = np.random.default_rng(2)
    face = still(120)
    opening = np.convolve(rng.random(124) < 0.2, [0.5, 1.0, 0.5, 0.2, 0.0], "valid")[:120]
    jaw = [14, 17, 87, 317, 84, 314, 178, 402, 152, 200, 199, 175, 18]
    face[:, jaw, 1] += (0.08 * WIDTH * opening)[:, None]
    seen = noisy(face)
    steady = smooth(seen)

    def mouth(landmarks):
        return landmarks[:, 14, 1] - landmarks[:, 13, 1]

    assert np.corrcoef(mouth(steady), mouth(face))[0, 1] > 0.99
    speeds = np.diff(mouth(face))
    by_lag = [
        np.corrcoef(speeds[2:-2], np.diff(mouth(steady))[2 + lag : 117 + lag])[0, 1]
        for lag in (-1, 0, 1)
    ]
    assert int(np.argmax(by_lag)) == 1


def test_backwards_is_the_mirror_of_forwards():
    seen = noisy(still(30) + np.cumsum(np.ones((30, 1, 3), np.float32), axis=0))
    np.testing.assert_allclose(smooth(seen)[::-1], smooth(seen[::-1]), atol=1e-3)


@pytest.mark.parametrize("frame", [0, 7, 25, 49])
def test_a_frame_changes_its_neighbours_only(frame):
    seen = noisy(still(50))
    other = seen.copy()
    other[frame] += np.float32(3.0)
    changed = np.flatnonzero(np.any(smooth(seen) != smooth(other), axis=(1, 2)))
    assert changed.min() >= frame - RADIUS
    assert changed.max() <= frame + RADIUS


def test_long_runs_are_smoothed_like_short_ones():
    seen = noisy(still(600) + np.linspace(0, 300, 600, dtype=np.float32)[:, None, None])
    whole, part = smooth(seen), smooth(seen[200:340])
    np.testing.assert_allclose(whole[200 + RADIUS : 340 - RADIUS], part[RADIUS:-RADIUS], atol=1e-3)


@pytest.mark.parametrize("frames", [1, 2, 3, 4])
def test_runs_of_a_few_frames(frames):
    seen = noisy(still(frames))
    steady = smooth(seen)
    assert steady.shape == seen.shape
    assert np.abs(steady - seen).max() < 2.0
