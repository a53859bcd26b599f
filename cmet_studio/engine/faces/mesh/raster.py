"""Draw a triangle mesh with values at its vertices into a small dense field."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


def draw(
    points: Floats, triangles: npt.NDArray[np.int64], values: Floats, size: tuple[int, int]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Interpolate ``values`` over the triangles.

    Later triangles cover earlier ones. Shared edges leave neither gap nor overlap: a cell belongs
    to the triangle its centre lies in, left and top edges included.

    Args:
        points: (n, 2) float32, x and y in cells; cell (i, j) has its centre at (i + .5, j + .5).
        triangles: (m, 3) indices into ``points``, back to front.
        values: (n, k) float32.
        size: width and height of the field in cells.

    Returns: (k, height, width) float32, 0 where nothing was drawn, and (height, width) bool.
    """
    width, height = size
    cells, owner = _cells(points[triangles], width, height)
    labels = np.full(width * height, len(triangles), np.int32)  # one more: a plane of zeros
    labels[cells] = owner  # where an index repeats, numpy keeps the last
    x = np.arange(width, dtype=np.float32) + np.float32(0.5)
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    labels = labels.reshape(height, width)
    field = np.empty((values.shape[1], height, width), np.float32)
    slope = np.empty((height, width), np.float32)
    for plane, (dx, dy, rest) in zip(
        field, _planes(points[triangles], values[triangles]), strict=True
    ):
        dx.take(labels, out=plane, mode="clip")
        plane *= x
        dy.take(labels, out=slope, mode="clip")
        slope *= y
        plane += slope
        rest.take(labels, out=slope, mode="clip")
        plane += slope
    return field, labels < len(triangles)


def _cells(corners: Floats, width: int, height: int) -> tuple[Ints, Ints]:
    """All cells inside each triangle as flat indices, and which triangle each belongs to."""
    order = np.argsort(corners[:, :, 1], axis=1, kind="stable")
    a, b, c = (np.take_along_axis(corners, order[:, k, None, None], 1)[:, 0] for k in range(3))
    first = np.clip(np.ceil(a[:, 1] - 0.5), 0, height).astype(np.int32)
    last = np.clip(np.ceil(c[:, 1] - 0.5), 0, height).astype(np.int32)
    rows_of = np.maximum(last - first, 0)
    triangle = np.repeat(np.arange(len(corners), dtype=np.int32), rows_of)
    row = _count_up(rows_of) + first[triangle]
    y = row + np.float32(0.5)
    long_side = _crossing(a, c, triangle, y)
    upper = y < b[triangle, 1]
    short_side = np.where(upper, _crossing(a, b, triangle, y), _crossing(b, c, triangle, y))
    left = np.ceil(np.minimum(long_side, short_side) - 0.5)
    right = np.ceil(np.maximum(long_side, short_side) - 0.5)
    start = np.clip(left, 0, width).astype(np.int32)
    count = np.maximum(np.clip(right, 0, width).astype(np.int32) - start, 0)
    ends = np.cumsum(count, dtype=np.int32)
    span = np.repeat(row * np.int32(width) + start - (ends - count), count)
    span += np.arange(len(span), dtype=np.int32)
    return span, np.repeat(triangle, count)


def _crossing(upper: Floats, lower: Floats, triangle: Ints, y: Floats) -> Floats:
    """Where the edge from ``upper`` to ``lower`` meets the row at ``y``, in x."""
    rise = lower[:, 1] - upper[:, 1]
    slope = (lower[:, 0] - upper[:, 0]) / np.where(rise > 1e-6, rise, np.float32(1.0))
    return np.asarray(upper[triangle, 0] + (y - upper[triangle, 1]) * slope[triangle], np.float32)


def _count_up(counts: Ints) -> Ints:
    """0..count-1 for each count, one after the other."""
    ends = np.cumsum(counts, dtype=np.int32)
    return np.arange(ends[-1] if len(ends) else 0, dtype=np.int32) - np.repeat(
        ends - counts, counts
    )


def _planes(corners: Floats, values: Floats) -> Floats:
    """Per value and triangle the plane through its corners: (k, 3, m + 1), for x, y and 1.

    The last plane is zero everywhere.
    """
    (ax, ay), (bx, by), (cx, cy) = (corners[:, k].T for k in range(3))
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    area = np.where(np.abs(area) < 1e-9, np.float32(1.0), area)[:, None]
    ab, ac = values[:, 1] - values[:, 0], values[:, 2] - values[:, 0]
    dx = (ab * (cy - ay)[:, None] - ac * (by - ay)[:, None]) / area
    dy = (ac * (bx - ax)[:, None] - ab * (cx - ax)[:, None]) / area
    rest = values[:, 0] - dx * ax[:, None] - dy * ay[:, None]
    planes = np.zeros((values.shape[2], 3, len(corners) + 1), np.float32)
    planes[:, :, :-1] = np.stack([dx, dy, rest]).transpose(2, 0, 1)
    return planes
