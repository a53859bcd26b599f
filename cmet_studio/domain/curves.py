"""What keys mean between the frames they stand on.

Before the first key its value holds back to the clip's start, after the last key to the end.
Muted keys are not there.
Between keys a and b, with u from a's interpolation, the semantic vector to apply is
``s = (1 - u) i_a v_a + u i_b v_b``: a rest key contributes zero, so nothing but a hold jumps.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from cmet_studio.domain.project import Bezier, Key, RegionWeights

_WHOLE_FACE = RegionWeights()


@dataclass(frozen=True, slots=True)
class Blend:
    """The emotion at one moment.

    Attributes:
        coefficients: (emotion id, factor of its semantic vector), sorted by id, no zeros; intensity
            and mix are already in them. Empty at rest.
        regions: how much of it each part of the face gets; all of it at rest.
    """

    coefficients: tuple[tuple[str, float], ...] = ()
    regions: RegionWeights = _WHOLE_FACE

    @property
    def is_rest(self) -> bool:
        """Whether nothing is to be edited."""
        return not self.coefficients


REST = Blend()


def _bezier_axis(t: float, p1: float, p2: float) -> float:
    """Coordinate at ``t`` of a cubic Bezier curve from 0 to 1 with control values p1, p2."""
    s = 1.0 - t
    return t * (3.0 * s * (s * p1 + t * p2) + t * t)


def _bezier(curve: Bezier, u: float) -> float:
    """Y where the curve's x is ``u``: bisection, since x rises from 0 to 1 (x1, x2 in [0, 1])."""
    low, high = 0.0, 1.0
    for _ in range(53):  # a double's precision; Newton's method stalls on the flat curves
        middle = (low + high) / 2.0
        if _bezier_axis(middle, curve.x1, curve.x2) < u:
            low = middle
        else:
            high = middle
    return _bezier_axis((low + high) / 2.0, curve.y1, curve.y2)


def transition(key: Key, u: float) -> float:
    """How far the change from ``key`` to the next one has gone.

    Args:
        key: gives the interpolation: hold (stays until the next key), linear, ease
            (``3u^2 - 2u^3``) or bezier (CSS ``cubic-bezier``).
        u: share of the time between the two keys, clamped to 0..1.

    Returns: 0..1, exactly 0 at u = 0 and exactly 1 at u = 1. Overshooting handles are clipped, so
        that the mix of the two keys stays convex.
    """
    if u <= 0.0:
        return 0.0
    if u >= 1.0:
        return 1.0
    if key.interpolation == "hold":
        return 0.0
    if key.interpolation == "linear":
        return u
    if key.interpolation == "ease":
        return u * u * (3.0 - 2.0 * u)
    return min(1.0, max(0.0, _bezier(key.bezier, u)))


def _between(a: float, b: float, u: float) -> float:
    return a + u * (b - a)  # unlike (1 - u) a + u b exactly a if a == b


def _factors(key: Key) -> dict[str, float]:
    """Emotion id -> intensity x weight; empty for rest."""
    if key.is_rest:
        return {}
    factors: dict[str, float] = {}
    for part in key.mix:
        factors[part.emotion] = factors.get(part.emotion, 0.0) + key.intensity * part.weight
    return factors


def _blend_at(key: Key) -> Blend:
    kept = tuple((emotion, factor) for emotion, factor in sorted(_factors(key).items()) if factor)
    return Blend(kept, key.regions) if kept else REST


class _Segment:
    """The way from one key to the next."""

    __slots__ = ("_a", "_ends", "_regions", "_span")

    def __init__(self, a: Key, b: Key) -> None:
        from_a, to_b = _factors(a), _factors(b)
        self._a = a
        self._span = b.frame - a.frame
        self._ends = [
            (emotion, from_a.get(emotion, 0.0), to_b.get(emotion, 0.0))
            for emotion in sorted(from_a.keys() | to_b.keys())
        ]
        # Rest has no regions of its own: the whole fade belongs to the other key's.
        self._regions = (b if a.is_rest else a).regions, (a if b.is_rest else b).regions

    def at(self, position: float) -> Blend:
        u = transition(self._a, (position - self._a.frame) / self._span)
        mixed = ((emotion, _between(a, b, u)) for emotion, a, b in self._ends)
        kept = tuple(item for item in mixed if item[1])
        return Blend(kept, self._regions_at(u)) if kept else REST

    def _regions_at(self, u: float) -> RegionWeights:
        a, b = self._regions
        if u == 0.0 or a == b:
            return a
        return RegionWeights(
            _between(a.brow, b.brow, u),
            _between(a.eyes, b.eyes, u),
            _between(a.cheeks, b.cheeks, u),
            _between(a.mouth, b.mouth, u),
        )


class Curve:
    """A performer's keys, ready to be asked at many moments (a few microseconds each).

    Args:
        keys: sorted by frame, no two on one frame; muted ones are left out.
    """

    __slots__ = ("_first", "_frames", "_keys", "_last", "_segments")

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = keys = [key for key in keys if not key.muted]
        self._frames = [key.frame for key in keys]
        # Made when they are asked for: a drag among 10,000 keys makes a curve with every step.
        self._segments: dict[int, _Segment] = {}
        self._first = _blend_at(keys[0]) if keys else REST
        self._last = _blend_at(keys[-1]) if keys else REST

    def at(self, position: float) -> Blend:
        """The blend at a fractional clip frame (see ``ClipTimes.position_at``)."""
        index = bisect_right(self._frames, position) - 1
        if index < 0:
            return self._first
        if index >= len(self._keys) - 1:
            return self._last
        segment = self._segments.get(index)
        if segment is None:
            segment = _Segment(self._keys[index], self._keys[index + 1])
            self._segments[index] = segment
        return segment.at(position)
