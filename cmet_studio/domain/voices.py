"""Whose neutral speech an emotion is measured against."""

from dataclasses import dataclass
from typing import Literal

from cmet_studio.domain.project import Emotion, Project

NeutralKind = Literal["own", "performer", "shipped", "none"]


@dataclass(frozen=True, slots=True)
class Neutral:
    """The neutral side of an emotion's vector.

    Attributes:
        kind: the emotion's own neutral takes (the same speaker's, the truest), a performer's,
            or the neutral voice that ships with the program; none for presets and mixes.
        takes: ids; empty if shipped or none.
        performer: the performer's name, else empty.
    """

    kind: NeutralKind
    takes: tuple[str, ...] = ()
    performer: str = ""


def neutral_of(project: Project, emotion: Emotion) -> Neutral:
    """Choose the neutral side: the emotion's own takes, else the performer's, else the shipped one.

    With several performers who have neutral takes, none is guessed at.
    """
    if emotion.preset is not None or emotion.mix:
        return Neutral("none")
    if emotion.neutral:
        return Neutral("own", emotion.neutral)
    voices = [p for p in project.performers if p.neutral]
    if len(voices) == 1:
        used = set(emotion.expressive)
        takes = tuple(t for t in voices[0].neutral if t not in used)
        if takes:
            return Neutral("performer", takes, voices[0].name)
    return Neutral("shipped")
