"""The queue of long work."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from cmet_studio.app.events import EventLog
from cmet_studio.app.job import PausableToken
from cmet_studio.app.job_notes import JobNotes, Left, Note
from cmet_studio.app.jobs import JobQueue
from cmet_studio.core.errors import BadInput, Cancelled, OutputError
from cmet_studio.core.paths import data_dir
from cmet_studio.core.progress import CancelToken, Report


@pytest.fixture
def log() -> EventLog:
    return EventLog()


@pytest.fixture
def queue(log: EventLog) -> Iterator[JobQueue]:
    made = JobQueue(log)
    yield made
    assert made.close()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


class Gate:
    """Work that goes on when it is let."""

    def __init__(self, units: int = 3) -> None:
        self.units, self.done = units, 0
        self.steps = threading.Semaphore(0)
        self.begun = threading.Event()

    def __call__(self, token: CancelToken, report: Report) -> dict[str, object]:
        self.begun.set()
        for _ in range(self.units):
            while not self.steps.acquire(timeout=0.005):
                token.check()
            token.check()
            self.done += 1
            report("counting", self.done, self.units)
        return {"counted": self.done}


def state(queue: JobQueue, job: str) -> str:
    return next(one.state for one in queue.jobs() if one.id == job)


def test_work_is_done_in_order_and_its_result_kept(queue: JobQueue, log: EventLog) -> None:
    order: list[int] = []
    ids = [
        queue.start("export", f"{n}", lambda t, r, n=n: order.append(n) or {"n": n})
        for n in range(4)
    ]
    until(lambda: all(one.state == "done" for one in queue.jobs()))
    assert order == [0, 1, 2, 3]
    assert [one.id for one in queue.jobs()] == ids
    assert queue.jobs()[2].result == {"n": 2}
    last, missed, events = log.since(0)
    assert not missed
    assert [event.n for event in events] == list(range(1, last + 1))
    seen = [e.data["state"] for e in events if e.data["id"] == ids[0]]
    assert seen == ["waiting", "running", "done"]


def test_a_job_is_held_and_goes_on(queue: JobQueue) -> None:
    work = Gate()
    job = queue.start("export", "a", work)
    work.begun.wait(20)
    queue.pause(job)
    assert state(queue, job) == "paused"
    work.steps.release(3)
    time.sleep(0.05)
    assert work.done <= 1  # at most the unit that it was in
    queue.pause(job)
    queue.resume(job)
    until(lambda: state(queue, job) == "done")
    assert queue.jobs()[0].result == {"counted": 3}
    queue.resume(job)
    queue.cancel(job)
    assert state(queue, job) == "done"


def test_a_job_that_waits_is_held_and_others_go_first(queue: JobQueue) -> None:
    first, later = Gate(1), Gate(1)
    queue.start("export", "a", first)
    held = queue.start("export", "b", later)
    queue.pause(held)
    first.steps.release()
    third = queue.start("export", "c", lambda t, r: {})
    until(lambda: state(queue, third) == "done")
    assert state(queue, held) == "paused"
    later.steps.release()
    queue.resume(held)
    until(lambda: state(queue, held) == "done")


@pytest.mark.parametrize("paused", [False, True])
def test_a_running_job_is_cancelled(queue: JobQueue, paused: bool) -> None:
    work = Gate()
    job = queue.start("export", "a", work)
    work.begun.wait(20)
    if paused:
        queue.pause(job)
    queue.cancel(job)
    until(lambda: state(queue, job) == "cancelled")
    after = queue.start("export", "b", lambda t, r: {})
    until(lambda: state(queue, after) == "done")


def test_a_job_that_waits_is_cancelled_at_once(queue: JobQueue) -> None:
    first, never = Gate(1), Gate(1)
    queue.start("export", "a", first)
    job = queue.start("export", "b", never)
    queue.cancel(job)
    assert state(queue, job) == "cancelled"
    first.steps.release()
    last = queue.start("export", "c", lambda t, r: {})
    until(lambda: state(queue, last) == "done")
    assert not never.begun.is_set()


def test_jobs_that_wait_change_places(queue: JobQueue) -> None:
    first = Gate(1)
    order: list[str] = []
    running = queue.start("export", "first", first)
    first.begun.wait(20)
    ids = {n: queue.start("export", n, lambda t, r, n=n: order.append(n) or {}) for n in "abcd"}
    queue.move(ids["d"], 0)
    queue.move(ids["a"], 2)
    queue.move(ids["b"], 99)
    with pytest.raises(BadInput):
        queue.move(running, 1)
    first.steps.release()
    until(lambda: len(order) == 4)
    assert order == ["d", "a", "c", "b"]


def test_failures_say_what_and_what_to_do(queue: JobQueue) -> None:
    def full(token: CancelToken, report: Report) -> dict[str, object]:
        raise OutputError("The disk is full.", "Free some space.")

    def broken(token: CancelToken, report: Report) -> dict[str, object]:
        raise ZeroDivisionError("oh")

    ids = [queue.start("export", "a", full), queue.start("export", "b", broken)]
    until(lambda: all(one.state == "failed" for one in queue.jobs()))
    one, other = queue.jobs()
    assert (one.message, one.hint) == ("The disk is full.", "Free some space.")
    assert "oh" in other.message
    for job in (*ids, "nothing"):
        if job == "nothing":
            with pytest.raises(BadInput):
                queue.cancel(job)


def test_time_left_is_told_once_it_is_known(queue: JobQueue, monkeypatch) -> None:
    monkeypatch.setattr("cmet_studio.app.jobs._SURE_S", 0.01)
    monkeypatch.setattr("cmet_studio.app.jobs._EVERY_S", 0.0)
    work = Gate(4)
    job = queue.start("export", "a", work)
    work.begun.wait(20)
    work.steps.release()
    until(lambda: work.done == 1)
    time.sleep(0.03)
    work.steps.release()
    until(lambda: queue.jobs()[0].seconds_left is not None)
    assert queue.jobs()[0].total == 4
    work.steps.release(2)
    until(lambda: state(queue, job) == "done")
    assert queue.jobs()[0].seconds_left is None


def test_readers_of_events_wait_and_are_told_what_they_missed() -> None:
    log = EventLog()
    heard: list[tuple[int, bool, int]] = []

    def read() -> None:
        last, missed, events = log.since(0, 20)
        heard.append((last, missed, len(events)))

    reader = threading.Thread(target=read)
    reader.start()
    log.say("state", state="ready")
    reader.join(20)
    assert heard == [(1, False, 1)]
    for _ in range(1500):
        log.say("cache")
    last, missed, events = log.since(1)
    assert (last, missed, len(events)) == (1501, True, 1000)
    assert log.since(9999)[2]  # a reader of an engine before this one
    waiting = threading.Thread(target=lambda: log.since(1501, 20))
    waiting.start()
    log.close()
    waiting.join(20)
    assert not waiting.is_alive()


# An engine after this one


REQUEST = {"kind": "export", "wish": {}}


def left(state: str = "running", deaths: int = 0, orphan: bool = False, job: str = "j9") -> Left:
    return Left(Note(job, "export", f"{job}.mp4", state, deaths), REQUEST, orphan)


def test_what_has_not_ended_is_noted_with_what_it_needs(log: EventLog) -> None:
    queue = JobQueue(log, JobNotes())
    runs, waits, done = Gate(), Gate(), Gate(1)
    done.steps.release()
    first = queue.start("export", "a", done, {"a": 1})
    until(lambda: state(queue, first) == "done")
    second = queue.start("export", "b", runs, {"b": 1})
    third = queue.start("export", "c", waits, {"c": 1})
    runs.begun.wait(20)
    queue.pause(third)
    folder = data_dir() / "runtime" / f"jobs-{os.getpid()}"
    assert {path.name for path in folder.iterdir()} == {
        "queue.json",
        f"{second}.json",
        f"{third}.json",
    }
    assert queue.close()  # also the ordinary end of an engine leaves them: nobody cancelled them
    said = json.loads((folder / "queue.json").read_text())
    assert [(job["id"], job["state"]) for job in said["jobs"]] == [
        (second, "running"),
        (third, "paused"),
    ]


def test_the_queue_comes_back_in_order_and_says_why(log: EventLog) -> None:
    queue = JobQueue(log, JobNotes())
    gates = [Gate(1) for _ in range(3)]
    for n, (gate, how) in enumerate(zip(gates, ("running", "paused", "waiting"), strict=True)):
        queue.bring_back(left(how, job=f"j{n}"), gate)
    gates[0].begun.wait(20)
    running, paused, waiting = queue.jobs()
    assert (running.id, running.state, waiting.state) == ("j0", "running", "waiting")
    assert "begins again" in running.message
    assert (paused.state, paused.message, waiting.message) == ("paused", "", "")
    for gate in gates:
        gate.steps.release()
    until(lambda: state(queue, "j2") == "done")
    assert state(queue, "j1") == "paused"
    queue.resume("j1")
    until(lambda: state(queue, "j1") == "done")
    assert queue.close()
    assert not (data_dir() / "runtime" / f"jobs-{os.getpid()}").exists()


def test_a_job_that_killed_two_engines_is_given_up(queue: JobQueue) -> None:
    work = Gate(1)
    queue.bring_back(left(deaths=1), work)
    (job,) = queue.jobs()
    assert job.state == "failed"
    assert "twice" in job.message
    assert job.hint
    queue.bring_back(left("waiting", deaths=1, job="j8"), work)
    assert work.begun.wait(20)  # it was not its turn when the second engine died
    work.steps.release()
    until(lambda: state(queue, "j8") == "done")


def test_a_job_that_nobody_knows_any_more_has_failed(queue: JobQueue) -> None:
    queue.bring_back(left(), None)
    (job,) = queue.jobs()
    assert (job.state, job.hint) == ("failed", "Nothing is left of it; start it again.")


def test_what_a_dead_application_wanted_waits_for_the_editor(queue: JobQueue) -> None:
    work = Gate(1)
    queue.bring_back(left(orphan=True), work)
    assert state(queue, "j9") == "paused"
    assert "studio ended" in queue.jobs()[0].message
    work.steps.release()
    queue.resume("j9")
    until(lambda: state(queue, "j9") == "done")
    assert queue.jobs()[0].message == ""


def test_what_is_stopped_and_then_paused_stops() -> None:
    token = PausableToken()
    token.cancel()
    token.pause()
    done = threading.Event()

    def work() -> None:
        with pytest.raises(Cancelled):
            token.check()
        done.set()

    threading.Thread(target=work, daemon=True).start()
    assert done.wait(10)


def test_what_is_given_up_leaves_nothing_for_later(log: EventLog) -> None:
    queue = JobQueue(log, JobNotes())
    queue.bring_back(left(deaths=1), Gate(1))
    assert state(queue, "j9") == "failed"
    assert not (data_dir() / "runtime" / f"jobs-{os.getpid()}").exists()
    assert queue.close()
