"""Planes of one layout as planes of another, for encoders that lack the source's format."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.media.codecs import is_grey
from cmet_studio.media.convert import rgb_from_ycc
from cmet_studio.media.formats import Format
from cmet_studio.media.picture import PixelLayout

Samples = npt.NDArray[Any]


def recast(
    planes: Sequence[Samples], source: Format, target: Format, layout: PixelLayout
) -> tuple[Samples, ...]:
    """Fit stored planes to another format.

    Chroma is repeated where the target's is finer, samples are shifted to more bits or rounded to
    fewer, alpha is dropped or added (opaque), and RGB becomes YCbCr in ``layout``'s matrix and
    range. The target is never coarser in chroma than the source.

    Args:
        planes: in the source's order, as stored.
        source: the format they have.
        target: the format they get.
        layout: of the *result*: matrix and range for RGB sources.
    """
    if source.rgb and not target.rgb:
        colour = _ycc_from_rgb(planes[:3], source.bits, target, layout)
    else:
        colour = [_depth(plane, source.bits, target) for plane in _chroma(planes, source, target)]
    if target.alpha:
        colour.append(_alpha(planes, source, target))
    return tuple(colour)


def _chroma(planes: Sequence[Samples], source: Format, target: Format) -> list[Samples]:
    height, width = planes[0].shape
    if is_grey(source):
        if is_grey(target):
            return [planes[0]]
        size = target.size(target.components[1], width, height)
        neutral = np.full(size, 1 << (source.bits - 1), planes[0].dtype)
        return [planes[0], neutral, neutral]
    across = source.log2_chroma_w - target.log2_chroma_w
    down = source.log2_chroma_h - target.log2_chroma_h
    if across == down == 0:
        return list(planes[:3])
    result: list[Samples] = [planes[0]]
    for plane in planes[1:3]:
        h, w = target.size(target.components[1], width, height)
        finer: Samples = plane.repeat(1 << down, axis=0).repeat(1 << across, axis=1)
        result.append(finer[:h, :w])
    return result


def _depth(plane: Samples, bits: int, target: Format) -> Samples:
    more = target.bits - bits
    if more == 0:
        return plane
    wide = plane.astype(np.uint16)
    if more > 0:
        return wide << more
    highest = (1 << target.bits) - 1
    rounded = np.minimum((wide.astype(np.uint32) + (1 << (-more - 1))) >> -more, highest)
    return rounded.astype(target.type)


def _alpha(planes: Sequence[Samples], source: Format, target: Format) -> Samples:
    if source.alpha:
        return _depth(planes[-1], source.bits, target)
    return np.full(planes[0].shape, (1 << target.bits) - 1, target.type)


def _ycc_from_rgb(
    planes: Sequence[Samples], bits: int, target: Format, layout: PixelLayout
) -> list[Samples]:
    """Exact to half a step; the chroma of the target must have the full size."""
    to_rgb = rgb_from_ycc(layout)
    inverse = np.linalg.inv(to_rgb[:, :3])
    matrix = np.hstack([inverse * (255.0 / ((1 << bits) - 1)), -inverse @ to_rgb[:, 3:]])
    mixed = cv2.transform(cv2.merge([p.astype(np.float32) for p in planes]), matrix)
    rounded = np.clip(np.rint(mixed), 0, (1 << target.bits) - 1).astype(target.type)
    return [np.ascontiguousarray(rounded[:, :, n]) for n in range(3)]
