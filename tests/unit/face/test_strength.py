"""Strength fades, never jumps, and is exactly 0 where the face is lost."""

import numpy as np
import pytest

from cmet_studio.face.pose import mean_face
from cmet_studio.face.strength import FADE_S, inside, strength


def asked(n=100, rate=25.0, **changes):
    given = {
        "found": np.ones(n, np.bool_),
        "pose_deg": np.zeros((n, 3), np.float32),
        "confidence": np.ones(n, np.float32),
        "inside": np.ones(n, np.float32),
        "shot": np.zeros(n, np.int32),
        "seconds": np.arange(n) / rate,
    }
    return given | changes


def steepest(values, rate=25.0):
    return np.abs(np.diff(values)).max() * rate * FADE_S


def test_a_face_that_is_there_has_full_strength_from_the_first_frame():
    assert (strength(**asked()) == 1.0).all()


@pytest.mark.parametrize("rate", [24.0, 25.0, 60.0])
def test_it_fades_before_and_after_a_gap(rate):
    found = np.ones(200, np.bool_)
    found[90:100] = False
    values = strength(**asked(200, rate, found=found))
    assert (values[90:100] == 0.0).all()
    fade = round(FADE_S * rate)
    assert (values[: 90 - fade] == 1.0).all()
    assert (values[100 + fade :] == 1.0).all()
    assert 0 < values[89] < values[88] < 1
    assert (np.diff(values[90 - fade : 91]) <= 0).all()
    assert steepest(values, rate) <= 1.6  # a smooth step is 1.5 times as steep in its middle


def test_a_cut_is_a_cut():
    shot = np.repeat([0, 1, 2], [30, 30, 40]).astype(np.int32)
    values = strength(**asked(found=shot != 1, shot=shot))
    assert values.tolist() == [1.0] * 30 + [0.0] * 30 + [1.0] * 40


def test_a_face_that_shows_up_late_in_a_shot_fades_in():
    found = np.arange(100) >= 10
    values = strength(**asked(found=found))
    assert (values[:10] == 0).all()
    assert 0 < values[10] < 0.3
    assert values[20] == 1.0


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("sign", [-1, 1])
def test_extreme_poses_carry_nothing(axis, sign):
    pose = np.zeros((100, 3), np.float32)
    pose[:, axis] = sign * np.concatenate([np.linspace(0, 80, 50), np.linspace(80, 0, 50)])
    values = strength(**asked(pose_deg=pose))
    assert values[0] == values[-1] == 1.0
    assert (values[45:55] == 0.0).all()
    assert steepest(values) <= 1.6


def test_roll_does_not_matter():
    pose = np.zeros((100, 3), np.float32)
    pose[:, 2] = np.linspace(-90, 90, 100)
    assert (strength(**asked(pose_deg=pose)) == 1.0).all()


def test_low_confidence_and_leaving_the_picture_fade():
    low = np.ones(100, np.float32)
    low[50:53] = 0.1
    for name in ("confidence", "inside"):
        values = strength(**asked(**{name: low}))
        assert (values[50:53] == 0.0).all()
        assert values[40] == values[62] == 1.0
        assert steepest(values) <= 1.6


def test_forehead_and_chin_may_be_outside():
    face = 300 * mean_face() + [200, 200, 0]
    eyes, lips = face[[33, 263], 1].mean(), face[[13, 14], 1].mean()

    def shown(top, bottom, left=0.0, right=400.0):
        return inside(face - np.array([left, top, 0], np.float32), right - left, bottom - top)

    assert shown(-100, 500) == 1.0
    brows, mouth = 0.35 * (lips - eyes), 0.2 * (lips - eyes)
    close = shown(eyes - 1.6 * brows, lips + 1.5 * mouth)
    assert close == 1.0
    assert 0.5 < shown(eyes - 1.6 * brows, lips - mouth) < 0.7  # no mouth
    assert 0.6 < shown(eyes - 0.3 * brows, 500) < 0.75  # no brows
    assert shown(-100, 500, left=200) == pytest.approx(0.5, abs=0.1)
    assert shown(500, 900) == 0.0
