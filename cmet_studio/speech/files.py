"""Recordings on disk: their content hash, and the sound of a take."""

import hashlib
from pathlib import Path

from cmet_studio.core.errors import ProjectError
from cmet_studio.domain.project import Take
from cmet_studio.project_io.relink import take_file
from cmet_studio.speech.waves import Floats, read_wave

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


def take_wave(take: Take, project_folder: Path) -> Floats:
    """A take's trimmed samples, (n,) at 16 kHz, of the very file that was imported.

    Raises: ProjectError if the file is missing, another one, or outside the project's folder;
        MediaError if it cannot be decoded.
    """
    path = take_file(take, project_folder)
    if content_hash(path) != take.sha256:
        raise ProjectError(
            f"The recording {take.path} is not the one that was imported as take '{take.id}'.",
            "Put the original back, or remove the take and import the new recording.",
        )
    return read_wave(path, take.in_s, take.out_s)
