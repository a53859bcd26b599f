"""Files that a writer did not finish because its process was killed.

Whoever is only asked to stop cleans up after itself. A killed process cannot: so every file that
is being written is noted in the user's data folder, under the writer's process number, and whoever
comes later removes what dead writers left.
"""

import logging
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cmet_studio.core.errors import OutputError
from cmet_studio.core.paths import data_dir
from cmet_studio.core.processes import is_alive

log = logging.getLogger(__name__)

_NOTE = re.compile(r"(\d{1,10})-[0-9a-f]{12}")
_PART = re.compile(r"\..+\.[0-9a-f]{12}\.part(\.[^/]*)?", re.DOTALL)
_LONGEST = 8192


def _folder() -> Path:
    return data_dir() / "unfinished"


@contextmanager
def noted(temp: Path) -> Iterator[None]:
    """Note that this process is writing ``temp``, until the block ends and the file is gone."""
    note: Path | None = None
    try:
        # A note that cannot be written costs a stray file after a crash, never the work itself.
        with suppress(OSError, OutputError):
            note = _folder() / f"{os.getpid()}-{secrets.token_hex(6)}"
            note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            note.write_bytes(os.fsencode(temp.absolute()))
        yield
    finally:
        if note is not None and not os.path.lexists(temp):
            with suppress(OSError):
                note.unlink(missing_ok=True)


def sweep(mine: bool = False) -> int:
    """Remove what dead processes left unfinished. Returns how many files that were.

    Args:
        mine: also what this one did; for a process that writes nothing any more.
    """
    removed = 0
    with suppress(OSError, OutputError):
        for note in list(_folder().iterdir()):
            removed += _sweep_one(note, mine)
    return removed


def _sweep_one(note: Path, mine: bool) -> int:
    match = _NOTE.fullmatch(note.name)
    if match is None:
        return 0
    writer = int(match[1])
    if is_alive(writer) and not (mine and writer == os.getpid()):
        return 0
    removed = 0
    with suppress(OSError, ValueError):
        with note.open("rb") as file:
            temp = Path(os.fsdecode(file.read(_LONGEST)))
        # Only what looks like ours is touched, whatever a note says.
        if temp.is_absolute() and _PART.fullmatch(temp.name) and temp.is_file():
            temp.unlink()
            log.info("removed the unfinished %s", temp.name)
            removed = 1
    with suppress(OSError):
        note.unlink(missing_ok=True)
    return removed
