"""Steps that Ctrl-C does not cut in two.

Python raises ``KeyboardInterrupt`` between any two instructions of the main thread: after a file
was created and before the ``try`` that would remove it, or within the ``finally`` that does. Where
half a step would leave something behind, the wish to stop waits for the step's end.
"""

import signal
import sys
import threading
from typing import NoReturn


class _Unbroken:
    """``with unbroken:`` around a short step; may be nested. Only the main thread has to wait.

    Attributes:
        heard: whether anybody ever asked to stop.
    """

    def __init__(self) -> None:
        self.heard = False
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
        self.heard = True
        self._asked = True
        if not self._depth:
            self._stop()

    def ask_again(self) -> None:
        """Stop after the next step."""
        self._asked = True

    def _stop(self) -> NoReturn:
        self._asked = False
        raise KeyboardInterrupt


unbroken = _Unbroken()


def stop_by_signals() -> None:
    """Let Ctrl-C and a polite kill raise ``KeyboardInterrupt``, but not within ``unbroken``.

    A process that was started deaf to Ctrl-C (in the background of a script) stays so.
    """
    unbroken.heard = False
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, unbroken.ask)
    signal.signal(signal.SIGTERM, unbroken.ask)


def keep_lost_wishes() -> None:
    """Let a ``KeyboardInterrupt`` that Python drops stop the work after its next unbroken step.

    One that falls into a finaliser or the callback of a weak reference goes no further: Python
    prints a traceback, and the work goes on.
    """
    others = sys.unraisablehook

    def hook(lost: "sys.UnraisableHookArgs") -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt):
            unbroken.ask_again()
        else:
            others(lost)

    sys.unraisablehook = hook
