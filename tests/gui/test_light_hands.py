"""What a step of the hand may cost the GUI thread: things are made once, told once."""

import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot
from timeline_fixtures import Hand

from cmet_studio.domain import edits
from cmet_studio.ui.catalogue import by_id
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.keyboard import Keyboard
from cmet_studio.ui.keys.panel import KeysPanel
from cmet_studio.ui.spare_time import SpareTime
from cmet_studio.ui.timeline.facts import Changed, Facts, Floats
from cmet_studio.ui.timeline.panel import TimelinePanel


class _Sound:
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self, start_s: float, end_s: float, columns: int) -> Floats:
        self.reads += 1
        return np.tile(np.array([[-0.5, 0.5]], np.float32), (columns, 1))


def test_a_dragged_key_does_not_paint_the_sound_again(
    hand: Hand, panel: TimelinePanel, film_editor: Editor
) -> None:
    sound = _Sound()
    panel.feed.facts = Facts(peaks=sound)
    panel.view.refresh()
    panel.view.grab()
    assert sound.reads == 1
    hand.press(hand.at(200))
    for n in range(5):
        hand.move(hand.at(210 + 10 * n))
        panel.view.grab()
    hand.release(hand.at(250))
    assert sound.reads == 1
    panel.view.zoom(3)
    panel.view.grab()
    assert sound.reads == 2
    panel.feed.facts = Facts(peaks=_Sound())
    panel.view.refresh()
    panel.view.grab()
    assert sound.reads == 2


def test_what_changed_is_drawn_anew_when_it_changes(
    panel: TimelinePanel, film_editor: Editor
) -> None:
    def seen(size: float) -> QImage:
        sizes = np.full(100, size, np.float32)
        panel.feed.facts = replace(panel.feed.facts, changed={"p1": Changed(0, 5, sizes)})
        panel.view.refresh()
        return panel.view.grab().toImage()

    assert seen(0.5) != seen(2.5)
    assert seen(0.5) == seen(0.5)


def test_a_step_of_a_drag_is_told_once(hand: Hand, film_editor: Editor) -> None:
    hand.press(hand.at(200))
    hand.move(hand.at(220))
    told: list[str] = []
    film_editor.selection_changed.connect(lambda: told.append("selection"))
    film_editor.changed.connect(lambda *_: told.append("document"))
    QTest.mouseMove(hand.view, hand.at(240))
    QApplication.processEvents()
    hand.release(hand.at(240))
    assert told.count("document") == 1
    assert told.count("selection") == 1


class _Counts(Keyboard):
    seen = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.seen += 1
        return super().eventFilter(watched, event)


@pytest.fixture
def watched(film_editor: Editor, qtbot: QtBot) -> tuple[QMainWindow, _Counts]:
    film_editor.actions = by_id()
    window = QMainWindow()
    qtbot.addWidget(window)
    inside = QWidget()
    column = QVBoxLayout(inside)
    for widget in (QPushButton("a"), QPushButton("b"), QLineEdit()):
        column.addWidget(widget)
    window.setCentralWidget(inside)
    keyboard = _Counts(film_editor, window)
    keyboard.use({"play.stop": ("K",), "view.bypass": ("B",)})
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    return window, keyboard


def test_keys_are_watched_where_the_focus_is_and_nothing_else(
    watched: tuple[QMainWindow, _Counts], film_editor: Editor, qtbot: QtBot
) -> None:
    window, keyboard = watched
    a, b = window.findChildren(QPushButton)
    line = window.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    a.setFocus()
    qtbot.waitUntil(a.hasFocus)
    QTest.keyPress(a, Qt.Key.Key_K)
    assert film_editor.transport.holding
    b.setFocus()  # the key is let go of elsewhere
    QTest.keyRelease(b, Qt.Key.Key_K)
    assert not film_editor.transport.holding
    line.setFocus()
    QTest.keyPress(line, Qt.Key.Key_K)  # a letter, here
    assert not film_editor.transport.holding
    QTest.keyRelease(line, Qt.Key.Key_K)
    QApplication.processEvents()
    keyboard.seen = 0
    for n in range(20):
        QTest.mouseMove(a, QPoint(2 + n, 5))
        a.update()
        QApplication.processEvents()
    assert keyboard.seen == 0


def test_pyside_does_not_read_the_source_of_what_is_imported() -> None:
    code = (
        "import linecache\n"
        "from cmet_studio.ui.launch import make_application\n"
        "app = make_application()\n"
        "import cmet_studio.ui.studio, cmet_studio.ui.export.dialog\n"
        "print([name for name in linecache.cache if 'cmet_studio/ui/' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.fixture
def unloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Modules that nobody has imported yet."""
    names = ["wanted_later_1", "wanted_later_2"]
    for name in names:
        (tmp_path / f"{name}.py").write_text("import threading\nby = threading.current_thread()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield names
    for name in names:
        sys.modules.pop(name, None)


def test_what_is_wanted_later_is_loaded_while_nobody_works(
    unloaded: list[str], film_editor: Editor, qtbot: QtBot
) -> None:
    spare_time = SpareTime(film_editor, [unloaded[0], "no_such_module_anywhere", unloaded[1]])
    film_editor.playing = True
    spare_time.begin(1)
    qtbot.wait(300)
    assert not set(unloaded) & set(sys.modules)
    film_editor.playing = False
    qtbot.waitUntil(lambda: set(unloaded) <= set(sys.modules))
    assert sys.modules[unloaded[0]].by is not threading.main_thread()
    assert spare_time.close()


def test_spare_time_ends_when_the_window_does(
    unloaded: list[str], film_editor: Editor, qtbot: QtBot
) -> None:
    spare_time = SpareTime(film_editor, unloaded)
    spare_time.begin(1)
    qtbot.waitUntil(lambda: spare_time._thread is not None)
    assert spare_time.close()
    assert not spare_time.done or set(unloaded) <= set(sys.modules)


def test_memory_is_tidied_while_nobody_works(
    film_editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Round:
        """Refers to itself: only the collector takes it away."""

        def __init__(self) -> None:
            self.itself = self

    def rubbish() -> "weakref.ref[Round]":
        return weakref.ref(Round())

    monkeypatch.setattr("cmet_studio.ui.spare_time._TIDY_MS", 10)
    gc.disable()
    spare_time = SpareTime(film_editor, [])
    try:
        film_editor.playing = True
        spare_time.begin(1)
        left = rubbish()
        qtbot.wait(300)
        assert left() is not None
        film_editor.playing = False
        qtbot.waitUntil(lambda: left() is None)
        left = rubbish()  # and again
        qtbot.waitUntil(lambda: left() is None)
        left = rubbish()
        gc.freeze()  # as if it had been of use until then
        qtbot.wait(100)
        assert left() is not None
        film_editor.opened.emit()
        film_editor.opened.emit()  # another document took the place of one
        qtbot.waitUntil(lambda: left() is None)
    finally:
        assert spare_time.close()
        gc.unfreeze()
        gc.enable()


def test_keys_behind_a_tab_are_not_read_at_every_step(film_editor: Editor, qtbot: QtBot) -> None:
    panel = KeysPanel(film_editor)
    qtbot.addWidget(panel)
    panel.show()
    panel.setEnabled(False)  # as the docks do
    rows = panel.model.rowCount()
    film_editor.do("Delete", lambda p: edits.remove_keys(p, "p1", [100]))
    assert panel.model.rowCount() == rows
    panel.setEnabled(True)
    assert panel.model.rowCount() == rows - 1
