"""Context menus, drops, the graph, and what the engine tells the lanes."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from sound_files import speech_like, write_wav
from timeline_fixtures import Hand, frames, key, steps

from cmet_studio.app.takes import Brought
from cmet_studio.domain import edits
from cmet_studio.domain.project import Key, Marker, MixPart, Project
from cmet_studio.ui.editor import Editor, Selection
from cmet_studio.ui.library import EMOTION_MIME
from cmet_studio.ui.timeline.facts import changed_of, limits_of
from cmet_studio.ui.timeline.menus import menu_for
from cmet_studio.ui.timeline.panel import TimelinePanel
from cmet_studio.ui.timeline.sounds import with_takes
from cmet_studio.ui.timeline.state import state_of

COPY = Qt.DropAction.CopyAction
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def _no_snap(film_editor: Editor) -> None:
    state_of(film_editor).switch("snap", False)


def choose(menu: QMenu, *path: str) -> None:
    for n, word in enumerate(path):
        action = next(a for a in menu.actions() if a.text().split("\t")[0] == word)
        if n < len(path) - 1:
            submenu = action.menu()
            assert isinstance(submenu, QMenu)
            menu = submenu
        else:
            action.trigger()


def menu_at(hand: Hand, at: QPoint) -> QMenu:
    return menu_for(hand.view, hand.view.hit(at.x(), at.y()))


def test_the_menu_of_a_key(hand: Hand, film_editor: Editor) -> None:
    choose(menu_at(hand, hand.at(200)), "Interpolation", "Hold")
    assert key(film_editor, 200).interpolation == "hold"
    choose(menu_at(hand, hand.at(200)), "Emotion", "Sad")
    assert key(film_editor, 200).mix == (MixPart("e2"),)
    choose(menu_at(hand, hand.at(200)), "Mute or Unmute")
    assert key(film_editor, 200).muted
    choose(menu_at(hand, hand.at(300)), "Delete")
    assert frames(film_editor) == [100, 200, 400]


def test_the_menu_of_a_lane_and_of_time(hand: Hand, film_editor: Editor) -> None:
    choose(menu_at(hand, hand.at(600, "50%")), "Add Key Here", "Sad")
    choose(menu_at(hand, hand.at(800, "50%", "p2")), "Add Rest Key Here")
    assert len(frames(film_editor)) == 5
    assert len(frames(film_editor, 1)) == 1
    choose(menu_at(hand, hand.at(500, "ruler")), "Add Marker Here")
    marked = film_editor.project.markers[0].frame
    choose(menu_at(hand, hand.at(marked, "marker")), "Colour", "Green")
    assert film_editor.project.markers[0].colour == "#6fbf73"
    choose(menu_at(hand, hand.at(300, "ruler")), "In Here")
    assert film_editor.project.work_range is not None
    choose(menu_at(hand, hand.at(300, "wave")), "Clear In and Out")
    assert film_editor.project.work_range is None
    choose(menu_at(hand, hand.at(marked, "marker")), "Delete")
    assert film_editor.project.markers == ()


# Drops


def drop(hand: Hand, at: QPoint, data: QMimeData) -> bool:
    enter = QDragEnterEvent(at, COPY, data, LEFT, NONE)
    QApplication.sendEvent(hand.view, enter)
    move = QDragMoveEvent(at, COPY, data, LEFT, NONE)
    QApplication.sendEvent(hand.view, move)
    if not move.isAccepted():
        return False
    assert not hand.view.grab().isNull()
    event = QDropEvent(QPointF(at), COPY, data, LEFT, NONE)
    QApplication.sendEvent(hand.view, event)
    return event.isAccepted()


def emotion(emotion_id: str) -> QMimeData:
    data = QMimeData()
    data.setData(EMOTION_MIME, QByteArray(emotion_id.encode()))
    return data


def test_a_dropped_emotion_becomes_a_key(hand: Hand, film_editor: Editor) -> None:
    at = hand.at(700, "60%", "p2")
    assert drop(hand, at, emotion("e2"))
    (made,) = film_editor.project.performers[1].keys
    assert made.mix == (MixPart("e2"),)
    assert abs(made.frame - 700) <= 1
    assert hand.view.drop is None
    assert drop(hand, hand.at(200), emotion("e2"))  # on a key: it takes the key's place
    assert key(film_editor, 200).mix == (MixPart("e2"),)
    assert not drop(hand, hand.at(200), emotion("nobody"))
    assert not drop(hand, hand.at(200, "wave"), emotion("e2"))
    assert not drop(hand, hand.at(200), QMimeData())


def test_dropped_recordings_become_an_emotion_with_a_key(
    hand: Hand, film_editor: Editor, tmp_path: Path, qtbot: QtBot
) -> None:
    file = write_wav(tmp_path / "in" / "longing.wav", speech_like(2.0, 1))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    assert drop(hand, hand.at(700, "60%"), data)
    qtbot.waitUntil(lambda: len(film_editor.project.takes) == 1, timeout=20_000)
    made = film_editor.project.emotions[-1]
    assert made.name == "longing"
    assert made.expressive == ("t1",)
    assert film_editor.project.performers[0].keys[-1].mix == (MixPart(made.id),)
    assert steps(film_editor) == ("Key recordings",)
    assert hand.panel.sounds.work.stop()


def test_recordings_join_the_emotion_of_the_key_they_fall_on(project_with_own: Project) -> None:
    takes = Brought((project_with_own.takes[0],))
    joined = with_takes(project_with_own, "p1", 50, "x", takes)
    assert len(joined.emotions) == len(project_with_own.emotions)
    preset = with_takes(project_with_own, "p1", 200, "x", takes)
    assert preset.emotions[-1].name == "x"
    assert preset.performers[0].keys[2].mix == (MixPart(preset.emotions[-1].id),)


@pytest.fixture
def project_with_own(film_editor: Editor) -> Project:
    from cmet_studio.domain.project import Take

    made = edits.add_take(film_editor.project, Take("t1", "a.media/takes/t.wav", "1" * 64, 2.0))
    made = edits.add_emotion(made, "Own", expressive=("t1",))
    return edits.add_key(made, "p1", Key(50, (MixPart(made.emotions[-1].id),)))


# The graph


@pytest.fixture
def graph_hand(panel: TimelinePanel, film_editor: Editor, qapp: QApplication) -> Hand:
    state_of(film_editor).switch("graph", True)
    panel.resize(1232, 700)
    qapp.processEvents()
    assert panel.graph.isVisible()
    return Hand(panel, panel.graph)


def test_the_graph_drags_keys_in_level_and_time(graph_hand: Hand, film_editor: Editor) -> None:
    graph_hand.drag(graph_hand.at(200, "50%"), graph_hand.at(200, "130%"))
    assert key(film_editor, 200).intensity == pytest.approx(1.3, abs=0.02)
    graph_hand.drag(graph_hand.at(200, "130%"), graph_hand.at(240, "130%"))
    assert frames(film_editor) == [100, 240, 300, 400]
    graph_hand.drag(graph_hand.at(150, "20%"), graph_hand.at(320, "145%"))
    assert film_editor.selection.keys == {240, 300}


def test_the_graph_shapes_a_transition(graph_hand: Hand, film_editor: Editor) -> None:
    film_editor.do("x", lambda p: edits.set_key(p, "p1", 200, lambda k: _bezier(k)))
    film_editor.select(Selection("p1", frozenset({200})))
    graph = graph_hand.panel.graph
    assert not graph.grab().isNull()
    start = graph_hand.at(242, "50%")  # where cubic-bezier's first handle lies
    found = graph.handle_at(start.x(), start.y())
    assert found == (200, "out")
    graph_hand.drag(start, graph_hand.at(280, "75%"))
    shape = key(film_editor, 200)
    assert shape.interpolation == "bezier"
    assert shape.bezier.x1 == pytest.approx(0.8, abs=0.02)
    assert shape.bezier.y1 == pytest.approx(0.5, abs=0.03)
    assert (shape.bezier.x2, shape.bezier.y2) == (0.58, 1.0)
    assert steps(film_editor)[-1] == "Shape transition"
    film_editor.undo()
    assert key(film_editor, 200).bezier.x1 == 0.42


def _bezier(key: Key) -> Key:
    from dataclasses import replace

    return replace(key, interpolation="bezier")


# What the engine tells


def test_limits_and_changes_are_read_from_the_engine() -> None:
    told = {"state": "ready", "found": [[0, 50]], "lost": [[50, 60]], "extreme": [[10, 12]],
            "fading": [[8, 10]]}  # fmt: skip
    assert [(r.start, r.stop, r.kind) for r in limits_of(told)] == [
        (8, 10, "fade"), (10, 12, "pose"), (50, 60, "lost"),
    ]  # fmt: skip
    assert limits_of({"state": "analysing"}) == ()
    changed = changed_of({"start": 5, "step": 2, "delta": [0.0, 1.0]}, 0, 1)
    assert (changed.start, changed.step, changed.stop) == (5, 2, 9)


class _Client:
    def analysis(self, engine: str) -> dict[str, object]:
        return {"cuts": [400], "performers": {"p1": {"state": "ready", "lost": [[0, 9]]}}}

    def onsets(self) -> list[int]:
        return [12, 40]

    def cache_states(self, start: int, stop: int, engine: str) -> list[list[object]]:
        return [[0, 10, "full"], [10, stop, "none"]]

    def curves(
        self, performer: str, start: int, stop: int, step: int, engine: str
    ) -> dict[str, object]:
        return {"start": start, "step": step, "delta": [0.5] * len(range(start, stop, step))}


def test_the_lanes_show_what_the_engine_says(
    panel: TimelinePanel, film_editor: Editor, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(
        film_editor.engine, "call", lambda ask, done=None, error=None: done(ask(_Client()))
    )
    film_editor.engine.state_changed.emit("ready", "")
    qtbot.waitUntil(lambda: "p1" in panel.feed.facts.changed, timeout=5000)
    qtbot.waitUntil(lambda: bool(panel.feed.facts.cache), timeout=5000)
    facts = panel.feed.facts
    assert facts.cuts == (400,)
    assert facts.onsets == (12, 40)
    assert facts.limits["p1"][0].kind == "lost"
    assert facts.states == {"p1": "ready"}
    assert facts.changed["p1"].start == 0
    assert not panel.view.grab().isNull()
    film_editor.do("m", lambda p: edits.add_marker(p, Marker(5)))
