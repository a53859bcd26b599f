"""Dense fields of one frame, and the sampling of picture planes through them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from cmet_studio.engine.faces.mesh.canonical import load_mesh
from cmet_studio.engine.faces.mesh.motion import Motion
from cmet_studio.engine.faces.mesh.raster import draw
from cmet_studio.engine.faces.mesh.shading import fold_map, fold_strength, look_up
from cmet_studio.media.picture import Plane

Floats = npt.NDArray[np.float32]

_STILL_PX = 0.004  # less motion than this changes no sample that anyone could measure
_CELL_MM = 1.15  # of the lattice the mesh is drawn on


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """What happens to a rectangle of the picture.

    Attributes:
        origin: (x, y) of its first pixel; may lie outside the picture.
        dx, dy: (h, w) float32, how far each new pixel's content has come, in pixels.
        folds: (h, w) float32, change of log brightness, or None.
    """

    origin: tuple[int, int]
    dx: Floats
    dy: Floats
    folds: Floats | None


def dense(motion: Motion, delta: Floats, size: tuple[int, int], align: int) -> Region | None:
    """Draw the motion.

    Args:
        motion: the mesh before and after.
        delta: (32,) what made it, for the folds.
        size: width and height of the picture.
        align: the region's origin and size are multiples of this many pixels.

    Returns: the region, or None if nothing moves inside the picture.
    """
    mesh = load_mesh()
    moving = (np.abs(motion.shift.T) > _STILL_PX).any(0)
    faces = mesh.triangles.compress(moving.take(mesh.triangles.T).any(0), axis=0)
    if not len(faces):
        return None
    cell = max(1, round(motion.pose.scale * _CELL_MM))
    unit = cell * align
    moved = motion.points + motion.shift
    used = np.zeros(len(moved), bool)
    used[faces] = True
    drawn = moved.T.compress(used, axis=1)
    low = np.maximum(np.floor(drawn.min(1) / unit), 0).astype(int) * unit
    high = np.minimum(np.ceil(drawn.max(1) / unit), np.ceil(np.array(size) / unit))
    cells = (high.astype(int) * unit - low) // cell
    if cells.min() <= 0:
        return None
    folds = fold_map(delta, fold_strength(motion.pose.scale))
    depth = mesh.vertices @ motion.pose.rotation[2]
    order = np.argsort(depth.take(faces.T).sum(0), kind="stable")
    values = [motion.shift]
    if folds is not None:
        values.append(mesh.vertices[:, :2])
    field, covered = draw(
        ((moved - low) / cell).astype(np.float32),
        faces.take(order, axis=0),
        np.concatenate(values, 1).astype(np.float32),
        (int(cells[0]), int(cells[1])),
    )
    dx, dy, *head = (np.asarray(plane, np.float32) for plane in cv2.split(field))
    dark = None
    if folds is not None:
        dark = _enlarged(look_up(folds, *head) * covered, cell)
    return Region((int(low[0]), int(low[1])), _soft(dx, cell), _soft(dy, cell), dark)


def _soft(field: Floats, factor: int) -> Floats:
    blurred = cv2.GaussianBlur(field, (3, 3), 0.6)
    return _enlarged(np.asarray(blurred, np.float32), factor)


def _enlarged(field: Floats, factor: int) -> Floats:
    if factor == 1:
        return np.ascontiguousarray(field)
    height, width = field.shape[:2]
    size = (width * factor, height * factor)
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_LINEAR), np.float32)


def reduced(field: Floats, across: int, down: int) -> Floats:
    """Mean over blocks of ``across`` x ``down`` pixels, for planes of lower resolution."""
    if across == 1 and down == 1:
        return field
    height, width = field.shape[:2]
    size = (width // across, height // down)
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)


def sample(
    planes: Sequence[Plane],
    origin: tuple[int, int],
    dx: Floats,
    dy: Floats,
    device: torch.device,
    *,
    sharp: bool,
) -> Floats:
    """Fetch every sample of a region from where its content was, in planes of one size.

    Args:
        planes: each (H, W) unsigned samples.
        origin: (x, y) of the region in the planes; the region lies inside them.
        dx, dy: (h, w) float32, how far the content has come, in samples of these planes.
        device: where torch works.
        sharp: bicubic, else bilinear.

    Returns: (planes, h, w) float32; beyond the planes' border their last samples are repeated.
    """
    height, width = dx.shape
    reach = int(np.ceil(max(cv2.norm(d, cv2.NORM_INF) for d in (dx, dy)))) + 3
    x0, y0 = max(origin[0] - reach, 0), max(origin[1] - reach, 0)
    x1 = min(origin[0] + width + reach, planes[0].shape[1])
    y1 = min(origin[1] + height + reach, planes[0].shape[0])
    stacked = np.empty((len(planes), y1 - y0, x1 - x0), np.float32)
    for part, plane in zip(stacked, planes, strict=True):
        part[:] = plane[y0:y1, x0:x1]
    source = torch.from_numpy(stacked).to(device)
    # grid_sample counts from -1 at the first sample's outer edge to 1 at the last one's.
    to_x, to_y = 2.0 / (x1 - x0), 2.0 / (y1 - y0)
    x = (np.arange(width, dtype=np.float32) + np.float32(origin[0] - x0 + 0.5)) * to_x - 1.0
    y = (np.arange(height, dtype=np.float32) + np.float32(origin[1] - y0 + 0.5)) * to_y - 1.0
    come_from = np.empty((2, height, width), np.float32)
    np.multiply(dx, np.float32(-to_x), out=come_from[0])
    np.multiply(dy, np.float32(-to_y), out=come_from[1])
    come_from[0] += x.astype(np.float32)
    come_from[1] += y.astype(np.float32)[:, None]
    grid = torch.from_numpy(come_from).to(device).permute(1, 2, 0)
    found = functional.grid_sample(
        source[None],
        grid[None],
        mode="bicubic" if sharp else "bilinear",
        padding_mode="border",
        align_corners=False,
    )
    return np.asarray(found[0].cpu().numpy(), np.float32)
