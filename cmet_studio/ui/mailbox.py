"""How the GUI thread hands work to workers: a mailbox of one for previews, a queue for calls."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds the newest value only: what nobody took before the next came is never done."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None
        self._closed = False

    def put(self, value: T) -> None:
        """Replace what lies here."""
        with self._changed:
            self._value = value
            self._changed.notify_all()

    def take(self, timeout_s: float | None = None) -> T | None:
        """Wait for a value and take it; None when closed or after the time."""
        with self._changed:
            self._changed.wait_for(lambda: self._value is not None or self._closed, timeout_s)
            value, self._value = self._value, None
            return None if self._closed else value

    @property
    def closed(self) -> bool:
        """Whether nothing will come any more."""
        return self._closed

    def close(self) -> None:
        """Wake whoever waits; nothing comes any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
