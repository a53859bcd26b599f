"""A performer's keys as arrays, for painting and hit-testing thousands of them."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any

import numpy as np
import numpy.typing as npt

from cmet_studio.domain.project import Emotion, Key

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Handles = tuple[float, float, float, float]
HANDLES: dict[str, Handles] = {"linear": (0.0, 0.0, 1.0, 1.0), "ease": (1 / 3, 0.0, 2 / 3, 1.0)}
"""Bezier handles that draw what ``domain.curves.transition`` computes; hold has none."""
MOST_WAYS = 200
_SAMPLES = 33


@dataclass(frozen=True, slots=True, eq=False)
class KeyCurve:
    """Keys sorted by frame.

    Attributes:
        keys: all, muted ones among them.
        frames: (n,) of all keys.
        heard: those that the schedule is made of.
        heard_frames, heard_levels: (m,) their frames, and intensities (0 at rest).
        ways: (w, samples) the different ways of a transition over evenly spaced u.
        way_of: (m,) which of them follows each heard key.
        colours: (m, 3) uint8 of the heaviest emotion; rest has the colour of nothing, zeros.
        kinds: rows of ``ways`` by their handles.
    """

    keys: tuple[Key, ...]
    frames: Ints
    heard: tuple[Key, ...]
    heard_frames: Ints
    heard_levels: Floats
    ways: Floats
    way_of: Ints
    colours: npt.NDArray[np.uint8]
    kinds: dict[Handles | None, int]

    def visible(self, first: int, stop: int) -> slice:
        """Which of ``keys`` lie in a half-open range of frames."""
        return slice(*np.searchsorted(self.frames, (first, stop)).tolist())

    def around(self, first: int, stop: int) -> slice:
        """Which of ``heard`` are felt in a range: also the one before and the one after."""
        low, high = np.searchsorted(self.heard_frames, (first, stop)).tolist()
        return slice(max(0, low - 1), min(len(self.heard), high + 1))

    def levels(self, positions: Floats) -> Floats:
        """Intensity at fractional frames, as good as a pixel shows."""
        if not len(self.heard):
            return np.zeros(len(positions))
        if len(self.heard) == 1:
            return np.full(len(positions), self.heard_levels[0])
        at = np.searchsorted(self.heard_frames, positions, "right") - 1
        a = np.clip(at, 0, len(self.heard) - 2)
        span = self.heard_frames[a + 1] - self.heard_frames[a]
        u = np.clip((positions - self.heard_frames[a]) / span, 0.0, 1.0)
        place = u * (_SAMPLES - 1)
        low = np.minimum(place.astype(np.int64), _SAMPLES - 2)
        rest = place - low
        kind = self.way_of[a]
        way = self.ways[kind, low] * (1 - rest) + self.ways[kind, low + 1] * rest
        # A hold jumps at the next key, not over the last of the table's steps.
        way = np.where(self.ways[kind, -2] == 0.0, np.floor(u), way)
        result: Floats = (
            self.heard_levels[a] + (self.heard_levels[a + 1] - self.heard_levels[a]) * way
        )
        return result

    def colour_at(self, positions: Floats) -> npt.NDArray[np.uint8]:
        """(n, 3) colour of what is felt at fractional frames: of the louder neighbour."""
        if not len(self.heard):
            return np.zeros((len(positions), 3), np.uint8)
        at = np.clip(np.searchsorted(self.heard_frames, positions, "right") - 1, 0, None)
        after = np.minimum(at + 1, len(self.heard) - 1)
        silent = self.heard_levels[at] == 0.0
        found: npt.NDArray[np.uint8] = self.colours[np.where(silent, after, at)]
        return found


def handles_of(key: Key) -> Handles | None:
    """The transition after ``key`` as a bezier's handles; None for a hold."""
    if key.interpolation == "bezier":
        return key.bezier.x1, key.bezier.y1, key.bezier.x2, key.bezier.y2
    return HANDLES.get(key.interpolation)


@lru_cache(maxsize=256)
def _way(handles: Handles | None) -> tuple[float, ...]:
    if handles is None:
        return (0.0,) * (_SAMPLES - 1) + (1.0,)
    x1, y1, x2, y2 = handles
    t = np.linspace(0.0, 1.0, 257)
    s = 1.0 - t
    x = 3 * s * s * t * x1 + 3 * s * t * t * x2 + t**3
    y = 3 * s * s * t * y1 + 3 * s * t * t * y2 + t**3
    sampled = np.interp(np.linspace(0.0, 1.0, _SAMPLES), x, y)
    return tuple(np.clip(sampled, 0.0, 1.0).tolist())


