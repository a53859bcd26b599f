"""The order in which revisions and frames go to the engine."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from cmet_studio.core.errors import CmetError
from cmet_studio.domain.project import Clip, Fingerprint, Project
from cmet_studio.domain.time import FrameRate
from cmet_studio.ui import engine_preview
from cmet_studio.ui.engine_client import EngineBehind, EngineClient, EngineUnreachable, FrameResult
from cmet_studio.ui.engine_preview import PreviewWorker

PROJECT = Project(Clip("a.mp4", "", Fingerprint(1, "0" * 64), 64, 48, 100, FrameRate(25)))


class Wire:
    """Stands where requests go out; refuses what it is told to."""

    def __init__(self) -> None:
        self.log: list[tuple[Any, ...]] = []
        self.refusals: list[CmetError] = []
        self.shown = threading.Semaphore(0)

    def send(self, client: object, path: str, revision: int, project: Project, known: Any) -> None:
        self.log.append(("send", revision, known and known[0]))

    def fetch(self, client: object, n: int, width: Any, quality: str, revision: int,
              lane: str, model: str = "") -> FrameResult:  # fmt: skip
        if self.refusals:
            raise self.refusals.pop()
        self.log.append(("fetch", n, quality, revision))
        return FrameResult(n, 1, 1, revision, quality, "mesh", True, "ready", b"abc")


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    monkeypatch.setattr(engine_preview, "send", wire.send)
    monkeypatch.setattr(engine_preview, "fetch", wire.fetch)
    return wire


@pytest.fixture
def worker(wire: Wire) -> Iterator[PreviewWorker]:
    worker = PreviewWorker(
        lambda: EngineClient(1, "x"), lambda frame: wire.shown.release(), lambda n, error: None
    )
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield worker
    worker.close()
    thread.join(5)
    assert not thread.is_alive()


def shown(wire: Wire) -> None:
    assert wire.shown.acquire(timeout=5)


def test_a_revision_goes_before_the_frame_that_shows_it(wire: Wire, worker: PreviewWorker) -> None:
    worker.put_document("/a.cmet", 7, PROJECT)
    worker.wish(3, 640, "draft")
    shown(wire)
    assert wire.log == [("send", 7, None), ("fetch", 3, "draft", 7)]
    worker.put_document("/a.cmet", 8, PROJECT)
    worker.wish(3, 640, "full")
    shown(wire)
    assert wire.log[2:] == [("send", 8, 7), ("fetch", 3, "full", 8)]


def test_comparing_brings_the_source_once(wire: Wire, worker: PreviewWorker) -> None:
    worker.put_document("/a.cmet", 1, PROJECT)
    for quality in ("draft", "full"):
        worker.wish(3, 640, quality, source=True)  # type: ignore[arg-type]
        shown(wire)
        if quality == "draft":
            shown(wire)
    qualities = [entry[2] for entry in wire.log if entry[0] == "fetch"]
    assert qualities == ["draft", "source", "full"]


def test_where_an_edit_takes_long_the_clips_picture_comes_first(
    wire: Wire, worker: PreviewWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = FrameResult(4, 1, 1, 1, "full", "edtalk", True, "ready", b"abc")
    monkeypatch.setattr(engine_preview, "_SLOW_S", -1.0)
    monkeypatch.setattr(
        engine_preview, "at_hand", lambda client, n, *_: made if n == made.number else None
    )
    worker.put_document("/a.cmet", 1, PROJECT)
    for frame, pictures in ((3, 2), (3, 1), (4, 1)):  # new, edited where it stands, made before
        worker.wish(frame, 640, "draft")
        for _ in range(pictures):
            shown(wire)
    asked = [entry[1:3] for entry in wire.log if entry[0] == "fetch"]
    assert asked == [(3, "source"), (3, "draft"), (3, "draft")]


def test_an_engine_that_lost_the_revision_gets_it_whole(wire: Wire, worker: PreviewWorker) -> None:
    worker.put_document("/a.cmet", 4, PROJECT)
    worker.wish(0, None, "draft")
    shown(wire)
    wire.refusals = [EngineBehind("Revision 4 has not come here yet.")]
    worker.wish(5, None, "draft")
    shown(wire)
    assert wire.log[2:] == [("send", 4, None), ("fetch", 5, "draft", 4)]


def test_a_wish_outlives_a_crash(wire: Wire, worker: PreviewWorker) -> None:
    worker.put_document("/a.cmet", 4, PROJECT)
    wire.refusals = [EngineUnreachable("The engine does not answer.")]
    worker.wish(5, None, "draft")
    shown(wire)
    assert wire.log[-1] == ("fetch", 5, "draft", 4)


def test_questions_wait_for_the_newest_revision(wire: Wire, worker: PreviewWorker) -> None:
    worker.put_document("/a.cmet", 9, PROJECT)
    worker.wait_until_sent(5)
    assert wire.log == [("send", 9, None)]
