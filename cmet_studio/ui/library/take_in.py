"""Sound files and recordings on their way into the document."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from cmet_studio.app import editing
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain.project import Key, MixPart, Project, Take
from cmet_studio.domain.rules import same_name
from cmet_studio.media.recorder import Recording
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library import commands
from cmet_studio.ui.library.imports import SOUND, Imported, import_files
from cmet_studio.ui.library.rows import Row
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.parts.work import Work


class TakeIn(QObject):
    """Imports on the worker thread, then edits, each import one step."""

    def __init__(self, editor: Editor, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._work = editor, work

    def ask(self, parent: QWidget, row: Row | None) -> None:
        """Have recordings chosen for a row."""
        endings = " ".join(f"*{ending}" for ending in SOUND)
        dialog = QFileDialog(parent, self.tr("Import recordings"))
        dialog.setNameFilter(self.tr("Sound and film") + f" ({endings})")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.files(row, [Path(n) for n in names]))
        dialog.open()

    def files(self, row: Row | None, files: Sequence[Path]) -> None:
        """Import sound files into what a row stands for; none, or a preset: a new emotion."""
        document = self._editor.document
        if document is None or not files:
            return
        put = self._target(row, files)
        title = self.tr("Importing {n} recordings").format(n=len(files))
        if len(files) == 1:
            title = self.tr("Importing {name}").format(name=files[0].name)
        folder, media = document.folder, document.media_folder

        def run(token: CancelToken, report: Report) -> Imported:
            return import_files(files, folder, media, token, report)

        self._work.start(title, run, partial(self._imported, put))

    def _target(self, row: Row | None, files: Sequence[Path]) -> Callable[[Sequence[Take]], bool]:
        if row is not None and (row.kind in ("performer", "neutral")):
            performer = row.owner if row.kind == "neutral" else row.id
            return partial(commands.add_neutral, self._editor, performer)
        if row is not None and row.kind == "hint" and not row.side and row.owner:
            return partial(commands.add_neutral, self._editor, row.owner)
        if row is not None and row.kind in ("emotion", "side", "take", "hint") and row.key:
            emotion = row.owner or row.id
            if emotion:
                side: commands.Side = "neutral" if row.side == "neutral" else "expressive"
                return partial(commands.add_takes, self._editor, emotion, side)

        def into_new(takes: Sequence[Take]) -> bool:
            name = commands.free_name(self._editor.project, files[0].stem[:40])

            def edit(project: Project) -> Project:
                project = editing.add_emotion(project, name)
                made = project.emotions[-1].id
                return commands.put_takes(project, made, "expressive", takes)

            return self._editor.do("Add emotion from recordings", edit)

        return into_new

    def _imported(self, put: Callable[[Sequence[Take]], bool], imported: Imported) -> None:
        if imported.takes:
            put(imported.takes)
        for level, sentences in (("error", imported.refused), ("warning", imported.warnings)):
            if sentences:
                more = len(sentences) - 1
                first = sentences[0] + (f" (and {more} more)" if more else "")
                notice = Notice(
                    "error" if level == "error" else "warning",
                    first,
                    details="\n".join(sentences) if more else "",
                )
                self._editor.notice.emit(notice)

    def recording(self, recording: Recording, *, set_key: bool) -> None:
        """A finished recording becomes a take of the emotion it was made for, and a key."""
        document = self._editor.document
        if document is None:
            return
        note = recording.note
        side: commands.Side = "neutral" if note.side == "neutral" else "expressive"
        project = document.project
        named = (e.id for e in project.emotions if same_name(e.name, note.emotion))
        emotion = next(named, None) if note.emotion else None
        folder, media = document.folder, document.media_folder
        in_s = note.clip_s
        frame = None
        if set_key and side == "expressive" and in_s is not None:
            frame = self._editor.times.frame_at(in_s)

        def run(token: CancelToken, report: Report) -> Imported:
            return import_files([recording.path], folder, media, token, report)

        title = self.tr("Taking in {name}").format(name=recording.path.name)
        spoken_s = None if in_s is None else in_s - note.in_s
        put = partial(self._take_in, emotion, side, frame, spoken_s)
        self._work.start(title, run, partial(self._imported, put))

    def _take_in(
        self,
        emotion: str | None,
        side: commands.Side,
        frame: int | None,
        spoken_s: float | None,
        takes: Sequence[Take],
    ) -> bool:
        """The take becomes, or joins, an emotion and a key: one step."""
        performer = self._editor.active_performer
        takes = [replace(take, clip_s=spoken_s) for take in takes]

        def edit(project: Project) -> Project:
            target = next((e for e in project.emotions if e.id == emotion), None)
            if target is None or target.preset is not None or target.mix:
                name = "Recorded" if target is None else f"{target.name} recorded"
                project = editing.add_emotion(project, commands.free_name(project, name))
                target = project.emotions[-1]
            project = commands.put_takes(project, target.id, side, takes)
            if frame is not None and performer is not None:
                key = Key(frame, (MixPart(target.id),))
                project = editing.add_key(project, performer.id, key)
            return project

        return self._editor.do("Record take", edit)
