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
Job = dict[str, Any]


class Work(QObject):
    """One piece of work at a time, in order, on one thread that lives while there is some.

    Signals:
        changed(dict): as a job of the engine is described: id, title, state ("waiting",
            "running", "done", "failed", "cancelled"), stage, done, total, message, hint.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = Bridge(self)
        self._numbers = count(1)
        self._generation = 0
        self._tokens: dict[str, CancelToken] = {}
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
        job: Job = {"id": number, "kind": "local", "title": title, "state": "waiting"}
        job |= {"stage": "", "done": 0, "total": 0, "message": "", "hint": ""}
        generation = self._generation

        def post(work: Callable[[], None]) -> None:
            def unless_stopped() -> None:
                if generation == self._generation:
                    work()

            self._bridge.post(unless_stopped)

        def tell(**news: Any) -> None:
            job.update(news)
            state = job.copy()
            post(lambda: self.changed.emit(state))

        def fail(error: CmetError) -> None:
            tell(state="failed", message=error.message, hint=error.hint)
            if on_error is not None:
                post(lambda: on_error(error))

        def run() -> None:
            answer = _answer(function, token, tell, fail)
            if answer is not None:
                tell(state="done")
                post(lambda: on_done(answer[0]))
            self._tokens.pop(number, None)

        self._tokens[number] = token
        self._queue_up(run)
        return number

    def cancel(self, number: str) -> None:
        """Stop a piece of work at its next chance, or before it begins."""
        if token := self._tokens.get(number):
            token.cancel()

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self._thread is not None

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Stop everything; nothing of it is answered any more. Returns whether the thread ended."""
        self._generation += 1
        for token in list(self._tokens.values()):
            token.cancel()
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
            return not thread.is_alive()
        return True

    def _queue_up(self, run: Callable[[], None]) -> None:
        with self._lock:
            self._queue.append(run)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="work", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._thread = None
                    return
                run = self._queue.pop(0)
            run()


def _answer(
    function: Callable[[CancelToken, Report], T],
    token: CancelToken,
    tell: Callable[..., None],
    fail: Callable[[CmetError], None],
) -> tuple[T] | None:
    """What the work gives; None if it was stopped or failed, which is told."""

    def report(stage: str, done: int, total: int) -> None:
        tell(stage=stage, done=done, total=total)

    try:
        token.check()
        tell(state="running")
        return (function(token, report),)
    except Cancelled:
        tell(state="cancelled")
    except CmetError as error:
        fail(error)
    except Exception:  # job runner: the window lives on
        log.exception("work in the background failed")
        fail(CmetError("Something went wrong in the background.", "The log says what."))
    return None
