"""Frames that nobody asked for yet: the in/out range, else around the playhead."""

from collections.abc import Iterator

from cmet_studio.app.planned import Planned, frame_bytes
from cmet_studio.core.errors import CmetError
from cmet_studio.media.reader import VideoReader
from cmet_studio.render.cache import FrameCache
from cmet_studio.render.frame_key import FrameKey
from cmet_studio.render.frame_store import name_of

Runs = list[tuple[int, int, str]]
_SHARE = 0.8  # of the cache: the rest is for what is looked at elsewhere
_BEFORE = 0.25  # of the frames around the playhead lie before it
_LOOKS = 200  # keys compared per step, when no picture has to be made


class Ahead:
    """Renders ahead, one frame a step. Used by the engine thread but for ``states`` and ``watch``.

    Attributes:
        more: whether something may be left to do.
    """

    def __init__(self, cache: FrameCache) -> None:
        self.more = False
        self._cache = cache
        self._order: Iterator[int] = iter(())
        self._half_planned: int | None = None  # of the order, to go on with
        self._planned: Planned | None = None
        self._playhead = 0
        self._width: int | None = None
        self._watched = (0, 0)
        self._damaged: set[int] = set()
        self._memory_left = 0
        self._reaches_disk = False
        self._reader: VideoReader | None = None

    def around(self, playhead: int, width: int | None) -> None:
        """The editor looks here now."""
        if (playhead, width) != (self._playhead, self._width):
            self._playhead, self._width = playhead, width
            self.anew()

    def anew(self) -> None:
        """Something has changed: look again at what is missing."""
        self._planned = None
        self.more = True

    def watch(self, start: int, stop: int) -> bool:
        """The editor sees the states of this range: they should be known.

        Returns: whether it is another range than before.
        """
        if (start, stop) == self._watched:
            return False
        self._watched = (start, stop)
        self.anew()
        return True

    def states(self, planned: Planned | None, start: int, stop: int, width: int | None) -> Runs:
        """Runs of ``none``, ``draft``, ``full``, ``disk`` and ``failed`` that cover the range.

        Costs what the cache holds, not how long the range is.
        """
        known = self._on_disk(planned, start, stop, width)
        for key in self._cache.keys() if planned is not None else ():
            assert planned is not None
            if start <= key.frame < stop and known.get(key.frame) not in ("full", "disk"):
                quality = "draft" if key.quality == "draft" else "full"
                if planned.known(key.frame, width, quality) == key:
                    known[key.frame] = quality
        known |= {frame: "failed" for frame in set(self._damaged) if start <= frame < stop}
        runs: Runs = []
        at = start
        for frame in sorted(known):
            if frame > at:
                runs.append((at, frame, "none"))
            if runs and runs[-1][1:] == (frame, known[frame]):
                runs[-1] = (runs[-1][0], frame + 1, known[frame])
            else:
                runs.append((frame, frame + 1, known[frame]))
            at = frame + 1
        if at < stop:
            runs.append((at, stop, "none"))
        return runs

    def _on_disk(
        self, planned: Planned | None, start: int, stop: int, width: int | None
    ) -> dict[int, str]:
        """Frames of the range whose full picture is on disk and not in memory."""
        if planned is None or self._cache.behind is None:
            return {}
        known: dict[int, str] = {}
        for frame, name in self._cache.behind.of_clip(planned.clip):
            if start <= frame < stop:
                key = planned.known(frame, width, "full")
                if key is not None and key not in self._cache and name_of(key) == name:
                    known[frame] = "disk"
        return known

    def step(self, planned: Planned) -> bool:
        """Do a little. Returns whether a picture was made."""
        if self._planned is not planned:
            if self._planned is None or self._planned.opened.source is not planned.opened.source:
                self._damaged.clear()
            self._planned = planned
            self._order, self._half_planned = self._what(planned), None
        for _ in range(_LOOKS):
            frame = self._half_planned
            if frame is None:
                frame = next(self._order, None)
            if frame is None:
                self.more = False
                if self._is_slow() and not self._reaches_disk:  # that is known only now
                    self.anew()
                return False
            wanted = -1 - frame if frame < 0 else frame
            if not planned.advance(wanted):
                self._half_planned = frame
                return False
            self._half_planned = None
            if frame < 0:  # only its key is wanted, for the states
                planned.key(wanted, self._width, "full")
                continue
            key = planned.key(frame, self._width, "full")
            if self._is_wanted(key):
                if self._cache.get(key) is None:  # nor on disk
                    self._make(planned, frame)
                return True
        return False

    def _is_wanted(self, key: FrameKey) -> bool:
        """Whether a picture is to be made, or brought from disk as far as memory reaches."""
        self._memory_left -= 1
        if key.frame in self._damaged or key in self._cache:
            return False
        behind = self._cache.behind
        return behind is None or key not in behind or self._memory_left >= 0

    def _is_slow(self) -> bool:
        """Whether pictures are slow enough to be kept on disk."""
        return self._cache.behind is not None and self._cache.behind.keeps

    def close(self) -> None:
        """Let go of the clip."""
        self._planned = None
        self.more = False
        self._damaged.clear()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _make(self, planned: Planned, frame: int) -> None:
        source = planned.opened.source
        key = planned.key(frame, self._width, "full")
        try:
            if source.has(frame):
                picture = source.read(frame)
            else:  # a reader of our own: it goes forward while the editor's jumps about
                if self._reader is None:
                    self._reader = VideoReader(source.clip)
                picture = self._reader.read(frame)
        except CmetError:
            self._damaged.add(frame)
            return
        planned.make(key, picture, self._cache)

    def _what(self, planned: Planned) -> Iterator[int]:
        """Frames to make in order; then those whose key alone is wanted, as ``-1 - frame``."""
        source = planned.opened.source
        behind, each = self._cache.behind, frame_bytes(source, self._width)
        room = self._memory_left = int(self._cache.limit_bytes * _SHARE / each)
        self._reaches_disk = self._is_slow()
        if behind is not None and self._reaches_disk:  # what memory gives up stays on disk
            room += int(behind.limit_bytes * _SHARE / each)
        chosen = planned.opened.project.work_range
        if chosen is None:
            first = max(0, self._playhead - int(room * _BEFORE))
            chosen = (first, min(len(source), first + room))
        start, stop = max(0, chosen[0]), min(len(source), chosen[1])
        ahead = range(max(start, min(self._playhead, stop)), stop)
        yield from ahead[:room]
        yield from range(start, min(ahead.start, start + max(0, room - len(ahead))))
        for frame in range(max(0, self._watched[0]), min(len(source), self._watched[1])):
            yield -1 - frame
