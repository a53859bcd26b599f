"""New samples of every plane of a picture: warped, shaded, painted, in the plane's own type."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.mouth import Paint
from cmet_studio.engine.faces.mesh.tone import Tone
from cmet_studio.engine.faces.mesh.warp import Region, reduced, sample
from cmet_studio.engine.protocol import Patch
from cmet_studio.media.picture import Picture, PixelLayout, Plane

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

_SHIFT_SEEN_PX = 0.01
_FOLD_SEEN = 0.001


@dataclass(frozen=True, slots=True)
class _Group:
    """Planes of one resolution: all of RGB, luma, or both chroma planes."""

    planes: tuple[int, ...]
    across: int  # luma samples per sample of these
    down: int
    chroma: bool


def redraw(
    picture: Picture, tone: Tone, region: Region, paint: Paint | None, device: "torch.device"
) -> Patch | None:
    """Apply what was decided for a region to the picture's planes; alpha is left out."""
    pieces = [
        piece
        for group in _groups(picture.layout, len(picture.planes))
        for piece in _redraw(picture, group, tone, region, paint, device)
    ]
    if not any(changed.any() for _, _, changed in pieces):
        return None
    origins, planes, changed = zip(*pieces, strict=True)
    return Patch(origins, planes, changed)


def _groups(layout: PixelLayout, planes: int) -> list[_Group]:
    if layout.rgb:
        return [_Group((0, 1, 2), 1, 1, False)]
    groups = [_Group((0,), 1, 1, False)]
    if planes >= 3:  # a second plane of two is alpha
        groups.append(_Group((1, 2), 1 << layout.log2_chroma_w, 1 << layout.log2_chroma_h, True))
    return groups


def _redraw(
    picture: Picture,
    group: _Group,
    tone: Tone,
    region: Region,
    paint: Paint | None,
    device: "torch.device",
) -> Iterator[tuple[tuple[int, int], Plane, Bools]]:
    sources = [picture.planes[k] for k in group.planes]
    region = _at_resolution(region, group)
    x, y = region.origin
    height = min(region.dx.shape[0], sources[0].shape[0] - y)
    width = min(region.dx.shape[1], sources[0].shape[1] - x)
    dx, dy = region.dx[:height, :width], region.dy[:height, :width]
    squared = dx * dx
    squared += dy * dy
    where = squared > _SHIFT_SEEN_PX**2
    found = sample(sources, (x, y), dx, dy, device, sharp=not group.chroma)
    gain = None
    if region.folds is not None:
        folds = region.folds[:height, :width]
        gain = cv2.exp(folds)
        where |= np.abs(folds) > _FOLD_SEEN
    laid = None if paint is None else _fitted(paint, group, (height, width))
    if laid is not None:
        where[laid.rows, laid.columns] |= laid.cover > 0.0
    for index, source, new in zip(group.planes, sources, found, strict=True):
        if gain is not None:
            black = np.float32(tone.black[index])
            new -= black
            new *= gain
            new += black
        if laid is not None:
            part = new[laid.rows, laid.columns]
            painted = tone.painted(index, laid.level, laid.colour, rgb=picture.layout.rgb)
            part += (painted - part) * laid.cover
        np.rint(new, out=new)
        np.maximum(new, 0.0, out=new)
        np.minimum(new, tone.top, out=new)
        yield (x, y), cast("Plane", new.astype(source.dtype)), where


def _at_resolution(region: Region, group: _Group) -> Region:
    """The region in samples of a group's planes."""
    across, down = group.across, group.down
    if across == down == 1:
        return region
    dx = reduced(region.dx, across, down) / np.float32(across)
    dy = reduced(region.dy, across, down) / np.float32(down)
    folds = region.folds
    if folds is not None:
        # Light that skin has scattered is warm: folds lose less colour than brightness.
        folds = reduced(folds, across, down) * np.float32(0.5)
    return Region((region.origin[0] // across, region.origin[1] // down), dx, dy, folds)


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """Paint at a group's resolution, and where it lies in the region."""

    rows: slice
    columns: slice
    cover: Floats
    level: Floats
    colour: Floats


def _fitted(paint: Paint, group: _Group, size: tuple[int, int]) -> _Laid:
    across, down = group.across, group.down
    (x, y), (height, width) = paint.corner, paint.cover.shape
    edges = (y % down, -(y + height) % down, x % across, -(x + width) % across)

    def fitted(part: Floats, border: int) -> Floats:
        if any(edges):  # to whole blocks of the planes' samples
            part = np.asarray(cv2.copyMakeBorder(part, *edges, border, value=(0.0,)), np.float32)
        return reduced(part, across, down)[: size[0] - y // down, : size[1] - x // across]

    cover = fitted(paint.cover, cv2.BORDER_CONSTANT)
    rows = slice(y // down, y // down + cover.shape[0])
    columns = slice(x // across, x // across + cover.shape[1])
    level, colour = (fitted(p, cv2.BORDER_REPLICATE) for p in (paint.level, paint.colour))
    return _Laid(rows, columns, cover, level, colour)
