"""What parted lips reveal: teeth as bright as this face's, and nothing left behind by the lip."""

from dataclasses import replace

import numpy as np
import pytest

from cmet_studio.engine.faces.mesh.units import UNITS
from cmet_studio.media.planes import with_patch

REST = np.zeros(len(UNITS), np.float32)
SMILE = {"AU12": 1.0, "AU25": 0.8}


def flat(made, luma, inside=None):
    """The scene in one grey, the mouth's inside in another."""
    plane = np.full_like(made.picture.planes[0], luma)
    if inside is not None:
        top, bottom = made.face.landmarks[13, 1], made.face.landmarks[14, 1]
        first, last = int(np.ceil(top)), int(bottom)
        plane[first : last + 1, 130:190] = inside
    return replace(made, picture=replace(made.picture, planes=(plane, *made.picture.planes[1:])))


def luma_after(model, made, change):
    patch = model.render(made.picture, made.face, REST, change)
    return with_patch(made.picture, patch.origins, patch.planes, patch.changed).planes[0]


def below_the_lip(model, made, change):
    """Mean brightness of what shows just under the raised upper lip, as a share of the skin."""
    luma = luma_after(model, made, change).astype(float)
    x, y = made.face.landmarks[13, :2]
    around = luma[int(y - 4) : int(y + 2), int(x) - 4 : int(x) + 4]
    return around.mean() / luma[20, 20]


def test_a_smile_bares_teeth_and_a_dropped_jaw_the_dark(scene, model, delta):
    made = flat(scene(scale=2.2), 150)
    teeth = below_the_lip(model, made, delta(**SMILE))
    luma = luma_after(model, made, delta(AU26=1.0)).astype(float)
    x, y = made.face.landmarks[14, :2]
    dark = luma[int(y) + 14 : int(y) + 24, int(x) - 6 : int(x) + 6].mean() / 150.0
    assert 0.75 < teeth < 1.15
    assert dark < 0.5


def test_teeth_are_brighter_than_dark_skin(scene, model, delta):
    light, dark = (
        below_the_lip(model, flat(scene(scale=2.2), luma), delta(**SMILE)) for luma in (190, 60)
    )
    assert light < 1.05 < 1.1 < dark


def test_a_mouth_that_stands_open_has_the_teeth_it_shows(scene, model, delta):
    made = scene(scale=2.2, gap_mm=5.0)
    dim, bright = (
        below_the_lip(model, flat(made, 150, inside), delta(**SMILE)) for inside in (70, 150)
    )
    assert dim < 0.85 * bright


@pytest.mark.parametrize("units", [{"AU10": 0.9}, SMILE])
def test_the_edge_of_the_lip_goes_with_the_lip(scene, model, delta, units):
    # It stayed behind: a line of lip across the bared teeth.
    made = scene(scale=3.0, gap_mm=4.0, size=(520, 640), centre=(260.0, 230.0))
    y = round(float(made.face.landmarks[13, 1]))
    plane = np.full_like(made.picture.planes[0], 120)
    plane[y : y + 3] = 230
    made = replace(made, picture=replace(made.picture, planes=(plane, *made.picture.planes[1:])))
    luma = luma_after(model, made, delta(**units)).astype(float)
    x = int(made.face.landmarks[13, 0])
    assert luma[y : y + 3, x - 6 : x + 6].mean() < 160
