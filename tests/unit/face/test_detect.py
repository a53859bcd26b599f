"""Faces are found: large, small, several; and none where there is none."""

import cv2
import numpy as np
import pytest

from cmet_studio.face.detect import Detector, overlap, shared
from cmet_studio.face.types import Box
from tests.portrait import FACE, SIZE, framing, push_in


def on_canvas(person, width, at, size=(1920, 1080)):
    """The portrait on a grey canvas, its face ``width`` pixels wide and its middle at ``at``."""
    scale = width / 190
    small = cv2.resize(person, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.full((size[1], size[0], 3), 110, np.uint8)
    x, y = int(at[0] - small.shape[1] / 2), int(at[1] - 0.4 * small.shape[0])
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas


def test_overlap_and_shared():
    a, b = Box(0, 0, 10, 10), Box(5, 0, 10, 10)
    assert overlap(a, a) == pytest.approx(1.0)
    assert overlap(a, b) == pytest.approx(1 / 3)
    assert shared(a, b) == pytest.approx(0.5)
    assert shared(a, Box(2, 2, 4, 4)) == pytest.approx(1.0)
    assert overlap(a, Box(20, 0, 5, 5)) == shared(a, Box(0, 11, 5, 5)) == 0.0


def test_a_large_face_is_found_at_a_glance(detector: Detector, pictures, person):
    (seen,) = detector.whole(pictures([person])[0])
    assert 120 < seen.box.w < 260
    assert abs(seen.roll) < 0.15


@pytest.mark.parametrize("fill", [0.9, 1.3, 1.7])
@pytest.mark.parametrize("off", [(0, 0), (40, 25), (-40, -25)])
def test_a_face_that_fills_the_picture_is_found(detector: Detector, pictures, person, fill, off):
    middle = (FACE[0] + off[0], FACE[1] + off[1])
    (picture,) = pictures(push_in(person, middle, [fill]))
    there = framing(middle, fill) @ [*FACE, 1.0]
    high = fill * SIZE[1]
    for seen in (
        detector.whole(picture),
        detector.thorough(picture),
        detector.around(picture, Box(there[0] - high / 2, there[1] - high / 2, high, high)),
    ):
        box = max(seen, key=lambda one: one.box.w).box
        away = np.array([box.x + box.w / 2, box.y + box.h / 2]) - there
        assert np.hypot(*away) < 0.2 * high
        assert 0.5 * high < box.h < 1.3 * high


@pytest.mark.parametrize("quarters", [1, 3])
def test_a_lying_face_is_found(detector: Detector, pictures, person, quarters):
    square = person[:512]
    upright, lying = pictures([square, np.rot90(square, quarters)])
    (there,) = detector.thorough(upright)
    (seen,) = detector.thorough(lying)
    tilt = -np.pi / 2 if quarters == 1 else np.pi / 2
    assert seen.roll == pytest.approx(tilt, abs=0.2)
    assert seen.box.w == pytest.approx(there.box.h, rel=0.05)
    x, y = there.box.x + there.box.w / 2, there.box.y + there.box.h / 2
    x, y = (y, 512 - x) if quarters == 1 else (512 - y, x)
    assert abs(seen.box.x + seen.box.w / 2 - x) < 5
    assert abs(seen.box.y + seen.box.h / 2 - y) < 5
    (again,) = detector.around(lying, seen.box, roll=tilt)
    assert overlap(again.box, seen.box) > 0.7


@pytest.mark.parametrize("width", [50, 34])
@pytest.mark.parametrize("at", [(400, 300), (1500, 700)])
def test_a_small_face_is_found_by_looking_closer(detector: Detector, pictures, person, width, at):
    seen = detector.thorough(pictures([on_canvas(person, width, at)])[0])
    assert len(seen) == 1
    box = seen[0].box
    assert abs(box.x + box.w / 2 - at[0]) < width
    assert abs(box.y + box.h / 2 - at[1]) < width
    assert 0.5 * width < box.w < 1.6 * width


def test_two_faces_are_two(detector: Detector, pictures, person):
    (picture,) = pictures([np.hstack([person, person[:, ::-1]])])
    left, right = sorted(detector.thorough(picture), key=lambda seen: seen.box.x)
    assert left.box.x + left.box.w < 512 < right.box.x


def test_looking_around_a_place_sees_only_that(detector: Detector, pictures, person):
    (picture,) = pictures([np.hstack([person, person])])
    every = detector.whole(picture)
    first = min(every, key=lambda seen: seen.box.x).box
    near = detector.around(picture, first, 2.0)
    assert len(near) == 1
    assert overlap(near[0].box, first) > 0.5


@pytest.mark.parametrize("size", [(640, 480), (31, 17), (2, 2)])
def test_nothing_is_found_in_nothing(detector: Detector, pictures, size):
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 255, (size[1], size[0], 3)).astype(np.uint8)
    for picture in pictures([noise, np.zeros_like(noise)]):
        assert detector.thorough(picture) == []
