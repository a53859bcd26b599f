"""What an engine was working on when it died, for the one that is started in its place."""

import json
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cmet_studio.core.paths import data_dir
from cmet_studio.core.processes import is_alive

log = logging.getLogger(__name__)

Note = Mapping[str, str]
"""id, kind and title of a job."""

_LONGEST = 1 << 20


class JobNotes:
    """A small file with the jobs that have not ended, under this process's number."""

    def __init__(self) -> None:
        self._path = _folder() / f"jobs-{os.getpid()}.json"
        self._lock = threading.Lock()
        self._written: list[Note] = []

    def write(self, notes: Sequence[Note]) -> None:
        """Note the jobs that have not ended; nothing is written if they are the same as before."""
        with self._lock:
            if list(notes) == self._written:
                return
            self._written = list(notes)
            # A note that cannot be written costs a word after a crash, never the work itself.
            with suppress(OSError):
                if not notes:
                    self._path.unlink(missing_ok=True)
                    return
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                said = {"parent": os.getppid(), "jobs": list(notes)}
                unfinished = self._path.with_suffix(".unfinished")
                unfinished.write_text(json.dumps(said), "utf-8")
                unfinished.replace(self._path)


def left_behind() -> list[Note]:
    """Jobs of engines before this one, of the same parent, that died over them. Told once."""
    found: list[Note] = []
    with suppress(OSError):
        for path in sorted(_folder().glob("jobs-*.json")):
            found += _read(path)
    return found


def _read(path: Path) -> list[Note]:
    pid = path.stem.removeprefix("jobs-")
    if not pid.isdigit() or is_alive(int(pid)):
        return []
    jobs: list[Note] = []
    try:
        if path.stat().st_size <= _LONGEST:
            said = json.loads(path.read_text("utf-8"))
            if said["parent"] == os.getppid():
                jobs = [
                    {name: str(job[name]) for name in ("id", "kind", "title")}
                    for job in said["jobs"]
                ]
            elif is_alive(int(said["parent"])):
                return []  # another window's, whose next engine will tell it
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("The note %s is damaged: %s", path.name, error)
    with suppress(OSError):
        path.unlink(missing_ok=True)
    return jobs


def _folder() -> Path:
    return data_dir() / "runtime"
