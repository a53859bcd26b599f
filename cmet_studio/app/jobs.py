"""Long work, one piece after the other: progress, time left, pause, cancel, another order."""

import logging
import secrets
import threading
import time
from dataclasses import dataclass, replace
from typing import Any

from cmet_studio.app.events import EventLog, Seldom
from cmet_studio.app.job import Job, JobStage, PausableToken, Work, as_data
from cmet_studio.app.job_notes import JobNotes, Left, Note, Request
from cmet_studio.core.errors import BadInput, Cancelled, CmetError
from cmet_studio.core.processes import give_way
from cmet_studio.core.progress import CancelToken, Report

log = logging.getLogger(__name__)

_REMEMBERED = 100  # ended jobs
_MOST_WAITING = 200
_EVERY_S = 0.1
_SURE_S = 0.5  # before that, nobody knows how long a stage takes
_MOST_DEATHS = 2  # engines that may die over a job before it is given up


@dataclass(slots=True, eq=False)
class _Entry:
    job: Job
    work: Work
    token: PausableToken
    paused: bool = False
    deaths: int = 0


class JobQueue:
    """Runs jobs in order on one thread. Its methods may be called from any thread.

    Args:
        notes: are told what has not ended, for an engine after this one.
    """

    def __init__(self, events: EventLog, notes: JobNotes | None = None) -> None:
        self._events = events
        self._notes = notes
        self._changed = threading.Condition()
        self._entries: list[_Entry] = []
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a job is at work right now."""
        return any(entry.job.state == "running" for entry in self._entries)

    def start(self, kind: str, title: str, work: Work, request: Request | None = None) -> str:
        """Put work at the end of the queue; returns its id.

        Args:
            request: what an engine after this one needs to begin it again, if it can; with what
                is known of its result now as ``promise``.

        Raises: BadInput if too much is waiting.
        """
        job = Job(f"j{secrets.token_hex(6)}", kind, title, result=_promise(request))
        with self._changed:
            if sum(not entry.job.has_ended for entry in self._entries) >= _MOST_WAITING:
                raise BadInput("Too many jobs are waiting.", "Cancel some of them.")
        if self._notes is not None and request is not None:
            self._notes.keep(job.id, request)
        with self._changed:
            self._entries.append(_Entry(job, work, PausableToken()))
            self._forget_old()
            self._changed.notify_all()
        self._tell(job)
        return job.id

    def bring_back(self, left: Left, work: Work | None) -> None:
        """List a job that an engine before this one did not end, at its end of the queue.

        It begins again, from its start; unless nobody knows how (``work`` is None) or engines died
        over it too often. What an application that has ended too wanted waits to be let go on.
        """
        entry = _brought_back(left, work)
        if self._notes is not None and left.request is not None and not entry.job.has_ended:
            self._notes.keep(entry.job.id, left.request)
        with self._changed:
            self._entries.append(entry)
            self._changed.notify_all()
        self._tell(entry.job)

    def jobs(self) -> list[Job]:
        """All jobs, in the order in which they ran and will run."""
        with self._changed:
            return [entry.job for entry in self._entries]

    def cancel(self, job_id: str) -> None:
        """Stop a job; nothing happens to one that has ended. Raises BadInput if there is none."""
        with self._changed:
            entry = self._find(job_id)
            if entry.job.has_ended:
                return
            entry.token.cancel()
            if not entry.job.has_begun:
                entry.job = replace(entry.job, state="cancelled")
            self._changed.notify_all()
        self._tell(entry.job)

    def pause(self, job_id: str) -> None:
        """Hold a job that waits or runs."""
        self._hold(job_id, True)

    def resume(self, job_id: str) -> None:
        """Let a held job go on, or have its turn again."""
        self._hold(job_id, False)

    def move(self, job_id: str, position: int) -> None:
        """Give a job that has not begun another place among those that have not, from 0.

        Raises: BadInput for any other job.
        """
        with self._changed:
            entry = self._find(job_id)
            if not _is_waiting(entry.job):
                raise BadInput(f"'{entry.job.title}' is no longer waiting.", "Let it finish.")
            self._entries.remove(entry)
            waiting = [n for n, one in enumerate(self._entries) if _is_waiting(one.job)]
            at = waiting[position] if position < len(waiting) else len(self._entries)
            self._entries.insert(at, entry)
        self._tell(entry.job)

    def close(self, timeout_s: float = 5.0) -> bool:
        """Stop everything; the notes keep it. Returns whether the thread has ended."""
        with self._changed:
            self._closing = True
            for entry in self._entries:
                entry.token.cancel()
            self._changed.notify_all()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # The runner

    def _run(self) -> None:
        give_way()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._first() is not None)
                entry = self._first()
                if self._closing or entry is None:
                    return
                entry.job = replace(entry.job, state="running", seconds=1e-3)
            self._tell(entry.job)
            self._set(entry, **self._outcome(entry), seconds_left=None)

    def _outcome(self, entry: _Entry) -> dict[str, Any]:
        try:
            entry.token.check()
            result = entry.work(entry.token, self._report_of(entry))
        except Cancelled:
            return {"state": "cancelled"}
        except CmetError as error:
            return {"state": "failed", "message": error.message, "hint": error.hint}
        except Exception as error:
            log.exception("The job %s failed", entry.job.title)
            return {
                "state": "failed",
                "message": f"'{entry.job.title}' stopped at an error: {error}.",
                "hint": "Try again; the engine's log says more.",
            }
        return {"state": "done", "result": result}

    def _report_of(self, entry: _Entry) -> Report:
        began = time.monotonic()
        seldom = Seldom(_EVERY_S)
        stage_began, stage_held, stage_now = began, 0.0, ""

        def report(stage: str, done: int, total: int) -> None:
            nonlocal stage_began, stage_held, stage_now
            now = time.monotonic()
            if stage != stage_now:
                stage_now, stage_began, stage_held = stage, now, entry.token.held_s
            elif not seldom.due() and done != total:
                return
            spent = now - stage_began - (entry.token.held_s - stage_held)
            sure = spent > _SURE_S and 0 < done <= total
            self._set(
                entry,
                stage=stage,
                done=done,
                total=total,
                seconds=round(now - began - entry.token.held_s, 2),
                seconds_left=round(spent / done * (total - done), 1) if sure else None,
            )

        return report

    def _set(self, entry: _Entry, **changes: Any) -> None:
        with self._changed:
            entry.job = replace(entry.job, **changes)
        self._tell(entry.job)

    def _hold(self, job_id: str, paused: bool) -> None:
        with self._changed:
            entry = self._find(job_id)
            if entry.job.has_ended or entry.paused == paused or entry.token.cancelled:
                return
            entry.paused = paused
            if paused:
                entry.token.pause()
                entry.job = replace(entry.job, state="paused", seconds_left=None)
            else:
                entry.token.resume()
                state: JobStage = "running" if entry.job.has_begun else "waiting"
                entry.job = replace(entry.job, state=state, message="", hint="")
            self._changed.notify_all()
        self._tell(entry.job)

    def _first(self) -> _Entry | None:
        return next((entry for entry in self._entries if entry.job.state == "waiting"), None)

    def _find(self, job_id: str) -> _Entry:
        for entry in self._entries:
            if entry.job.id == job_id:
                return entry
        raise BadInput(f"There is no job '{job_id}'.", "Look at the list of jobs again.")

    def _forget_old(self) -> None:
        ended = [entry for entry in self._entries if entry.job.has_ended]
        for entry in ended[: max(0, len(ended) - _REMEMBERED)]:
            self._entries.remove(entry)

    def _tell(self, job: Job) -> None:
        # Noted before it is said: whoever hears of an end may end this process.
        if self._notes is not None and not self._closing:
            self._notes.write(self._going)
        self._events.say("job", **as_data(job))

    def _going(self) -> list[Note]:
        with self._changed:
            return [
                Note(one.job.id, one.job.kind, one.job.title, one.job.state, one.deaths)
                for one in self._entries
                if not one.job.has_ended
            ]


def _brought_back(left: Left, work: Work | None) -> _Entry:
    note = left.note
    died_over_it = note.state == "running" and not left.orphan
    deaths = note.deaths + died_over_it
    job = Job(note.id, note.kind, note.title, result=_promise(left.request))
    entry = _Entry(job, work or _nothing, PausableToken(), deaths=deaths)
    if work is None or deaths >= _MOST_DEATHS:
        times = " twice" if deaths >= _MOST_DEATHS else ""
        message = f"The engine stopped{times} while it worked on '{job.title}'."
        hint = "Nothing is left of it; try another engine or codec." if times else (
            "Nothing is left of it; start it again."
        )  # fmt: skip
        entry.job = replace(job, state="failed", message=message, hint=hint)
    elif left.orphan or note.state == "paused":
        why = f"'{job.title}' was not done when the studio ended." if left.orphan else ""
        entry.job = replace(job, state="paused", message=why)
        entry.paused = True
        entry.token.pause()
    elif died_over_it:
        message = f"The engine stopped over '{job.title}': it begins again."
        entry.job = replace(job, message=message)
    return entry


def _promise(request: Request | None) -> dict[str, Any]:
    known = None if request is None else request.get("promise")
    return dict(known) if isinstance(known, dict) else {}


def _nothing(token: CancelToken, report: Report) -> dict[str, Any]:
    return {}


def _is_waiting(job: Job) -> bool:
    return not job.has_begun and not job.has_ended
