"""One open project with its history: what the desktop application edits. No Qt, light imports."""

import logging
from collections.abc import Callable
from pathlib import Path

from cmet_studio.app.commands import clip_value
from cmet_studio.core.errors import ProjectError
from cmet_studio.domain.history import Edit, Gesture, History
from cmet_studio.domain.project import Project
from cmet_studio.project_io.files import load_project, save_project

log = logging.getLogger(__name__)

Listener = Callable[[Project, Project], None]


class Document:
    """A project, the way it came here, and the file it lies in. Owned by the UI thread.

    Attributes:
        path: the project file.
        history: every step since it was opened; saving keeps them.
        read_only: edits are refused, because somebody else has it open or it cannot be written.
        revision: grows by one with every change of the project, also by undo.
    """

    def __init__(self, path: Path, project: Project, *, read_only: bool = False) -> None:
        """Hold a project that was read from ``path``; see ``open`` and ``create``."""
        self.path = path
        self.history = History(project)
        self.read_only = read_only
        self.revision = 0
        self._listeners: list[Listener] = []

    @staticmethod
    def open(path: Path) -> "Document":
        """Open a project file.

        Raises:
            ProjectError: if it cannot be read or trusted.
        """
        return Document(path, load_project(path))

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
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.history.dirty

    def begin(self) -> Gesture:
        """Start a gesture: the edits done with it become one step."""
        return self.history.begin()

    def do(self, label: str, edit: Edit, *, gesture: Gesture | None = None) -> bool:
        """Apply an edit, remember it, tell the listeners.

        Returns: whether the document changed.

        Raises:
            ProjectError: if the document is read-only.
            CmetError: what the edit raises; nothing has changed then.
        """
        self._check_writable()
        before = self.project
        changed = self.history.do(label, edit, gesture=gesture)
        if changed:
            self._moved(before)
        return changed

    def undo(self) -> bool:
        """Go one step back; False if there is none."""
        return self.go_to(self.history.position - 1)

    def redo(self) -> bool:
        """Go one undone step forward; False if there is none."""
        return self.go_to(self.history.position + 1)

    def go_to(self, step: int) -> bool:
        """Go to where ``step`` steps were done; 0 is the start."""
        before, position = self.project, self.history.position
        self.history.go_to(step)
        if self.history.position == position:
            return False
        self._moved(before)
        return True

    def save(self) -> None:
        """Write the project file.

        Raises:
            OutputError: if it cannot be written; nothing is lost then.
        """
        self._check_writable()
        save_project(self.project, self.path)
        self.history.mark_saved()

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Call ``callback(before, after)`` after each change; the answer ends that."""
        self._listeners.append(callback)

        def stop() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return stop

    def close(self) -> None:
        """Let go of the project."""
        self._listeners.clear()

    def _check_writable(self) -> None:
        if self.read_only:
            raise ProjectError(
                f"{self.path.name} is open for reading only.", "Save a copy to go on editing."
            )

    def _moved(self, before: Project) -> None:
        self.revision += 1
        for listener in tuple(self._listeners):
            try:
                listener(before, self.project)
            except Exception:  # noqa: BLE001  # event dispatch: one listener's fault is not all's
                log.exception("a listener of the document failed")
