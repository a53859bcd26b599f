import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cmet_studio.app.analyses import Analyses, _draw_once
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


def test_a_face_model_that_is_left_stops_measuring():
    analyses = Slow()
    analyses.want("edtalk", opened())
    assert analyses.begun.acquire(timeout=10)
    analyses.leave("edtalk")
    analyses.want("mesh", opened())
    analyses.go.release(2)
    assert analyses.told.acquire(timeout=10)
    assert analyses.close(10)
    assert [found[0] for found in analyses.found] == ["mesh"]


class Draws:
    """A face model that notes what it was asked to draw."""

    info = SimpleNamespace(units=("AU1", "AU2"))

    def __init__(self) -> None:
        self.asked: list[tuple[object, object]] = []

    def render(self, picture, face, expression, delta):
        assert delta.any()
        self.asked.append((picture, face))


@pytest.mark.parametrize(("face", "drawn"), [("a face", [("picture 0", "a face")]), (None, [])])
def test_a_face_is_drawn_before_a_hand_waits_for_one(face: object, drawn: object):
    """What a model makes at its first use cost the first draft of a drag a fifth of a second."""
    track = SimpleNamespace(face=lambda frame: face)
    found = SimpleNamespace(track=track, row=lambda frame: np.zeros(2, np.float32))
    reader = SimpleNamespace(read=lambda frame: f"picture {frame}")
    model = Draws()
    _draw_once(model, reader, opened().project.performers[0], found)
    assert model.asked == drawn
