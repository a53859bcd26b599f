"""Keys of presets: one that the project has no emotion of yet joins it with its first key."""

from dataclasses import replace

from cmet_studio.app import editing
from cmet_studio.domain.project import PRESETS, Emotion, Project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library import PRESET_MARK
from cmet_studio.ui.library import commands as library
from cmet_studio.ui.timeline import commands


def preset_of(dragged: str) -> str | None:
    """The preset's name if that is what is dragged."""
    name = dragged.removeprefix(PRESET_MARK)
    return name if dragged.startswith(PRESET_MARK) and name in PRESETS else None


def unused(project: Project) -> tuple[str, ...]:
    """Presets that the project has no emotion of."""
    used = {emotion.preset for emotion in project.emotions}
    return tuple(name for name in PRESETS if name not in used)


def add_preset_key(editor: Editor, performer_id: str, frame: int, preset: str) -> None:
    """Set a key of a preset; where it has to become an emotion first, both are one step of undo."""
    there = library.preset_emotion(editor.project, preset)
    if there is not None:
        commands.add_emotion_key(editor, performer_id, frame, there.id)
        return
    known = {emotion.id for emotion in editor.project.emotions}
    name = library.preset_name(editor.project, preset)

    def edit(project: Project) -> Project:
        grown = editing.add_emotion(project, name, preset=preset)
        made = _new_in(grown, known)
        return editing.add_key(
            grown, performer_id, commands.key_of(grown, performer_id, frame, made.id)
        )

    if editor.do(f"Add key '{name}'", edit):
        made = _new_in(editor.project, known)
        chosen = replace(editor.selection, performer=performer_id, keys=frozenset({frame}))
        editor.select(replace(chosen, emotion=made.id, marker=None))


def _new_in(project: Project, known: set[str]) -> Emotion:
    return next(emotion for emotion in project.emotions if emotion.id not in known)
