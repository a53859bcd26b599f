"""A take on the face: one click shows what it alone would do, another takes it back."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from cmet_studio.app import editing
from cmet_studio.domain.find import emotion_by_id, take_by_id
from cmet_studio.domain.project import Key, MixPart, Project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library.commands import free_name
from cmet_studio.ui.library.rows import take_name
from cmet_studio.ui.notices import Notice


class TryOn(QObject):
    """Tries takes one after the other; all tries together are one step of undo, or none.

    The selected keys, or a key at the playhead, get an emotion made of the take alone.

    Signals:
        changed(take id or None): which take is on the face.
    """

    changed = Signal(object)

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._gesture: editing.Gesture | None = None
        self._made: Project | None = None
        self.take: str | None = None
        editor.changed.connect(self._changed)
        editor.opened.connect(self.forget)

    def toggle(self, emotion_id: str, take_id: str) -> None:
        """Try a take, or take it back if it is the one on the face."""
        if self.take == take_id and self._gesture is not None:
            start = self._gesture.start
            self._do(lambda _: start)
            self.forget()
            return
        performer = self._editor.active_performer
        if performer is None:
            self._editor.notice.emit(
                Notice(
                    "info",
                    self.tr("There is no face to try the take on."),
                    self.tr("Pick a face in the viewer first."),
                )
            )
            return
        if self._gesture is None:
            self._gesture = self._editor.begin()
        start = self._gesture.start
        frames = self._editor.selection.keys & {key.frame for key in performer.keys}
        playhead, person = self._editor.playhead, performer.id
        if self._do(lambda _: _tried(start, emotion_id, take_id, person, frames, playhead)):
            self.take = take_id
            self.changed.emit(take_id)

    def _do(self, edit: editing.Edit) -> bool:
        self._made = None  # what comes now is ours
        done = self._editor.do("Try take on the face", edit, gesture=self._gesture)
        self._made = self._editor.project
        return done

    def _changed(self, before: Project, after: Project) -> None:
        """Anything else that happens to the document ends the trying; the try stays."""
        if self._made is not None and after is not self._made:
            self.forget()

    def forget(self) -> None:
        """The next try begins anew."""
        self._gesture, self._made = None, None
        if self.take is not None:
            self.take = None
            self.changed.emit(None)


def _tried(
    project: Project,
    emotion_id: str,
    take_id: str,
    performer: str,
    frames: frozenset[int],
    playhead: int,
) -> Project:
    emotion, take = emotion_by_id(project, emotion_id), take_by_id(project, take_id)
    name = free_name(project, f"{emotion.name}: {take_name(take)}"[:70])
    project = editing.add_emotion(
        project, name, expressive=(take_id,), neutral=emotion.neutral, colour=emotion.colour
    )
    mix = (MixPart(project.emotions[-1].id),)
    if not frames:
        return editing.add_key(project, performer, Key(playhead, mix))
    return editing.set_keys(project, performer, frames, lambda key: replace(key, mix=mix))
