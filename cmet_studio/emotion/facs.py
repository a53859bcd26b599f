"""What the eight basic emotions look like, in facial action units.

The combinations are the emotion prototypes of EMFACS: P. Ekman, W. V. Friesen, *EMFACS-7:
Emotional Facial Action Coding System* (unpublished manual, 1983), and P. Ekman, W. V. Friesen,
J. C. Hager, *Facial Action Coding System: Investigator's Guide* (2002), table 10-1. The intensities
are ours: 1 is a strong action (FACS level D to E), and an emotion at intensity 1 should read
clearly to a viewer while the face stays human. Additions, chosen by how faces read: the outer brows
sink in sadness, and lips that are at rest close (AU2, AU26 below 0); in surprise the lids let go of
the eyes and the mouth gets round and narrow (AU7, AU12, AU20 below 0; AU16 for the stretch of
AU27); anger and disgust keep the inner brows down, anger and fear take a smile off (AU1, AU12 below
0); angry eyes narrow under brows that rise outside (AU5 below 0, AU2); a smile dimples, bares teeth
and narrows the eyes (AU14, AU25, AU43).
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
            {1: -0.4, 2: 0.2, 4: 0.99, 5: -0.24, 7: 0.43, 9: 0.22, 10: 0.76, 12: -0.25, 15: 0.54},
            {23: 0.19, 24: 0.1, 26: 0.21},
        ),
        # One-sided by definition: it is what tells it from a polite smile.
        "contempt": _prototype({}, {}, right={12: 0.7, 14: 0.8}),
        "disgusted": _prototype(
            {1: -0.15, 4: 0.5, 7: 0.45, 9: 0.9, 10: 0.92, 15: 0.42}, {16: 0.15, 17: 0.25}
        ),
        "fear": _prototype(
            {1: 1.05, 2: 0.4, 4: 0.6, 5: 0.6, 7: 0.1, 12: -0.15, 15: 0.3, 20: 0.85},
            {25: 0.3, 26: 0.38},
        ),
        "happy": _prototype(
            {2: -0.1, 6: 0.7, 7: 0.06, 12: 1.18, 14: 0.55, 15: -0.1, 43: 0.12},
            {16: -0.1, 25: 1.1},
        ),
        "neutral": _prototype({}, {}),
        # The outer part of the forehead's muscle lets go: that is what makes the brows oblique.
        "sad": _prototype(
            {1: 1.23, 2: -0.47, 4: 0.42, 15: 0.88, 20: 0.34, 43: 0.52},
            {17: 0.82, 25: -0.08, 26: -0.25},
        ),
        "surprised": _prototype(
            {2: 0.17, 5: 0.62, 7: -0.3, 12: -0.15, 15: -0.13, 20: -0.19, 43: -0.05},
            {16: 0.15, 25: 0.25, 26: 0.93},
        ),
    }
)
"""Emotion -> unit name -> intensity; units that are not named stay as they are."""


def prototype_vector(name: str, units: Sequence[str]) -> tuple[float, ...]:
    """The prototype of emotion ``name`` as one number per unit, in the order of ``units``.

    Raises: KeyError if ``name`` is not one of ``PROTOTYPES``.
    """
    prototype = PROTOTYPES[name]
    return tuple(prototype.get(unit, 0.0) for unit in units)
