"""Earlier states of a project, kept beside it: ten that were saved, ten that were not yet.

The newest and the oldest of each kind stay; those between are thinned, the old ones more.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from cmet_studio.core.errors import BadInput, CmetError
from cmet_studio.domain.project import Project
from cmet_studio.project_io.files import save_project
from cmet_studio.project_io.fingerprint import open_regular
from cmet_studio.project_io.lock import media_folder

KEPT = 10
"""Versions of each kind."""
_MOMENT_S = 60.0

Kind = Literal["saved", "autosaved"]
_NAME = re.compile(r"(saved|autosaved)-(\d{8}-\d{6}-\d{6})\.cmet")
_TIME = "%Y%m%d-%H%M%S-%f"


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier state. Read it with ``load_project``; its paths are the project's own.

    Attributes:
        when: in UTC.
    """

    path: Path
    kind: Kind
    when: datetime


def _folder(project_path: Path) -> Path:
    return media_folder(project_path) / "versions"


def _new_name(project_path: Path, kind: Kind) -> Path:
    folder = _folder(project_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{kind}-{datetime.now(timezone.utc).strftime(_TIME)}.cmet"


def versions(project_path: Path) -> list[Version]:
    """All earlier states, the newest first."""
    found = []
    with suppress(OSError):
        for path in _folder(project_path).iterdir():
            if match := _NAME.fullmatch(path.name):
                with suppress(ValueError):
                    when = datetime.strptime(match[2], _TIME).replace(tzinfo=timezone.utc)
                    kind: Kind = "saved" if match[1] == "saved" else "autosaved"
                    found.append(Version(path, kind, when))
    return sorted(found, key=lambda version: version.when, reverse=True)


def keep_saved(project_path: Path) -> bool:
    """Keep the project file as it lies there; never raises: a version is a second net.

    Older ones stay until ``thin``: a journal may still start from one of them.

    Returns: whether there is a version of it now.
    """
    try:
        # A copy, no link: what writes into the project file would change the version with it.
        shutil.copyfile(project_path, _new_name(project_path, "saved"))
    except OSError:
        return False
    return True


def thin(project_path: Path) -> None:
    """Leave ``KEPT`` versions of what was saved."""
    _prune(project_path, "saved")


def keep_base(project_path: Path, base: str) -> None:
    """Keep the project file if its digest is ``base`` and no version has it yet; never raises."""
    kept = (v.path for v in versions(project_path) if v.kind == "saved")
    if digest(project_path) == base and base not in map(digest, kept):
        keep_saved(project_path)


def keep_autosaved(project: Project, project_path: Path) -> bool:
    """Keep a state that was not saved yet; never raises.

    Returns: whether it was written.
    """
    try:
        save_project(project, _new_name(project_path, "autosaved"))
    except (OSError, CmetError):
        return False
    _prune(project_path, "autosaved")
    return True


def _prune(project_path: Path, kind: Kind) -> None:
    same = [version for version in versions(project_path) if version.kind == kind]
    while len(same) > KEPT:
        version = same.pop(most_crowded([v.when for v in same]))
        with suppress(OSError):
            version.path.unlink()


def most_crowded(moments: Sequence[datetime]) -> int:
    """Which of several moments (three or more, the newest first) is missed least.

    Never the newest nor the oldest; of the others the one whose neighbours' ages, on a logarithmic
    scale, lie closest together. Autosaves every minute then leave minutes, an hour, the morning.
    """
    ages = [max((moments[0] - moment).total_seconds(), _MOMENT_S) for moment in moments]
    return min(range(1, len(moments) - 1), key=lambda n: ages[n + 1] / ages[n - 1])


def digest(path: Path) -> str:
    """SHA-256 of an ordinary file; "" if it cannot be read."""
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except (OSError, BadInput):
        return ""
