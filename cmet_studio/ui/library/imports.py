"""Sound files become takes, on a worker thread; one that is not usable does not stop the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cmet_studio.core.errors import CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain.project import Take

SOUND = (
    ".wav", ".flac", ".mp3", ".m4a", ".aac", ".ogg", ".opus", ".aif", ".aiff", ".mp4", ".mov",
    ".mkv", ".webm",
)  # fmt: skip
"""Endings that are imported; films bring their first sound track."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought.

    Attributes:
        takes: usable ones; their ids are not final.
        warnings: sentences about their quality.
        refused: sentences about files that were not usable.
    """

    takes: tuple[Take, ...]
    warnings: tuple[str, ...]
    refused: tuple[str, ...]


def sound_files(paths: Sequence[Path]) -> list[Path]:
    """The files among ``paths`` that look like sound; folders become those in them, sorted."""
    files: list[Path] = []
    for path in paths:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        files += [file for file in inside if file.suffix.lower() in SOUND and file.is_file()]
    return files


def import_files(
    files: Sequence[Path], folder: Path, media_folder: Path, token: CancelToken, report: Report
) -> Imported:
    """Judge sound files and copy them into a project's media folder.

    Raises: Cancelled.
    """
    from cmet_studio.speech.takes import import_with_quality

    takes, warnings, refused = [], [], []
    for n, file in enumerate(files):
        token.check()
        report("importing takes", n, len(files))
        try:
            imported = import_with_quality(file, folder, f"t{n}", media_folder)
        except CmetError as error:
            refused.append(str(error))
            continue
        takes.append(imported.take)
        warnings += [f"{file.name}: {warning}" for warning in imported.quality.warnings]
    report("importing takes", len(files), len(files))
    return Imported(tuple(takes), tuple(warnings), tuple(refused))
