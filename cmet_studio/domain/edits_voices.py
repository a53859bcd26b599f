"""Edits of what emotions are heard against and mixed from; see ``domain.edits``."""

import math
from collections.abc import Sequence
from dataclasses import replace

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.find import emotion_by_id, performer_by_id, take_by_id
from cmet_studio.domain.project import Emotion, MixPart, Project
from cmet_studio.domain.rules import check_mix


def set_performer_neutral(project: Project, performer_id: str, takes: Sequence[str]) -> Project:
    """Say which takes (by id) are a performer's neutral speech; each counts once."""
    performer = performer_by_id(project, performer_id)
    for take_id in takes:
        take_by_id(project, take_id)
    changed = replace(performer, neutral=tuple(dict.fromkeys(takes)))
    people = (changed if p.id == performer_id else p for p in project.performers)
    return replace(project, performers=tuple(people))


def set_emotion_mix(project: Project, emotion_id: str, parts: Sequence[MixPart]) -> Project:
    """Make an emotion a mix of others; weights are brought to the sum of one.

    Raises: BadInput if a part is the emotion itself or a mix, or a weight is not above zero.
    """
    emotion = emotion_by_id(project, emotion_id)
    total = math.fsum(part.weight for part in parts)
    if not parts or not (math.isfinite(total) and total > 0.0):
        raise BadInput(
            f"The mix '{emotion.name}' needs parts with weights above zero.",
            "Write e.g. --mix happy=0.6 --mix sad=0.4.",
        )
    mix = tuple(replace(part, weight=part.weight / total) for part in parts)
    check_mix(mix)
    for part in mix:
        _check_part(project, emotion, emotion_by_id(project, part.emotion))
    made = replace(emotion, mix=mix, preset=None, expressive=(), neutral=())
    kept = (made if e.id == emotion_id else e for e in project.emotions)
    return replace(project, emotions=tuple(kept))


def _check_part(project: Project, emotion: Emotion, part: Emotion) -> None:
    if part.id == emotion.id:
        raise BadInput(f"The emotion '{emotion.name}' cannot be mixed from itself.", "Name others.")
    mixed = part if part.mix else None
    if mixed is None:
        users = [e for e in project.emotions if any(p.emotion == emotion.id for p in e.mix)]
        mixed = users[0] if users else None
    if mixed is not None:
        raise BadInput(
            f"'{mixed.name}' is a mix itself; a mix is made of emotions with a voice of their own.",
            "Name the emotions that it is mixed from.",
        )
