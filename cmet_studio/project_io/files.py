"""Load and save ``.cmet`` files."""

import os
from pathlib import Path

from cmet_studio.core.errors import OutputError, ProjectError
from cmet_studio.domain.project import Project
from cmet_studio.project_io.check import Unusable, validate
from cmet_studio.project_io.convert import to_data
from cmet_studio.project_io.store import atomic_path
from cmet_studio.project_io.text import MAX_BYTES, broken, read_json, write_json
from cmet_studio.project_io.upgrades import upgrade


def load_project(path: Path) -> Project:
    """Read a project file of this or any older schema.

    Raises: ProjectError, naming the file and the field, if it is missing, malformed, hostile (too
        large, too deep, paths that leave its folder, also by links) or made by a newer version.
    """
    data = upgrade(read_json(path), path)
    try:
        project = validate(data)
    except Unusable as exc:
        raise broken(path, str(exc)) from exc
    for n, take in enumerate(project.takes):
        if not leads_inside(path.parent, take.path):
            raise broken(path, f"takes[{n}].path leads out of the project's folder by a link")
    return project


def save_project(project: Project, path: Path, overwrite: bool = True) -> None:
    """Write a project file whole or not at all; what was there before stays until then.

    Equal documents give equal bytes. Paths in the document are written as they are: they are
    relative to the folder of ``path``.

    Raises: OutputError if the place cannot be written, ProjectError if the document could not be
        loaded again.
    """
    data = to_data(project)
    try:
        validate(data)
        content = write_json(data).encode("utf-8")
    except (Unusable, ValueError) as exc:
        raise ProjectError(f"{path} cannot be saved: {exc}.", "Undo the last edit.") from exc
    if len(content) > MAX_BYTES:
        raise OutputError(
            f"{path} cannot be saved: it would be larger than {MAX_BYTES >> 20} MiB.",
            "Remove keys that are not needed.",
        )
    with atomic_path(path, overwrite) as temp:
        temp.write_bytes(content)


def own_place(path: Path) -> Path:
    """Where a project file really lies: a link to it is followed, so that nobody edits a copy."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def leads_inside(folder: Path, relative: str) -> bool:
    """Whether a path leads to something inside ``folder`` after all links are followed."""
    try:
        root = Path(os.path.realpath(folder))
        return Path(os.path.realpath(folder / relative)).is_relative_to(root)
    except (OSError, ValueError):
        return False
