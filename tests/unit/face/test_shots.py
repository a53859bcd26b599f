"""Cuts are found where they are and nowhere else."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from cmet_studio.face.shots import with_cuts
from cmet_studio.media.picture import Picture, PixelLayout
from cmet_studio.media.reader import VideoReader

YUV = PixelLayout("yuv420p", False, 8, 1, 1, False, "bt709")


def cuts(pictures: Iterable[Picture]) -> list[int]:
    return [i for i, (_picture, cut) in enumerate(with_cuts(pictures)) if cut]


def scene(seed, count=12, speed=2):
    """A made-up place: blobs of colour under a slowly moving camera."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (9, 16, 3)).astype(np.uint8)
    place = cv2.resize(small, (480, 270), interpolation=cv2.INTER_CUBIC)
    return [
        np.ascontiguousarray(place[20:200, 20 + speed * i : 340 + speed * i]) for i in range(count)
    ]


def test_every_picture_passes_on_once_and_in_order(pictures):
    made = pictures(scene(0) + scene(1))
    assert [picture for picture, _cut in with_cuts(made)] == made


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_clip_of_a_few_frames_is_one_shot(pictures, count):
    assert cuts(pictures(scene(0, count))) == [0]


def test_no_pictures_give_no_shots():
    assert cuts([]) == []


def test_cuts_between_made_up_places_are_found(pictures):
    frames = [frame for seed in range(6) for frame in scene(seed, 5 + seed)]
    assert cuts(pictures(frames)) == [0, 5, 11, 18, 26, 35]


@pytest.mark.parametrize("bits", [8, 10])
def test_cuts_are_found_in_subsampled_planes(bits):
    made = []
    layout = PixelLayout(
        "yuv420p10le" if bits == 10 else "yuv420p", False, bits, 1, 1, False, "bt709"
    )
    for i, rgb in enumerate(scene(0, 8) + scene(1, 8)):
        ycc = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)
        kind = np.uint16 if bits == 10 else np.uint8
        planes = [(ycc[..., k].astype(kind) << (bits - 8)).astype(kind) for k in (0, 2, 1)]
        planes = [planes[0], planes[1][::2, ::2], planes[2][::2, ::2]]
        made.append(Picture(i, i, Fraction(1, 25), tuple(planes), layout))
    assert cuts(made) == [0, 8]


def test_a_grey_clip_has_cuts_too():
    grey = PixelLayout("gray", False, 8, 0, 0, False, "bt709")
    made = [
        Picture(i, i, Fraction(1, 25), (np.ascontiguousarray(rgb[..., 1]),), grey)
        for i, rgb in enumerate(scene(2, 8) + scene(3, 8))
    ]
    assert cuts(made) == [0, 8]


def test_flashes_dips_and_captions_are_no_cuts(pictures):
    frames = [frame.copy() for frame in scene(4, 60)]
    for i in (10, 20, 21, 30, 31, 32):
        frames[i] = np.clip(frames[i] * 1.8 + 30, 0, 255).astype(np.uint8)
    frames[40][:] = 255
    for i in range(45, 60):
        frames[i] = (frames[i] * 0.5).astype(np.uint8)
    for i in range(50, 60):
        frames[i][-45:] = 10
    assert cuts(pictures(frames)) == [0]


def test_a_fast_pan_is_no_cut(pictures):
    assert cuts(pictures(scene(5, 13, speed=10))) == [0]


def test_pictures_that_repeat_make_no_cuts(pictures):
    frames = [frame for frame in scene(6, 12, speed=6) for _ in range(3)]
    assert cuts(pictures(frames)) == [0]


def test_real_clips_have_no_false_cut(clips):
    for path in clips:
        with VideoReader(path) as clip:
            assert cuts(clip.frames()) == [0], path.name


def test_joined_real_clips_are_cut_at_their_joints(excerpt, pictures, clips: list[Path]):
    rng = np.random.default_rng(3)
    names = [path.stem for path in clips]
    pieces = {name: excerpt(name, 0, 20, (240, 180)) for name in names}
    for _ in range(4):
        order = rng.permutation(len(names))
        lengths = rng.integers(5, 20, len(names))
        frames = [f for k, n in zip(order, lengths, strict=True) for f in pieces[names[k]][:n]]
        joints = [0, *np.cumsum(lengths)[:-1].tolist()]
        assert cuts(pictures(frames)) == joints


def test_a_closer_framing_of_the_same_place_is_a_cut(excerpt, pictures):
    for name in ("address", "portrait", "vertical", "interview"):
        wide = excerpt(name, 0, 10, (320, 240))
        close = [
            np.ascontiguousarray(cv2.resize(frame[50:218, 48:272], (320, 240)))
            for frame in excerpt(name, 10, 20, (320, 240))
        ]
        assert cuts(pictures(wide + close + wide)) == [0, 10, 20], name
