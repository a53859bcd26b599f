"""Sound files and recordings on their way into the document."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from cmet_studio.app import editing
from cmet_studio.app.document import Document
from cmet_studio.app.recording import Kept, keep
from cmet_studio.app.say import SENTENCES, open_provider, say_takes
from cmet_studio.app.takes import FILM, SOUND, Brought, adopt, adopted, bring_in
from cmet_studio.core.errors import CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain.find import emotion_by_id, performer_by_id, take_by_id
from cmet_studio.domain.project import Key, MixPart, Project
from cmet_studio.domain.rules import same_name
from cmet_studio.media.recorder import Recording
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library import commands
from cmet_studio.ui.library.rows import Row, take_name
from cmet_studio.ui.notices import Level, Notice
from cmet_studio.ui.parts.work import Work

_HAIR_S = 1e-4
"""A frame's time as a float may fall short of the frame itself."""


class TakeIn(QObject):
    """Imports on the worker thread, then edits, each import one step.

    Signals:
        recorded(key of the take's row, words): a recording is in the document.
    """

    recorded = Signal(str, str)

    def __init__(self, editor: Editor, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._work = editor, work

    def ask(self, parent: QWidget, row: Row | None) -> None:
        """Have recordings chosen for a row."""
        endings = " ".join(f"*{ending}" for ending in (*SOUND, *FILM))
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

        def run(token: CancelToken, report: Report) -> Brought:
            return bring_in(files, folder, media, token=token, report=report, all_or_none=False)

        self._work.start(title, run, partial(self._brought, document, put))

    def say(self, row: Row, provider: str) -> None:
        """Have a synthetic voice speak three takes of an emotion's side."""
        document = self._editor.document
        if document is None:
            return
        emotion = emotion_by_id(document.project, row.owner or row.id)
        side: commands.Side = "neutral" if row.side == "neutral" else "expressive"
        spoken = "neutral" if side == "neutral" else emotion.name
        folder, media = document.folder, document.media_folder

        def run(token: CancelToken, report: Report) -> Brought:
            voice = open_provider(provider)
            return say_takes(voice, spoken, SENTENCES, folder, media, token, report)

        put = partial(commands.add_takes, self._editor, emotion.id, side)
        title = self.tr("Speaking for {0}").format(emotion.name)
        self._work.start(title, run, partial(self._brought, document, put))

    def _target(self, row: Row | None, files: Sequence[Path]) -> Callable[[Brought], bool]:
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

        def into_new(brought: Brought) -> bool:
            name = commands.free_name(self._editor.project, files[0].stem[:40])

            def edit(project: Project) -> Project:
                project = editing.add_emotion(project, name)
                made = project.emotions[-1].id
                return adopt(brought, expressive_of=made)(project)

            return self._editor.do("Add emotion from recordings", edit)

        return into_new

    def _brought(
        self, document: Document, put: Callable[[Brought], bool], brought: Brought
    ) -> None:
        if self._editor.document is not document:
            return
        if brought.takes:
            put(brought)
        for notice in notices_of(brought):
            self._editor.notice.emit(notice)

    def recording(self, made: Recording, work: Work, *, set_key: bool) -> None:
        """A finished recording becomes a take of the emotion it was made for, and a key."""
        document = self._editor.document
        if document is None or not made.path.is_relative_to(document.media_folder):
            return  # its project was closed: it is found again when that is opened
        folder, media = document.folder, document.media_folder

        def run(token: CancelToken, report: Report) -> Kept | CmetError:
            try:
                return keep(made.path, folder, media)
            except CmetError as error:  # said as a notice, not as work that failed
                return error

        title = self.tr("Taking in {name}").format(name=made.path.name)
        work.start(title, run, partial(self._kept, document, made.note.clip_s, set_key))

    def _kept(
        self, document: Document, in_s: float | None, set_key: bool, kept: Kept | CmetError
    ) -> None:
        editor = self._editor
        if editor.document is not document:
            return
        if isinstance(kept, CmetError):
            editor.notice.emit(Notice.of(kept))
            return
        frame = None
        if set_key and kept.note.side == "expressive" and in_s is not None:
            frame = editor.times.frame_at(in_s + _HAIR_S)
        performer = editor.active_performer
        edit = partial(_with_recording, kept, None if performer is None else performer.id, frame)
        if not editor.do("Record take", edit):
            return
        kept.settle()
        (take,) = adopted(editor.project, kept.brought)[1]
        owner = next(e for e in editor.project.emotions if take in (*e.expressive, *e.neutral))
        commands.select_emotion(editor, owner.id)  # the next pass is for it too
        name = take_name(take_by_id(editor.project, take))
        said = [note.partition(": ")[2] for note in kept.brought.notes]
        words = " ".join([self.tr("{0} is in {1}.").format(name, owner.name), *said])
        self.recorded.emit(f"take:{owner.id}:{kept.note.side}:{take}", words)


def notices_of(brought: Brought) -> list[Notice]:
    """What an editor should read about an import: at most one error and one warning."""
    said = []
    sides: tuple[tuple[Level, tuple[str, ...]], ...] = (
        ("error", brought.refused),
        ("warning", brought.notes),
    )
    for level, sentences in sides:
        if sentences:
            more = len(sentences) - 1
            first = sentences[0] + (f" (and {more} more)" if more else "")
            said.append(Notice(level, first, details="\n".join(sentences) if more else ""))
    return said


def _with_recording(
    kept: Kept, performer: str | None, frame: int | None, project: Project
) -> Project:
    """The take becomes, or joins, an emotion; with a frame, that is keyed there."""
    wanted = kept.note.emotion
    target = next((e for e in project.emotions if wanted and same_name(e.name, wanted)), None)
    if target is None or target.preset is not None or target.mix:
        name = wanted if target is None else f"{target.name} recorded"
        project = editing.add_emotion(project, commands.free_name(project, name or "Recorded"))
        target = project.emotions[-1]
    side: commands.Side = "neutral" if kept.note.side == "neutral" else "expressive"
    project = commands.adopted_by(target.id, side, kept.brought)(project)
    if frame is None or performer is None:
        return project
    keys = performer_by_id(project, performer).keys
    key = next((k for k in keys if k.frame == frame), Key(frame))
    key = replace(key, mix=(MixPart(target.id),), intensity=key.intensity or 1.0)
    return editing.add_key(project, performer, key)
