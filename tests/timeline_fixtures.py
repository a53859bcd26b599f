"""A timeline over a long clip that nobody decodes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cmet_studio.app.document import Document
from cmet_studio.domain import edits
from cmet_studio.domain.project import Clip, Fingerprint, Key, MixPart, Project
from cmet_studio.domain.time import FrameRate
from cmet_studio.project_io import save_project
from cmet_studio.ui.catalogue import by_id
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_link import EngineLink
from cmet_studio.ui.timeline.hit import level_y
from cmet_studio.ui.timeline.layout import HEADER_PX
from cmet_studio.ui.timeline.panel import TimelinePanel

_NONE = Qt.KeyboardModifier.NoModifier
_LEFT = Qt.MouseButton.LeftButton


def film() -> Project:
    """1000 frames; A has keys on 100 (rest), 200, 300 (Happy) and 400 (a mix), B has none."""
    clip = Clip("a.mp4", "", Fingerprint(1, "0" * 64), 640, 360, 1000, FrameRate(25))
    made = Project(clip)
    for name in ("A", "B"):
        made = edits.add_performer(made, name, 0, (10.0, 10.0, 60.0, 60.0))
    for name in ("happy", "sad"):
        made = edits.add_emotion(made, name.capitalize(), preset=name)
    mixed = (MixPart("e1", 0.5), MixPart("e2", 0.5))
    for key in (
        Key(100),
        Key(200, (MixPart("e1"),), 0.5),
        Key(300, (MixPart("e1"),), 1.0),
        Key(400, mixed, 0.8),
    ):
        made = edits.add_key(made, "p1", key)
    return made


class Hand:
    """Moves a real mouse over a widget of the timeline, in frames and levels."""

    def __init__(self, panel: TimelinePanel, widget: QWidget | None = None) -> None:
        self.panel = panel
        self.view = panel.view
        self.widget = widget or panel.view

    def at(self, frame: float, where: str = "keys", performer: str = "p1") -> QPoint:
        """A pixel: on the key strip, the middle of a lane, or at a level ("80%")."""
        x = HEADER_PX + self.view.scale.x(frame)
        lanes = self.widget.lanes if hasattr(self.widget, "lanes") else self.view.lanes
        if where in ("ruler", "cache"):
            lane = lanes.lane_of(where)
            y = lane.top + (5 if where == "ruler" else 3)
        elif where == "range":
            y = lanes.lane_of("ruler").bottom - 4
        elif where == "marker":
            y = lanes.lane_of("ruler").bottom - 15
        elif where == "wave":
            y = lanes.lane_of("wave").top + 20
        else:
            lane = lanes.lane_of("emotion", performer)
            y = lane.top + 10 if where == "keys" else level_y(lane, float(where[:-1]) / 100)
        return QPoint(round(x), round(y))

    def press(self, at: QPoint, keys: Qt.KeyboardModifier = _NONE) -> None:
        QTest.mousePress(self.widget, _LEFT, keys, at)

    def move(self, at: QPoint, keys: Qt.KeyboardModifier = _NONE) -> None:
        place = QPointF(at)
        event = QMouseEvent(
            QMouseEvent.Type.MouseMove,
            place,
            self.widget.mapToGlobal(place),
            Qt.MouseButton.NoButton,
            _LEFT,
            keys,
        )
        QApplication.sendEvent(self.widget, event)

    def release(self, at: QPoint, keys: Qt.KeyboardModifier = _NONE) -> None:
        QTest.mouseRelease(self.widget, _LEFT, keys, at)

    def drag(self, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = _NONE) -> None:
        """Press, go there in five steps, let go."""
        self.press(start, keys)
        for n in range(1, 6):
            self.move(start + (end - start) * (n / 5), keys)
        self.release(end, keys)

    def click(self, at: QPoint, keys: Qt.KeyboardModifier = _NONE) -> None:
        self.press(at, keys)
        self.release(at, keys)


@pytest.fixture
def film_editor(qapp: QApplication, tmp_path: Path) -> Iterator[Editor]:
    save_project(film(), tmp_path / "film.cmet")
    editor = Editor(EngineLink())
    editor.actions = by_id()
    editor.open_document(Document.open(tmp_path / "film.cmet"), tmp_path / "a.mp4")
    yield editor
    assert editor.close()


@pytest.fixture
def panel(qapp: QApplication, film_editor: Editor) -> Iterator[TimelinePanel]:
    made = TimelinePanel(film_editor)
    made.resize(1232, 460)
    made.show()
    qapp.processEvents()
    yield made
    assert made.sound.work.stop()
    made.close()


@pytest.fixture
def hand(panel: TimelinePanel) -> Hand:
    return Hand(panel)


def frames(editor: Editor, performer: int = 0) -> list[int]:
    return [key.frame for key in editor.project.performers[performer].keys]


def key(editor: Editor, frame: int) -> Key:
    return next(k for k in editor.project.performers[0].keys if k.frame == frame)


def steps(editor: Editor) -> tuple[str, ...]:
    assert editor.document is not None
    return editor.document.history.labels
