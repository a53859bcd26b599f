"""Recordings dropped on a lane become an emotion with a key; on a key, they join its emotion."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject

from cmet_studio.app.editing import add_emotion, add_key
from cmet_studio.app.takes import Brought, bring_in
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain.project import Key, MixPart, Project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library.commands import adopted_by, free_name
from cmet_studio.ui.library.take_in import notices_of
from cmet_studio.ui.parts.work import Work
from cmet_studio.ui.timeline.curve import main_emotion
from cmet_studio.ui.timeline.words import tr


def with_takes(
    project: Project, performer_id: str, frame: int, name: str, brought: Brought
) -> Project:
    """Key recordings: as takes of the emotion that is keyed there, else as a new emotion's.

    A preset has no takes of its own: on a key of one, a new emotion takes its place.
    """
    performer = next((p for p in project.performers if p.id == performer_id), None)
    if performer is None:
        return project
    key = next((k for k in performer.keys if k.frame == frame), None)
    emotion_id = main_emotion(key) if key is not None else None
    emotion = next((e for e in project.emotions if e.id == emotion_id), None)
    if emotion is None or emotion.preset is not None or emotion.mix:
        project = add_emotion(project, free_name(project, name))
        emotion = project.emotions[-1]
        mix = (MixPart(emotion.id),)
        key = replace(key, mix=mix) if key is not None else Key(frame, mix)
        if key.is_rest:
            key = replace(key, intensity=1.0)
        project = add_key(project, performer_id, key)
    return adopted_by(emotion.id, "expressive", brought)(project)


class DroppedSounds(QObject):
    """Imports dropped files off the GUI thread, then keys them as one step of undo.

    Attributes:
        work: what runs, for the Jobs panel.
    """

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.work = Work(self)

    def take_in(self, files: list[Path], performer: str, frame: int) -> None:
        """Import these files and key them there."""
        document = self._editor.document
        if document is None or not files:
            return
        folder, media = document.folder, document.media_folder

        def run(token: CancelToken, report: Report) -> Brought:
            return bring_in(files, folder, media, token=token, report=report, all_or_none=False)

        def done(brought: Brought) -> None:
            if self._editor.document is document:
                self._done(brought, performer, frame, files[0].stem[:40])

        title = tr("Importing {n} recordings").format(n=len(files))
        self.work.start(title, run, done)

    def _done(self, brought: Brought, performer: str, frame: int, name: str) -> None:
        if brought.takes:
            self._editor.do(
                "Key recordings", lambda p: with_takes(p, performer, frame, name, brought)
            )
            keys = frozenset({frame})
            selection = replace(self._editor.selection, performer=performer, keys=keys)
            self._editor.select(selection.within(self._editor.project))
        for notice in notices_of(brought):
            self._editor.notice.emit(notice)
