"""Frames fetched ahead of the playhead while playing: late ones are skipped, never queued."""

import threading
import time
from collections.abc import Callable, Iterator

from cmet_studio.core.errors import Cancelled, CmetError
from cmet_studio.ui.engine_client import EngineClient, FrameResult, Quality, fetch

_AHEAD = 10
_PAUSE_S = 0.03


class FrameFeed:
    """A thread that keeps a few frames before the playhead at hand.

    Attributes:
        model: face model that they are rendered with.

    Args:
        client: waits for the thread's connection; None ends the work.
    """

    def __init__(self, client: Callable[[], EngineClient | None]) -> None:
        self.model = "mesh"
        self._client = client
        self._changed = threading.Condition()
        self._frames: dict[int, FrameResult] = {}
        self._playhead = 0
        self._step = 0  # 0: at rest
        self._bounds = (0, 0)
        self._loops = False
        self._frame_s = 0.04
        self._fetch_s = 0.0  # how long a frame takes to come, smoothed
        self._taken: int | None = None
        self._width: int | None = None
        self._quality: Quality = "draft"
        self._revision: int | None = None
        self._serial = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    def begin(
        self,
        frame: int,
        step: int,
        bounds: tuple[int, int],
        width: int | None,
        quality: Quality,
        loops: bool = False,
        frame_s: float = 0.04,
    ) -> None:
        """Fetch from ``frame`` on, every ``step`` frames, within the half-open ``bounds``.

        Args:
            frame_s: real seconds for which each of them is shown.
        """
        with self._changed:
            self._frames.clear()
            self._playhead, self._step, self._bounds = frame, step, bounds
            self._width, self._quality, self._loops = width, quality, loops
            self._frame_s, self._taken = frame_s, None
            self._serial += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
                self._thread.start()
            self._changed.notify()

    def halt(self) -> None:
        """Fetch nothing more."""
        with self._changed:
            self._step = 0
            self._serial += 1
            self._frames.clear()

    def set_revision(self, revision: int | None) -> None:
        """The document changed while playing: what was fetched ahead is old."""
        with self._changed:
            self._revision = revision
            self._frames.clear()
            self._serial += 1
            self._changed.notify()

    def take(self, frame: int) -> FrameResult | None:
        """The frame to show at this playhead; if it is not there, a newer one than shown last.

        Returns None where there is nothing new. What has been passed is dropped.
        """
        with self._changed:
            self._playhead = frame
            found = self._frames.get(frame)
            due = set(self._due())
            passed = [n for n in self._frames if n not in due]
            if found is None and passed:
                found = self._late(frame, passed)
            for old in passed:
                del self._frames[old]
            if found is not None:
                self._taken = found.number
            self._changed.notify()
            return found

    def _late(self, frame: int, passed: list[int]) -> FrameResult | None:
        """The best of what came too late: better than a picture that stands still."""
        nearest = min(passed, key=lambda n: abs(frame - n))
        older = self._taken is not None and (nearest - self._taken) * self._step <= 0
        behind = (frame - nearest) * self._step > 0
        return self._frames[nearest] if behind and not older else None

    def close(self, timeout_s: float = 5.0) -> bool:
        """End the thread. Returns whether it ended."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _due(self) -> Iterator[int]:
        """The frames from the playhead on, in the order in which they are due."""
        first, stop = self._bounds
        for n in range(_AHEAD if self._step and stop > first else 0):
            frame = self._playhead + n * self._step
            if not first <= frame < stop:
                if not self._loops:
                    return
                frame = first + (frame - first) % (stop - first)
            yield frame

    def _next(self) -> int | None:
        """The nearest frame ahead of the playhead that is not at hand and can come in time."""
        lead = min(int(self._fetch_s / self._frame_s) + 1, _AHEAD - 1)
        due = list(self._due())
        first = lead if self._frames or self._fetch_s else 0
        return next((n for n in due[first:] or due[-1:] if n not in self._frames), None)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._next() is not None)
                if self._closed:
                    return
                frame, serial, revision = self._next(), self._serial, self._revision
                width, quality = self._width, self._quality
            client = self._client()
            if client is None:
                return
            if frame is not None:
                self._fetch(client, frame, serial, width, quality, revision)

    def _fetch(
        self,
        client: EngineClient,
        frame: int,
        serial: int,
        width: int | None,
        quality: Quality,
        revision: int | None,
    ) -> None:
        began = time.perf_counter()
        try:
            found = fetch(client, frame, width, quality, revision, "playback", self.model)
        except (Cancelled, CmetError):
            with self._changed:  # the engine may be starting again
                self._changed.wait_for(lambda: self._closed, _PAUSE_S)
            return
        took_s = time.perf_counter() - began
        with self._changed:
            self._fetch_s += (took_s - self._fetch_s) / 4
            if serial == self._serial:
                self._frames[frame] = found
