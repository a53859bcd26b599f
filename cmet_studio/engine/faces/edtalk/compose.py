"""An edit of 256 pixels into a frame of any size: the source moves, the rest is added.

The two reconstructions, edited and unedited, tell two things: how the skin moved, and what changed
that motion does not explain (teeth, folds, light). The source's own samples follow the motion, so
its detail, grain and light stay; the rest is added at the resolution it has. A change of nothing
is nothing.
"""

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.edtalk.crop import SIDE, Square
from cmet_studio.engine.protocol import Bools, Patch
from cmet_studio.media.convert import LUMA, rgb_from_ycc
from cmet_studio.media.picture import Picture, PixelLayout, Plane

Floats = npt.NDArray[np.float32]

_MOST_PX = 16.0
"""Skin moves no further than this in the crop; more is the flow's mistake."""
_SMOOTH_PX = 2.0
_SEEN = 1.0 / 512.0


def skin_motion(before: Floats, after: Floats) -> Floats:
    """Where every pixel of ``after`` was in ``before``.

    Args:
        before: (256, 256, 3) in [-1, 1].
        after: the same.
    Returns: (256, 256, 2) float32 x and y, smooth, in pixels of the crop.
    """
    grey = [
        cv2.cvtColor(
            np.clip((image + 1.0) * 127.5, 0, 255).round().astype(np.uint8), cv2.COLOR_RGB2GRAY
        )
        for image in (after, before)
    ]
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    start: npt.NDArray[np.float32] = np.zeros((SIDE, SIDE, 2), np.float32)
    flow = finder.calc(grey[0], grey[1], start)
    flow = cv2.GaussianBlur(flow, (0, 0), _SMOOTH_PX)
    length = np.linalg.norm(flow, axis=2, keepdims=True)
    limited: Floats = flow * np.minimum(1.0, _MOST_PX / np.maximum(length, 1e-6))
    return limited.astype(np.float32)


def compose(
    picture: Picture, square: Square, mask: Floats, before: Floats, after: Floats
) -> Patch | None:
    """Bring the change from ``before`` to ``after`` into a picture.

    Args:
        picture: the source frame.
        square: where the crop lies in it.
        mask: (256, 256) how much each pixel takes.
        before: (256, 256, 3) the unedited reconstruction, RGB in [-1, 1].
        after: the edited one.
    Returns: the patch, or None where nothing changes.
    """
    flow = skin_motion(before, after) * mask[..., None]
    moved = _remap(before, flow)
    residual = (after - moved) * mask[..., None] * 127.5
    if not np.any(flow) and not np.any(residual):
        return None
    change = _in_samples(residual, picture.layout)
    origins, planes, changed = [], [], []
    for k in range(change.shape[2]):
        origin, new, where = _plane(picture, k, square, mask, flow, change[..., k])
        origins.append(origin)
        planes.append(new)
        changed.append(where)
    if not any(where.any() for where in changed):
        return None
    return Patch(tuple(origins), tuple(planes), tuple(changed))


def _remap(image: Floats, flow: Floats) -> Floats:
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    found = cv2.remap(
        image, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.float32)


def _in_samples(residual: Floats, layout: PixelLayout) -> Floats:
    """A change of RGB (0..255) as a change of the picture's samples: (256, 256, planes)."""
    if layout.rgb:
        return residual * np.float32(((1 << layout.bits) - 1) / 255.0)
    to_rgb = rgb_from_ycc(layout)[:, :3]
    if layout.pix_fmt.startswith("gray") or layout.pix_fmt.startswith("ya"):
        red, blue = LUMA[layout.matrix]
        luma = residual @ np.array([red, 1.0 - red - blue, blue], np.float32)
        return np.asarray(luma[..., None] / to_rgb[0, 0], np.float32)
    return np.asarray(residual @ np.linalg.inv(to_rgb).T.astype(np.float32), np.float32)


def _plane(
    picture: Picture, index: int, square: Square, mask: Floats, flow: Floats, change: Floats
) -> tuple[tuple[int, int], Plane, Bools]:
    """One plane's piece: its origin, its new samples, and which of them are written."""
    plane, layout = picture.planes[index], picture.layout
    chroma = index > 0 and not layout.rgb
    across = 1 << (layout.log2_chroma_w if chroma else 0)
    down = 1 << (layout.log2_chroma_h if chroma else 0)
    x0 = max(0, int(np.floor(square.left / across)))
    y0 = max(0, int(np.floor(square.top / down)))
    x1 = min(plane.shape[1], int(np.ceil((square.left + square.side) / across)))
    y1 = min(plane.shape[0], int(np.ceil((square.top + square.side) / down)))
    if x1 <= x0 or y1 <= y0:
        return (0, 0), plane[:0, :0], np.zeros((0, 0), np.bool_)
    # Centres of the samples, in pixels of the crop.
    u = ((np.arange(x0, x1) + 0.5) * across - square.left) / square.scale - 0.5
    v = ((np.arange(y0, y1) + 0.5) * down - square.top) / square.scale - 0.5
    at_x, at_y = np.meshgrid(u.astype(np.float32), v.astype(np.float32))

    def enlarged(field: Floats, how: int) -> Floats:
        found = cv2.remap(
            field, at_x, at_y, how, borderMode=cv2.BORDER_CONSTANT, borderValue=(0.0,)
        )
        return np.asarray(found, np.float32)

    where = enlarged(mask, cv2.INTER_LINEAR) > _SEEN
    shift = enlarged(flow, cv2.INTER_LINEAR) * np.float32(square.scale)
    added = enlarged(change, cv2.INTER_CUBIC)
    source = _moved_source(plane, (x0, y0), shift / np.array([across, down], np.float32))
    top = (1 << layout.bits) - 1
    new = np.clip(np.rint(source + added), 0, top).astype(plane.dtype)
    return (x0, y0), new, where


def _moved_source(plane: Plane, origin: tuple[int, int], shift: Floats) -> Floats:
    """Samples fetched from where the skin was; where nothing moved they are the source's own."""
    height, width = shift.shape[:2]
    reach = int(np.ceil(np.abs(shift).max())) + 3
    x0, y0 = max(0, origin[0] - reach), max(0, origin[1] - reach)
    part = plane[y0 : origin[1] + height + reach, x0 : origin[0] + width + reach]
    x = np.arange(width, dtype=np.float32) + np.float32(origin[0] - x0)
    y = np.arange(height, dtype=np.float32) + np.float32(origin[1] - y0)
    found = cv2.remap(
        np.ascontiguousarray(part, dtype=np.float32),
        x[None, :] + shift[..., 0],
        y[:, None] + shift[..., 1],
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(found, np.float32)
