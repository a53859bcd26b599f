"""RGB against exact arithmetic."""

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.media.convert import to_rgb
from cmet_studio.media.picture import Picture, PixelLayout

LAYOUTS = [
    PixelLayout("yuv420p", False, 8, 1, 1, False, "bt709"),
    PixelLayout("yuvj420p", False, 8, 1, 1, True, "bt601"),
    PixelLayout("yuv422p10le", False, 10, 1, 0, False, "bt709"),
    PixelLayout("yuv420p10le", False, 10, 1, 1, False, "bt2020"),
    PixelLayout("yuv444p12le", False, 12, 0, 0, True, "bt709"),
    PixelLayout("yuv444p16le", False, 16, 0, 0, False, "bt601"),
    PixelLayout("yuv411p", False, 8, 2, 0, False, "bt601"),
    PixelLayout("yuv410p", False, 8, 2, 2, False, "bt601"),
    PixelLayout("gray", False, 8, 0, 0, True, "bt709"),
    PixelLayout("gray10le", False, 10, 0, 0, False, "bt709"),
    PixelLayout("gbrp", True, 8, 0, 0, True, "bt709"),
    PixelLayout("gbrp10le", True, 10, 0, 0, True, "bt709"),
    PixelLayout("rgba64le", True, 16, 0, 0, True, "bt709"),
]
WEIGHTS = {"bt601": (0.299, 0.587, 0.114), "bt709": (0.2126, 0.7152, 0.0722)}
WEIGHTS["bt2020"] = (0.2627, 0.678, 0.0593)


def noise(layout: PixelLayout, width: int, height: int, seed: int = 0) -> Picture:
    """Every sample random over the whole of its type's significant bits."""
    rng = np.random.default_rng(seed)
    kind = np.uint8 if layout.bits == 8 else np.uint16
    chroma = (-(-height >> layout.log2_chroma_h), -(-width >> layout.log2_chroma_w))
    sizes = [(height, width), chroma, chroma]
    if layout.pix_fmt.startswith("gray"):
        sizes = sizes[:1]
    if layout.pix_fmt.startswith("rgba"):
        sizes.append((height, width))
    planes = tuple(rng.integers(0, 1 << layout.bits, size).astype(kind) for size in sizes)
    return Picture(0, 0, Fraction(1, 25), planes, layout)


def exact(picture: Picture) -> npt.NDArray[np.float64]:
    """ITU-R BT.709 section 3 in float64, not rounded; chroma belongs to its block of luma."""
    layout, top = picture.layout, float((1 << picture.layout.bits) - 1)
    h, w = picture.height, picture.width
    rows, columns = np.arange(h), np.arange(w)
    if layout.rgb:
        return np.dstack(picture.planes[:3]) * (255.0 / top)
    unit = 2.0 ** (layout.bits - 8)
    y = picture.planes[0].astype(float)
    luma = y / top if layout.full_range else (y - 16 * unit) / (219 * unit)
    if len(picture.planes) == 1:
        return np.repeat(np.clip(luma * 255.0, 0, 255)[..., None], 3, axis=2)
    place = np.ix_(rows >> layout.log2_chroma_h, columns >> layout.log2_chroma_w)
    span = top if layout.full_range else 224 * unit
    cb, cr = ((plane[place].astype(float) - 128 * unit) / span for plane in picture.planes[1:3])
    kr, kg, kb = WEIGHTS[layout.matrix]
    red = luma + 2 * (1 - kr) * cr
    blue = luma + 2 * (1 - kb) * cb
    green = (luma - kr * red - kb * blue) / kg
    return np.clip(np.dstack([red, green, blue]) * 255.0, 0, 255)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.pix_fmt)
def test_within_one_of_exact(layout: PixelLayout) -> None:
    for size in ((64, 48), (65, 47)):
        picture = noise(layout, *size)
        rgb = to_rgb(picture)
        assert rgb.dtype == np.uint8
        assert rgb.flags.c_contiguous
        assert rgb.shape == (size[1], size[0], 3)
        assert np.abs(rgb - exact(picture)).max() <= 1.0


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.pix_fmt)
@given(data=st.data())
def test_a_box_converts_like_the_whole(layout: PixelLayout, data: st.DataObject) -> None:
    picture = noise(layout, 37, 29)
    x = data.draw(st.integers(-5, 40))
    y = data.draw(st.integers(-5, 32))
    w = data.draw(st.integers(0, 45))
    h = data.draw(st.integers(0, 40))
    whole = to_rgb(picture)
    wanted = whole[max(y, 0) : max(y + h, 0), max(x, 0) : max(x + w, 0)]
    assert np.array_equal(to_rgb(picture, (x, y, w, h)), wanted)


def test_turned_views_convert_like_their_copies() -> None:
    layout = LAYOUTS[0]
    picture = noise(layout, 64, 48)
    turned = Picture(0, 0, picture.time_base, tuple(np.rot90(p) for p in picture.planes), layout)
    assert np.array_equal(to_rgb(turned), np.rot90(to_rgb(picture)))


def test_black_and_white_are_reached() -> None:
    for layout in LAYOUTS[:6]:
        unit = 1 << (layout.bits - 8)
        white = (1 << layout.bits) - 1 if layout.full_range else 235 * unit
        black = 0 if layout.full_range else 16 * unit
        for code, wanted in ((white, 255), (black, 0)):
            picture = noise(layout, 8, 8)
            planes = [np.full_like(p, 128 * unit) for p in picture.planes]
            planes[0][:] = code
            flat = Picture(0, 0, Fraction(1), tuple(planes), layout)
            assert (to_rgb(flat) == wanted).all()
