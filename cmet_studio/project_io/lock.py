"""Who has a project open: one program writes it, a second one is told who and reads only.

The lock is a small file beside the project. It names its process so that one left behind by a crash
is recognised: same computer, and no such process any more (or another one under the same number).
"""

import getpass
import json
import os
import secrets
import socket
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path

from cmet_studio.core.processes import is_alive
from cmet_studio.project_io.text import parse_json

_NAME = "lock.json"
_MAX_BYTES = 4096


def media_folder(project_path: Path) -> Path:
    """Where a project keeps its takes, journal, versions and lock: ``<stem>.media`` beside it."""
    return project_path.parent / f"{project_path.stem}.media"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a project open.

    Attributes:
        started: when that process began, in its system's own count; "" where it cannot be known.
        since: UNIX seconds when it opened the project.
        mark: tells this lock from every other.
    """

    pid: int
    host: str
    user: str
    started: str
    since: float
    mark: str

    @property
    def words(self) -> str:
        """For people: who, where, since when (local time)."""
        when = datetime.fromtimestamp(self.since, tz=timezone.utc).astimezone()
        return f"{self.user or 'somebody'} on {self.host or 'this computer'} since {when:%H:%M}"


def _started(pid: int) -> str:
    """When a process began; "" if unknown. Tells a reused process number from the old process."""
    if sys.platform != "linux":
        return ""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    # The name, in brackets, may hold spaces and brackets; the start is the 22nd field.
    return stat.rpartition(")")[2].split()[19]


def _me() -> Holder:
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user without a name
        user = ""
    pid = os.getpid()
    return Holder(pid, socket.gethostname(), user, _started(pid), time.time(), secrets.token_hex(8))


def _read(path: Path) -> Holder | None:
    """Whose lock it is; None if there is none, or it is no lock."""
    try:
        with path.open("rb") as file:
            data = parse_json(file.read(_MAX_BYTES).decode("utf-8"))
    except (OSError, ValueError):
        return None
    match data:
        case {
            "pid": int(pid),
            "host": str(host),
            "user": str(user),
            "started": str(started),
            "since": int() | float() as since,
            "mark": str(mark),
        } if 0 < pid < 2**31 and 0 <= since < 1e11:
            return Holder(pid, host[:80], user[:80], started[:40], float(since), mark[:40])
    return None


def _is_stale(holder: Holder) -> bool:
    if holder.host != socket.gethostname():
        return False  # that computer cannot be asked
    if not is_alive(holder.pid):
        return True
    now = _started(holder.pid)
    return bool(now and holder.started and now != holder.started)


def holder(project_path: Path) -> Holder | None:
    """The other program that has a project open; None if none has, or only this one."""
    found = _read(media_folder(project_path) / _NAME)
    if found is None or _is_stale(found):
        return None
    mine = found.pid == os.getpid() and found.host == socket.gethostname()
    return None if mine else found


class Lock:
    """The right to write a project, until ``release``."""

    def __init__(self, path: Path, holder: Holder) -> None:
        """See ``acquire``."""
        self._path = path
        self._holder = holder

    @property
    def held(self) -> bool:
        """Whether nobody took it over."""
        return _read(self._path) == self._holder

    def release(self) -> None:
        """Let others write; twice is once."""
        if self.held:
            with suppress(OSError):
                self._path.unlink()


def acquire(project_path: Path, take_over: bool = False) -> Lock | Holder | None:
    """Take the lock of a project.

    Args:
        project_path: the project file.
        take_over: take it from whoever has it, e.g. another computer that is switched off.

    Returns: the lock; or who holds it; or None if nothing can be written beside the project.
    """
    path, me = media_folder(project_path) / _NAME, _me()
    try:
        path.parent.mkdir(exist_ok=True)
        for _ in range(3):
            if _claim(path, me):
                return Lock(path, me)
            holder = _read(path)
            if holder is not None and not (take_over or _is_stale(holder)):
                return holder
            if holder is None and not path.exists():  # just let go of
                continue
            # Move it away under a name of our own: of two who find it stale, one succeeds.
            aside = path.with_name(f".{_NAME}.{me.mark}")
            with suppress(FileNotFoundError):
                path.replace(aside)
                if _read(aside) != holder:  # somebody else was faster: it is theirs
                    os.link(aside, path)
                aside.unlink()
    except OSError:
        return None
    return _read(path)


def _claim(path: Path, me: Holder) -> bool:
    """Create the lock file, whole from the first moment, unless there is one."""
    temp = path.with_name(f".{_NAME}.{me.mark}.part")
    try:
        temp.write_text(json.dumps(asdict(me)), encoding="utf-8")
        try:
            os.link(temp, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            return _claim_by_name(path, me)
    finally:
        with suppress(OSError):
            temp.unlink()
    return True


def _claim_by_name(path: Path, me: Holder) -> bool:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(json.dumps(asdict(me)))
    except FileExistsError:
        return False
    return True
