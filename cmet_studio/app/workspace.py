"""One open project: the document, where it lies, and what is opened for it when it is needed."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cmet_studio.core.errors import ProjectError
from cmet_studio.domain.project import Project
from cmet_studio.project_io.files import load_project, own_place, save_project
from cmet_studio.project_io.lock import Holder, Lock, acquire, holder, media_folder
from cmet_studio.project_io.relink import find_clip
from cmet_studio.project_io.versions import digest

if TYPE_CHECKING:
    from cmet_studio.media.reader import VideoReader

_MOMENT_S = 2.0
"""A lock that is held for longer is a program that has the project open."""
_PATIENCE_S = 20.0


class Workspace:
    """A project and its file. Owned by one thread."""

    def __init__(self, path: Path, project: Project | None = None) -> None:
        """Open a project file, or hold ``project``, which is or will be kept in that file.

        Raises:
            ProjectError: if it cannot be read or trusted.
        """
        self.path = own_place(path)
        self._base = digest(self.path)
        self.project: Project = load_project(self.path) if project is None else project
        self._reader: VideoReader | None = None

    @cached_property
    def clip_path(self) -> Path:
        """The clip, found and checked by its fingerprint."""
        return find_clip(self.project, self.path)

    @property
    def reader(self) -> "VideoReader":
        """The clip's frames."""
        from cmet_studio.media.reader import VideoReader

        if self._reader is None:
            self._reader = VideoReader(self.clip_path)
        return self._reader

    @property
    def folder(self) -> Path:
        """Where the project file lies; its paths are relative to it."""
        return self.path.resolve().parent

    @property
    def media_folder(self) -> Path:
        """Where the project keeps its takes."""
        return self.folder / f"{self.path.stem}.media"

    def check_writable(self) -> None:
        """Refuse what another program has open: it would write over what is written here.

        Raises: ProjectError.
        """
        other = holder(self.path)
        if other is not None and _stays(other):
            raise _open_elsewhere(self.path, other)

    def save(self, project: Project) -> None:
        """Make ``project`` the document and write it.

        Raises: ProjectError if another program has it open, or has written it since it was read.
        """
        with _alone(self.path):
            if digest(self.path) != self._base:
                raise ProjectError(
                    f"{self.path.name} was changed by another program in the meantime.",
                    "Run the command again.",
                )
            self._write(project)

    def do(self, edit: Callable[[Project], Project]) -> None:
        """Apply an edit and write the project; nothing has changed if it raises.

        What another command line wrote in the meantime is kept: the edit is done to that.

        Raises: ProjectError if another program has it open.
        """
        with _alone(self.path):
            if digest(self.path) != self._base:
                self.project = load_project(self.path)
            self._write(edit(self.project))

    def _write(self, project: Project) -> None:
        save_project(project, self.path)
        self.project, self._base = project, digest(self.path)

    def close(self) -> None:
        """Let go of the clip."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a project's lock for the moment of a write; other command lines wait for theirs."""
    began = time.monotonic()
    while True:
        lock = acquire(path)
        if isinstance(lock, Lock) or (isinstance(lock, Holder) and lock.pid == os.getpid()):
            break
        waited = time.monotonic() - began
        if isinstance(lock, Holder) and (_stays(lock) or waited > _PATIENCE_S):
            raise _open_elsewhere(path, lock)
        if lock is None and waited > _MOMENT_S:  # no lock can be written there
            break
        time.sleep(0.01)
    try:
        yield
    finally:
        if isinstance(lock, Lock):
            lock.release()
            with suppress(OSError):  # it was made for the lock, unless something lies in it
                media_folder(path).rmdir()


def _stays(holder: Holder) -> bool:
    """Whether somebody has the project open, and not just for the moment of a write."""
    return time.time() - holder.since > _MOMENT_S


def _open_elsewhere(path: Path, holder: Holder) -> ProjectError:
    return ProjectError(
        f"{path.name} is open in another program: {holder.words} has it.",
        "Edit it there, or close it there first.",
    )
