"""Work that the window does itself, off the GUI thread: imports, quality of takes, peaks."""

import logging
import threading
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from cmet_studio.core.errors import Cancelled, CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.ui.bridge import Bridge

log = logging.getLogger(__name__)

T = TypeVar("T")


class Work(QObject):
    """One piece of work at a time, in order, on one thread that lives while there is some.

    Signals:
        changed(dict): as a job of the engine is described: id, title, state ("running", "done",
            "failed", "cancelled"), stage, done, total, message, hint.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = Bridge(self)
        self._numbers = count(1)
        self._token = CancelToken()
        self._running: tuple[str, CancelToken] | None = None
        self._queue: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(
        self,
        title: str,
        function: Callable[[CancelToken, Report], T],
        on_done: Callable[[T], None],
        on_error: Callable[[CmetError], None] | None = None,
    ) -> str:
        """Queue ``function(token, report)``; the answer comes on the GUI thread. Returns its id."""
        number, token = f"w{next(self._numbers)}", CancelToken()
        job: dict[str, Any] = {"id": number, "kind": "local", "title": title, "state": "running"}
        job |= {"stage": "", "done": 0, "total": 0, "message": "", "hint": ""}

        def tell(**news: Any) -> None:
            state = {**job, **news}
            self._bridge.post(lambda: self.changed.emit(state))

        def report(stage: str, done: int, total: int) -> None:
            tell(stage=stage, done=done, total=total)

        def run() -> None:
            if self._token.cancelled:
                return
            self._running = number, token
            tell()
            try:
                answer = function(token, report)
            except Cancelled:
                tell(state="cancelled")
                return
            except CmetError as error:
                failed = error
                tell(state="failed", message=failed.message, hint=failed.hint)
                if on_error is not None:
                    self._bridge.post(lambda: on_error(failed))
                return
            except Exception:  # job runner: the window lives on
                log.exception("work in the background failed: %s", title)
                tell(state="failed", message=f"{title} failed.", hint="See the log.")
                return
            finally:
                self._running = None
            tell(state="done")
            self._bridge.post(lambda: on_done(answer))

        with self._lock:
            self._queue.append(run)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="work", daemon=True)
                self._thread.start()
        return number

    def cancel(self, number: str) -> None:
        """Stop a piece of work at its next chance."""
        running = self._running
        if running is not None and running[0] == number:
            running[1].cancel()

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self._thread is not None

    def close(self, timeout_s: float = 5.0) -> bool:
        """Stop everything. Returns whether the thread ended."""
        self._bridge.close()
        self._token.cancel()
        running, thread = self._running, self._thread
        if running is not None:
            running[1].cancel()
        if thread is not None:
            thread.join(timeout_s)
            return not thread.is_alive()
        return True

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._thread = None
                    return
                run = self._queue.pop(0)
            run()
