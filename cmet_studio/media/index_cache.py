"""Indices of long clips on disk: an hour takes a second to read, and every process needs it.

They are known by the file's place, size and time of change; one that is not as it was written is as
if it were not there.
"""

import hashlib
import logging
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from cmet_studio.core.disk_cache import mark_used, trim
from cmet_studio.core.errors import CmetError
from cmet_studio.core.paths import cache_dir

log = logging.getLogger(__name__)

Ints = npt.NDArray[np.int64]
Arrays = Mapping[str, Ints]

LONG = 3000
"""Clips of fewer frames are read again: that takes milliseconds."""
_VERSION = 1
_MOST_BYTES = 100 << 20
_USELESS = (
    OSError, ValueError, KeyError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile,
    CmetError,
)  # fmt: skip
"""What numpy and zipfile raise at files that somebody else wrote."""


def kept(path: Path, size: int, mtime_ns: int, names: tuple[str, ...]) -> Arrays | None:
    """What was kept of a file: one-dimensional arrays of these names; None if nothing was."""
    try:
        place = _place(path, size, mtime_ns)
        with place.open("rb") as file, np.load(file, allow_pickle=False) as found:
            arrays = {name: found[name] for name in names}
    except _USELESS:
        return None
    if any(array.dtype != np.int64 or array.ndim != 1 for array in arrays.values()):
        return None
    mark_used(place)
    return arrays


def keep(path: Path, size: int, mtime_ns: int, arrays: Arrays) -> None:
    """Keep arrays of a file for later; a full or read-only disk is no mistake."""
    try:
        place = _place(path, size, mtime_ns)
        unfinished = place.with_name(f"{place.stem}.{os.getpid()}.part")
        try:
            with unfinished.open("wb") as file:
                np.savez(file, **arrays)
            unfinished.replace(place)
        finally:
            unfinished.unlink(missing_ok=True)
        trim(place.parent, _MOST_BYTES, (place,))
    except (OSError, CmetError) as error:
        log.info("The index of %s is not kept: %s", path.name, error)


def _place(path: Path, size: int, mtime_ns: int) -> Path:
    folder = cache_dir() / "indices"
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
    told = f"{_VERSION} {av.__version__} {path} {size} {mtime_ns}"
    return (
        folder / f"{hashlib.sha256(told.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.npz"
    )
