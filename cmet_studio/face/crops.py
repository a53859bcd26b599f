"""Upright square crops of pictures: where they lie, and how they are cut without aliasing."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.media.convert import to_rgb
from cmet_studio.media.picture import Picture, Plane

_SPARE = 1.3  # how much wider than a region its surroundings are
_FINER = 1.2  # and at least how much finer than its crop
_BLANK = (0.4, 0.5)  # part of a crop beyond the picture: rim goes on up to the first, plain from
# the second on; a long smear of a cheek or a brow is no face to the network any more

Points = npt.NDArray[np.float64]
Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Region:
    """A square of the picture, turned with the head: where the network looks.

    Attributes:
        x, y: centre in pixels (pixel centres at .5).
        side: in pixels.
        roll: radians, clockwise in the picture.
    """

    x: float
    y: float
    side: float
    roll: float


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """A reduced upright piece of a picture, from which several crops can be cut.

    Attributes:
        rgb: (h, w, 3) uint8.
        x, y: the piece's top left corner in picture pixels.
        scale: piece pixels per picture pixel, at most 1.
    """

    rgb: Rgb
    x: int
    y: int
    scale: float


def surroundings(picture: Picture, region: Region, side: int) -> Surroundings:
    """Cut out what lies around a region, reduced without aliasing to suit crops of ``side``."""
    turned = abs(np.cos(region.roll)) + abs(np.sin(region.roll))
    reach = _SPARE * region.side * float(turned) / 2 + 2
    even = 1 << max(picture.layout.log2_chroma_w, picture.layout.log2_chroma_h)
    x0 = int(np.clip(np.floor(region.x - reach), 0, picture.width - 2)) // even * even
    y0 = int(np.clip(np.floor(region.y - reach), 0, picture.height - 2)) // even * even
    x1 = int(np.clip(np.ceil(region.x + reach), x0 + 2, picture.width))
    y1 = int(np.clip(np.ceil(region.y + reach), y0 + 2, picture.height))
    # Whole pixels into one: several times faster than a fraction of them, which matters at 4K.
    factor = min(max(1, int(region.side / (_FINER * side))), x1 - x0, y1 - y0)
    wide, high = (x1 - x0) // factor, (y1 - y0) // factor
    rgb = reduced(picture, (x0, y0, x0 + factor * wide, y0 + factor * high), (wide, high))
    return Surroundings(rgb, x0, y0, 1 / factor)


def reduced(picture: Picture, edges: tuple[int, int, int, int], size: tuple[int, int]) -> Rgb:
    """A piece of a picture as RGB of another size, reduced by area.

    Each plane is resized before they are converted: a fraction of the work of the other order.

    Args:
        edges: left, top, right, bottom in pixels; left and top on a chroma sample's edge.
        size: width, height of the result.
    """
    x0, y0, x1, y1 = edges
    layout = picture.layout
    planes: list[Plane] = []
    for i, plane in enumerate(picture.planes[: 3 if len(picture.planes) > 2 else 1]):
        sw, sh = (layout.log2_chroma_w, layout.log2_chroma_h) if i and not layout.rgb else (0, 0)
        piece = plane[y0 >> sh : -(-y1 >> sh), x0 >> sw : -(-x1 >> sw)]
        larger = piece.shape[1] > size[0] or piece.shape[0] > size[1]
        method = cv2.INTER_AREA if larger else cv2.INTER_LINEAR
        small = cv2.resize(np.ascontiguousarray(piece), size, interpolation=method)
        eight = plane.dtype == np.uint8
        planes.append(np.asarray(small, np.uint8) if eight else np.asarray(small, np.uint16))
    flat = replace(layout, log2_chroma_w=0, log2_chroma_h=0)
    return to_rgb(replace(picture, planes=tuple(planes), layout=flat))


def cut(around: Surroundings, region: Region, side: int, blank: bool = False) -> tuple[Rgb, Points]:
    """Cut the region out, upright. Beyond the picture's edge the pixels of its rim go on.

    Args:
        around: what lies around the region.
        region: what to cut out.
        side: of the crop in pixels.
        blank: if much of the crop lies beyond the edge, it gets the mean colour there.

    Returns: (side, side, 3) uint8 RGB, and the (2, 3) float64 affine map from picture pixels to
        crop pixels (pixel centres at .5 in both).
    """
    scale = side / region.side
    cos, sin = np.cos(region.roll) * scale, np.sin(region.roll) * scale
    turn = np.array([[cos, sin], [-sin, cos]])
    shift = side / 2 - turn @ np.array([region.x, region.y])
    inner = turn / around.scale
    # In cv2's maps pixel centres are whole numbers.
    offset = turn @ [around.x, around.y] + shift + inner @ [0.5, 0.5] - 0.5
    to_crop = np.column_stack([inner, offset])
    crop = np.asarray(_warped(around.rgb, to_crop, side, cv2.BORDER_REPLICATE), dtype=np.uint8)
    if blank:
        crop = _blanked(crop, _warped(np.ones(around.rgb.shape[:2], np.uint8), to_crop, side))
    return crop, np.column_stack([turn, shift])


def _warped(rgb: Rgb, to_crop: Points, side: int, border: int = cv2.BORDER_CONSTANT) -> Rgb:
    warped = cv2.warpAffine(rgb, to_crop, (side, side), flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(warped, dtype=np.uint8)


def _blanked(crop: Rgb, inside: Rgb) -> Rgb:
    """The crop, plain where it shows nothing of the picture, if that is much of it."""
    beyond = 1 - float(inside.mean())
    low, high = _BLANK
    if not low < beyond < 1:
        return crop
    plain = np.array(cv2.mean(crop, inside)[:3])
    share = min((beyond - low) / (high - low), 1.0) * (1 - inside[..., None])
    return np.asarray(np.rint(crop + share * (plain - crop)), dtype=np.uint8)
