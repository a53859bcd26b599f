"""The window's end of the engine process: asks on worker threads, answers on the GUI thread."""

import logging
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from cmet_studio.core.errors import Cancelled, CmetError
from cmet_studio.domain.project import Project
from cmet_studio.service.client import EngineGone
from cmet_studio.ui.bridge import Bridge
from cmet_studio.ui.engine_client import (
    EngineClient,
    EngineProcess,
    EngineUnreachable,
    FrameResult,
    Quality,
    ask,
)
from cmet_studio.ui.engine_preview import PreviewWorker

log = logging.getLogger(__name__)
T = TypeVar("T")

Start = Callable[[Callable[[str, str], None]], EngineProcess]
"""Starts the process; is given ``on_state(state, message)``, which any thread may call."""

_CALLERS = 2
_WAIT_S = 10.0
_PAUSE_S = 0.25


def _connect(process: EngineProcess) -> EngineClient:
    try:
        return process.client()
    except EngineGone as gone:
        raise EngineUnreachable("The engine is still starting.") from gone


class EngineLink(QObject):
    """Everything the window asks of the engine process.

    Signals:
        state_changed(state, message): of the process: "starting", "restarting", "stopped"; of the
            engine in it: "empty", "loading", "analysing", "ready", "failed".
        frame_ready(FrameResult): a frame that ``show_frame`` asked for, newest last.
        frame_failed(frame, CmetError).
        analysis_changed, cache_changed: ask again what you show of them.
        job_changed(dict): a job as the service describes it.
        model_changed: the viewer's frames are another face model's from now on.
        measured(stage, done, total): how far the faces are measured.
    """

    state_changed = Signal(str, str)
    frame_ready = Signal(object)
    frame_failed = Signal(int, object)
    analysis_changed = Signal()
    cache_changed = Signal()
    job_changed = Signal(object)
    model_changed = Signal()
    measured = Signal(str, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = "starting"
        self.message = ""
        self._bridge = Bridge(self)
        self._process: EngineProcess | None = None
        self._up = threading.Event()
        self._closing = threading.Event()
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._preview = PreviewWorker(self.wait_for_client, self._show, self._frame_failed)
        self._threads: list[threading.Thread] = []
        self._own = threading.local()
        self._generation = 0
        self._ahead = True
        self._dialling = threading.Lock()
        self._clients: list[EngineClient] = []
        self._ordering = threading.Lock()
        self._orders: SimpleQueue[tuple[str, dict[str, Any]]] = SimpleQueue()

    # Life

    def start(self, start: Start) -> None:
        """Start the process and the workers; returns at once."""
        names = [("preview", self._preview.run), ("events", self._follow_events)]
        names += [(f"call {n}", self._serve_calls) for n in range(_CALLERS)]
        for name, target in names:
            thread = threading.Thread(target=target, name=f"engine {name}", daemon=True)
            thread.start()
            self._threads.append(thread)
        self._calls.put(lambda: self._start_process(start))

    def _start_process(self, start: Start) -> None:
        try:
            self._process = start(self._on_state)
        except CmetError as error:
            self._on_state("failed", str(error))

    def restart(self) -> None:
        """Start the process again: it hangs, gave up, or is to read its settings."""
        process = self._process
        if process is not None:
            process.restart()

    def close(self, timeout_s: float = 5.0) -> bool:
        """Stop the process and the workers. Returns whether all of them ended."""
        self._closing.set()
        self._bridge.close()
        self._up.set()  # wakes those who wait for the process
        self._preview.close()
        for _ in range(_CALLERS):
            self._calls.put(None)
        if self._process is not None:
            self._process.stop(timeout_s)
        for thread in self._threads:
            thread.join(timeout_s)
        ended = not any(thread.is_alive() for thread in self._threads)
        with self._dialling:
            for client in self._clients:
                client.close()
            self._clients.clear()
        self._threads.clear()
        return ended

    def _on_state(self, state: str, message: str) -> None:
        """What the supervisor says of the process."""
        if state == "ready":
            self._generation += 1  # whoever has a connection to the process before dials anew
            self._preview.send_again()
            self._up.set()
            self.call(lambda client: client.background(self._ahead))
        elif not self._closing.is_set():
            self._up.clear()
        if state == "failed":
            message = self.tr("{0} Try Help, Restart the Engine.").format(message)
        self._tell(state, message)

    def _tell(self, state: str, message: str) -> None:
        def tell() -> None:
            self.state, self.message = state, message
            self.state_changed.emit(state, message)

        self._bridge.post(tell)

    def wait_for_client(self) -> EngineClient | None:
        """This thread's connection, once the process is up; None when closing."""
        while not self._closing.is_set():
            self._up.wait()
            if self._closing.is_set():
                return None
            try:
                return self._client()
            except CmetError:
                self._closing.wait(_PAUSE_S)
        return None

    def _client(self) -> EngineClient:
        if self._process is None:
            raise EngineUnreachable("The engine is still starting.")
        if getattr(self._own, "generation", -1) != self._generation:
            old, new = getattr(self._own, "client", None), _connect(self._process)
            self._own.client = new
            with self._dialling:
                self._clients = [c for c in self._clients if c is not old] + [new]
            if old is not None:
                old.close()
            self._own.generation = self._generation
        client: EngineClient = self._own.client
        return client

    # The document and its frames

    @property
    def model(self) -> str:
        """The face model of the viewer's frames."""
        return self._preview.model

    def use_model(self, model: str) -> None:
        """Render the viewer's frames with this face model."""
        if model != self._preview.model:
            self._preview.model = model
            self.model_changed.emit()

    def render_ahead(self, on: bool) -> None:
        """Let the engine render frames nobody asked for yet, or not."""
        self._ahead = on
        if self._up.is_set():
            self.call(lambda client: client.background(self._ahead))

    def put_document(self, path: Path, revision: int, project: Project) -> None:
        """Have the engine know this revision; only the newest one is sent."""
        self._preview.put_document(str(path), revision, project)

    def show_frame(
        self, frame: int, width: int | None, quality: Quality, source: bool = False
    ) -> None:
        """Ask for a frame; a wish that has not begun gives way to a newer one.

        Args:
            source: also bring the clip's own picture, for comparing.
        """
        self._preview.wish(frame, width, quality, source)

    def _show(self, result: FrameResult) -> None:
        self._bridge.post(lambda: self.frame_ready.emit(result))

    def _frame_failed(self, frame: int, error: CmetError) -> None:
        self._bridge.post(lambda: self.frame_failed.emit(frame, error))

    # Everything else

    def call(
        self,
        function: Callable[[EngineClient], T],
        on_done: Callable[[T], None] | None = None,
        on_error: Callable[[CmetError], None] | None = None,
    ) -> None:
        """Run ``function(client)`` on a worker thread; the answer comes on the GUI thread.

        The engine knows the document as it is now by then. Don't put it there from here: an older
        revision could overtake a newer one.
        """

        def work() -> None:
            client = self.wait_for_client()
            if client is None:
                return
            self._preview.wait_until_sent(_WAIT_S)
            try:
                answer = ask(function, client)
            except Cancelled:
                return
            except CmetError as error:
                failed = error
                if on_error is not None:
                    self._bridge.post(lambda: on_error(failed))
                else:
                    log.warning("the engine refused: %s", error)
                return
            if on_done is not None:
                self._bridge.post(lambda: on_done(answer))

        self._calls.put(work)

    def start_job(
        self,
        kind: str,
        on_started: Callable[[str], None] | None = None,
        on_error: Callable[[CmetError], None] | None = None,
        **wish: Any,
    ) -> None:
        """Begin long work in the engine process, in the order of these calls.

        ``on_started`` is told its id.
        """
        self._orders.put((kind, wish))
        self.call(self._start_oldest, on_started, on_error)

    def _start_oldest(self, client: EngineClient) -> str:
        with self._ordering:  # several callers: none may overtake another
            kind, wish = self._orders.get()
            return client.start_job(kind, **wish)

    def cancel_job(self, job_id: str) -> None:
        """Stop a job at its next chance."""
        self.call(lambda client: client.cancel(job_id))

    def pause_job(self, job_id: str) -> None:
        """Hold a job."""
        self.call(lambda client: client.pause(job_id))

    def resume_job(self, job_id: str) -> None:
        """Let a held job go on."""
        self.call(lambda client: client.resume(job_id))

    # Workers

    def _serve_calls(self) -> None:
        while True:
            work = self._calls.get()
            if work is None or self._closing.is_set():
                return
            work()

    def _follow_events(self) -> None:
        last, generation = 0, -1
        while (client := self.wait_for_client()) is not None:
            if generation != self._generation:
                last, generation = 0, self._generation
            try:
                answer = ask(partial(EngineClient.events, after=last, wait_s=_WAIT_S), client)
            except CmetError:
                self._closing.wait(_PAUSE_S)
                continue
            last = int(answer["last"])
            if answer.get("missed"):
                self._bridge.post(self.analysis_changed.emit)
                self._bridge.post(self.cache_changed.emit)
            for event in answer["events"]:
                self._dispatch(event)

    def _dispatch(self, event: Mapping[str, Any]) -> None:
        topic, data = event["topic"], event["data"]
        if topic == "job":
            self._bridge.post(lambda: self.job_changed.emit(data))
        elif topic == "analysis":
            self._bridge.post(self.analysis_changed.emit)
            if data.get("state") == "running" and data.get("engine") == self.model:
                said = str(data["stage"]), int(data["done"]), int(data["total"])
                self._bridge.post(lambda: self.measured.emit(*said))
        elif topic == "cache":
            self._bridge.post(self.cache_changed.emit)
        elif topic == "state":
            self._tell(str(data.get("state", self.state)), str(data.get("message", "")))
