"""What an engine has not done yet, kept for the one after it: jobs, in order, and what they need.

Each engine has a folder of its own. An engine that is ended in the ordinary way leaves it empty of
what was cancelled or done; whatever still lies there when its process is gone is left over.
"""

import json
import logging
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cmet_studio.core.paths import data_dir
from cmet_studio.core.processes import is_alive

log = logging.getLogger(__name__)

Request = Mapping[str, Any]
"""All that a job needs to be begun again, plain values for JSON."""

_LIST = "queue.json"
_MOST_BYTES = 64 << 20  # as much as the service takes of a document
_STATES = ("waiting", "running", "paused")


@dataclass(frozen=True, slots=True)
class Note:
    """A job that has not ended.

    Attributes:
        state: ``waiting``, ``running`` or ``paused``.
        deaths: how many engines died while they worked on it.
    """

    id: str
    kind: str
    title: str
    state: str = "waiting"
    deaths: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """A job that an engine before this one did not end.

    Attributes:
        request: what it needs; None if that is not known.
        orphan: the application that wanted it has ended too.
    """

    note: Note
    request: Request | None
    orphan: bool


class JobNotes:
    """The folder of this process's engine. Thread-safe.

    A note that cannot be written costs a job after a crash, never the work itself.
    """

    def __init__(self) -> None:
        self._folder = _runtime() / f"jobs-{os.getpid()}"
        self._lock = threading.Lock()
        self._written: list[Note] = []

    def keep(self, job: str, request: Request) -> None:
        """Note what a job needs, before it is listed."""
        with self._lock, suppress(OSError):
            self._put(f"{job}.json", request)

    def write(self, listed: Callable[[], Sequence[Note]]) -> None:
        """Note the jobs that have not ended; nothing is written if they are the same as before."""
        with self._lock:
            notes = list(listed())  # asked for here, so that no older list is written later
            if notes == self._written:
                return
            gone = {note.id for note in self._written} - {note.id for note in notes}
            self._written = notes
            with suppress(OSError):
                self._put(_LIST, {"parent": os.getppid(), "jobs": [asdict(one) for one in notes]})
                for job in gone:
                    (self._folder / f"{job}.json").unlink(missing_ok=True)
                if not notes:
                    shutil.rmtree(self._folder)

    def _put(self, name: str, data: Mapping[str, Any]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f"{name}.unfinished"
        unfinished.write_text(json.dumps(data), "utf-8")
        unfinished.replace(self._folder / name)


def left_behind() -> list[Left]:
    """Jobs of engines that are gone, of this one's parent or of nobody any more. Told once."""
    found: dict[str, Left] = {}
    for pid, folder in _folders():
        if not is_alive(pid):
            found |= {one.note.id: one for one in _take(folder)}
    return list(found.values())


def more_to_come() -> bool:
    """Whether an engine whose application has just ended is about to leave something behind."""
    return any(
        is_alive(pid) and pid != os.getpid() and not is_alive(_read_list(folder / _LIST)[0])
        for pid, folder in _folders()
    )


def _folders() -> Iterator[tuple[int, Path]]:
    """Engines' process numbers and their folders."""
    with suppress(OSError):
        for folder in sorted(_runtime().glob("jobs-*")):
            pid = folder.name.split("-")[1]
            if pid.isdigit() and folder.is_dir():
                yield int(pid), folder


def _take(folder: Path) -> list[Left]:
    """Read a dead engine's folder and remove it; one that a living application waits for stays."""
    parent, notes = _read_list(folder / _LIST)
    if parent != os.getppid() and is_alive(parent):
        return []
    mine = folder.with_name(f"jobs-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        folder.rename(mine)
    except OSError:  # another engine was faster
        return []
    orphan = parent != os.getppid()
    left = [Left(note, _read(mine / f"{note.id}.json"), orphan) for note in notes]
    shutil.rmtree(mine, ignore_errors=True)
    return left


def _read_list(path: Path) -> tuple[int, list[Note]]:
    said = _read(path)
    try:
        if said is None:
            return 0, []
        return int(said["parent"]), [_note(job) for job in said["jobs"]]
    except (ValueError, KeyError, TypeError) as error:
        log.warning("The notes in %s are damaged: %s", path.parent.name, error)
        return 0, []


def _note(job: Mapping[str, Any]) -> Note:
    note = Note(
        str(job["id"]), str(job["kind"]), str(job["title"]), str(job["state"]), int(job["deaths"])
    )
    if not note.id.isalnum() or note.state not in _STATES:
        raise ValueError(f"no job: {note.id[:40]}")
    return note


def _read(path: Path) -> dict[str, Any] | None:
    """A JSON object; None if there is none."""
    with suppress(OSError, ValueError, RecursionError):
        if path.stat().st_size <= _MOST_BYTES:
            said = json.loads(path.read_text("utf-8"))
            return said if isinstance(said, dict) else None
    return None


def _runtime() -> Path:
    return data_dir() / "runtime"
