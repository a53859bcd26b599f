"""What the engine says about an emotion, as values; parsed with care, since it came over a wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cmet_studio.domain.project import Emotion, Project


@dataclass(frozen=True, slots=True)
class Figures:
    """See ``app.library.EmotionFigures``."""

    shots_expressive: int = 0
    shots_neutral: int = 0
    neutral_source: str = ""
    consistency: float | None = None
    per_take: Mapping[str, float] = field(default_factory=dict)
    outlier: str | None = None
    outlier_clear: bool = False
    strength: float = 0.0
    reads_as: tuple[tuple[str, float], ...] = ()
    encoder: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the map; ``kind`` is "take", "neutral", "emotion" or "preset"."""

    kind: str
    id: str
    name: str
    colour: str
    x: float
    y: float


def inputs(project: Project, emotion_id: str) -> tuple[object, ...] | None:
    """All that an emotion's figures depend on; None if there is no such emotion."""
    emotion = next((e for e in project.emotions if e.id == emotion_id), None)
    if emotion is None:
        return None
    parts = tuple(e for e in project.emotions if e.id in {m.emotion for m in emotion.mix})
    neutral = tuple(p.neutral for p in project.performers)
    trims = {t.id: (t.sha256, t.in_s, t.out_s) for t in project.takes}

    def of(one: Emotion) -> tuple[object, ...]:
        takes = (*one.expressive, *one.neutral)
        return (one.name, one.colour, one.preset, one.expressive, one.neutral, one.mix,
                tuple(trims.get(t) for t in takes))  # fmt: skip

    return of(emotion), tuple(map(of, parts)), neutral


def figures_of(answer: Mapping[str, Any], emotion_id: str) -> Figures | None:
    """One emotion's figures out of the engine's answer."""
    one = (answer.get("figures") or {}).get(emotion_id)
    if not isinstance(one, Mapping):
        return None
    consistency = one.get("consistency")
    return Figures(
        int(one.get("shots_expressive") or 0),
        int(one.get("shots_neutral") or 0),
        str(one.get("neutral_source") or ""),
        None if consistency is None else float(consistency),
        {str(t): float(v) for t, v in (one.get("per_take") or {}).items()},
        one.get("outlier"),
        bool(one.get("outlier_clear")),
        float(one.get("strength") or 0.0),
        tuple((str(name), float(share)) for name, share in one.get("reads_as") or ()),
        str(one.get("encoder") or ""),
        tuple(str(note) for note in one.get("notes") or ()),
    )


def points_of(answer: Mapping[str, Any]) -> tuple[Point, ...]:
    """The map's points out of the engine's answer; empty without a map."""
    found = (answer.get("map") or {}).get("points") or ()
    return tuple(
        Point(str(p["kind"]), str(p["id"]), str(p["name"]), str(p.get("colour") or ""),
              float(p["x"]), float(p["y"]))
        for p in found
    )  # fmt: skip
