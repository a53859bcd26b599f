"""Steady the landmarks without lag and without blunting what is fast.

Offline we may look ahead, so the filters are symmetric in time: no lag. Each frame sees four frames
to either side and nothing beyond, never across a cut or a gap. The head's rigid motion and
the face's own motion (landmarks in the head's frame) are treated apart. For each, two fits by least
squares, a straight line and a parabola over seven frames (Savitzky and Golay 1964), are trusted as
far as they agree with what was seen: where they miss it by more than the noise there is real, fast
motion (a blink, a plosive), and the landmarks stay as seen. That is the one-euro filter's idea
(Casiez et al., CHI 2012) run both ways at once.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from cmet_studio.face.pose import STEADY, Fit, fit, mean_face
from cmet_studio.face.types import Floats

RADIUS = 4
"""Frames to either side that can change a smoothed frame: 3 of the fits, 1 of the trust."""

_FIT = 3
_NOISE = 0.0025  # of the face's width: what the network scatters on a perfect picture
_NOISE_PX = 0.4  # and what pixels and compression add
_HEAD = 0.5  # noise of the whole head's motion, as a part of a landmark's
_NEIGHBOURS = 0.06  # of the face's width: landmarks this close are trusted alike
_CHUNK = 256

_Doubles = npt.NDArray[np.float64]
_Pool = Callable[[_Doubles], _Doubles]


def smooth(landmarks: Floats) -> Floats:
    """Steady an unbroken run of (n, 478, 3) landmarks; returns the same shape."""
    n = len(landmarks)
    out = np.empty_like(landmarks)
    for start in range(0, n, _CHUNK):
        stop = min(start + _CHUNK, n)
        low, high = max(start - RADIUS, 0), min(stop + RADIUS, n)
        out[start:stop] = _smooth(landmarks[low:high])[start - low : stop - low]
    return out


def _smooth(landmarks: Floats) -> Floats:
    raw = fit(landmarks)
    seen = np.asarray(landmarks, dtype=np.float64)
    noise = _NOISE + _NOISE_PX / np.maximum(raw.scale, 1.0)
    own = np.einsum("nki,nij->nkj", seen - raw.shift[:, None], raw.rotation)
    own /= raw.scale[:, None, None]
    own = _blend(own, *_fits(own), noise, _pooled)
    rigid = _steady_head(raw, noise)
    placed = np.einsum("nij,nkj->nki", rigid.rotation, own) * rigid.scale[:, None, None]
    return np.asarray(placed + rigid.shift[:, None], dtype=np.float32)


def _steady_head(raw: Fit, noise: _Doubles) -> Fit:
    """Smooth the rigid motion by the paths on which it takes the mean face's steady points."""
    base = mean_face()[STEADY].astype(np.float64)
    paths = np.einsum("nij,kj->nki", raw.rotation, base) * raw.scale[:, None, None]
    paths += raw.shift[:, None]
    # Averaged over many points, the head's own noise is a fraction of a landmark's.
    steady = _blend(paths, *_fits(paths), _HEAD * noise * raw.scale, _whole)
    whole = np.zeros((len(steady), len(mean_face()), 3), np.float32)
    whole[:, STEADY] = steady
    return fit(whole)


def _blend(
    seen: _Doubles, line: _Doubles, parabola: _Doubles, noise: _Doubles, pool: _Pool
) -> _Doubles:
    """Between what was seen and its two fits, each trusted as far as it misses by noise only.

    Args:
        seen, line, parabola: (n, k, 3).
        noise: (n,) in the same unit.
        pool: averages squared misses (n, k) over points that are trusted alike.
    """
    bend = _trust(((parabola - seen)[..., :2] ** 2).sum(axis=2), noise, pool)
    flat = _trust(((line - parabola)[..., :2] ** 2).sum(axis=2), 0.5 * noise, pool)
    steady = seen + bend * (parabola - seen) + bend * flat * (line - parabola)
    return np.asarray(steady, dtype=np.float64)


def _trust(missed: _Doubles, noise: _Doubles, pool: _Pool) -> _Doubles:
    """(n, k, 1) weights from squared misses; the worst of a frame and its neighbours counts."""
    ratio = pool(missed) / (noise**2)[:, None]
    worst = ratio.copy()
    worst[1:] = np.maximum(worst[1:], ratio[:-1])
    worst[:-1] = np.maximum(worst[:-1], ratio[1:])
    return np.asarray(np.exp(-worst)[..., None], dtype=np.float64)


def _whole(missed: _Doubles) -> _Doubles:
    return np.broadcast_to(missed.mean(axis=1, keepdims=True), missed.shape).copy()


def _pooled(missed: _Doubles) -> _Doubles:
    return np.asarray(missed @ _neighbours(), dtype=np.float64)


@cache
def _neighbours() -> _Doubles:
    """(478, 478) weights of nearby landmarks; columns sum to 1."""
    mean = mean_face().astype(np.float64)
    squared = ((mean[:, None] - mean[None]) ** 2).sum(axis=2)
    weights = np.exp(-squared / (2 * _NEIGHBOURS**2))
    return np.asarray(weights / weights.sum(axis=0), dtype=np.float64)


def _fits(values: _Doubles) -> tuple[_Doubles, _Doubles]:
    """Each frame's value on the straight line and on the parabola through its neighbours."""
    n = len(values)
    padded = np.pad(values, ((_FIT, _FIT), (0, 0), (0, 0)))
    line, parabola = np.zeros_like(values), np.zeros_like(values)
    for tap, (first, second) in enumerate(zip(_weights(n, 1).T, _weights(n, 2).T, strict=True)):
        piece = padded[tap : tap + n]
        line += first[:, None, None] * piece
        parabola += second[:, None, None] * piece
    return line, parabola


def _weights(n: int, order: int) -> _Doubles:
    """(n, 7) weights of the local fits; at the ends the fits use what there is."""
    weights = np.zeros((n, 2 * _FIT + 1))
    for t in range(n):
        weights[t] = _row(min(t, _FIT), min(n - 1 - t, _FIT), order)
    return weights


@cache
def _row(before: int, after: int, order: int) -> _Doubles:
    when = np.arange(-before, after + 1)
    powers = np.vander(when, min(order, before + after) + 1, increasing=True)
    row = np.zeros(2 * _FIT + 1)
    row[_FIT - before : _FIT + after + 1] = np.linalg.pinv(powers.astype(np.float64))[0]
    return row
