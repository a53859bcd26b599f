"""One open project with its history: what the desktop application edits. No Qt, light imports."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cmet_studio.app.commands import clip_value
from cmet_studio.app.save_as import write_as
from cmet_studio.core.errors import OutputError, ProjectError
from cmet_studio.domain.history import Edit, Gesture, History
from cmet_studio.domain.project import Project
from cmet_studio.project_io.files import load_project, own_place, save_project
from cmet_studio.project_io.journal import Journal
from cmet_studio.project_io.lock import Holder, Lock, acquire, media_folder
from cmet_studio.project_io.recovery import Recovery
from cmet_studio.project_io.relink import find_clip
from cmet_studio.project_io.versions import digest, keep_saved, thin

log = logging.getLogger(__name__)

Listener = Callable[[Project, Project], None]


@dataclass(frozen=True, slots=True)
class Saving:
    """A save that may be written by any thread: ``document.saved(saving)`` ends it."""

    project: Project
    path: Path
    base: str

    def write(self) -> None:
        """Write the project file.

        What another program wrote there in the meantime is kept as a version.

        Raises:
            OutputError: if it cannot be written; the file is as it was.
        """
        if digest(self.path) not in ("", self.base):
            keep_saved(self.path)
        save_project(self.project, self.path)
        keep_saved(self.path)


class Document:
    """A project, the way it came here, and the file it lies in. Owned by the UI thread.

    Every edit is in the journal beside the project before its listeners are called.

    Attributes:
        path: the project file.
        history: every step since it was opened; saving keeps them.
        read_only: edits are refused, because somebody else has it open or it cannot be written.
        holder: who has it open, if somebody else has.
        revision: grows by one with every change of the project, also by undo.
    """

    def __init__(self, path: Path, history: History, lock: Lock | Holder | None) -> None:
        """See ``open`` and ``create``."""
        self.path = path
        self.history = history
        self.revision = 0
        self.holder = lock if isinstance(lock, Holder) else None
        self._lock = lock if isinstance(lock, Lock) else None
        self._base = digest(path)
        self._journal: Journal | None = None
        self._listeners: list[Listener] = []

    @staticmethod
    def open(
        path: Path, recovery: Recovery | None = None, *, take_over: bool = False
    ) -> "Document":
        """Open a project file; read-only if somebody else has it open.

        Args:
            path: the project file.
            recovery: what ``recoverable(path)`` found, to go on from there. Without it a journal
                that lies there is put aside with the first edit.
            take_over: take the project from whoever has it open.

        Raises:
            ProjectError: if it cannot be read or trusted.
        """
        path = own_place(path)
        history = History(load_project(path)) if recovery is None else recovery.history
        lock = acquire(path, take_over)
        document = Document(path, history, lock)
        if document._lock is not None:
            if recovery is None:
                document._journal = Journal(path, document._base, history)
            else:
                document._journal = Journal(path, recovery.base, history, recovery.good_bytes)
        return document

    @staticmethod
    def create(clip: Path, path: Path) -> "Document":
        """Make a project of a clip: it is probed, nothing is tracked yet.

        Raises:
            MediaError: if the clip cannot be read.
            OutputError: if the project file is there already or cannot be written.
        """
        from cmet_studio.media.reader import VideoReader

        with VideoReader(clip) as reader:
            project = Project(clip_value(clip, path, reader))
        save_project(project, path, overwrite=False)
        return Document.open(path)

    @property
    def project(self) -> Project:
        """The document as it is now."""
        return self.history.project

    @property
    def read_only(self) -> bool:
        """Whether edits are refused."""
        return self._lock is None

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.history.dirty

    @property
    def trouble(self) -> OutputError | None:
        """Why the journal cannot be written at the moment, so that a crash would lose edits."""
        return self._journal.trouble if self._journal else None

    @property
    def folder(self) -> Path:
        """Where the project file lies; its paths are relative to it."""
        return self.path.resolve().parent

    @property
    def media_folder(self) -> Path:
        """Where the project keeps its takes."""
        return media_folder(self.path.resolve())

    def find_clip(self) -> Path:
        """The clip, found and known by its fingerprint.

        Raises:
            ProjectError: if it is gone or has changed.
        """
        return find_clip(self.project, self.path)

    def begin(self) -> Gesture:
        """Start a gesture: the edits done with it become one step."""
        return self.history.begin()

    def do(self, label: str, edit: Edit, *, gesture: Gesture | None = None) -> bool:
        """Apply an edit, write it into the journal, tell the listeners.

        Returns: whether the document changed.

        Raises:
            ProjectError: if the document is read-only.
            CmetError: what the edit raises; nothing has changed then.
        """
        self._check_writable()
        before = self.project
        if not self.history.do(label, edit, gesture=gesture):
            return False
        if self._journal is not None:
            self._journal.did(label, self.project, gesture)
        self._moved(before)
        return True

    def undo(self) -> bool:
        """Go one step back; False if there is none."""
        return self._go("Undo", self.history.position - 1)

    def redo(self) -> bool:
        """Go one undone step forward; False if there is none."""
        return self._go("Redo", self.history.position + 1)

    def go_to(self, step: int) -> bool:
        """Go to where ``step`` steps were done; 0 is the start."""
        return self._go("Go to another step", step)

    def _go(self, label: str, step: int) -> bool:
        before, position = self.project, self.history.position
        self.history.go_to(step)
        if self.history.position == position:
            return False
        if self._journal is not None:
            self._journal.went(label, self.project)
        self._moved(before)
        return True

    # Saving

    def saving(self) -> Saving:
        """Begin to save: ``write`` it on any thread, then call ``saved``.

        Raises:
            ProjectError: if the document is read-only.
        """
        self._check_writable()
        if self._lock is None or not self._lock.held:
            raise ProjectError(
                f"{self.path.name} was taken over by another program.",
                "Save it under another name.",
            )
        return Saving(self.project, self.path, self._base)

    def saved(self, saving: Saving) -> None:
        """What was being saved lies on disk: the journal starts again from there."""
        if saving.path != self.path:
            return
        self.history.mark_saved(saving.project)
        self._base = digest(self.path)
        newest = self.project
        if self._journal is not None:
            self._journal.close(keep=False)
        thin(self.path)
        self._journal = Journal(self.path, self._base, History(saving.project))
        if newest is not saving.project:  # edits went on while it was being written
            self._journal.did("Edits during a save", newest, None)

    def save(self) -> None:
        """Write the project file, keep a version of it; history stays.

        Raises:
            OutputError: if it cannot be written; file and journal are as they were.
            ProjectError: if the document is read-only.
        """
        saving = self.saving()
        saving.write()
        self.saved(saving)

    def save_as(self, path: Path, *, overwrite: bool = False) -> None:
        """Write the project, with its takes, under another name and go on there; history stays.

        Raises:
            OutputError: if it cannot be written, or somebody has the project at ``path`` open; the
                document stays where it was.
        """
        if path.resolve() == self.path.resolve() and not self.read_only:
            return self.save()
        clip = None
        with suppress(ProjectError):  # the clip may be gone; the project is saved all the same
            clip = self.find_clip()
        history, lock = write_as(self.history, self.path, path, clip, overwrite)
        self._let_go(keep_journal=False)
        before = self.project
        self.path, self.history, self._lock, self.holder = path, history, lock, None
        self.history.mark_saved()
        self._base = digest(path)
        keep_saved(path)
        self._journal = Journal(path, self._base, History(history.project))
        self._moved(before)
        return None

    # Listening

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Call ``callback(before, after)`` after each change; the answer ends that."""
        self._listeners.append(callback)

        def stop() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return stop

    def close(self, *, discard: bool = False) -> None:
        """Let go of the project. Unsaved edits stay recoverable, unless the user discards them."""
        self._listeners.clear()
        self._let_go(keep_journal=self.dirty and not discard)

    def _let_go(self, *, keep_journal: bool) -> None:
        if self._journal is not None:
            self._journal.close(keep=keep_journal)
            self._journal = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _check_writable(self) -> None:
        if self.read_only:
            who = f": {self.holder.words} has it open" if self.holder else ""
            raise ProjectError(
                f"{self.path.name} is open for reading only{who}.",
                "Save it under another name to go on editing.",
            )

    def _moved(self, before: Project) -> None:
        self.revision += 1
        for listener in tuple(self._listeners):
            _tell(listener, before, self.project)


def _tell(listener: Listener, before: Project, after: Project) -> None:
    try:
        listener(before, after)
    except Exception:  # event dispatch: one listener's fault is not the others'
        log.exception("a listener of the document failed")
