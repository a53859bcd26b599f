"""Keep a folder of things that can be made again below a size: the longest unused go first."""

import logging
import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

ANALYSES_BYTES = 10 * 1024**3
"""What analyses of clips may take: about a hundred ten-minute clips with one performer."""


def mark_used(entry: Path) -> None:
    """Remember that an entry of a cache was used now."""
    with suppress(OSError):  # a cache on a read-only disk still serves
        os.utime(entry)


def trim(folder: Path, most_bytes: int, in_use: Collection[Path] = ()) -> int:
    """Remove entries (files or whole folders) of ``folder`` until the rest fits.

    Args:
        folder: the cache; may be missing.
        most_bytes: what may stay.
        in_use: entries that stay whatever their size.

    Returns: bytes removed.
    """
    if not folder.is_dir():
        return 0
    entries = []
    for entry in folder.iterdir():
        with suppress(OSError):  # another process may remove it meanwhile
            entries.append((entry.stat().st_mtime_ns, _size(entry), entry))
    left = sum(size for _, size, _ in entries)
    removed = 0
    for _, size, entry in sorted(entries):
        if left - removed <= most_bytes:
            break
        if entry in in_use:
            continue
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            with suppress(OSError):
                entry.unlink()
        if not entry.exists():
            removed += size
    if removed:
        log.info("The cache %s was trimmed by %d MB.", folder.name, removed >> 20)
    return removed


def _size(entry: Path) -> int:
    if entry.is_dir():
        return sum(file.stat().st_size for file in entry.rglob("*") if file.is_file())
    return entry.stat().st_size
