"""The journal: every edit since the last save, beside the project, as soon as it is done.

``<stem>.media/journal.jsonl`` holds one record per line, each after its CRC-32. The first names
the saved file it starts from, by digest; the others say what was put in and taken out
(``project_io.splice``), or where undo and redo went. Each is handed to the system before the next
edit and synced to disk within a second, by a thread that lives while there is something to sync.
Edits of one drag are written at most ten times a second. The same thread keeps a version of the
unsaved state every five minutes.
"""

import errno
import json
import os
import threading
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import IO

from cmet_studio.core.errors import OutputError
from cmet_studio.domain.history import Gesture, History
from cmet_studio.domain.project import Project
from cmet_studio.project_io.lock import media_folder
from cmet_studio.project_io.splice import difference
from cmet_studio.project_io.store import output_error
from cmet_studio.project_io.text import Json
from cmet_studio.project_io.versions import keep_autosaved, keep_base

VERSION = 1
SYNC_S = 1.0
DRAG_S = 0.1
AUTOSAVE_S = 300.0


def journal_path(project_path: Path) -> Path:
    """Where the journal of a project lies."""
    return media_folder(project_path) / "journal.jsonl"


def discarded_path(project_path: Path) -> Path:
    """Where a journal that nobody wanted waits for second thoughts: the last one is kept."""
    return media_folder(project_path) / "journal-discarded.jsonl"


def set_aside(project_path: Path) -> None:
    """Put a journal away: what it holds is not offered again."""
    with suppress(OSError):
        journal_path(project_path).replace(discarded_path(project_path))


def line_of(record: Json) -> bytes:
    """A record as it stands in the file."""
    text = json.dumps(record, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return b"%08x %s\n" % (zlib.crc32(text.encode("ascii")), text.encode("ascii"))


def _write(file: IO[bytes], line: bytes) -> None:
    """Write all of it: a disk that fills up takes a part without complaint."""
    if file.write(line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Journal:
    """Writes what happens to one project. Its methods are called by one thread.

    Attributes:
        trouble: why it cannot be written, or None. Editing goes on; each further edit tries again
            with all that is missing.
    """

    def __init__(self, project_path: Path, base: str, history: History, resume: int = 0) -> None:
        """Begin a journal; nothing is written before the first edit.

        Args:
            project_path: the project file.
            base: its digest (``versions.digest``).
            history: what the journal leads to: of the file alone, without steps, for a new one.
            resume: bytes of the existing journal to go on after; 0 begins a new one.
        """
        self.trouble: OutputError | None = None
        self._project_path = project_path
        self._base = base
        self._written = history.copy()
        """The history that a replay of the journal makes."""
        self._pending: tuple[str, Project, Gesture | None] | None = None
        self._gestures: dict[Gesture, int] = {}
        self._first_gesture = resume  # any number that an earlier process did not come to
        self._good_bytes = resume
        self._file: IO[bytes] | None = None
        self._last_write = 0.0
        self._autosaved = history.project
        self._autosave_at = time.monotonic() + AUTOSAVE_S
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def did(self, label: str, project: Project, gesture: Gesture | None) -> None:
        """Note an edit that led to ``project``."""
        with self._lock:
            if self._pending is not None and self._pending[2] is not gesture:
                self._write_pending()
            soon = time.monotonic() - self._last_write < DRAG_S
            known = gesture is not None and gesture in self._gestures
            self._pending = label, project, gesture
            if not (known and soon):
                self._write_pending()
        self._arouse()

    def went(self, label: str, project: Project) -> None:
        """Note that undo or redo went to ``project``; ``label`` says so, if it has to be told."""
        with self._lock:
            self._write_pending()
            # Steps from before the last save are not in the journal: they are new ones there.
            position = None if self._pending else self._written.find(project)
            if position is not None and self._append({"go": position}):
                self._written.go_to(position)
            else:
                self._pending = label, project, None
                self._write_pending()
        self._arouse()

    def flush(self) -> None:
        """Write what a drag held back, and sync."""
        with self._lock:
            self._write_pending()
        self._sync()

    def close(self, keep: bool) -> None:
        """End it: ``keep`` what it holds for recovery, or remove it."""
        self._end.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if keep:
            self.flush()
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
            if not keep and self._good_bytes:  # else what lies there is somebody else's
                with suppress(OSError):
                    journal_path(self._project_path).unlink(missing_ok=True)

    def _write_pending(self) -> None:
        if self._pending is None:
            return
        label, project, gesture = self._pending
        if project is not self._written.project:
            record: Json = {"do": label, "edit": difference(self._written.project, project)}
            if gesture is not None:
                number = self._first_gesture + len(self._gestures)
                record["drag"] = self._gestures.setdefault(gesture, number)
            if not self._append(record):
                return  # stays pending, and grows: what could not be written becomes one step
            self._written.do(label, lambda _: project, gesture=gesture)
        self._pending = None

    def _append(self, record: Json) -> bool:
        try:
            file = self._opened()
            line = line_of({"at": round(time.time(), 3)} | record)
            file.seek(self._good_bytes)
            file.truncate()  # of a record that was cut short by a full disk
            _write(file, line)
        except OSError as exc:
            path = journal_path(self._project_path)
            self.trouble = output_error(exc, path) or OutputError(
                f"The journal {path.name} cannot be written: {exc.strerror or exc}.",
                "Save the project in another place.",
            )
            return False
        self._good_bytes += len(line)
        self._last_write = time.monotonic()
        self.trouble = None
        return True

    def _opened(self) -> IO[bytes]:
        """The file, begun if it is not there. Unbuffered: after a failure nothing lingers."""
        if self._file is not None:
            return self._file
        path = journal_path(self._project_path)
        path.parent.mkdir(exist_ok=True)
        if self._good_bytes == 0:
            if path.exists() and path.stat().st_size > 0:
                set_aside(self._project_path)
            head = line_of({"journal": VERSION, "base": self._base, "at": round(time.time(), 3)})
            file = path.open("w+b", buffering=0)
            try:
                _write(file, head)
            except OSError:
                file.close()
                with suppress(OSError):
                    path.unlink()
                raise
            self._good_bytes = len(head)
        else:
            file = path.open("r+b", buffering=0)
        self._file = file
        return file

    # Syncing, on its own thread: a disk may take long.

    def _arouse(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        self._wake.set()

    def _run(self) -> None:
        base_kept = False
        while True:
            self._wake.wait()
            self._wake.clear()
            # Edits of this while are synced together.
            if self._end.wait(SYNC_S / 2):
                return
            with self._lock:
                self._write_pending()
                newest = self._written.project
            self._sync()
            if not base_kept:  # what the journal starts from, should the project file be lost
                base_kept = True
                keep_base(self._project_path, self._base)
            if time.monotonic() > self._autosave_at and newest is not self._autosaved:
                self._autosave_at = time.monotonic() + AUTOSAVE_S
                self._autosaved = newest
                keep_autosaved(newest, self._project_path)

    def _sync(self) -> None:
        with self._lock:
            descriptor = os.dup(self._file.fileno()) if self._file is not None else None
        if descriptor is None:
            return
        try:
            os.fsync(descriptor)
        except OSError:
            pass  # some network file systems cannot; the system has it all the same
        finally:
            os.close(descriptor)
