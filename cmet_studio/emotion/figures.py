"""How good an emotion's takes are, and what its vector reads as. Pure arithmetic, no files.

Distances are given in units of ``reference``: how far a clearly spoken emotion lies from neutral
in the space of the encoder at hand.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from cmet_studio.emotion.presets import nearest_presets, preset_names, preset_vector
from cmet_studio.emotion.vectors import strength

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Meter = Literal["red", "amber", "green"]

FEW_SHOTS = 3
"""Takes a side needs before its vector can be relied on (paper, supplement C)."""
FULL_SHOTS = 10
"""Takes a side needs before more change nothing (supplement C)."""
STANDS_OUT = 1.05
"""A take this many times as far from the others as the median one is named."""
STANDS_OUT_CLEARLY = 2.3
"""From here on it is said firmly: a quarter of honest bins of real speech hold such a take."""
_TEMPERATURE = 0.1  # of the shares, fitted to single takes of speakers whom the presets don't know


@dataclass(frozen=True, slots=True)
class Outlier:
    """The take that fits the others least.

    Attributes:
        index: its row.
        times: its distance to the mean of the others over the median of such distances.
    """

    index: int
    times: float

    @property
    def clear(self) -> bool:
        """Whether it stands out further than takes of one bin usually do."""
        return self.times >= STANDS_OUT_CLEARLY


def meter(expressive: int, neutral: int) -> Meter:
    """The shots meter: the worse of the two sides, red under 3 takes, amber under 10."""
    fewest = min(expressive, neutral)
    if fewest < FEW_SHOTS:
        return "red"
    return "amber" if fewest < FULL_SHOTS else "green"


def apart(rows: npt.ArrayLike) -> Doubles:
    """Distance of each take to the mean of the others.

    Args:
        rows: (n, d) embeddings of one side of an emotion.
    Returns: (n,); zeros where there is only one take.
    """
    takes = np.asarray(rows, dtype=np.float64)
    count = len(takes)
    if count < 2:
        return np.zeros(count)
    others = (takes.sum(axis=0) - takes) / (count - 1)
    found: Doubles = np.linalg.norm(takes - others, axis=1)
    return found


def agreement(rows: npt.ArrayLike, reference: float) -> Doubles:
    """How well each take agrees with the others, 0..1.

    1 is equal to the mean of the others, 0.5 as far from it as a clearly spoken emotion is from
    neutral. Single takes of one bin of one speaker usually have 0.55 to 0.8.

    Returns: (n,); ones where there is only one take.
    """
    found: Doubles = 1.0 / (1.0 + (apart(rows) / max(reference, 1e-9)) ** 2)
    return found


def outlier(rows: npt.ArrayLike) -> Outlier | None:
    """The take that fits the others least, if one does: from three takes on.

    On real embeddings a take of another emotion that was put into a bin is the one named in nine
    of ten cases (``cmet-studio evaluate speech`` has the figure).
    """
    away = apart(rows)
    if len(away) < FEW_SHOTS:
        return None
    index = int(away.argmax())
    usual = float(np.median(np.delete(away, index)))
    if away[index] <= STANDS_OUT * usual or away[index] == 0.0:
        return None
    return Outlier(index, float(away[index]) / max(usual, 1e-9))


def reference_strength(lengths: Mapping[str, float] | None = None) -> float:
    """Length that vectors of clearly spoken emotions usually have: the median over the presets.

    Args:
        lengths: by preset, where an encoder's own differ from the presets' (``speech.starter``).
    """
    known = lengths or {n: strength(preset_vector(n)) for n in preset_names() if n != "neutral"}
    return float(np.median(list(known.values())))


def reads_as(
    vector: npt.ArrayLike, most: int = 3, among: Collection[str] | None = None
) -> tuple[tuple[str, float], ...]:
    """What a semantic vector reads as: the nearest presets with their shares, nearest first.

    Shares of all presets sum to one; they are a softmax of the cosines, as sharp as it says the
    truth about how often single takes are what they seem. Nothing for the zero vector.

    Args:
        vector: (1024,).
        most: so many presets at most.
        among: the presets in question, for an encoder that knows only some; all if None.
    """
    near = [n for n in nearest_presets(vector) if among is None or n[0] in among]
    if strength(vector) == 0.0 or not near:
        return ()
    weights = np.exp((np.array([c for _, c in near]) - near[0][1]) / _TEMPERATURE)
    shares = weights / weights.sum()
    return tuple((name, float(s)) for (name, _), s in zip(near[:most], shares, strict=False))


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The two directions in which vectors differ most, through neutral.

    Attributes:
        axes: (2, d), orthonormal.
        explained: share of the spread along each, 0..1.
    """

    axes: Doubles
    explained: tuple[float, float]

    def place(self, vectors: npt.ArrayLike) -> Doubles:
        """(n, d) differences from neutral -> (n, 2)."""
        placed: Doubles = np.asarray(vectors, dtype=np.float64) @ self.axes.T
        return placed


def plane(vectors: npt.ArrayLike, upright: Sequence[npt.ArrayLike] = ()) -> Plane:
    """Find the plane that shows vectors best (PCA through the origin, so that neutral is there).

    Args:
        vectors: (n, d) differences from neutral, n >= 1.
        upright: vectors (d,) that shall point right and up, so that the map does not flip when a
            take is added.
    """
    rows = np.asarray(vectors, dtype=np.float64)
    _, sizes, axes = np.linalg.svd(rows, full_matrices=False)
    if len(axes) < 2:
        axes = np.vstack([axes, np.zeros_like(axes[:1])])
        sizes = np.append(sizes, 0.0)
    axes = axes[:2].copy()
    for axis, wanted in zip(axes, upright, strict=False):
        if float(np.dot(axis, np.asarray(wanted, dtype=np.float64))) < 0.0:
            axis *= -1.0  # a row of axes, turned in place
    spread = float((sizes**2).sum()) or 1.0
    return Plane(axes, (float(sizes[0] ** 2) / spread, float(sizes[1] ** 2) / spread))
