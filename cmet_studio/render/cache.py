"""Frames for the screen, kept by what they were made from.

A key holds every input of the picture, so nothing ever has to be invalidated: an undone edit asks
for the old key and finds the old picture. What a bar over a timeline shows is asked here, frame by
frame; nobody keeps ranges beside it.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmet_studio.render.pipeline import FaceJob

Rgb = npt.NDArray[np.uint8]
UNTOUCHED = "source"


@dataclass(frozen=True, slots=True)
class FrameKey:
    """Everything that a picture on the screen depends on.

    Attributes:
        clip: sha256 of the clip's fingerprint.
        width: of the picture for the screen, in pixels.
        quality: ``draft`` or ``full``; ``source`` for a frame in which nothing is changed.
        model: name, version and device of the face model; empty for an untouched frame.
        asked: digest of faces, expressions and deltas; empty for an untouched frame.
    """

    clip: str
    frame: int
    width: int
    quality: str
    model: str = ""
    asked: str = ""


def digest(jobs: Sequence[FaceJob]) -> str:
    """What is to be done in a frame, bit for bit; empty if nothing is."""
    if not jobs:
        return ""
    found = hashlib.blake2b(digest_size=16)
    for job in jobs:
        face = job.face
        for part in (face.landmarks, face.pose_deg, job.expression, job.delta):
            found.update(np.ascontiguousarray(part, np.float32).data)
        if job.lips is not None:
            found.update(b"lips" + np.ascontiguousarray(job.lips, np.float32).tobytes())
        found.update(np.array([face.confidence, face.strength], np.float64).data)
    return found.hexdigest()


class FrameCache:
    """Pictures by key, the ones used longest ago thrown out first. Thread-safe.

    Args:
        limit_bytes: never exceeded; a picture larger than it is not kept at all.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._kept: OrderedDict[FrameKey, Rgb] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def held_bytes(self) -> int:
        """Bytes of all pictures kept."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: FrameKey) -> bool:
        """Whether a picture is kept. Does not count as a use."""
        return key in self._kept

    def keys(self) -> list[FrameKey]:
        """The keys of all pictures kept, as they are now."""
        with self._lock:
            return list(self._kept)

    def get(self, key: FrameKey) -> Rgb | None:
        """The picture (h, w, 3) uint8, read-only; None if it is not kept."""
        with self._lock:
            picture = self._kept.get(key)
            if picture is not None:
                self._kept.move_to_end(key)
            return picture

    def put(self, key: FrameKey, picture: Rgb) -> Rgb:
        """Keep a picture; it becomes read-only. Returns the one that is kept from now on."""
        picture.flags.writeable = False
        if picture.nbytes > self.limit_bytes:
            return picture
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
            self._kept[key] = picture
            self._bytes += picture.nbytes
            self._shrink()
        return picture

    def resize(self, limit_bytes: int) -> None:
        """Change the bound."""
        with self._lock:
            self.limit_bytes = limit_bytes
            self._shrink()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _shrink(self) -> None:
        while self._bytes > self.limit_bytes:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= gone.nbytes
