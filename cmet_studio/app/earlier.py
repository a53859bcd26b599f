"""Earlier states of a project: what they hold, going back to one, opening one as a copy."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cmet_studio.app.save_as import copy_beside
from cmet_studio.app.what_changed import what_changed
from cmet_studio.core.errors import BadInput, CmetError
from cmet_studio.domain.history import Edit, History
from cmet_studio.domain.project import Project
from cmet_studio.project_io.files import load_project
from cmet_studio.project_io.versions import Version, versions


@dataclass(frozen=True, slots=True)
class Earlier:
    """A version that can be read.

    Attributes:
        changed: since the version before it, in words; of the oldest, nothing.
    """

    version: Version
    project: Project
    changed: tuple[str, ...]

    @property
    def keys(self) -> int:
        """How many keys it has."""
        return sum(len(performer.keys) for performer in self.project.performers)


def earlier_states(project_path: Path) -> tuple[Earlier, ...]:
    """The versions of a project, the newest first; equal ones in a row count as the oldest."""
    found: list[Earlier] = []
    for version in reversed(versions(project_path)):
        with suppress(CmetError):  # one that is damaged is none
            project = load_project(version.path)
            changed = what_changed(found[-1].project, project) if found else ()
            if changed or not found:
                found.append(Earlier(version, project, changed))
    return tuple(reversed(found))


def going_back(earlier: Project) -> Edit:
    """The edit that makes a project what it was; the clip stays where it lies now."""

    def edit(project: Project) -> Project:
        if project.clip.fingerprint != earlier.clip.fingerprint:
            raise BadInput("That version is of other footage.", "Open it as a copy.")
        return replace(earlier, clip=project.clip)

    return edit


def copy_of(earlier: Earlier, project_path: Path) -> Path:
    """Write a version as a project of its own beside the project; returns where it lies.

    Raises:
        OutputError: if it cannot be written.
    """
    moment = earlier.version.when.astimezone().strftime("%Y-%m-%d %H.%M")
    return copy_beside(History(earlier.project), project_path, moment)
