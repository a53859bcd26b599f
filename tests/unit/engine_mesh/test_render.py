from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from cmet_studio.engine.faces.mesh.shading import fold_strength
from cmet_studio.engine.faces.mesh.units import UNITS
from cmet_studio.media.planes import with_patch

REST = np.zeros(len(UNITS), np.float32)
FULL = {"AU1": 1.0, "AU5": 0.8, "AU12": 0.9, "AU25": 0.7, "AU26": 0.8}


def edited(picture, patch):
    return with_patch(picture, patch.origins, patch.planes, patch.changed).planes


def test_no_change_gives_no_patch(scene, model):
    made = scene()
    assert model.render(made.picture, made.face, REST, REST) is None


@pytest.mark.parametrize(
    "layout", ["yuv420p", "yuv420p10le", "yuv422p10le", "yuvj444p", "gbrp", "gray"]
)
@pytest.mark.parametrize("size", [(320, 360), (321, 359)])
def test_every_layout_is_edited_in_its_own_samples(scene, model, delta, layout, size):
    made = scene(layout, size)
    patch = model.render(made.picture, made.face, REST, delta(**FULL))
    assert len(patch.planes) == len(made.picture.planes)
    for source, (x, y), new, changed in zip(
        made.picture.planes, patch.origins, patch.planes, patch.changed, strict=True
    ):
        assert new.dtype == source.dtype
        assert new.shape == changed.shape
        assert 0 <= x <= x + new.shape[1] <= source.shape[1]
        assert 0 <= y <= y + new.shape[0] <= source.shape[0]
        assert new.max() < 1 << made.picture.layout.bits
    assert patch.changed[0].any()


def test_alpha_is_left_alone(scene, model, delta):
    made = scene("gbrp")
    alpha = np.full_like(made.picture.planes[0], 255)
    with_alpha = replace(made.picture, planes=(*made.picture.planes, alpha))
    patch = model.render(with_alpha, made.face, REST, delta(**FULL))
    assert len(patch.planes) == 3


def test_far_from_the_face_nothing_changes(scene, model, delta):
    made = scene(size=(640, 480), centre=(200.0, 160.0))
    patch = model.render(made.picture, made.face, REST, delta(**FULL))
    (x, y), changed = patch.origins[0], patch.changed[0]
    rows, columns = np.nonzero(changed)
    reach = 150 * 1.4
    assert np.abs(columns + x - 200).max() < reach
    assert np.abs(rows + y - 200).max() < reach


def test_a_smile_leaves_the_brows_alone(scene, model, delta):
    made = scene()
    patch = model.render(made.picture, made.face, REST, delta(AU12=1.0))
    rows, _ = np.nonzero(patch.changed[0])
    brow = made.face.landmarks[105, 1]
    assert rows.min() + patch.origins[0][1] > brow


def test_same_input_same_bits(scene, model, delta):
    made = scene()
    one = model.render(made.picture, made.face, REST, delta(**FULL))
    model.render(made.picture, made.face, REST, delta(AU4=1.0))
    two = model.render(made.picture, made.face, REST, delta(**FULL))
    for a, b in zip((*one.planes, *one.changed), (*two.planes, *two.changed), strict=True):
        assert np.array_equal(a, b)


def test_a_small_change_is_small_and_grows_evenly(scene, model, delta):
    made = scene(gap_mm=1.0)
    source = made.picture.planes[0].astype(int)

    def largest(amount):
        patch = model.render(made.picture, made.face, REST, amount * delta(**FULL))
        if patch is None:
            return 0, 0.0
        change = np.abs(edited(made.picture, patch)[0].astype(int) - source)
        return change.max(), change.mean()

    assert largest(1e-4)[0] <= 1
    means = [largest(amount)[1] for amount in (0.01, 0.02, 0.04, 0.08)]
    assert all(b > a for a, b in pairwise(means))
    steps = [largest(0.3 + k * 0.002)[1] for k in range(8)]
    assert np.abs(np.diff(steps)).max() < 0.02 * max(steps) + 0.01


@pytest.mark.parametrize("centre", [(10.0, 130.0), (310.0, 130.0), (160.0, 20.0), (160.0, 340.0)])
def test_a_face_partly_outside_the_picture(scene, model, delta, centre):
    made = scene(centre=centre)
    patch = model.render(made.picture, made.face, REST, delta(**FULL))
    assert patch is None or all(
        p.shape == c.shape for p, c in zip(patch.planes, patch.changed, strict=True)
    )


def test_a_face_outside_the_picture_gives_no_patch(scene, model, delta):
    made = scene(centre=(-900.0, 130.0))
    assert model.render(made.picture, made.face, REST, delta(**FULL)) is None


@pytest.mark.parametrize("yaw", [-85.0, -50.0, 50.0, 85.0, 110.0])
def test_profiles_do_not_break_it(scene, model, delta, yaw):
    made = scene(yaw_deg=yaw)
    model.render(made.picture, made.face, REST, delta(**FULL))


@pytest.mark.parametrize("scale", [0.12, 0.4, 3.5])
def test_tiny_and_large_faces(scene, model, delta, scale):
    made = scene(scale=scale)
    model.render(made.picture, made.face, REST, delta(**FULL))


def test_rotated_planes_are_fine(scene, model, delta):
    made = scene(size=(360, 360), centre=(180.0, 130.0))
    turned = replace(
        made.picture,
        planes=tuple(
            np.rot90(np.ascontiguousarray(np.rot90(p, 2)), 2) for p in made.picture.planes
        ),
    )
    straight = model.render(made.picture, made.face, REST, delta(**FULL))
    patch = model.render(turned, made.face, REST, delta(**FULL))
    assert np.array_equal(patch.planes[0], straight.planes[0])


def test_an_open_mouth_shows_a_dark_inside(scene, model, delta):
    made = scene()
    patch = model.render(made.picture, made.face, REST, delta(AU25=1.0, AU26=1.0))
    x, y = (made.face.landmarks[13, :2] + made.face.landmarks[14, :2]) / 2.0
    luma = edited(made.picture, patch)[0]
    inside = luma[int(y) + 6 : int(y) + 12, int(x) - 4 : int(x) + 4]
    skin = made.picture.planes[0].mean()
    assert inside.mean() < 0.6 * skin


def test_a_smile_asked_of_a_smile_is_held_back(scene, model, delta):
    made = scene()
    smiling = delta(AU12=1.2)
    fresh = model.render(made.picture, made.face, REST, delta(AU12=0.9))
    again = model.render(made.picture, made.face, smiling, delta(AU12=0.9))
    assert again.changed[0].sum() < fresh.changed[0].sum()


def test_folds_fade_on_small_faces():
    # In full they look drawn where a fold is hardly a pixel wide, and trackers wobble on them.
    strengths = [fold_strength(scale) for scale in (0.3, 1.1, 1.7, 4.0)]
    assert strengths == sorted(strengths)
    assert strengths[1] < 0.75
    assert strengths[-1] == 1.0
