"""Recordings on disk: their content hash, and the way from a take to its file.

Take paths come from project files, which are hostile until shown otherwise: a path that leaves the
project's folder, directly or through a link, is refused.
"""

import hashlib
from pathlib import Path

from cmet_studio.core.errors import ProjectError
from cmet_studio.domain.project import Take

_BLOCK = 1 << 20


def content_hash(path: Path) -> str:
    """SHA-256 of the whole file, hex.

    Raises: OSError as reading does.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def take_file(take: Take, project_folder: Path) -> Path:
    """Where a take's recording lies.

    Raises: ProjectError if it is missing, not a file, or outside the project's folder.
    """
    root = project_folder.resolve()
    path = (root / take.path).resolve()
    if Path(take.path).is_absolute() or not path.is_relative_to(root):
        raise ProjectError(
            f"The recording of take '{take.id}' lies outside the project's folder ({take.path}).",
            "Remove the take and import the recording again.",
        )
    if not path.is_file():
        raise ProjectError(
            f"The recording of take '{take.id}' is missing ({take.path}).",
            "Put the project's media folder back beside it, or import the recording again.",
        )
    return path
