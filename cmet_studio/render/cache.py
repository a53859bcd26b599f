"""Frames for the screen, kept by what they were made from.

A key holds every input of the picture, so nothing ever has to be invalidated: an undone edit asks
for the old key and finds the old picture. What a bar over a timeline shows is asked here, frame by
frame; nobody keeps ranges beside it.
"""

import threading
from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from cmet_studio.render.frame_key import FrameKey
from cmet_studio.render.frame_store import FrameStore

Rgb = npt.NDArray[np.uint8]


class FrameCache:
    """Pictures by key, the ones used longest ago thrown out first. Thread-safe.

    Args:
        limit_bytes: never exceeded; a picture larger than it is not kept at all.
        behind: keeps on disk what was slow to make, for longer.
    """

    def __init__(self, limit_bytes: int, behind: FrameStore | None = None) -> None:
        self.limit_bytes = limit_bytes
        self.behind = behind
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
        """Whether a picture is in memory. Does not count as a use."""
        return key in self._kept

    def keys(self) -> list[FrameKey]:
        """The keys of all pictures in memory, as they are now."""
        with self._lock:
            return list(self._kept)

    def get(self, key: FrameKey) -> Rgb | None:
        """The picture (h, w, 3) uint8, read-only, maybe from disk; None if it is not kept."""
        with self._lock:
            picture = self._kept.get(key)
            if picture is not None:
                self._kept.move_to_end(key)
                return picture
        found = None if self.behind is None else self.behind.get(key)
        return None if found is None else self.put(key, found)

    def put(self, key: FrameKey, picture: Rgb, took_s: float = 0.0) -> Rgb:
        """Keep a picture; it becomes read-only. Returns the one that is kept from now on.

        Args:
            took_s: what it cost to make; slow ones are kept on disk too.
        """
        picture.flags.writeable = False
        if self.behind is not None:
            self.behind.offer(key, picture, took_s)
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
