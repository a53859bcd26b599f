"""Draw a triangle mesh with values at its vertices into a small dense field."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_HALF = np.float32(0.5)


def draw(
    points: Floats, triangles: Ints, values: Floats, size: tuple[int, int]
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Interpolate ``values`` over the triangles.

    Later triangles cover earlier ones. Shared edges leave neither gap nor overlap: a cell belongs
    to the triangle its centre lies in, left and top edges included.

    Args:
        points: (n, 2) float32, x and y in cells; cell (i, j) has its centre at (i + .5, j + .5).
        triangles: (m, 3) indices into ``points``, back to front.
        values: (n, k) float32.
        size: width and height of the field in cells.

    Returns: (height, width, k) float32, 0 where nothing was drawn, and (height, width) bool.
    """
    width, height = size
    cells, owner = _cells(points, triangles, width, height)
    labels = np.full(width * height, len(triangles))  # one more: a plane of zeros
    labels[cells] = owner  # where an index repeats, numpy keeps the last
    labels = labels.reshape(height, width)
    # A cell's values lie side by side, so that each look-up finds all of them.
    x = np.repeat(np.arange(width, dtype=np.float32) + _HALF, values.shape[1])
    y = np.arange(height, dtype=np.float32)[:, None] + _HALF
    dx, dy, rest = _planes(points, triangles, values)
    field = dx.take(labels, axis=0).reshape(height, -1)
    field *= x
    slope = dy.take(labels, axis=0).reshape(height, -1)
    slope *= y
    field += slope
    field += rest.take(labels, axis=0).reshape(height, -1)
    return field.reshape(height, width, -1), labels < len(triangles)


def _cells(points: Floats, triangles: Ints, width: int, height: int) -> tuple[Ints, Ints]:
    """All cells inside each triangle as flat indices, and which triangle each belongs to.

    Each triangle is cut at the height of its middle corner: in a row of either piece, the cells
    lie between the long side and one of the short sides.
    """
    # Complex numbers are sorted by their real part first: y.
    corners = points[:, ::-1].astype(np.float32, order="C").view(np.complex64)[:, 0][triangles]
    corners.sort(axis=1)
    x, y = corners.imag.T.copy(), corners.real.T.copy()
    x0, y0 = x[[0, 0, 1]], y[[0, 0, 1]]  # from where to where the sides go: long, upper, lower
    rise = y[[2, 1, 2]] - y0
    slope = (x[[2, 1, 2]] - x0) / np.where(rise > 1e-6, rise, np.float32(1.0))
    rows = np.clip(np.ceil(y - _HALF), 0, height).astype(np.int64)
    rows_of = (rows[1:] - rows[:-1]).T.ravel()
    pieces = np.empty((len(triangles), 2, 8), np.float32)
    pieces[:, :, 0] = rows[:-1].T - _before(rows_of).reshape(-1, 2)
    pieces[:, :, 1] = np.arange(len(triangles))[:, None]
    for k, part in enumerate((x0, y0, slope)):
        pieces[:, :, 2 + k] = part[0, :, None]
        pieces[:, :, 5 + k] = part[1:].T
    # One row of a piece after the other.
    first, owner, *sides = pieces.reshape(-1, 8).repeat(rows_of, axis=0).T
    row = first + np.arange(len(first))
    one, other = _crossing(row + 0.5, *sides[:3]), _crossing(row + 0.5, *sides[3:])
    start = np.clip(np.ceil(np.minimum(one, other) - _HALF), 0, width)
    end = np.clip(np.ceil(np.maximum(one, other) - _HALF), 0, width)
    count = (end - start).astype(np.int64)
    spans = np.empty((len(count), 2), np.int64)
    spans[:, 0] = row * width + start - _before(count)
    spans[:, 1] = owner
    spans = spans.repeat(count, axis=0)
    return spans[:, 0] + np.arange(len(spans)), spans[:, 1]


def _before(counts: Ints) -> Ints:
    """For each count the sum of those before it."""
    return np.asarray(counts.cumsum() - counts)


def _crossing(
    y: npt.NDArray[np.float64],
    x0: npt.NDArray[np.float64],
    y0: npt.NDArray[np.float64],
    slope: npt.NDArray[np.float64],
) -> Floats:
    """Where a side from (x0, y0) downwards meets the row at ``y``, in x."""
    return np.asarray(x0 + (y - y0) * slope, np.float32)


def _planes(points: Floats, triangles: Ints, values: Floats) -> Floats:
    """Per triangle and value the plane through its corners: (3, m + 1, k), for x, y and 1.

    The last plane is zero everywhere.
    """
    ((ax, ay), a), ((bx, by), b), ((cx, cy), c) = (
        (points.T.take(corner, axis=1), values.T.take(corner, axis=1)) for corner in triangles.T
    )
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    area = np.where(np.abs(area) < 1e-9, np.float32(1.0), area)
    ab, ac = b - a, c - a
    dx = (ab * (cy - ay) - ac * (by - ay)) / area
    dy = (ac * (bx - ax) - ab * (cx - ax)) / area
    planes = np.zeros((3, len(triangles) + 1, values.shape[1]), np.float32)
    for plane, part in zip(planes, (dx, dy, a - dx * ax - dy * ay), strict=True):
        plane[:-1] = part.T
    return planes
