"""Landmarks lie on the face, wherever and however large it is in the picture."""

import cv2
import numpy as np
import pytest

from cmet_studio.face.crops import Region, cut, surroundings
from cmet_studio.face.mesh import SIDE, region_of
from cmet_studio.face.pose import STEADY
from tests.portrait import FACE, SIZE, framing, push_in


def settled(network, detector, picture):
    region = max(detector.whole(picture), key=lambda seen: seen.box.w).region()
    for _ in range(4):
        points, score = network.see(picture, region)
        region = region_of(points)
    assert score > 0.9
    return points


def placed(rgb, matrix, size):
    """``rgb`` under an affine map of coordinates whose pixel centres are at .5."""
    matrix = np.array(matrix, np.float64)
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
    return cv2.warpAffine(
        rgb, shifted, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )


def test_a_crop_holds_what_the_map_says(pictures):
    down, across = np.mgrid[:300, :400]
    ramp = np.dstack([across // 2, down // 2, np.zeros_like(down)]).astype(np.uint8)
    (picture,) = pictures([ramp])
    region = Region(210.0, 140.0, 120.0, 0.3)
    crop, to_crop = cut(surroundings(picture, region, SIDE), region, SIDE)
    for x, y in [(96.0, 96.0), (20.0, 30.0), (170.0, 100.0)]:
        there = np.linalg.solve(to_crop[:, :2], np.array([x, y]) - to_crop[:, 2])
        seen = crop[int(y), int(x), :2]
        np.testing.assert_allclose(seen, (there - 0.5) / 2, atol=1.5)
    assert crop.shape == (SIDE, SIDE, 3)
    middle = to_crop[:, :2] @ [region.x, region.y] + to_crop[:, 2]
    np.testing.assert_allclose(middle, SIDE / 2)


def test_a_region_beyond_the_border_can_be_cut(pictures):
    (picture,) = pictures([np.full((80, 90, 3), 77, np.uint8)])
    for region in (Region(0, 0, 60, 0.5), Region(500, 40, 30, 0), Region(45, 40, 900, -1)):
        crop, _ = cut(surroundings(picture, region, SIDE), region, SIDE)
        assert (crop == 77).all()


def test_far_beyond_the_border_a_crop_is_plain(pictures, person):
    (picture,) = pictures([person])
    height, width = person.shape[:2]

    def both(y):
        region = Region(width / 2, y, 240, 0.0)
        around = surroundings(picture, region, SIDE)
        return (cut(around, region, SIDE, blank=blank)[0].astype(int) for blank in (False, True))

    for y in (height / 2, height - 30):  # inside, and less than two fifths beyond
        usual, blank = both(y)
        assert np.array_equal(usual, blank)
    usual, blank = both(height + 10)
    edge = round(SIDE / 2 - 10 * SIDE / 240)
    assert np.array_equal(usual[: edge - 1], blank[: edge - 1])
    plain = blank[: edge - 1].mean(axis=(0, 1))
    np.testing.assert_allclose(
        blank[edge + 1 :], np.broadcast_to(plain, blank[edge + 1 :].shape), atol=2
    )
    slightly = [abs(np.subtract(*both(height - 23 + k))).max() for k in range(5)]
    assert slightly[0] < 10
    assert (np.diff(slightly) >= 0).all()


@pytest.mark.parametrize("off", [(0, 0), (35, 20), (-35, -20)])
def test_landmarks_of_an_extreme_close_up(network, detector, pictures, person, off):
    middle = (FACE[0] + off[0], FACE[1] + off[1])
    near, whole = pictures([*push_in(person, middle, [1.6]), person])
    to_frame = framing(middle, 1.6)
    expected = settled(network, detector, whole)[:468, :2] @ to_frame[:, :2].T + to_frame[:, 2]
    off_by = np.linalg.norm(settled(network, detector, near)[:468, :2] - expected, axis=1)
    shown = ((expected > 0) & (expected < SIZE)).all(axis=1)
    assert shown.mean() < 0.9
    assert np.median(off_by[shown]) < 0.03 * np.ptp(expected[:, 0])


def test_the_same_crop_gives_the_same_landmarks(network, detector, pictures, person):
    (picture,) = pictures([person])
    region = detector.whole(picture)[0].region()
    first, _ = network.see(picture, region)
    network.see(picture, Region(100, 100, 150, 0.2))
    again, _ = network.see(picture, region)
    assert np.array_equal(first, again)


def test_landmarks_are_where_they_belong(network, detector, pictures, person):
    (picture,) = pictures([person])
    points = settled(network, detector, picture)
    assert points.shape == (478, 3)
    assert points[33, 0] < points[1, 0] < points[263, 0]  # eye, nose, eye, left to right
    assert points[10, 1] < points[33, 1] < points[1, 1] < points[13, 1] < points[152, 1]
    assert points[1, 2] < points[234, 2]  # the nose is nearer than the temple
    outline = points[:468]
    assert (outline[468 - 468 :, 0] > 0).all()
    irises = points[[468, 473], :2]
    eyes = points[[33, 263], :2]
    assert np.linalg.norm(irises - eyes, axis=1).max() < 0.15 * np.ptp(outline[:, 0])


@pytest.mark.parametrize(
    ("scale", "turn", "shift"),
    [
        (1.0, 0.0, (40.0, -20.0)),
        (0.5, 0.0, (100.0, 80.0)),
        (0.8, 0.5, (260.0, -60.0)),
        (1.7, -0.3, (-200.0, -40.0)),
    ],
)
def test_landmarks_follow_the_face(network, detector, pictures, person, scale, turn, shift):
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    matrix = np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]]])
    here, there = pictures([person, placed(person, matrix, (700, 700))])
    expected = settled(network, detector, here)[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    seen = settled(network, detector, there)
    width = scale * 190
    off = np.linalg.norm(seen[:, :2] - expected, axis=1) / width
    assert off[STEADY].mean() < 0.02
    assert off.max() < 0.06


def test_no_face_scores_low(network, pictures):
    rng = np.random.default_rng(0)
    noise, plain = (
        rng.integers(0, 255, (300, 300, 3)).astype(np.uint8),
        np.full((300, 300, 3), 90, np.uint8),
    )
    for picture in pictures([noise, plain]):
        assert network.see(picture, Region(150, 150, 200, 0.0))[1] < 0.5
