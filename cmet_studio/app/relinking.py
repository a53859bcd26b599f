"""Finding a clip that was moved, and pointing a project at it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cmet_studio.app.commands import clip_value
from cmet_studio.core.errors import BadInput, ProjectError
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Clip
from cmet_studio.project_io.fingerprint import fingerprint

MOST_FILES = 200_000
"""Files a search looks at before it gives up."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that might be the clip.

    Attributes:
        value: what the project would say about it.
        same: whether its content is the clip's, by fingerprint.
        usable: whether it has the clip's picture size and number of frames.
    """

    path: Path
    value: Clip
    same: bool
    usable: bool


def examine(path: Path, clip: Clip, project_path: Path) -> Candidate:
    """Compare a file with the clip a project was made of.

    Raises:
        MediaError: if it cannot be read.
    """
    from cmet_studio.media.reader import VideoReader

    with VideoReader(path) as reader:
        value = clip_value(path, project_path, reader)
    shape = (value.frames, value.width, value.height)
    usable = shape == (clip.frames, clip.width, clip.height)
    return Candidate(path, value, value.fingerprint == clip.fingerprint, usable)


def search(
    folder: Path, clip: Clip, token: CancelToken = NEVER, report: Report = silent
) -> Path | None:
    """Look for a clip in a folder and all below it: by size, then by fingerprint.

    A file of the same name is looked at before others in its folder. Links are not followed.

    Raises:
        ProjectError: if there are too many files to look at.
        Cancelled: when stopped.
    """
    name = Path(clip.path).name
    for n, path in enumerate(_files(folder, name)):
        if n % 64 == 0:
            token.check()
            report("searching", n, 0)
        if n >= MOST_FILES:
            raise ProjectError(f"{folder} holds too many files.", "Choose a folder further down.")
        if _is(path, clip):
            return path
    return None


def _files(folder: Path, name: str) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files, key=lambda other: (other != name, other)):
            yield Path(here) / file


def _is(path: Path, clip: Clip) -> bool:
    try:
        if path.is_symlink() or path.stat().st_size != clip.fingerprint.size:
            return False
        return fingerprint(path) == clip.fingerprint
    except (OSError, BadInput):
        return False
