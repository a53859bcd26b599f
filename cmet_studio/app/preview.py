"""The engine thread: it alone owns face models and plans, and makes frames for the screen.

What somebody waits for comes first: a new revision, then the newest frame asked for in each lane
(a mailbox of one: what is superseded is answered so, what runs is finished), then questions, one
step at a time, and only when the editor's hand has rested a moment, frames nobody asked for yet.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from cmet_studio.app.ahead import Ahead, Runs
from cmet_studio.app.analyses import Analyses
from cmet_studio.app.events import EventLog, Seldom
from cmet_studio.app.lanes import Lanes, NotReady, Superseded, fail
from cmet_studio.app.listening import Listening
from cmet_studio.app.planned import FrameWish, Opened, Planned, Shown, State, Steps, state_of
from cmet_studio.app.session import EngineSession, FaceId, emotions_used, face_id
from cmet_studio.app.workspace import Workspace
from cmet_studio.core.errors import BadInput, CmetError, EngineError
from cmet_studio.engine.analysis import PerformerAnalysis
from cmet_studio.render.cache import FrameCache

log = logging.getLogger(__name__)

REST_S = 0.25
"""How long the hand must have rested before frames are made ahead."""


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    """Work on a plan, in steps; what the generator returns is the answer."""

    steps: Steps
    answer: "Future[Any]"


class Preview:
    """Frames of the open document. Its methods may be called from any thread."""

    def __init__(self, cache: FrameCache, events: EventLog) -> None:
        self.cache = cache
        self._ahead_on = True
        self.hold: Callable[[], bool] = lambda: False  # e.g. while an export needs the processor
        self._events = events
        self._wake = threading.Condition()
        self._lanes = Lanes()
        self._questions: deque[_Question] = deque()
        self._opened: Opened | None = None
        self._planned: dict[str, Planned] = {}
        self._sessions: dict[str, EngineSession] = {}
        self._sessions_of: tuple[object, ...] = ()
        self._failed: dict[str, CmetError] = {}
        self._unmeasured: dict[str, CmetError] = {}
        self._given_up: dict[str, set[FaceId]] = {}
        self._left: set[str] = set()
        self._replan = False
        self._closing = False
        self._touched_at = 0.0
        self._last_wish = FrameWish(0)
        self._told: tuple[str, str] | None = None
        self._say_cache = Seldom(0.25)
        self._ahead = Ahead(cache)
        self.analyses = Analyses(events, self.measured)
        self._listening = Listening(self._again)
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    # Asked from other threads

    @property
    def opened(self) -> Opened | None:
        """The newest document."""
        return self._opened

    @property
    def loaded(self) -> bool:
        """Whether a face model is in memory."""
        return bool(self._sessions)

    def planned(self, engine: str) -> Planned | None:
        """The newest plan of a face model for the open clip, if it was used before."""
        opened, planned = self._opened, self._planned.get(engine)
        same = planned and opened and planned.opened.source is opened.source
        return planned if same else None

    def state(self) -> tuple[State, str]:
        """``empty``, ``loading``, ``analysing``, ``ready`` or ``failed``; and a word on it."""
        engine = self._last_wish.engine
        failed = self._failed.get(engine) or self._unmeasured.get(engine)
        return state_of(self._opened, self._planned.get(engine), failed, self._listening.busy)

    def render_ahead(self, on: bool) -> None:
        """Whether frames that nobody asked for are made while the hand rests."""
        with self._wake:
            self._ahead_on = on
            self._wake.notify()

    def open(self, opened: Opened) -> None:
        """Take a new revision, or another document."""
        with self._wake:
            self._opened = opened
            self._touched_at = time.monotonic()
            self._again()

    def _again(self) -> None:
        """Plan once more: something that the plan needs has come."""
        with self._wake:
            self._replan = True
            self._wake.notify()

    def touch(self) -> None:
        """The editor's hand moves: loading a model and frames ahead can wait."""
        self._touched_at = time.monotonic()

    def ask(self, wish: FrameWish) -> "Future[Shown]":
        """Ask for a frame; the answer may be ``Superseded`` or, if it does not wait, ``NotReady``.

        Raises (in the future): BadInput, EngineError, MediaError.
        """
        answer: Future[Shown] = Future()
        with self._wake:
            self._touched_at = time.monotonic()
            self._look_through(wish)
            planned = None if self._replan else self._newest(wish.engine)
            if planned and (ready := planned.at_hand(wish, self.cache)):
                answer.set_result(ready)
                return answer
            if not wish.wait and wish.engine not in self._planned:
                answer.set_exception(NotReady())
                return answer
            older = self._lanes.put(wish, answer)
            self._wake.notify()
        if older is not None:
            fail(older, Superseded())
        return answer

    def _look_through(self, wish: FrameWish) -> None:
        """Note what is looked at; a face model that is left gives up what it had to do."""
        left, self._last_wish = self._last_wish, wish
        if wish.engine != left.engine and wish.lane == left.lane:
            self.analyses.leave(left.engine)
            self._left.add(left.engine)
        self._left.discard(wish.engine)

    def question(self, engine: str, steps: Callable[[Planned], Steps]) -> "Future[Any]":
        """Run a generator on the engine thread, between frames; its return value is the answer."""

        def begin() -> Steps:
            return (yield from steps(self._plan(engine)))

        return self._line_up(begin())

    def _line_up(self, steps: Steps) -> "Future[Any]":
        question = _Question(steps, Future())
        with self._wake:
            self._questions.append(question)
            self._wake.notify()
        return question.answer

    def states(self, engine: str, start: int, stop: int) -> Runs:
        """What the cache holds of ``[start, stop)`` at the size that was asked for last."""
        if self._ahead.watch(start, stop):
            with self._wake:
                self._wake.notify()
        planned = self._newest(engine)
        if planned is not None and planned.state == "analysing":
            planned = None  # what there is will be made again
        return self._ahead.states(planned, start, stop, self._last_wish.width)

    def close(self, timeout_s: float = 5.0) -> bool:
        """End the thread. Returns whether it has ended."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._listening.close()
        ended = self.analyses.close(timeout_s)
        self._thread.join(timeout_s)
        return ended and not self._thread.is_alive()

    # The engine thread

    def _run(self) -> None:
        while True:
            with self._wake:
                task = self._next()
                while task is None and not self._closing:
                    self._wake.wait(self._patience())
                    task = self._next()
                if self._closing:
                    break
            assert task is not None
            task()
        self._end()

    def _patience(self) -> float | None:
        resting = time.monotonic() - self._touched_at >= REST_S
        return REST_S if not resting or (self._ahead_on and self._ahead.more) else None

    def _next(self) -> Callable[[], None] | None:
        """What to do now. Called with the lock held."""
        while self._left:
            self._planned.pop(self._left.pop(), None)
        if self._replan:
            self._replan = False
            return self._refresh
        if self._lanes:
            wish, answer = self._lanes.take()
            return lambda: self._serve(wish, answer)
        if self._questions:
            question = self._questions.popleft()
            return lambda: self._step(question)
        rested = time.monotonic() - self._touched_at >= REST_S
        if self._opened is None or not rested:
            return None
        engine = self._last_wish.engine
        planned = self._planned.get(engine)
        if planned is None:
            known = engine in self._failed or not self._opened.project.performers
            return None if known else lambda: self._try_to_plan(engine)
        if self._ahead_on and self._ahead.more and not self.hold():
            return lambda: self._go_ahead(planned)
        return None

    def _newest(self, engine: str) -> Planned | None:
        """The newest document's plan once it has been made; any thread."""
        planned = self._planned.get(engine)
        return planned if planned and planned.opened is self._opened else None

    def _serve(self, wish: FrameWish, answer: "Future[Shown]") -> None:
        if not answer.running() and not answer.set_running_or_notify_cancel():
            return
        try:
            planned = self._plan(wish.engine)
            if wish.frame >= len(planned.opened.source):  # asked of the clip that was open before
                raise Superseded  # noqa: TRY301  # one way out for all answers
            if wish.quality != "draft" and not planned.advance(wish.frame):
                self._later(wish, answer)
                return
            key = planned.key(wish.frame, wish.width, wish.quality)
            rgb = self.cache.get(key)
            if rgb is None:
                if not wish.wait:
                    raise NotReady  # noqa: TRY301  # one way out for all answers
                rgb = planned.make(key, planned.opened.source.read(wish.frame), self.cache)
                if not self._ahead_on:
                    self._say_held()
            answer.set_result(planned.shown(key, rgb))
        except Exception as error:  # noqa: BLE001  # the thread outlives any frame
            fail(answer, error)
        self._ahead.around(wish.frame, wish.width)

    def _later(self, wish: FrameWish, answer: "Future[Shown]") -> None:
        """Go on with a wish when it is its turn again, unless a newer one came meanwhile."""
        with self._wake:
            newer = self._lanes.waiting_in(wish.lane) is not None
            if not newer:
                self._lanes.put(wish, answer)
        if newer:
            fail(answer, Superseded())

    def _step(self, question: _Question) -> None:
        answer = question.answer
        if not answer.running() and not answer.set_running_or_notify_cancel():
            return
        try:
            next(question.steps)
        except StopIteration as done:
            answer.set_result(done.value)
        except Exception as error:  # noqa: BLE001  # the thread outlives any question
            fail(answer, error)
        else:
            with self._wake:
                self._questions.append(question)

    def _refresh(self) -> None:
        """Plan the newest document for the face models in use."""
        self._failed.clear()
        # The first plan loads a face model: that waits for a wish, or until the hand rests.
        for engine in list(self._planned):
            self._try_to_plan(engine)
        self._tell()

    def _try_to_plan(self, engine: str) -> None:
        try:
            self._plan(engine)
        except CmetError as error:  # told to whoever asks for a frame
            log.info("no plan for %s: %s", engine, error)
        except Exception as error:
            log.exception("No plan for %s", engine)
            self._failed[engine] = EngineError(f"The engine '{engine}' cannot be used: {error}.")

    def _plan(self, engine: str, anew: bool = False) -> Planned:
        """The newest document's plan under a face model; both are made if they have to be."""
        opened = self._opened
        if opened is None:
            raise BadInput("No document is open.", "Open one first.")
        planned = self._planned.get(engine)
        if planned is not None and planned.opened is opened and not anew:
            return planned
        try:
            session = self._session(opened, engine)
            planned = self._planned.get(engine)  # none any more if it was of another clip
            missing = {face_id(p) for p in session.missing(opened.project)}
            if not missing <= self._given_up.get(engine, set()):  # once failed, not again and again
                self._unmeasured.pop(engine, None)
                self.analyses.want(engine, opened)
            used = emotions_used(opened.project)
            vectors = self._listening.vectors(opened, used, patient=planned is None)
            if vectors is None:  # takes that nobody has heard yet: shown as it was, meanwhile
                assert planned is not None
                return planned
            edits = session.edits_with(opened.project, vectors)
        except CmetError as error:
            self._failed[engine] = error
            self._planned.pop(engine, None)
            self._tell()
            raise
        waiting = frozenset(p.id for p in session.missing(opened.project))
        planned = Planned(opened, session, edits, waiting)
        self._planned[engine] = planned
        self._failed.pop(engine, None)  # its weights may have come
        self._ahead.anew()
        self._tell()
        return planned

    def _session(self, opened: Opened, engine: str) -> EngineSession:
        of = (opened.project.clip.fingerprint, opened.source)  # not its path: it may be renamed
        if of != self._sessions_of:
            self._forget()
            self._sessions_of = of
        if engine not in self._sessions:
            place, times = Workspace(opened.path, opened.project), opened.source.times
            self._sessions[engine] = EngineSession(place, engine, analysed=False, times=times)
        return self._sessions[engine]

    def measured(
        self, engine: str, opened: Opened, found: dict[str, PerformerAnalysis] | CmetError
    ) -> None:
        """Take what was measured of a document's performers, or why it could not be."""

        def take() -> Steps:
            session = self._sessions.get(engine)
            same = self._sessions_of == (opened.project.clip.fingerprint, opened.source)
            if isinstance(found, CmetError):
                faces = {face_id(p) for p in opened.project.performers}
                self._given_up[engine] = self._given_up.get(engine, set()) | faces
                self._unmeasured[engine] = found
            elif session is not None and same:
                self._given_up.pop(engine, None)
                self._unmeasured.pop(engine, None)
                for performer in opened.project.performers:
                    if performer.id in found:
                        session.adopt(performer, found[performer.id])
            if self._opened is not None:
                self._plan(engine, anew=True)
            self._tell()
            yield

        self._line_up(take())

    def _go_ahead(self, planned: Planned) -> None:
        try:
            made = self._ahead.step(planned)
        except Exception as error:  # noqa: BLE001  # whoever asks for that frame is told
            log.info("cannot render ahead: %s", error)
            made = True
        if (made and self._say_cache.due()) or not self._ahead.more:
            self._say_held()

    def _say_held(self) -> None:
        self._events.say("cache", held=len(self.cache), bytes=self.cache.held_bytes)

    def _forget(self) -> None:
        for session in self._sessions.values():
            session.workspace.close()
        self._sessions.clear()
        self._planned.clear()
        self._failed.clear()
        self._unmeasured.clear()
        self._given_up.clear()
        self._ahead.close()
        self.analyses.forget()
        self._sessions_of = ()

    def _tell(self) -> None:
        state = self.state()
        if state != self._told:
            self._told = state
            self._events.say("state", state=state[0], message=state[1])

    def _end(self) -> None:
        for answer in [*self._lanes.clear(), *(one.answer for one in self._questions)]:
            fail(answer, EngineError("The engine has been stopped."))
        self._forget()
