"""What the Library's tree shows, as a value made from the document: no widgets here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cmet_studio.domain.project import PRESETS, Emotion, Project, Take

Kind = Literal[
    "section", "emotion", "side", "take", "preset", "performer", "neutral", "hint", "entry"
]


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        kind: ``neutral`` is a take among a performer's neutral speech.
        key: tells the row from all others, also after an edit.
        id: of the emotion, take or performer, or the preset's name.
        owner: of a take: its emotion or performer; of a side: its emotion.
        side: "expressive" or "neutral", for sides and takes.
        shots: (expressive, neutral) for emotions; (n, 0) for a side or performer.
        detail: dim text at the right.
        rows: what stands under it.
    """

    kind: Kind
    key: str
    text: str
    id: str = ""
    owner: str = ""
    side: str = ""
    colour: str = ""
    shots: tuple[int, int] | None = None
    detail: str = ""
    rows: tuple["Row", ...] = ()


def seconds(take: Take) -> str:
    """How long the used part of a take is."""
    end = take.duration_s if take.out_s is None else take.out_s
    return f"{end - take.in_s:.1f} s"


def take_name(take: Take) -> str:
    """How a take is called in lists: one that was acted in by its number, others by their file."""
    passes = re.fullmatch(r".*_T(\d+)(-\d+)?\.wav", take.source)
    if passes is not None and take.clip_s is not None:
        return f"Take {int(passes[1])}{passes[2] or ''}"
    return take.source or take.id


def _takes(project: Project, ids: tuple[str, ...], owner: str, side: str) -> Iterator[Row]:
    known = {t.id: t for t in project.takes}
    kind: Kind = "take" if side else "neutral"
    for take_id in ids:
        take = known.get(take_id)
        if take is not None:
            key = f"{kind}:{owner}:{side}:{take_id}"
            yield Row(kind, key, take_name(take), take_id, owner, side, detail=seconds(take))


def _side(project: Project, emotion: Emotion, side: Literal["expressive", "neutral"]) -> Row:
    ids: tuple[str, ...] = getattr(emotion, side)
    under = tuple(_takes(project, ids, emotion.id, side))
    if not under:
        words = (
            "Drop recordings here, or record" if side == "expressive" else "Another voice stands in"
        )
        under = (Row("hint", f"hint:{emotion.id}:{side}", words, owner=emotion.id, side=side),)
    return Row(
        "side", f"side:{emotion.id}:{side}", side.capitalize(), emotion.id, emotion.id, side,
        shots=(len(ids), 0), rows=under,
    )  # fmt: skip


def _emotion(project: Project, emotion: Emotion) -> Row:
    key = f"emotion:{emotion.id}"
    row = Row("emotion", key, emotion.name, emotion.id, colour=emotion.colour)
    if emotion.preset is not None or emotion.mix:
        return replace(row, detail="mix" if emotion.mix else "preset")
    sides = (_side(project, emotion, "expressive"), _side(project, emotion, "neutral"))
    shots = len(emotion.expressive), len(emotion.neutral)
    return replace(row, shots=shots, rows=sides)


def rows_of(project: Project, wanted: str = "", shelf: Sequence[Row] = ()) -> tuple[Row, ...]:
    """The tree of a document; with ``wanted`` only emotions and presets whose name holds it.

    ``shelf`` is the user's own library.
    """
    word = wanted.strip().casefold()
    emotions = tuple(
        _emotion(project, e) for e in project.emotions if word in e.name.casefold()
    ) or (Row("hint", "hint:emotions", "No emotion yet: add one, or drag a preset"),)
    presets = tuple(Row("preset", f"preset:{n}", n.capitalize(), n) for n in PRESETS if word in n)
    people = []
    for performer in project.performers:
        under = tuple(_takes(project, performer.neutral, performer.id, "")) or (
            Row("hint", f"hint:{performer.id}", "Drop neutral speech here", owner=performer.id),
        )
        people.append(
            Row(
                "performer",
                f"performer:{performer.id}",
                performer.name,
                performer.id,
                shots=(len(performer.neutral), 0),
                rows=under,
            )
        )
    sections = [Row("section", "section:emotions", "Emotions", rows=emotions)]
    own = tuple(row for row in shelf if word in row.text.casefold())
    if own:
        sections.append(Row("section", "section:shelf", "My library", rows=own))
    if presets:
        sections.append(Row("section", "section:presets", "Presets", rows=presets))
    if people and not word:
        sections.append(
            Row("section", "section:neutral", "Neutral speech of performers", rows=tuple(people))
        )
    return tuple(sections)
