"""Samples between ffmpeg's frames and numpy, copied once each way; pasting of edited pieces."""

from collections.abc import Sequence
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.video.plane import VideoPlane

from cmet_studio.media.formats import Component, Format
from cmet_studio.media.orientation import UPRIGHT, Orientation
from cmet_studio.media.picture import Picture, Plane


def read_planes(
    frame: av.VideoFrame, form: Format, orientation: Orientation = UPRIGHT
) -> tuple[Plane, ...]:
    """Copy a decoded frame's samples.

    Returns: read-only native-endian planes in display orientation and the order of
        ``form.components``; they share nothing with the frame.
    """
    if form.via is not None:
        frame = frame.reformat(format=form.via)
    planes: list[Plane] = []
    for part in form.components:
        size = form.size(part, frame.width, frame.height)
        samples = _samples(frame.planes[part.plane], form, part, size)
        copy: npt.NDArray[Any] = np.array(samples, samples.dtype.newbyteorder("="), order="C")
        if part.shift:
            copy >>= part.shift
        copy.flags.writeable = False
        planes.append(orientation.show(copy))
    return tuple(planes)


def write_planes(frame: av.VideoFrame, form: Format, planes: Sequence[npt.NDArray[Any]]) -> None:
    """Copy stored (not display-oriented) planes into a frame of our own."""
    for part, plane in zip(form.components, planes, strict=True):
        size = form.size(part, frame.width, frame.height)
        samples = _samples(frame.planes[part.plane], form, part, size)
        samples[:] = plane << part.shift if part.shift else plane


def _samples(
    plane: VideoPlane, form: Format, part: Component, size: tuple[int, int]
) -> npt.NDArray[Any]:
    """View of one component's samples in a frame's memory."""
    height, width = size
    line = abs(plane.line_size)
    rows: npt.NDArray[Any] = np.frombuffer(
        memoryview(cast("Any", plane)),
        dtype=form.type,
        count=height * line // np.dtype(form.type).itemsize,
    ).reshape(height, -1)
    if plane.line_size < 0:  # stored bottom up
        rows = rows[::-1]
    return rows[:, part.offset :: part.step][:, :width]


def with_patch(
    picture: Picture,
    origins: Sequence[tuple[int, int]],
    planes: Sequence[Plane],
    changed: Sequence[npt.NDArray[np.bool_]],
) -> Picture:
    """Paste edited pieces into a picture; every other sample stays bit-identical.

    Args:
        picture: left as it is. Planes without a changed sample are shared, not copied.
        origins: (x, y) of each piece's top left sample in its own plane, display orientation.
        planes: (h, w) pieces, one for each of the picture's first planes, in their type.
        changed: (h, w) bool; only these samples are written.

    Raises: ValueError if a piece has another type than its plane or reaches beyond it.
    """
    result = list(picture.planes)
    for n, ((x, y), piece, mask) in enumerate(zip(origins, planes, changed, strict=True)):
        plane = result[n]
        height, width = piece.shape
        if piece.dtype != plane.dtype or mask.shape != piece.shape:
            raise ValueError(f"piece {n} is {piece.dtype} {piece.shape}, mask {mask.shape}")
        if x < 0 or y < 0 or y + height > plane.shape[0] or x + width > plane.shape[1]:
            raise ValueError(f"piece {n} at {x}, {y} reaches beyond its plane {plane.shape}")
        if not mask.any():
            continue
        edited: npt.NDArray[Any] = np.copy(
            plane, order="K"
        )  # keeps the memory order of a turned picture
        np.copyto(edited[y : y + height, x : x + width], piece, where=mask)
        edited.flags.writeable = False
        result[n] = edited
    return Picture(picture.index, picture.pts, picture.time_base, tuple(result), picture.layout)
