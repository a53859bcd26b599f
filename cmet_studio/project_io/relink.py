"""From the paths in a document to the files themselves, and back."""

import os
from collections.abc import Iterator
from pathlib import Path

from cmet_studio.core.errors import BadInput, ProjectError
from cmet_studio.domain.project import Fingerprint, Project, Take
from cmet_studio.domain.rules import is_printable, is_relative
from cmet_studio.project_io.files import leads_inside
from cmet_studio.project_io.fingerprint import fingerprint, open_regular


def clip_reference(clip: Path, project_path: Path) -> tuple[str, str]:
    """How a project file refers to its clip.

    Returns: ``Clip.path`` (relative to the project's folder, forward slashes) and ``Clip.hint``
        (absolute).
    Raises: BadInput if the clip's name cannot be written into a project file.
    """
    # A link stays the clip's name; links among its folders would make a wrong way of "..".
    absolute = Path(os.path.realpath(clip.parent)) / clip.name
    folder = os.path.realpath(project_path.parent)
    try:
        relative = Path(os.path.relpath(absolute, folder)).as_posix()
    except ValueError:  # another drive of Windows: only the hint leads there
        relative = absolute.name
    if not is_relative(relative):
        raise BadInput(
            f"The path {str(clip)!r} cannot be written into a project file.",
            "Rename the clip: no line breaks, backslashes or other unprintable characters.",
        )
    return relative, str(absolute) if is_printable(str(absolute)) else ""


def _candidates(project: Project, project_path: Path) -> Iterator[Path]:
    yield project_path.parent / project.clip.path
    hint = project.clip.hint
    if hint and not names_another_machine(hint) and Path(hint).is_absolute():
        yield Path(hint)


def names_another_machine(path: str) -> bool:
    """Whether Windows would log in somewhere to look for ``path``: it takes either slash."""
    return path.replace("\\", "/").startswith("//")


def _is_clip(path: Path, expected: Fingerprint) -> bool | None:
    """Whether the file is the clip; None if there is no such file."""
    try:
        # The size first: it costs nothing.
        return path.stat().st_size == expected.size and fingerprint(path) == expected
    except (BadInput, OSError, ValueError):
        return None


def find_clip(project: Project, project_path: Path) -> Path:
    """Find the clip: as its relative path says, else where it was last seen.

    Only a local regular file whose fingerprint matches will do.

    Raises: ProjectError if there is none.
    """
    changed: Path | None = None
    for path in _candidates(project, project_path):
        match _is_clip(path, project.clip.fingerprint):
            case True:
                return path
            case False:
                changed = changed or path
    hint = f"Say where it is: cmet-studio relink {project_path.name} CLIP"
    if changed is not None:
        raise ProjectError(
            f"The clip of {project_path} has changed: {changed} is not the same footage.",
            hint,
        )
    raise ProjectError(
        f"The clip of {project_path} has moved: there is no file {project.clip.path}.", hint
    )


def take_file(take: Take, folder: Path) -> Path:
    """The recording of a take, to be opened now.

    Take paths come from project files, which are hostile until shown otherwise.

    Args:
        folder: the project file's; take paths are relative to it.
    Raises: ProjectError if the recording is missing, not a regular file, or outside the project's
        folder, directly or through a link.
    """
    if Path(take.path).is_absolute() or not leads_inside(folder, take.path):
        raise ProjectError(
            f"The recording of take '{take.id}' lies outside the project's folder ({take.path}).",
            "Remove the take and import the recording again.",
        )
    path = folder / take.path
    if not path.exists():
        raise ProjectError(
            f"The recording of take '{take.id}' is missing ({take.path}).",
            "Put the project's media folder back beside it, or import the recording again.",
        )
    os.close(open_regular(path, ProjectError))
    return path