def level_of(key: Key) -> float:
    """What a key asks for: its intensity, or nothing at rest."""
    return 0.0 if key.is_rest else key.intensity


def main_emotion(key: Key) -> str | None:
    """Id of the emotion with the largest weight, the first of equals; None at rest."""
    return max(key.mix, key=lambda part: part.weight).emotion if not key.is_rest else None


def _colours(emotions: tuple[Emotion, ...]) -> dict[str, tuple[int, ...]]:
    return {e.id: tuple(bytes.fromhex(e.colour[1:])) for e in emotions}


def key_curve(
    keys: tuple[Key, ...],
    emotions: tuple[Emotion, ...],
    kinds: dict[Handles | None, int] | None = None,
) -> KeyCurve:
    """Make the arrays: some ten milliseconds for 10,000 keys, so ``KeyCurves`` remembers them.

    Args:
        kinds: numbers of ways that another curve has already; added to.
    """
    colour = _colours(emotions)
    heard = tuple(key for key in keys if not key.muted)
    painted = [colour.get(main_emotion(key) or "", (0, 0, 0)) for key in heard]
    kinds = {} if kinds is None else kinds
    way_of = [kinds.setdefault(handles_of(key), len(kinds)) for key in heard]
    return KeyCurve(
        keys,
        np.array([key.frame for key in keys], np.int64),
        heard,
        np.array([key.frame for key in heard], np.int64),
        np.array([level_of(key) for key in heard], np.float64),
        np.array([_way(handles) for handles in kinds]).reshape(len(kinds), _SAMPLES),
        np.array(way_of, np.int64),
        np.array(painted, np.uint8).reshape(len(heard), 3),
        kinds,
    )


def shared(a: tuple[Key, ...], b: tuple[Key, ...]) -> int:
    """How many first keys are the very same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(a, b, strict=False)))


def spliced(old: KeyCurve, keys: tuple[Key, ...], emotions: tuple[Emotion, ...]) -> KeyCurve:
    """The arrays of ``keys``, most of which are those of ``old``: what a drag changes, quickly."""
    head = shared(old.keys, keys)
    tail = min(shared(old.keys[::-1], keys[::-1]), len(keys) - head, len(old.keys) - head)
    middle = key_curve(keys[head : len(keys) - tail], emotions, dict(old.kinds))
    heard, frames = old.heard_frames, old.frames
    first = int(np.searchsorted(heard, frames[head - 1], "right")) if head else 0
    last = int(np.searchsorted(heard, frames[len(frames) - tail])) if tail else len(heard)

    def join(of_old: npt.NDArray[Any], new: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate([of_old[:first], new, of_old[last:]])

    return KeyCurve(
        keys,
        np.concatenate([old.frames[:head], middle.frames, old.frames[len(old.frames) - tail :]]),
        (*old.heard[:first], *middle.heard, *old.heard[last:]),
        join(old.heard_frames, middle.heard_frames),
        join(old.heard_levels, middle.heard_levels),
        middle.ways,
        join(old.way_of, middle.way_of),
        join(old.colours, middle.colours),
        middle.kinds,
    )


class KeyCurves:
    """The curves of the last few key lists, known by identity (keys hold mappings: no hash)."""

    def __init__(self, most: int = 80) -> None:
        self._most = most
        self._made: list[KeyCurve] = []
        self._emotions: tuple[Emotion, ...] = ()

    def of(self, keys: tuple[Key, ...], emotions: tuple[Emotion, ...]) -> KeyCurve:
        """The curve of these keys; colours are those of ``emotions``."""
        if emotions is not self._emotions:
            self._emotions = emotions
            self._made.clear()
        for made in self._made:
            if made.keys is keys:
                return made
        near = next((made for made in reversed(self._made) if _is_near(made, keys)), None)
        curve = key_curve(keys, emotions) if near is None else spliced(near, keys, emotions)
        self._made = [*self._made[1 - self._most :], curve]
        return curve


def _is_near(old: KeyCurve, new: tuple[Key, ...]) -> bool:
    """Whether two lists look like neighbours in a history: an end of theirs is the same.

    Every place of a dragged handle is a way of its own: when they are many, it is made afresh.
    """
    if not old.keys or not new or len(old.kinds) > MOST_WAYS:
        return False
    return old.keys[0] is new[0] or old.keys[-1] is new[-1]
