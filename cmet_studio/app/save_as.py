"""A project under another name: its takes come along, its paths lead from the new place."""

import shutil
from contextlib import suppress
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from cmet_studio.core.errors import BadInput, OutputError, ProjectError
from cmet_studio.domain.history import History
from cmet_studio.domain.project import Project, Take
from cmet_studio.project_io.files import save_project
from cmet_studio.project_io.lock import Lock, acquire, media_folder
from cmet_studio.project_io.recovery import Recovery
from cmet_studio.project_io.relink import clip_reference, take_file
from cmet_studio.project_io.store import atomic_path


def moved_project(project: Project, old: Path, new: Path, clip: Path | None) -> Project:
    """The project as it has to read when it lies at ``new`` instead of ``old``.

    Args:
        project: as it lies at ``old``.
        old: its present file.
        new: its file to be.
        clip: where its clip is; None if that is not known (the hint stays).
    """
    value = project.clip
    with suppress(BadInput):
        path, hint = clip_reference(clip or old.parent / value.path, new)
        value = replace(value, path=path, hint=hint if clip else value.hint)
    takes = tuple(replace(take, path=_moved(take, old, new)) for take in project.takes)
    return replace(project, clip=value, takes=takes)


def _moved(take: Take, old: Path, new: Path) -> str:
    own = f"{media_folder(old).name}/"
    inside = take.path.removeprefix(own) if take.path.startswith(own) else f"takes/{take.path}"
    return f"{media_folder(new).name}/{inside}"


def take_along(moved: History, history: History, old: Path, new: Path) -> None:
    """Copy the takes of all steps; one that is missing stays missing.

    Raises:
        OutputError: if one cannot be written.
    """
    targets = {take.id + take.sha256: take for take in moved.takes()}
    for take in history.takes():
        try:
            source = take_file(take, old.parent)
        except (ProjectError, BadInput):
            continue
        target = new.parent / targets[take.id + take.sha256].path
        if target.exists() and target.samefile(source):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(target, overwrite=True) as temp:
            shutil.copyfile(source, temp)


def write_as(
    history: History, old: Path, new: Path, clip: Path | None, overwrite: bool
) -> tuple[History, Lock]:
    """Write a project with its takes under another name.

    Returns: its history as it reads there, and the right to write there.

    Raises:
        OutputError: if it cannot be written, or somebody has the project at ``new`` open.
    """
    lock = acquire(new)
    if not isinstance(lock, Lock):
        why = f"{lock.words} has it open" if lock else "its folder is not writable"
        raise OutputError(f"{new.name} cannot be written: {why}.", "Choose another name.")
    try:
        moved = history.mapped(lambda project: moved_project(project, old, new, clip))
        take_along(moved, history, old, new)
        save_project(moved.project, new, overwrite=overwrite)
    except BaseException:
        lock.release()
        raise
    return moved, lock


def copy_beside(history: History, old: Path, word: str) -> Path:
    """Write a history's newest state as a project of its own beside the one it belongs to.

    Returns: where it lies; ``<name> <word>.cmet``, or with a number.

    Raises:
        OutputError: if it cannot be written.
    """
    numbers = chain([""], (f" {n}" for n in count(2)))
    names = (f"{old.stem} {word}{number}{old.suffix}" for number in numbers)
    new = next(path for name in names if not (path := old.with_name(name)).exists())
    moved = history.mapped(lambda project: moved_project(project, old, new, None))
    take_along(moved, history, old, new)
    save_project(moved.project, new, overwrite=False)
    return new


def recovered_copy(recovery: Recovery) -> Path:
    """Write recovered edits as a project of its own; returns where it lies.

    Raises:
        OutputError: if it cannot be written.
    """
    return copy_beside(recovery.history, recovery.project_path, "recovered")
