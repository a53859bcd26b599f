"""What the Library does to the document: functions of the editor, each one step of undo."""

from dataclasses import replace
from typing import Literal

from cmet_studio.app import editing
from cmet_studio.app.takes import Brought, adopt
from cmet_studio.domain.find import emotion_by_id, performer_by_id
from cmet_studio.domain.project import Emotion, Project
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
    name = preset_name(editor.project, preset)
    if not editor.do(f"Add {name}", lambda p: editing.add_emotion(p, name, preset=preset)):
        return None
    return _selected(editor)


def preset_name(project: Project, preset: str) -> str:
    """What an emotion made of a preset is called, as the Library shows it."""
    return free_name(project, preset.capitalize())


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


def add_takes(editor: Editor, emotion_id: str, side: Side, brought: Brought) -> bool:
    """Add imported takes to one side of an emotion, as one step."""
    count = len(brought.takes)
    label = "Add take" if count == 1 else f"Add {count} takes"
    return editor.do(label, adopted_by(emotion_id, side, brought))


def adopted_by(emotion_id: str, side: Side, brought: Brought) -> editing.Edit:
    """The edit that gives imported takes to one side of an emotion."""
    if side == "neutral":
        return adopt(brought, neutral_of=emotion_id)
    return adopt(brought, expressive_of=emotion_id)


def own_voice(project: Project, emotion_id: str) -> str:
    """Name of the emotion that a recording made for this one belongs to.

    A preset and a mix have no takes: what is recorded for "sad" goes to "sad recorded".
    """
    emotion = emotion_by_id(project, emotion_id)
    if emotion.preset is None and not emotion.mix:
        return emotion.name
    return f"{emotion.name} recorded"


def add_neutral(editor: Editor, performer_id: str, brought: Brought) -> bool:
    """Add imported takes to a performer's neutral speech."""
    return editor.do("Add neutral speech", adopt(brought, neutral_of_performer=performer_id))


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
