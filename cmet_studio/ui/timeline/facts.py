"""What the engine found out, as far as it has: values for the lanes, empty until they arrive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
CacheState = Literal["none", "draft", "full", "disk", "failed"]
Limit = Literal["lost", "pose", "fade"]


class PeakSource(Protocol):
    """A clip's sound at a glance: ``media.peaks.Peaks``."""

    def read(self, start_s: float, end_s: float, columns: int) -> Floats:
        """Lowest and highest sample of every column, (columns, 2), within -1..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """How much a performer's face is changed: ``sizes[i]`` at frame ``start + i * step``."""

    start: int
    step: int
    sizes: Floats

    @property
    def stop(self) -> int:
        """The frame after the last one told about."""
        return self.start + self.step * len(self.sizes)


@dataclass(frozen=True, slots=True)
class LimitRange:
    """Frames in which the edit is held back, and why."""

    start: int
    stop: int
    kind: Limit


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Everything that the lanes show beside the document.

    Attributes:
        cache: runs of frames in order, with their state.
        cuts: first frames of the shots after the first.
        limits: by performer id.
        states: how far a performer's analysis is, e.g. "waiting"; by performer id.
        onsets: frames at which somebody begins to speak.
        changed: by performer id.
        peaks: the clip's sound, or None while there is none.
        peaks_note: what to say in the empty lane.
    """

    cache: tuple[tuple[int, int, CacheState], ...] = ()
    cuts: tuple[int, ...] = ()
    limits: Mapping[str, tuple[LimitRange, ...]] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    onsets: tuple[int, ...] = ()
    changed: Mapping[str, Changed] = field(default_factory=dict)
    peaks: PeakSource | None = None
    peaks_note: str = ""


_LIMITS: dict[str, Limit] = {"lost": "lost", "extreme": "pose", "fading": "fade"}


def limits_of(told: Mapping[str, Any]) -> tuple[LimitRange, ...]:
    """A performer's limits out of the engine's answer (``app.measured.analysis_summary``)."""
    found = [
        LimitRange(int(start), int(stop), kind)
        for name, kind in _LIMITS.items()
        for start, stop in told.get(name, ())
    ]
    return tuple(sorted(found, key=lambda r: (r.start, r.kind)))


def changed_of(told: Mapping[str, Any], start: int, step: int) -> Changed:
    """Make the lane's values of the engine's curves."""
    sizes = np.asarray(told.get("delta", ()), np.float32)
    first = int(told.get("start", start))
    return Changed(first, int(told.get("step", step)), np.nan_to_num(sizes))
