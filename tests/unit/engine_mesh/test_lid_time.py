import numpy as np
import pytest

from cmet_studio.engine.faces.mesh.canonical import EYE_LOWER, EYE_UPPER
from cmet_studio.engine.faces.mesh.lid_time import SIDES, opening_mm, usual_openings
from cmet_studio.engine.faces.mesh.motion import move
from cmet_studio.face.types import FaceTrack


def eyes_open(scene, share):
    """Landmarks whose lids stand apart by a share of the canonical head's opening."""
    seen = scene().face.landmarks.copy()
    for side in SIDES:
        upper, lower = list(EYE_UPPER[side]), list(EYE_LOWER[side])
        middle = (seen[upper] + seen[lower]) / 2.0
        seen[upper] = middle + share * (seen[upper] - middle)
        seen[lower] = middle + share * (seen[lower] - middle)
    return seen


def track_of(landmarks, shot=None) -> FaceTrack:
    n = len(landmarks)
    ones = np.ones(n, np.float32)
    shots = np.zeros(n, np.int32) if shot is None else np.asarray(shot, np.int32)
    return FaceTrack(
        np.ones(n, bool), np.stack(landmarks), np.zeros((n, 4), np.float32),
        np.zeros((n, 3), np.float32), ones, ones, shots,
    )  # fmt: skip


def widened(landmarks, delta, usual_mm):
    """How far apart the right eye's lids are after the edit, in pixels."""
    moved = move(landmarks, delta, {"R": float(usual_mm[0]), "L": float(usual_mm[1])}).moved
    return float(np.linalg.norm(moved[EYE_LOWER["R"][4]] - moved[EYE_UPPER["R"][4]]))


def test_a_blink_does_not_change_what_is_usual(scene):
    shares = np.ones(80)
    shares[30:36] = 0.1
    usual = usual_openings(track_of([eyes_open(scene, s) for s in shares]))
    assert np.allclose(usual, opening_mm(eyes_open(scene, 1.0)), rtol=0.01)


def test_each_shot_has_its_own(scene):
    shares = [1.0] * 10 + [0.4] * 10
    usual = usual_openings(track_of([eyes_open(scene, s) for s in shares], [0] * 10 + [1] * 10))
    assert np.allclose(usual[10:] / usual[:10], 0.4, rtol=0.05)


def test_where_no_face_is_nothing_is_usual(scene):
    track = track_of([eyes_open(scene, 1.0)] * 4)
    track.found[1] = False
    assert not usual_openings(track)[1].any()


@pytest.mark.parametrize("units", [{"AU5": 1.0}, {"AU7": -0.4}, {"AU43": -0.3}])
def test_raised_lids_do_not_enlarge_the_trackers_noise(scene, delta, units):
    usual = opening_mm(eyes_open(scene, 1.0))
    noise = 0.04
    seen = [eyes_open(scene, 1.0 + s) for s in (-noise, noise)]
    asked = widened(seen[1], delta(**units), usual) - widened(seen[0], delta(**units), usual)
    there = widened(seen[1], delta(), usual) - widened(seen[0], delta(), usual)
    assert asked < 1.03 * there
    assert widened(seen[0], delta(**units), usual) > widened(seen[0], delta(), usual) + 1.0


@pytest.mark.parametrize("units", [{"AU5": 1.0}, {"AU7": -0.4}, {"AU43": -0.3}])
def test_a_shut_eye_stays_shut(scene, delta, units):
    usual = opening_mm(eyes_open(scene, 1.0))
    shut = eyes_open(scene, 0.1)
    # Less than a pixel: AU5 lifts the fold above the lid, and the lid's skin hangs on it.
    assert widened(shut, delta(**units), usual) < widened(shut, delta(), usual) + 0.8
