"""Recordings on disk: their content hash."""

import hashlib
from pathlib import Path

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
