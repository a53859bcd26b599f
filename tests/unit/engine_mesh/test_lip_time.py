import numpy as np

from cmet_studio.engine.faces.mesh.lip_time import held_back, opening_share
from cmet_studio.engine.faces.mesh.units import UNITS
from cmet_studio.face.types import FaceTrack


def track_of(gaps_mm, scene, shot=None) -> FaceTrack:
    landmarks = np.stack([scene(gap_mm=float(gap)).face.landmarks for gap in gaps_mm])
    n = len(landmarks)
    ones = np.ones(n, np.float32)
    shots = np.zeros(n, np.int32) if shot is None else np.asarray(shot, np.int32)
    return FaceTrack(
        np.ones(n, bool), landmarks, np.zeros((n, 4), np.float32), np.zeros((n, 3), np.float32),
        ones, ones, shots,
    )  # fmt: skip


def test_a_silent_mouth_opens_in_full(scene):
    assert np.allclose(opening_share(track_of([0.3] * 40, scene)), 1.0)


def test_the_closed_lips_of_a_talking_mouth_stay_nearly_closed(scene):
    talking = [10, 9, 8, 8, 0.2, 0.2, 0.2, 0.2, 0.2, 8, 9, 10]
    share = opening_share(track_of(talking, scene))
    assert share[6] < 0.6
    assert 0.6 < share[0] < 0.8  # room to talk in: a silent mouth opens further
    assert np.all(share[5:7] < share[:3].min())


def test_the_same_opening_counts_the_same_in_a_quiet_sentence(scene):
    # A sentence of small openings two seconds after a loud one: small for this mouth.
    loud_then_quiet = [12, 6] * 10 + [6] * 60
    share = opening_share(track_of(loud_then_quiet, scene))
    assert share[-10:].max() < 0.65


def test_a_cut_separates(scene):
    share = opening_share(track_of([10] * 6 + [0.2] * 6, scene, [0] * 6 + [1] * 6))
    assert np.allclose(share[6:], 1.0)


def test_only_what_opens_the_mouth_is_held_back():
    delta = np.linspace(-1, 1, len(UNITS)).astype(np.float32)
    held = held_back(delta, 0.0)
    opening = [UNITS.index("AU25"), UNITS.index("AU26")]
    assert np.array_equal(np.delete(held, opening), np.delete(delta, opening))
    assert held[opening[0]] == 0.0  # closed lips of a speaker are not parted
    assert 0.0 < held[opening[1]] < delta[opening[1]]
    assert np.array_equal(held_back(delta, 1.0), delta)
    closing = -np.abs(delta)
    assert np.array_equal(held_back(closing, 1.0), closing)
    assert not held_back(closing, 0.75)[opening].any()  # nor are a speaker's lips pressed shut


def test_the_jaw_swings_no_quicker_than_the_lips_do(scene):
    # Syllables of four frames: what is added to them must not flutter more than they do.
    gaps = 4.0 + 4.0 * np.sin(np.arange(60) * 2.0 * np.pi / 4.0)
    share = opening_share(track_of(gaps, scene))[10:-10]
    relative = (gaps / gaps.max())[10:-10]
    assert np.abs(np.diff(share, 2)).max() < 0.25 * np.abs(np.diff(relative, 2)).max()
