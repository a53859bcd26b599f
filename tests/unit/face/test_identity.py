"""Who is who, and better nobody than the wrong one."""

import numpy as np
import pytest

from cmet_studio.core.errors import NoFace
from cmet_studio.face.identity import Company
from cmet_studio.face.looks import ALIKE, Looks, describe, distance
from cmet_studio.face.track import Piece
from cmet_studio.face.types import Box

SIZES = {
    "skin_tint": 144,
    "hair_light": 8,
    "hair_tint": 144,
    "clothes_light": 8,
    "clothes_tint": 144,
}


def looks(person: int, mixed_with: int | None = None, share: float = 0.0) -> Looks:
    """Made-up looks: people differ in everything; a mixture lies between two."""

    def made(seed):
        rng = np.random.default_rng(seed)
        shares = {name: rng.dirichlet(np.full(size, 0.1)) for name, size in SIZES.items()}
        features = rng.random((8, 8, 8))
        return shares, rng.normal(0, 0.01, (44, 3)), features / np.linalg.norm(features)

    a, b = made(person), made(person if mixed_with is None else mixed_with)
    shares = {k: ((1 - share) * a[0][k] + share * b[0][k]).astype(np.float32) for k in SIZES}
    skull = (1 - share) * a[1] + share * b[1]
    features = (1 - share) * a[2] + share * b[2]
    return Looks(
        shares, skull.astype(np.float32), (features / np.linalg.norm(features)).astype(np.float32)
    )


def piece(shot, start, stop, seen, x=100.0):
    n = stop - start
    box = Box(x, 100.0, 80.0, 100.0)
    return Piece(shot, list(range(start, stop)), list(range(n)), [0.9] * n, [box] * n, [seen])


HERE = Box(105.0, 110.0, 70.0, 90.0)
THERE = Box(405.0, 110.0, 70.0, 90.0)


def test_distance_tells_people_apart():
    assert distance([looks(1)], [looks(1)]) < 0.01
    assert distance([looks(1)], [looks(2)]) > ALIKE
    assert distance([], [looks(1)]) == float("inf")


def test_one_performer_goes_on_across_cuts():
    pieces = [piece(0, 0, 30, looks(1)), piece(1, 30, 60, looks(1)), piece(2, 60, 90, looks(1))]
    assert Company(pieces).person_at(40, HERE) == [pieces[1], pieces[0], pieces[2]]


def test_somebody_else_after_the_cut_is_not_followed():
    pieces = [piece(0, 0, 30, looks(1)), piece(1, 30, 60, looks(2)), piece(2, 60, 90, looks(1))]
    assert Company(pieces).person_at(0, HERE) == [pieces[0], pieces[2]]
    assert Company(pieces).person_at(30, HERE) == [pieces[1]]


def test_two_people_who_change_places_at_a_cut():
    a, b = piece(0, 0, 30, looks(1)), piece(0, 0, 30, looks(2), 400.0)
    b2, a2 = piece(1, 30, 60, looks(2)), piece(1, 30, 60, looks(1), 400.0)
    for pieces in ([a, b, b2, a2], [b, a, a2, b2]):
        assert Company(pieces).person_at(3, HERE) == [a, a2]
        assert Company(pieces).person_at(3, THERE) == [b, b2]


def test_unclear_cases_stay_lost():
    a, b = piece(0, 0, 30, looks(1)), piece(0, 0, 30, looks(1, 2, 0.1), 400.0)
    later = piece(1, 30, 60, looks(1, 2, 0.05))
    assert Company([a, b, later]).person_at(3, HERE) == [a]
    twins = [piece(1, 30, 60, looks(1)), piece(1, 30, 60, looks(1), 400.0)]
    assert Company([a, *twins]).person_at(3, HERE) == [a]


def test_flickers_do_not_count():
    a = piece(0, 0, 30, looks(1))
    assert Company([a, piece(1, 30, 32, looks(1))]).person_at(3, HERE) == [a]


def test_the_anchor_decides_by_overlap_and_demands_a_face():
    a, b = piece(0, 0, 30, looks(1)), piece(0, 0, 30, looks(2), 400.0)
    assert Company([a, b]).person_at(0, THERE) == [b]
    for frame, box in ((31, HERE), (3, Box(700, 500, 50, 50))):
        with pytest.raises(NoFace, match=f"frame {frame}"):
            Company([a, b]).person_at(frame, box)


def test_real_people_are_told_apart(network, detector, pictures, excerpt):
    def seen(name, start, size=(360, 360), darker=1.0):
        (frame,) = excerpt(name, start, start + 1, size)
        (picture,) = pictures([(frame * darker).astype(np.uint8)])
        points, _score = network.see(picture, detector.whole(picture)[0].region())
        return describe(picture, points)

    names = ("address", "glasses", "smile", "interview")
    first = {name: seen(name, 0) for name in names}
    again = {name: seen(name, 60, (300, 300), 0.85) for name in names}
    for a in names:
        for b in names:
            assert (distance([first[a]], [again[b]]) < ALIKE) == (a == b), (a, b)
