"""What a file's content looks like, cheaply: enough to know a clip again, never a whole read."""

import hashlib
import os
import stat
from pathlib import Path

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.project import Fingerprint

BLOCK_BYTES = 1 << 20
_BLOCKS = 10  # the first, eight spread between, the last
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: Path, error: type[BadInput] = BadInput) -> int:
    """Open a local regular file for reading; never waits on a pipe or wakes a device.

    Returns: a file descriptor, to be closed by the caller.
    Raises: ``error`` if it is missing, a folder, not readable or anything but a regular file.
    """
    hint = "Check the path."
    try:
        descriptor = os.open(path, _READ)
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise error(f"There is no file {path}.", hint) from exc
    except IsADirectoryError as exc:
        raise error(f"{path} is a folder, not a file.", hint) from exc
    except PermissionError as exc:
        kind = "is a folder, not a file" if path.is_dir() else "may not be read by you"
        raise error(f"{path} {kind}.", hint) from exc
    except (OSError, ValueError) as exc:  # a socket, a NUL in the name, a loop of links
        raise error(f"{path} cannot be opened as a file.", hint) from exc
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    kind = "a folder" if stat.S_ISDIR(mode) else "not an ordinary file"
    raise error(f"{path} is {kind}.", hint)


def _block_starts(size: int) -> list[int]:
    """Where the hashed blocks begin; small files are hashed whole."""
    if size <= _BLOCKS * BLOCK_BYTES:
        return list(range(0, size, BLOCK_BYTES))
    return [(size - BLOCK_BYTES) * i // (_BLOCKS - 1) for i in range(_BLOCKS)]


def fingerprint(path: Path) -> Fingerprint:
    """Size, and SHA-256 over the first, the last and eight evenly spread 1 MiB blocks.

    A file of at most ten blocks is hashed whole.

    Raises: BadInput if it is not a readable local file.
    """
    digest = hashlib.sha256()
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            for start in _block_starts(size):
                file.seek(start)
                digest.update(file.read(BLOCK_BYTES))
    except OSError as exc:
        raise BadInput(f"{path} could not be read.", "Check the disk it lies on.") from exc
    return Fingerprint(size, digest.hexdigest())
