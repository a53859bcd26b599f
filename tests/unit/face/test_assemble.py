"""Pieces become a track: gaps, cuts, overlaps."""

import numpy as np
import pytest

from cmet_studio.face.assemble import BRIDGED, Frames, assemble, runs
from cmet_studio.face.pose import mean_face
from cmet_studio.face.store import LandmarkStore
from cmet_studio.face.track import Piece, box_of


@pytest.fixture
def store():
    made = LandmarkStore()
    yield made
    made.close()


def piece(store, frames, shot=0, speed=1.0, confidence=0.9, x=300.0):
    made = Piece(shot)
    for frame in frames:
        points = (150 * mean_face() + [x + speed * frame, 250, 0]).astype(np.float32)
        made.frames.append(frame)
        made.rows.append(store.add(points))
        made.confidence.append(confidence)
        made.boxes.append(box_of(points))
    return made


def clip(shots):
    n = len(shots)
    return Frames(np.array(shots, np.int32), np.arange(n) / 25, 1280, 720)


def test_a_whole_piece_is_a_whole_track(store):
    track = assemble([piece(store, range(40))], store, clip([0] * 40))
    assert len(track) == 40
    assert track.found.all()
    assert (track.strength == 1.0).all()
    np.testing.assert_allclose(track.pose_deg, 0.0, atol=0.05)
    low, high = track.landmarks[..., :2].min(axis=1), track.landmarks[..., :2].max(axis=1)
    np.testing.assert_allclose(track.boxes, np.hstack([low, high - low]), rtol=1e-5)
    np.testing.assert_allclose(track.boxes[:, 0] - track.boxes[0, 0], np.arange(40), atol=0.05)


def test_short_gaps_are_bridged_and_long_ones_are_lost(store):
    short = [f for f in range(60) if not 20 <= f < 20 + BRIDGED]
    track = assemble([piece(store, short)], store, clip([0] * 60))
    assert track.found.all()
    assert (track.strength == 1.0).all()
    x = track.landmarks[:, 1, 0]
    np.testing.assert_allclose(np.diff(x), 1.0, atol=0.05)
    assert (track.confidence[20 : 20 + BRIDGED] < 0.9).all()

    long_ = [f for f in range(60) if not 20 <= f < 21 + BRIDGED]
    track = assemble([piece(store, long_)], store, clip([0] * 60))
    lost = slice(20, 21 + BRIDGED)
    assert not track.found[lost].any()
    assert (track.landmarks[lost] == 0).all()
    assert (track.boxes[lost] == 0).all()
    assert (track.strength[lost] == 0).all()
    assert track.face(20) is None
    assert track.face(5) is not None


def test_nothing_crosses_a_cut(store):
    pieces = [piece(store, range(20), 0), piece(store, range(20, 40), 1, x=700.0)]
    track = assemble(pieces, store, clip([0] * 20 + [1] * 20))
    alone = assemble([piece(store, range(20))], store, clip([0] * 20))
    assert np.array_equal(track.landmarks[:20], alone.landmarks)
    assert (track.strength == 1.0).all()
    x = track.landmarks[:, 1, 0]
    assert x[20] - x[19] > 390


def test_a_gap_at_a_cut_is_not_bridged(store):
    pieces = [piece(store, range(19), 0), piece(store, range(21, 40), 1)]
    track = assemble(pieces, store, clip([0] * 20 + [1] * 20))
    assert np.flatnonzero(~track.found).tolist() == [19, 20]


def test_where_pieces_overlap_the_first_counts(store):
    first, second = piece(store, range(10, 30), x=300.0), piece(store, range(40), x=800.0)
    track = assemble([first, second], store, clip([0] * 40))
    assert track.landmarks[15, 1, 0] < 400
    assert track.landmarks[35, 1, 0] > 700


def test_nobody_is_nowhere(store):
    track = assemble([], store, clip([0] * 5))
    assert not track.found.any()
    assert (track.strength == 0).all()


def test_runs_end_at_gaps_and_cuts():
    found = np.array([1, 1, 0, 1, 1, 1, 1, 0], np.bool_)
    shot = np.array([0, 0, 0, 0, 0, 1, 1, 1], np.int32)
    assert runs(found, shot) == [(0, 2), (3, 5), (5, 7)]


def test_the_store_gives_back_what_it_took(store):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(7, 478, 3)).astype(np.float32)
    numbers = [store.add(row) for row in rows]
    assert np.array_equal(store.read(numbers[::-2]), rows[::-2])
    assert store.read([]).shape == (0, 478, 3)
