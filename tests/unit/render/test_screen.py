import numpy as np
import pytest

from cmet_studio.media.convert import to_rgb
from cmet_studio.media.reader import VideoReader
from cmet_studio.render.reduced import reduced
from cmet_studio.render.screen import on_screen, screen_height, screen_width


@pytest.mark.parametrize("width", [160, 200, 159, 80, 33, 1])
def test_sizes(numbered_clip, width) -> None:
    with VideoReader(numbered_clip) as reader:
        picture = reader.read(3)
    shown = on_screen(picture, screen_width(160, width))
    wide = min(width, 160)
    assert shown.shape == (screen_height((160, 96), wide), wide, 3)
    assert shown.flags.c_contiguous
    whole = to_rgb(picture)
    if width >= 160:
        assert np.array_equal(shown, whole)
    else:
        assert abs(float(shown.mean()) - float(whole.mean())) < 4


def test_no_width_means_the_pictures_own() -> None:
    assert screen_width(640, None) == 640
    assert screen_width(640, 9999) == 640
    assert screen_height((640, 3), 10) == 1


@pytest.mark.parametrize("clip", ["numbered_clip", "ten_bit_clip", "rotated_clip"])
@pytest.mark.parametrize("width", [50, 33, 20])
def test_a_reduced_picture_is_one_of_its_format(clip, width, request) -> None:
    with VideoReader(request.getfixturevalue(clip)) as reader:
        picture = reader.read(2)
    small = reduced(picture, width)
    assert (small.width, small.height) == (
        width,
        screen_height((picture.width, picture.height), width),
    )
    assert small.layout == picture.layout
    for plane, large in zip(small.planes, picture.planes, strict=True):
        assert plane.dtype == large.dtype
        assert abs(float(plane.mean()) - float(large.mean())) < 0.03 * float(large.mean()) + 2
    sw, sh = picture.layout.log2_chroma_w, picture.layout.log2_chroma_h
    assert small.planes[1].shape == (-(-small.height >> sh), -(-width >> sw))
    assert to_rgb(small).shape == (small.height, width, 3)
    assert reduced(picture, picture.width) is picture
