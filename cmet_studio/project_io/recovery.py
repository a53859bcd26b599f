"""From a journal that a crash left behind to the project as it was, with its history."""

import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from cmet_studio.core.errors import CmetError
from cmet_studio.domain.history import Gesture, History
from cmet_studio.domain.project import Project
from cmet_studio.project_io.check import Unusable, validate
from cmet_studio.project_io.convert import to_data
from cmet_studio.project_io.files import load_project
from cmet_studio.project_io.fingerprint import open_regular
from cmet_studio.project_io.journal import VERSION, journal_path, set_aside
from cmet_studio.project_io.lock import holder
from cmet_studio.project_io.splice import BadSplice, apply
from cmet_studio.project_io.text import MAX_BYTES, Json, parse_json
from cmet_studio.project_io.versions import digest, versions

_MAX_JOURNAL = 1 << 30
_MAX_LABEL = 200


@dataclass(frozen=True, slots=True)
class Recovery:
    """Edits that were not saved.

    Attributes:
        project_path: the project file.
        when: of the newest edit, in UTC.
        labels: of the steps, oldest first, as far as they were not undone.
        history: it leads from the saved project to the newest one; ask it for ``project``.
        good_bytes: how much of the journal could be read: an append goes there.
        base: digest of the file that the journal starts from.
        damaged: whether something after that could not be read (a record cut short by the crash
            itself counts too).
        base_lost: whether the project file is not the one that the journal starts from (it is
            gone, damaged or was changed), and an earlier version stood in.
    """

    project_path: Path
    when: datetime
    labels: tuple[str, ...]
    history: History
    good_bytes: int
    base: str
    damaged: bool = False
    base_lost: bool = False

    @property
    def steps(self) -> int:
        """How many steps would be lost without it."""
        return len(self.labels)

    @property
    def project(self) -> Project:
        """The newest state."""
        return self.history.project


def recoverable(project_path: Path) -> Recovery | None:
    """What a crash left behind, if there is anything that the project file does not hold.

    Whatever lies there, this does not raise: a journal that cannot be read is no journal. The
    journal of another program that has the project open is not a crash's.
    """
    if holder(project_path) is not None:
        return None
    lines = _lines(journal_path(project_path))
    head = next(lines, None)
    if head is None or head[0].get("journal") != VERSION:
        return None
    base_digest = head[0].get("base")
    if not isinstance(base_digest, str) or not base_digest:
        return None
    base = _base(project_path, base_digest)
    if base is None:
        return None
    base_path, project = base
    replay = _Replay(project, head[1])
    for record, end in lines:
        if not replay.step(record, end):
            break
    if not replay.usable():
        return None
    if replay.history.project == _current(project_path):
        return None
    return Recovery(
        project_path,
        datetime.fromtimestamp(replay.when, tz=timezone.utc),
        replay.history.labels,
        replay.history,
        replay.good_bytes,
        base_digest,
        damaged=replay.good_bytes < _size(journal_path(project_path)),
        base_lost=base_path != project_path,
    )


def discard(project_path: Path) -> None:
    """Do not offer the journal again; the last one discarded stays beside the project."""
    if holder(project_path) is None:
        set_aside(project_path)


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _lines(path: Path) -> Iterator[tuple[Json, int]]:
    """Whole records with the place where each ends; stops at the first that is not."""
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            end = 0
            while end < _MAX_JOURNAL and (line := file.readline(MAX_BYTES)):
                record = _record(line)
                if record is None:
                    return
                end += len(line)
                yield record, end
    except (OSError, CmetError):
        return


def _record(line: bytes) -> Json | None:
    if not line.endswith(b"\n") or line[8:9] != b" ":
        return None
    text = line[9:-1]
    if line[:8] != b"%08x" % zlib.crc32(text):
        return None
    try:
        data = parse_json(text.decode("ascii"))
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _base(project_path: Path, base: str) -> tuple[Path, Project] | None:
    """The file that a journal starts from: the project itself, or a version of it."""
    for path in (project_path, *(v.path for v in versions(project_path) if v.kind == "saved")):
        if digest(path) == base:
            with suppress(CmetError):
                return path, load_project(path)
    return None


def _current(project_path: Path) -> Project | None:
    with suppress(CmetError):
        return load_project(project_path)
    return None


class _Replay:
    """Does again what a journal says, and stops at the first thing that makes no sense."""

    def __init__(self, project: Project, good_bytes: int) -> None:
        self.history = History(project)
        self.when = 0.0
        self.good_bytes = good_bytes
        self._gestures: dict[int, Gesture] = {}

    def step(self, record: Json, end: int) -> bool:
        """Replay a record; False if it cannot be."""
        match record:
            case {"at": int() | float() as at, "do": str(label), "edit": dict(edit)}:
                if not self._do(label, edit, record.get("drag")):
                    return False
            case {"at": int() | float() as at, "go": int(position)}:
                self.history.go_to(position)
            case _:
                return False
        self.when = min(max(0.0, float(at)), 1e11)
        self.good_bytes = end
        return True

    def _do(self, label: str, edit: Json, drag: Any) -> bool:
        gesture = None
        if isinstance(drag, int):
            gesture = self._gestures.setdefault(drag, self.history.begin())
        try:
            self.history.do(label[:_MAX_LABEL], lambda p: apply(p, edit), gesture=gesture)
        except (BadSplice, KeyError, TypeError, ValueError, CmetError):
            return False  # pydantic's ValidationError is a ValueError
        return True

    def usable(self) -> bool:
        """Whether there is something left whose parts fit together."""
        if not self.history.labels and not self.history.undone_labels:
            return False
        while True:
            try:
                validate(to_data(self.history.project))
            except (Unusable, ValueError, RecursionError):
                if not self.history.undo():  # a journal made by hand: as far as it makes sense
                    return False
                continue
            return bool(self.history.labels)
