"""Faces are measured beside the engine thread, so that frames keep coming meanwhile."""

import logging
import threading
from collections.abc import Callable

import numpy as np

from cmet_studio.app.events import EventLog, Seldom
from cmet_studio.app.planned import Opened
from cmet_studio.app.session import FaceId, face_id
from cmet_studio.app.workspace import Workspace
from cmet_studio.core.errors import Cancelled, CmetError, EngineError
from cmet_studio.core.processes import give_way
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain.project import Performer
from cmet_studio.engine.analysis import PerformerAnalysis
from cmet_studio.engine.protocol import FaceModel
from cmet_studio.media.reader import VideoReader
from cmet_studio.render.pipeline import FaceJob, edit_picture

log = logging.getLogger(__name__)

_PATIENCE_S = 0.2

Done = Callable[[str, Opened, "dict[str, PerformerAnalysis] | CmetError"], None]


class Analyses:
    """Measures performers' faces, those of one wish in one pass over the clip.

    Args:
        done: called on the worker's thread with the engine, the document that was asked with, and
            what was found by performer id, or the error.
    """

    def __init__(self, events: EventLog, done: Done) -> None:
        self._events, self._done = events, done
        self._lock = threading.Lock()
        self._measuring = threading.Lock()
        self._wanted: dict[str, Opened] = {}
        self._known: dict[tuple[str, str, FaceId], PerformerAnalysis] = {}
        self._running: tuple[str, Opened] | None = None
        self._token = CancelToken()
        self._thread: threading.Thread | None = None
        self._closing = False

    def want(self, engine: str, opened: Opened) -> None:
        """Measure every performer of ``opened`` that was not measured yet."""
        with self._lock:
            if self._closing:
                return
            stopped = self._token.cancelled  # what runs then comes to nothing
            if self._running is not None and self._running[0] == engine and not stopped:
                if _faces(self._running[1]) == _faces(opened):
                    return
                if not _faces(self._running[1]) <= _faces(opened):
                    self._token.cancel()  # of another clip, or of a face nobody wants any more
            self._wanted[engine] = opened
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="analysis", daemon=True)
                self._thread.start()

    def leave(self, engine: str) -> None:
        """Nobody looks through this face model any more: measure nothing further for it."""
        with self._lock:
            self._wanted.pop(engine, None)
            if self._running is not None and self._running[0] == engine:
                self._token.cancel()

    def forget(self) -> None:
        """Stop, and forget what is kept in memory; it stays on disk."""
        with self._lock:
            self._wanted.clear()
            self._known.clear()
            self._token.cancel()

    def close(self, timeout_s: float) -> bool:
        """Stop for good. Returns whether the thread has ended."""
        with self._lock:
            self._closing = True
            thread = self._thread
        self.forget()
        if thread is not None:
            thread.join(timeout_s)
        return thread is None or not thread.is_alive()

    def _run(self) -> None:
        give_way()
        while True:
            with self._lock:
                if not self._wanted:
                    self._thread = None
                    return
                engine = next(iter(self._wanted))
                opened = self._wanted.pop(engine)
                self._running = (engine, opened)
                self._token = token = CancelToken()
            result: dict[str, PerformerAnalysis] | CmetError | None
            try:
                result = self.measure(engine, opened, token, self._saying(engine, opened))
            except Cancelled:
                result = None
            except CmetError as error:
                result = error
            except Exception as error:  # the engine goes on without these faces
                log.exception("The analysis failed")
                result = EngineError(f"The faces could not be measured: {error}.")
            with self._lock:
                self._running = None
            if result is not None:
                self._tell(engine, opened.project.performers, result)
                self._done(engine, opened, result)

    def measure(
        self, engine: str, opened: Opened, token: CancelToken, report: Report
    ) -> dict[str, PerformerAnalysis]:
        """Measure here and now what was not measured yet; one thread at a time does.

        Returns: what is known of each performer of ``opened``, by id.
        """
        while not self._measuring.acquire(timeout=_PATIENCE_S):
            token.check()
            report("waiting for faces to be measured", 0, 0)
        try:
            return self._measure(engine, opened, token, report)
        finally:
            self._measuring.release()

    def _measure(
        self, engine: str, opened: Opened, token: CancelToken, report: Report
    ) -> dict[str, PerformerAnalysis]:
        from cmet_studio.engine.analysis import analyse
        from cmet_studio.engine.device import choose, one_thread_per_worker
        from cmet_studio.engine.registry import make_face_model

        one_thread_per_worker()
        clip = opened.project.clip.fingerprint
        performers = opened.project.performers
        keys = {p.id: (engine, clip.sha256, face_id(p)) for p in performers}
        missing = [p for p in performers if keys[p.id] not in self._known]
        found = {i: self._known[key] for i, key in keys.items() if key in self._known}
        if missing:
            # A model of this thread's own: the engine thread's may be at work.
            model = make_face_model(engine, choose("auto", engine))
            with Workspace(opened.path, opened.project) as workspace:
                found |= analyse(workspace.reader, clip, missing, model, token, report)
                for performer in missing[:1]:
                    _draw_once(model, workspace.reader, performer, found[performer.id])
            self._known.update({keys[p.id]: found[p.id] for p in missing})
        return found

    def _saying(self, engine: str, opened: Opened) -> Report:
        """Tell how far the analysis is, as events."""
        seldom = Seldom(0.2)
        performers = [p.id for p in opened.project.performers]

        def report(stage: str, done: int, total: int) -> None:
            if seldom.due() or done == total:
                self._events.say(
                    "analysis",
                    engine=engine,
                    performers=performers,
                    state="running",
                    stage=stage,
                    done=done,
                    total=total,
                )

        return report

    def _tell(
        self,
        engine: str,
        performers: tuple[Performer, ...],
        result: dict[str, PerformerAnalysis] | CmetError,
    ) -> None:
        failed = isinstance(result, CmetError)
        self._events.say(
            "analysis",
            engine=engine,
            performers=[p.id for p in performers],
            state="failed" if failed else "ready",
            message=result.message if isinstance(result, CmetError) else "",
            hint=result.hint if isinstance(result, CmetError) else "",
        )


def _faces(opened: Opened) -> set[object]:
    clip = opened.project.clip.fingerprint
    return {(clip, face_id(p)) for p in opened.project.performers}


def _draw_once(
    model: FaceModel, reader: VideoReader, performer: Performer, found: PerformerAnalysis
) -> None:
    """Render a face that nobody sees.

    What a face model makes at its first use would hold up the first draft of a hand that drags.
    """
    face = found.track.face(performer.anchor_frame)
    if face is not None:
        delta = np.full(len(model.info.units), 0.1, np.float32)
        job = FaceJob(face, found.row(performer.anchor_frame), delta)
        edit_picture(reader.read(performer.anchor_frame), (job,), model)
