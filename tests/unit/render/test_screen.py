import numpy as np
import pytest

from cmet_studio.media.convert import to_rgb
from cmet_studio.media.reader import VideoReader
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
