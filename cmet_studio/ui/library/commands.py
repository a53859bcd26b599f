"""What the Library does to the document: functions of the editor, each one step of undo."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from cmet_studio.app import editing
from cmet_studio.core.errors import BadInput
from cmet_studio.domain.find import emotion_by_id, performer_by_id
from cmet_studio.domain.project import Emotion, Project, Take
from cmet_studio.domain.rules import same_name
from cmet_studio.ui.editor import Editor

Side = Literal["expressive", "neutral"]


def select_emotion(editor: Editor, emotion_id: str | None) -> None:
    """Make an emotion what the inspector shows."""
    editor.select(replace(editor.selection, emotion=emotion_id))


def free_name(project: Project, wanted: str) -> str:
    """``wanted``, or with the first number that makes it free."""
    names = [e.name for e in project.emotions]
    name, n = wanted, 2
    while any(same_name(name, taken) for taken in names):
        name, n = f"{wanted} {n}", n + 1
    return name


def new_emotion(editor: Editor, name: str = "New emotion") -> str | None:
    """Add an emotion without takes. Returns its id."""
    clean = free_name(editor.project, name)
    if not editor.do("Add emotion", lambda p: editing.add_emotion(p, clean)):
        return None
    return _selected(editor)


def preset_emotion(project: Project, preset: str) -> Emotion | None:
    """The project's emotion made of a preset, if it has one."""
    return next((e for e in project.emotions if e.preset == preset), None)


def add_preset(editor: Editor, preset: str) -> str | None:
    """Have an emotion made of a preset; one that is there is used. Returns its id."""
    there = preset_emotion(editor.project, preset)
    if there is not None:
        select_emotion(editor, there.id)
        return there.id
    name = free_name(editor.project, preset)
    edit = f"Add {preset}"
    if not editor.do(edit, lambda p: editing.add_emotion(p, name, preset=preset)):
        return None
    return _selected(editor)


def _selected(editor: Editor) -> str:
    """Select the newest emotion."""
    made = editor.project.emotions[-1].id
    select_emotion(editor, made)
    return made


def rename_emotion(editor: Editor, emotion_id: str, name: str) -> bool:
    """Give an emotion another name."""
    return editor.do("Rename emotion", lambda p: editing.rename_emotion(p, emotion_id, name))


def recolour_emotion(editor: Editor, emotion_id: str, colour: str) -> bool:
    """Give an emotion another colour, ``#rrggbb``."""
    return editor.do("Colour emotion", lambda p: editing.set_emotion_colour(p, emotion_id, colour))


def keys_using(project: Project, emotion_id: str) -> int:
    """How many keys an emotion is part of."""
    return sum(
        any(part.emotion == emotion_id for part in key.mix)
        for performer in project.performers
        for key in performer.keys
    )


def delete_emotion(editor: Editor, emotion_id: str, *, with_keys: bool = False) -> bool:
    """Remove an emotion; ``with_keys`` also the keys it is part of."""
    return editor.do(
        "Delete emotion", lambda p: editing.remove_emotion(p, emotion_id, force=with_keys)
    )


# Takes


def _stored(project: Project, takes: Sequence[Take]) -> tuple[Project, tuple[str, ...]]:
    """The project with these takes under free ids; a recording it has already is used again."""
    ids = []
    for take in takes:
        same = next(
            (
                t
                for t in project.takes
                if (t.sha256, t.in_s, t.out_s) == (take.sha256, take.in_s, take.out_s)
            ),
            None,
        )
        if same is None:
            same = replace(take, id=editing.new_id("t", {t.id for t in project.takes}))
            project = editing.add_take(project, same)
        ids.append(same.id)
    return project, tuple(dict.fromkeys(ids))


def put_takes(project: Project, emotion_id: str, side: Side, takes: Sequence[Take]) -> Project:
    """Add imported takes to one side of an emotion; those it has already stay where they are."""
    emotion = emotion_by_id(project, emotion_id)
    if emotion.mix:
        raise BadInput(
            f"'{emotion.name}' is a mix of other emotions and takes no recordings.",
            "Drop them on one of those, or on a new emotion.",
        )
    project, ids = _stored(project, takes)
    new = tuple(t for t in ids if t not in (*emotion.expressive, *emotion.neutral))
    if not new:
        return project
    expressive, neutral = emotion.expressive, emotion.neutral
    if side == "expressive":
        expressive += new
    else:
        neutral += new
    return editing.set_emotion_takes(project, emotion_id, expressive, neutral)


def add_takes(editor: Editor, emotion_id: str, side: Side, takes: Sequence[Take]) -> bool:
    """Add imported takes to an emotion, as one step."""
    label = "Add take" if len(takes) == 1 else f"Add {len(takes)} takes"
    return editor.do(label, lambda p: put_takes(p, emotion_id, side, takes))


def add_neutral(editor: Editor, performer_id: str, takes: Sequence[Take]) -> bool:
    """Add imported takes to a performer's neutral speech."""

    def edit(project: Project) -> Project:
        project, ids = _stored(project, takes)
        kept = performer_by_id(project, performer_id).neutral
        return editing.set_performer_neutral(project, performer_id, (*kept, *ids))

    return editor.do("Add neutral speech", edit)


def move_take(editor: Editor, emotion_id: str, take_id: str, side: Side) -> bool:
    """Move a take to the other side of its emotion."""

    def edit(project: Project) -> Project:
        emotion = emotion_by_id(project, emotion_id)
        expressive = tuple(t for t in emotion.expressive if t != take_id)
        neutral = tuple(t for t in emotion.neutral if t != take_id)
        if side == "expressive":
            expressive += (take_id,)
        else:
            neutral += (take_id,)
        return editing.set_emotion_takes(project, emotion_id, expressive, neutral)

    return editor.do(f"Use take as {side}", edit)


def _without_orphan(project: Project, take_id: str) -> Project:
    """The project without a take that nothing uses any more."""
    used = {t for e in project.emotions for t in (*e.expressive, *e.neutral)}
    used |= {t for p in project.performers for t in p.neutral}
    return project if take_id in used else editing.remove_take(project, take_id)


def remove_take(editor: Editor, emotion_id: str, take_id: str) -> bool:
    """Take a take out of an emotion, and out of the project if nothing else uses it."""

    def edit(project: Project) -> Project:
        emotion = emotion_by_id(project, emotion_id)
        expressive = tuple(t for t in emotion.expressive if t != take_id)
        neutral = tuple(t for t in emotion.neutral if t != take_id)
        project = editing.set_emotion_takes(project, emotion_id, expressive, neutral)
        return _without_orphan(project, take_id)

    return editor.do("Remove take", edit)


def remove_neutral(editor: Editor, performer_id: str, take_id: str) -> bool:
    """Take a take out of a performer's neutral speech."""

    def edit(project: Project) -> Project:
        kept = tuple(t for t in performer_by_id(project, performer_id).neutral if t != take_id)
        project = editing.set_performer_neutral(project, performer_id, kept)
        return _without_orphan(project, take_id)

    return editor.do("Remove neutral take", edit)


def trim_take(
    editor: Editor, take_id: str, in_s: float, out_s: float | None, speech_s: float
) -> bool:
    """Use a part of a take."""
    return editor.do(
        "Trim take", lambda p: editing.set_take_trim(p, take_id, in_s, out_s, speech_s)
    )
