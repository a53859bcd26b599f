"""Steps that Ctrl-C does not cut in two.

Python raises ``KeyboardInterrupt`` between any two instructions of the main thread: after a file
was created and before the ``try`` that would remove it, or within the ``finally`` that does. Where
half a step would leave something behind, the wish to stop waits for the step's end.
"""

import signal
import threading
from typing import NoReturn


class _Unbroken:
    """``with unbroken:`` around a short step; may be nested. Only the main thread has to wait."""

    def __init__(self) -> None:
        self._depth = 0
        self._asked = False

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._depth += 1

    def __exit__(self, *error: object) -> None:
        if threading.current_thread() is threading.main_thread():
            self._depth -= 1
            if self._asked and not self._depth:
                self._stop()

    def ask(self, signum: int, frame: object) -> None:
        """Handle a signal: stop now, or when the step is done."""
        self._asked = True
        if not self._depth:
            self._stop()

    def _stop(self) -> NoReturn:
        self._asked = False
        raise KeyboardInterrupt


unbroken = _Unbroken()


def stop_by_signals() -> None:
    """Let Ctrl-C and a polite kill raise ``KeyboardInterrupt``, but not within ``unbroken``.

    A process that was started deaf to Ctrl-C (in the background of a script) stays so.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, unbroken.ask)
    signal.signal(signal.SIGTERM, unbroken.ask)
