"""What people type into the table, read: pure functions. All raise BadInput if it means nothing."""

import re

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.find import find_emotion
from cmet_studio.domain.project import MAX_INTENSITY, MixPart, Project
from cmet_studio.domain.rules import REST_NAME, same_name

_NUMBER = re.compile(r"\s*(\d{1,4}(?:[.,]\d{1,6})?)\s*%?\s*")
_PART = re.compile(r"\s*(.*?)\s*(?:(\d{1,3}(?:[.,]\d{1,4})?)\s*%)?\s*")


def read_intensity(text: str) -> float:
    """Percent, with or without the sign: "80", "80 %", "12,5%"."""
    match = _NUMBER.fullmatch(text)
    level = float(match[1].replace(",", ".")) / 100 if match else -1.0
    if not 0.0 <= level <= MAX_INTENSITY:
        raise BadInput(
            f"'{text.strip()}' is not an intensity.",
            f"Give a number from 0 to {MAX_INTENSITY:.0%}.",
        )
    return level


def read_mix(project: Project, text: str, words_for_rest: tuple[str, ...]) -> tuple[MixPart, ...]:
    """Emotions by name, several joined by "+": "Happy", "Happy 70% + Sarcastic 30%", "rest".

    Weights left out share what is left; weights that do not sum to 100% are scaled to it.
    """
    if not text.strip() or any(same_name(text.strip(), w) for w in (REST_NAME, *words_for_rest)):
        return ()
    try:  # a name may hold a plus or a percent sign itself
        return (MixPart(find_emotion(project, text).id),)
    except BadInput:
        if "+" not in text and "%" not in text:
            raise
    weights: dict[str, float | None] = {}
    for piece in text.split("+"):
        match = _PART.fullmatch(piece)
        name, share = (match[1], match[2]) if match else (piece, None)
        emotion = find_emotion(project, name)
        if emotion.id in weights:
            raise BadInput(f"'{emotion.name}' stands in the mix twice.", "Name it once.")
        weights[emotion.id] = None if share is None else float(share.replace(",", ".")) / 100
    given = sum(weight for weight in weights.values() if weight is not None)
    open_parts = sum(weight is None for weight in weights.values())
    rest = max(0.0, 1.0 - given) / open_parts if open_parts else 0.0
    full = {emotion: rest if weight is None else weight for emotion, weight in weights.items()}
    total = sum(full.values())
    if total <= 0.0 or min(full.values()) <= 0.0:
        raise BadInput(
            f"'{text.strip()}' gives an emotion no weight.", "Give each a share over 0%."
        )
    return tuple(MixPart(emotion, weight / total) for emotion, weight in full.items())
