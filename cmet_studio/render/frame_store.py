"""Frames that were slow to make, on disk: a project that is opened again finds them.

A file holds raw RGB behind a small header and is named by what the picture was made from. Nothing
of a file is believed: name, sizes and checksum have to agree, or it is removed and made again.
"""

import hashlib
import logging
import os
import re
import secrets
import shutil
import struct
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from queue import Empty, Full, Queue

import numpy as np
import numpy.typing as npt

from cmet_studio.core.disk_cache import mark_used
from cmet_studio.core.errors import BadInput
from cmet_studio.project_io.fingerprint import open_regular
from cmet_studio.render.frame_key import FrameKey

log = logging.getLogger(__name__)

Rgb = npt.NDArray[np.uint8]

WORTH_S = 0.06
"""Pictures that take this long are kept: reading one takes a tenth of that at most. 1280x720 out of
the ``mesh`` face model takes 0.02 and is not."""
_HEADER = struct.Struct("<8s16sIII")  # magic, name, width, height, CRC-32 of the samples
_MAGIC = b"CMETRGB1"
_NAME = re.compile(r"([0-9a-f]{16})-(\d{8})-([0-9a-f]{32})\.frame")
_PART = re.compile(r"\.[0-9a-f]{12}\.part")
_MOST_SIDE = 16384
_KEEP_FREE = 1 << 30  # bytes of the disk that are left to others
_OLD_S = 600.0  # a part this old was left by a killed engine
_NEW = 0.1  # how much the newest picture counts in what they take
_WAITING = 8  # pictures waiting to be written; more are not kept


class FrameStore:
    """Pictures by key, the ones used longest ago removed first. Thread-safe; writes aside.

    Several engines may use one folder; each keeps to the bound with what it knows of.

    Attributes:
        keeps: whether pictures are slow enough of late to be kept.

    Args:
        folder: its own; nothing that does not look like a frame is touched there.
        limit_bytes: of all files.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder, self._limit = folder, limit_bytes
        self._known: OrderedDict[str, int] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._waiting: Queue[tuple[str, Rgb]] = Queue(_WAITING)
        self._closing = threading.Event()
        self._troubled = False
        self._pace_s = 0.0
        self.keeps = False
        self._thread = threading.Thread(target=self._run, name="frame store", daemon=True)
        self._thread.start()

    @property
    def held_bytes(self) -> int:
        """Bytes of all files."""
        return self._bytes

    @property
    def limit_bytes(self) -> int:
        """Bytes that all files may take."""
        return self._limit

    def __contains__(self, key: FrameKey) -> bool:
        """Whether a picture is kept. Does not count as a use."""
        return bool(self._known) and name_of(key) in self._known

    def of_clip(self, clip: str) -> Iterator[tuple[int, str]]:
        """Frame and name of every picture of a clip; compare names with ``name_of``."""
        with self._lock:
            names = list(self._known)
        for name in names:
            if name.startswith(clip[:16]):
                yield int(name[17:25]), name

    def get(self, key: FrameKey) -> Rgb | None:
        """The picture (h, w, 3) uint8; None if it is not kept or was damaged."""
        name = name_of(key) if self._known else ""
        with self._lock:
            if name not in self._known:
                return None
            self._known.move_to_end(name)
        path = self._folder / name
        picture = _read(path, name)
        if picture is None:
            self._forget(name)
            with suppress(OSError):
                path.unlink(missing_ok=True)
            return None
        mark_used(path)
        return picture

    def offer(self, key: FrameKey, picture: Rgb, took_s: float) -> None:
        """Keep a picture if they are slow to make. Returns at once; in a rush it is dropped."""
        if key.quality != "full" or not took_s:
            return
        # A mean: on a busy machine now and then a quick one takes long.
        self._pace_s += (took_s - self._pace_s) * (_NEW if self._pace_s else 1.0)
        self.keeps = self._pace_s >= WORTH_S
        if self.keeps and key not in self:
            with suppress(Full):
                self._waiting.put_nowait((name_of(key), picture))

    def close(self, timeout_s: float = 5.0) -> bool:
        """Write what waits and end. Returns whether the thread has ended."""
        self._closing.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # The writing thread

    def _run(self) -> None:
        self._look()
        while True:
            try:
                name, picture = self._waiting.get(timeout=0.25)
            except Empty:
                if self._closing.is_set():
                    return
                continue
            self._write(name, picture)

    def _look(self) -> None:
        """Learn what lies there, the longest unused first."""
        found = []
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            for path in self._folder.iterdir():
                with suppress(OSError):
                    told = path.lstat()
                    if _NAME.fullmatch(path.name):
                        found.append((told.st_mtime_ns, path.name, told.st_size))
                    elif _PART.fullmatch(path.name) and time.time() - told.st_mtime > _OLD_S:
                        path.unlink()
        with self._lock:
            for _, name, size in sorted(found):
                self._known[name] = size
                self._bytes += size
        self._shrink()

    def _write(self, name: str, picture: Rgb) -> None:
        data = np.ascontiguousarray(picture).tobytes()
        height, width = picture.shape[:2]
        digest = bytes.fromhex(_digest(name))
        header = _HEADER.pack(_MAGIC, digest, width, height, zlib.crc32(data))
        size = len(header) + len(data)
        part = self._folder / f".{secrets.token_hex(6)}.part"
        try:
            if size > self._limit or shutil.disk_usage(self._folder).free - size < _KEEP_FREE:
                return
            with part.open("xb") as file:
                file.write(header)
                file.write(data)
            part.replace(self._folder / name)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            if not self._troubled:
                log.info("Frames cannot be kept in %s: %s", self._folder, error)
            self._troubled = True
            return
        with self._lock:
            self._bytes += size - self._known.pop(name, 0)
            self._known[name] = size
        self._shrink()

    def _shrink(self) -> None:
        while self._bytes > self._limit:
            with self._lock:
                name, size = self._known.popitem(last=False)
                self._bytes -= size
            with suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)

    def _forget(self, name: str) -> None:
        with self._lock:
            self._bytes -= self._known.pop(name, 0)


def name_of(key: FrameKey) -> str:
    """The name of a picture's file: clip, frame, digest of the whole key."""
    digest = hashlib.blake2b(repr(astuple(key)).encode(), digest_size=16).hexdigest()
    return f"{key.clip[:16]:0>16}-{key.frame:08d}-{digest}.frame"


def _digest(name: str) -> str:
    return name[26:58]


def _read(path: Path, name: str) -> Rgb | None:
    """A picture whose file is what its name and header say; else None."""
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            head = file.read(_HEADER.size)
            magic, digest, width, height, checksum = _HEADER.unpack(head)
            sound = magic == _MAGIC and digest.hex() == _digest(name)
            if not sound or not (0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE):
                return None
            size = width * height * 3
            if os.fstat(file.fileno()).st_size != len(head) + size:
                return None
            data = file.read(size)
    except (BadInput, OSError, struct.error):
        return None
    if len(data) != size or zlib.crc32(data) != checksum:
        return None
    return np.frombuffer(data, np.uint8).reshape(height, width, 3)
