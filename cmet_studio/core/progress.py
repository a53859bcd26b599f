"""How long work says how far it is and learns that it should stop."""

import threading
from collections.abc import Callable

from cmet_studio.core.errors import Cancelled

Report = Callable[[str, int, int], None]
"""``report(stage, done, total)``: ``stage`` is a verb phrase for people ("tracking faces");
``total`` is 0 while unknown. Called from the working thread, often; must be cheap."""


def silent(stage: str, done: int, total: int) -> None:
    """Report to nobody."""


class CancelToken:
    """A flag that long work checks between units of work. Thread-safe."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Raise ``Cancelled`` if somebody asked to stop."""
        if self._cancelled.is_set():
            raise Cancelled


NEVER = CancelToken()
"""For callers that cannot be stopped. Do not cancel it."""
