"""A clip's own frames, kept decoded around the playhead."""

import threading
from collections import OrderedDict
from pathlib import Path

from cmet_studio.domain.time import ClipTimes
from cmet_studio.media.picture import Picture
from cmet_studio.media.reader import VideoReader

KEPT_BYTES = 160 << 20
"""Decoded frames that are kept; some hundred of 1280x720."""


class Closed(Exception):
    """The clip was let go of: another document has been opened meanwhile."""


class SourceFrames:
    """Frames of one clip for whoever asks. Thread-safe: one at a time uses the reader.

    A dragged key asks for the same frame again and again, and a playhead that goes back and forth
    for the same few: neither should decode.
    """

    def __init__(self, clip: Path, kept_bytes: int = KEPT_BYTES) -> None:
        """Open a clip.

        Raises: MediaError if it cannot be read.
        """
        self.clip = clip
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._bytes = 0
        self._limit = kept_bytes
        self._closed = False
        self._reader = VideoReader(clip)
        video = self._reader.info.video
        self.size: tuple[int, int] = (video.width, video.height)
        self.times: ClipTimes = self._reader.times

    def __len__(self) -> int:
        return len(self.times)

    def read(self, frame: int) -> Picture:
        """One frame, decoded or from memory.

        Raises:
            IndexError: outside the clip.
            MediaError: if the file is damaged there or gone.
            Closed: after ``close``.
        """
        with self._lock:
            if self._closed:
                raise Closed
            known = self._kept.get(frame)
            if known is not None:
                self._kept.move_to_end(frame)
                return known
            picture = self._reader.read(frame)
            self._keep(frame, picture)
            return picture

    def has(self, frame: int) -> bool:
        """Whether a frame is in memory."""
        return frame in self._kept

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._closed = True
            self._kept.clear()
            self._bytes = 0
            self._reader.close()

    def _keep(self, frame: int, picture: Picture) -> None:
        self._kept[frame] = picture
        self._bytes += _size(picture)
        while self._bytes > self._limit and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= _size(gone)


def _size(picture: Picture) -> int:
    return sum(plane.nbytes for plane in picture.planes)
