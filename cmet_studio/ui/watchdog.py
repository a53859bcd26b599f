"""Counts how often and how long the GUI thread was busy, so that a stutter is a number."""

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer

LIMIT_MS = 50.0
_BEAT_MS = 10


@dataclass(slots=True)
class Blocked:
    """What the watchdog saw.

    Attributes:
        times: how often the GUI thread did not answer for over ``LIMIT_MS``.
        worst_ms: longest time it did not answer.
        beats: how often it answered.
    """

    times: int = 0
    worst_ms: float = 0.0
    beats: int = 0


class Watchdog(QObject):
    """A timer on the GUI thread: a beat that comes late says how long the thread was busy."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seen = Blocked()
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to count anew."""
        self.seen = Blocked()
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> Blocked:
        """End; what was seen."""
        self._timer.stop()
        return self.seen

    def _beat(self) -> None:
        now = time.perf_counter()
        late_ms = (now - self._last) * 1000 - _BEAT_MS
        self._last = now
        self.seen.beats += 1
        self.seen.worst_ms = max(self.seen.worst_ms, late_ms)
        if late_ms > LIMIT_MS:
            self.seen.times += 1
