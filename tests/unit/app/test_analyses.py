import threading
from pathlib import Path

from cmet_studio.app.analyses import Analyses
from cmet_studio.app.events import EventLog
from cmet_studio.app.planned import Opened
from cmet_studio.domain.edits import add_performer
from cmet_studio.domain.project import Clip, Fingerprint, Project
from cmet_studio.domain.time import FrameRate


def opened(performers: int = 1) -> Opened:
    clip = Clip("c.mp4", None, Fingerprint(1, "0" * 64), 64, 64, 10, FrameRate(25), None)
    project = Project(clip)
    for n in range(performers):
        project = add_performer(project, f"P{n}", n, (1.0, 1.0, 9.0, 9.0))
    return Opened(Path("film.cmet"), 1, project, source=None)


class Slow(Analyses):
    """Measures when the test says so, and stops when it is told to."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.found: list[object] = []
        self.told = threading.Semaphore(0)
        super().__init__(EventLog(), lambda *found: (self.found.append(found), self.told.release()))

    def measure(self, engine, opened, token, report):
        self.begun.release()
        assert self.go.acquire(timeout=10)
        token.check()
        return {}


def test_what_is_wanted_again_after_it_was_stopped_is_measured():
    """As after *Save as*, or when a clip is closed and opened again while it is measured."""
    analyses = Slow()
    document = opened()
    analyses.want("mesh", document)
    assert analyses.begun.acquire(timeout=10)
    analyses.forget()
    analyses.want("mesh", document)
    analyses.go.release(2)
    assert analyses.told.acquire(timeout=10)
    assert analyses.close(10)
    assert len(analyses.found) == 1


def test_the_same_faces_are_measured_once():
    analyses = Slow()
    analyses.want("mesh", opened())
    assert analyses.begun.acquire(timeout=10)
    analyses.want("mesh", opened())
    analyses.go.release(2)
    assert analyses.told.acquire(timeout=10)
    assert analyses.close(10)
    assert len(analyses.found) == 1
