"""Samples in and out of frames; pasting."""

from fractions import Fraction

import av
import numpy as np
import pytest

from cmet_studio.media.formats import find_format
from cmet_studio.media.orientation import Orientation, display_matrix, from_display_matrix
from cmet_studio.media.picture import Picture, PixelLayout
from cmet_studio.media.planes import read_planes, with_patch, write_planes

FORMATS = [
    "yuv420p",
    "yuvj422p",
    "yuv444p10le",
    "yuva420p",
    "yuva444p16le",
    "yuv440p",
    "yuv411p",
    "yuv410p",
    "gray",
    "gray12le",
    "ya8",
    "ya16le",
    "gbrp",
    "gbrap",
    "gbrp10le",
    "gbrap12le",
    "nv12",
    "nv21",
    "nv16",
    "nv24",
    "p010le",
    "p016le",
    "p210le",
    "p412le",
    "rgb24",
    "bgr24",
    "rgba",
    "bgra",
    "argb",
    "abgr",
    "bgr0",
    "0rgb",
    "rgb48le",
    "rgba64le",
    "rgb48be",
    "yuv420p10be",
    "gray16be",
    "yuyv422",
    "uyvy422",
]


def a_picture() -> Picture:
    rng = np.random.default_rng(0)
    layout = PixelLayout("yuv420p", False, 8, 1, 1, False, "bt709")
    planes = tuple(
        rng.integers(0, 256, size, dtype=np.uint8) for size in ((32, 48), (16, 24), (16, 24))
    )
    return Picture(3, 1536, Fraction(1, 12800), planes, layout)


@pytest.mark.parametrize("name", FORMATS)
def test_samples_survive_a_frame(name: str) -> None:
    form = find_format(name)
    assert form is not None
    width, height = (62, 34) if "422" in name else (61, 35)
    frame = av.VideoFrame(width, height, name)
    rng = np.random.default_rng(1)
    planes = [
        rng.integers(0, 1 << form.bits, form.size(part, width, height)).astype(
            "u1" if form.bits == 8 else "u2"
        )
        for part in form.components
    ]
    write_planes(frame, form, planes)
    back = read_planes(frame, form)
    for wanted, found in zip(planes, back, strict=True):
        assert found.dtype == wanted.dtype
        assert found.dtype.isnative
        assert not found.flags.writeable
        assert np.array_equal(found, wanted)
    before = [plane.copy() for plane in back]
    write_planes(frame, form, [np.zeros_like(p) for p in planes])
    assert all(np.array_equal(a, b) for a, b in zip(before, back, strict=True))


@pytest.mark.parametrize("name", ["rgb24", "bgra", "gbrp", "rgb48le", "nv12", "p010le", "uyvy422"])
def test_components_are_where_ffmpeg_has_them(name: str) -> None:
    """Against ffmpeg's own conversion of the same colour."""
    form = find_format(name)
    assert form is not None
    source = np.empty((16, 16, 3), np.uint8)
    source[:] = (200, 100, 30)
    frame = av.VideoFrame.from_ndarray(source, "rgb24").reformat(format=name)
    planes = read_planes(frame, form)
    if form.rgb:
        scale = (1 << form.bits) // 256
        for plane, value in zip(planes, (200, 100, 30), strict=False):
            assert abs(int(plane[8, 8]) // scale - value) <= 1
    else:
        planar = find_format("yuv444p")
        assert planar is not None
        wanted = read_planes(frame.reformat(format="yuv444p"), planar)
        for plane, other in zip(planes, wanted, strict=True):
            assert abs((int(plane[4, 4]) >> (form.bits - 8)) - int(other[8, 8])) <= 1


def test_palettes_become_colours() -> None:
    form = find_format("pal8")
    assert form is not None
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    palette = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 4, axis=1)
    palette[:, 0] = 255
    frame = av.VideoFrame.from_ndarray((grey, palette), "pal8")
    for plane in read_planes(frame, form)[:3]:
        assert np.array_equal(plane, grey)


def test_formats_that_nobody_reads_here() -> None:
    assert find_format("gbrpf32le") is None
    assert find_format("xyz12le") is None
    assert find_format("rgb4") is None


def test_orientations_undo_themselves() -> None:
    stored = np.arange(12).reshape(3, 4)
    for transpose in (False, True):
        for flip_x in (False, True):
            for flip_y in (False, True):
                turn = Orientation(transpose, flip_x, flip_y)
                assert np.array_equal(turn.store(turn.show(stored)), stored)
                assert from_display_matrix(display_matrix(turn)) == turn
    assert np.array_equal(Orientation(True, True, False).show(stored), np.rot90(stored, -1))
    assert Orientation(True, True, False).rotation_deg == 90
    skewed = [46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30]
    assert from_display_matrix(skewed) == Orientation()


def test_a_patch_changes_only_what_it_says() -> None:
    picture = a_picture()
    piece = np.full((4, 6), 9, np.uint8)
    mask = np.zeros((4, 6), np.bool_)
    mask[1, 2:5] = True
    nothing = np.zeros((2, 3), np.bool_)
    edited = with_patch(
        picture,
        [(10, 20), (5, 10), (5, 10)],
        [piece, piece[:2, :3], piece[:2, :3]],
        [mask, nothing, nothing],
    )
    assert (edited.index, edited.pts, edited.time_base) == (3, 1536, Fraction(1, 12800))
    assert (edited.planes[0][21, 12:15] == 9).all()
    differs = edited.planes[0] != picture.planes[0]
    differs[21, 12:15] = False
    assert not differs.any()
    assert edited.planes[1] is picture.planes[1]
    assert not edited.planes[0].flags.writeable


def test_a_patch_keeps_the_memory_order_of_a_turned_picture() -> None:
    picture = a_picture()
    turned = Picture(0, 0, Fraction(1), tuple(p.T for p in picture.planes), picture.layout)
    mask = np.ones((2, 2), np.bool_)
    piece = np.zeros((2, 2), np.uint8)
    edited = with_patch(turned, [(0, 0)], [piece], [mask])
    assert edited.planes[0].T.flags.c_contiguous


def test_patches_that_do_not_fit_are_refused() -> None:
    picture = a_picture()
    piece, mask = np.zeros((4, 6), np.uint8), np.ones((4, 6), np.bool_)
    for origin in ((-1, 0), (43, 0), (0, 29)):
        with pytest.raises(ValueError, match="beyond"):
            with_patch(picture, [origin], [piece], [mask])
    with pytest.raises(ValueError, match="uint16"):
        with_patch(picture, [(0, 0)], [piece.astype(np.uint16)], [mask])
