"""What the eight basic emotions look like, in facial action units.

The combinations are the emotion prototypes of EMFACS: P. Ekman, W. V. Friesen, *EMFACS-7:
Emotional Facial Action Coding System* (unpublished manual, 1983), and P. Ekman, W. V. Friesen,
J. C. Hager, *Facial Action Coding System: Investigator's Guide* (2002), table 10-1. The intensities
are ours: 1 is a strong action (FACS level D to E), and an emotion at intensity 1 should read
clearly to a viewer while the face stays human. Two additions: the outer brows sink in sadness (AU2
below 0), and surprise lowers the lower lip a little (AU16, for the stretch of AU27).
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType


def _prototype(
    both: Mapping[int, float], whole: Mapping[int, float], right: Mapping[int, float] | None = None
) -> Mapping[str, float]:
    values = {f"AU{n}{side}": value for n, value in both.items() for side in ("L", "R")}
    values |= {f"AU{n}": value for n, value in whole.items()}
    values |= {f"AU{n}R": value for n, value in (right or {}).items()}
    return MappingProxyType(values)


PROTOTYPES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "angry": _prototype(
            {4: 1.0, 5: 0.4, 7: 0.6, 9: 0.4, 10: 0.65, 15: 0.35},
            {16: 0.25, 23: 0.4, 25: 0.45},
        ),
        # One-sided by definition: it is what tells it from a polite smile.
        "contempt": _prototype({}, {}, right={12: 0.7, 14: 0.8}),
        "disgusted": _prototype({4: 0.4, 7: 0.4, 9: 0.9, 10: 0.9, 15: 0.3}, {17: 0.4}),
        "fear": _prototype({1: 1.0, 2: 0.7, 4: 0.7, 5: 1.0, 7: 0.2, 20: 0.9}, {25: 0.6, 26: 0.4}),
        "happy": _prototype({6: 0.8, 12: 0.9}, {25: 0.3}),
        "neutral": _prototype({}, {}),
        # The outer part of the forehead's muscle lets go: that is what makes the brows oblique.
        "sad": _prototype({1: 1.1, 2: -0.55, 4: 0.45, 15: 0.7, 43: 0.5}, {17: 0.9}),
        "surprised": _prototype({1: 0.45, 2: 0.65, 5: 0.65}, {16: 0.25, 25: 0.8, 26: 0.75}),
    }
)
"""Emotion -> unit name -> intensity; units that are not named stay as they are."""


def prototype_vector(name: str, units: Sequence[str]) -> tuple[float, ...]:
    """The prototype of emotion ``name`` as one number per unit, in the order of ``units``.

    Raises: KeyError if ``name`` is not one of ``PROTOTYPES``.
    """
    prototype = PROTOTYPES[name]
    return tuple(prototype.get(unit, 0.0) for unit in units)
