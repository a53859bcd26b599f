"""What happens in the engine, in order, for whoever wants to know."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_KEPT = 1000
_MOST_WAIT_S = 25.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Attributes:
        n: rises by one from 1.
        topic: ``job``, ``analysis``, ``state`` or ``cache``.
        data: plain values, ready for JSON.
    """

    n: int
    topic: str
    data: Mapping[str, Any]


class EventLog:
    """The last thousand events. Thread-safe; readers wait without holding anybody up."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=_KEPT)
        self._last = 0
        self._changed = threading.Condition()
        self._closed = False

    def say(self, topic: str, **data: Any) -> None:
        """Add an event."""
        with self._changed:
            self._last += 1
            self._events.append(Event(self._last, topic, data))
            self._changed.notify_all()

    def since(self, after: int, wait_s: float = 0.0) -> tuple[int, bool, list[Event]]:
        """Events after number ``after``, waiting for one if there is none yet.

        Returns: number of the newest event, whether some between have been forgotten, the events.
            A reader ahead of the log (it knew an engine before this one) gets everything.
        """
        with self._changed:
            if after > self._last:
                after = 0
            self._changed.wait_for(
                lambda: self._last > after or self._closed, min(max(wait_s, 0.0), _MOST_WAIT_S)
            )
            found = [event for event in self._events if event.n > after]
            return self._last, len(found) < self._last - after, found

    def close(self) -> None:
        """Let all waiting readers go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Seldom:
    """Lets a call through so often and no oftener; what comes between is dropped."""

    def __init__(self, every_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._every_s, self._clock = every_s, clock
        self._next = 0.0

    def due(self) -> bool:
        """Whether it is time again."""
        now = self._clock()
        if now < self._next:
            return False
        self._next = now + self._every_s
        return True
