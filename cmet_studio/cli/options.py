"""Options and arguments that several commands share, and what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.find import find_emotion
from cmet_studio.domain.project import MixPart, Project
from cmet_studio.domain.rules import same_name

ProjectFile = Annotated[Path, typer.Argument(help="The .cmet file.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
Force = Annotated[bool, typer.Option("--force", help="Replace or remove what is in the way.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Embeddings = Annotated[
    Path, typer.Option(help="The .npz of emotion2vec+ large embeddings (see models/*.md).")
]
Recordings = Annotated[
    Path, typer.Option(help="Folder of recordings: collection/emotion/name.flac.")
]
Speakers = Annotated[list[str] | None, typer.Option(help="These speakers only.")]


def seconds(text: str | None, option: str) -> float | None:
    """A time inside a recording: ``1.5s`` or ``1.5``; None stays None.

    Raises: BadInput if it is none.
    """
    if text is None:
        return None
    try:
        value = float(text.strip().removesuffix("s"))
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 1e7:
        raise BadInput(f"'{text}' is no time inside a recording.", f"Write {option} 1.5s.")
    return value


def numbers(text: str, count: int, form: str) -> list[float]:
    """So many numbers with commas between.

    Raises: BadInput, saying ``form``, if they are not.
    """
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count:
        raise BadInput(f"'{text}' does not fit {form}.", f"Write {form}, in numbers.")
    return found


def parse_mix(project: Project, words: Sequence[str], option: str) -> tuple[MixPart, ...]:
    """Emotions with weights, ``sad=0.6``; a name alone weighs 1. Brought to the sum of one.

    Raises: BadInput for a name that is none or a weight that is not above zero.
    """
    parts = []
    for word in words:
        named = any(same_name(emotion.name, word) for emotion in project.emotions)
        name, _, weight = (word, "", "1") if named or "=" not in word else word.rpartition("=")
        (number,) = numbers(weight, 1, f"{option} NAME=WEIGHT")
        if not 0 < number < 1e6:
            raise BadInput(f"The weight in '{word}' is not above zero.", f"Write {option} sad=0.6.")
        parts.append(MixPart(find_emotion(project, name).id, number))
    total = sum(part.weight for part in parts)
    return tuple(replace(part, weight=part.weight / total) for part in parts)


def mix_in_words(names: Mapping[str, str], mix: Sequence[MixPart]) -> str:
    """A mix for people: one name alone, several with their shares."""
    if len(mix) == 1:
        return names[mix[0].emotion]
    return " + ".join(f"{names[part.emotion]} {part.weight:.0%}" for part in mix)
