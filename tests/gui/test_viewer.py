"""The viewer's hands and eyes, on frames made here."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cmet_studio.core.errors import CmetError
from cmet_studio.ui.catalogue import by_id
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_client import EngineUnreachable, FrameResult
from cmet_studio.ui.viewer.paint import FaceMark
from cmet_studio.ui.viewer.panel import ViewerPanel

Asked = list[tuple[int, int | None, str, bool]]


def frame(
    number: int, colour: tuple[int, int, int], quality: str = "draft", **more: Any
) -> FrameResult:
    rgb = np.full((90, 160, 3), colour, np.uint8).tobytes()
    values = {"revision": 1, "engine": "mesh", "edited": True, "state": "ready", **more}
    return FrameResult(number, 160, 90, quality=quality, rgb=rgb, **values)


@pytest.fixture
def asked(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the viewer asks the engine for."""
    wishes: Asked = []

    def show(n: int, width: int | None, quality: str, source: bool = False) -> None:
        wishes.append((n, width, quality, source))

    monkeypatch.setattr(editor.engine, "show_frame", show)
    return wishes


@pytest.fixture
def panel(editor: Editor, asked: Asked, qtbot: QtBot) -> ViewerPanel:
    editor.actions = by_id()
    panel = ViewerPanel(editor)
    qtbot.addWidget(panel)
    panel.resize(640, 480)
    panel.show()
    qtbot.waitExposed(panel)
    editor.engine.frame_ready.emit(frame(0, (200, 10, 10)))
    return panel


def shown(panel: ViewerPanel, x: float, y: float) -> QColor:
    """Colour at a share of the edited picture."""
    area = panel.canvas.layout_now.pictures[-1]
    picture = panel.canvas.grab().toImage()
    ratio = picture.devicePixelRatio()
    return picture.pixelColor(
        int((area.x + x * area.w) * ratio), int((area.y + y * area.h) * ratio)
    )


def test_source_first_then_full_when_it_stands(
    panel: ViewerPanel, asked: Asked, qtbot: QtBot
) -> None:
    assert asked[0][2] == "source"
    qtbot.waitUntil(lambda: asked[-1][2] == "full")


def test_draft_while_the_playhead_moves_full_once_it_stands(
    panel: ViewerPanel, editor: Editor, asked: Asked, qtbot: QtBot
) -> None:
    asked.clear()
    for n in range(1, 6):
        editor.seek(n)
    assert [wish[::2] for wish in asked] == [(n, "draft") for n in range(1, 6)]
    qtbot.waitUntil(lambda: asked[-1][::2] == (5, "full"))


def test_an_edit_shows_at_once(panel: ViewerPanel, editor: Editor, asked: Asked) -> None:
    asked.clear()
    editor.undo()
    assert editor.do("Rename", lambda p: p) is False
    from dataclasses import replace

    from cmet_studio.app.editing import rename_performer

    assert editor.do("Rename", lambda p: rename_performer(replace(p), "p1", "Anna"))
    assert asked[-1][2] == "draft"


def test_wipe_shows_both_and_its_line_is_dragged(
    panel: ViewerPanel, editor: Editor, asked: Asked, qtbot: QtBot
) -> None:
    editor.view.compare("wipe")
    assert asked[-1][3]  # the source is wanted too
    editor.engine.frame_ready.emit(frame(0, (10, 10, 200), "source"))
    assert shown(panel, 0.25, 0.6).blue() > 150
    assert shown(panel, 0.75, 0.6).red() > 150
    area = panel.canvas.layout_now.pictures[0]
    line = QPoint(int(area.x + area.w / 2), int(area.y + 30))
    to = QPoint(int(area.x + area.w * 0.9), line.y())
    qtbot.mousePress(panel.canvas, Qt.MouseButton.LeftButton, pos=line)
    qtbot.mouseMove(panel.canvas, to)
    qtbot.mouseRelease(panel.canvas, Qt.MouseButton.LeftButton, pos=to)
    assert editor.view.view.wipe == pytest.approx(0.9, abs=0.02)
    assert shown(panel, 0.75, 0.6).blue() > 150
    editor.view.compare("wipe")
    assert shown(panel, 0.25, 0.6).red() > 150


def test_side_by_side_has_source_left_and_edit_right(panel: ViewerPanel, editor: Editor) -> None:
    editor.view.compare("side")
    editor.engine.frame_ready.emit(frame(0, (10, 10, 200), "source"))
    left, right = panel.canvas.layout_now.pictures
    assert left.x + left.w <= right.x
    picture = panel.canvas.grab().toImage()
    middle = int(left.y + left.h / 2)
    assert picture.pixelColor(int(left.x + left.w / 2), middle).blue() > 150
    assert picture.pixelColor(int(right.x + right.w / 2), middle).red() > 150


def test_difference_is_dark_where_nothing_changed(panel: ViewerPanel, editor: Editor) -> None:
    editor.view.compare("difference")
    editor.engine.frame_ready.emit(frame(0, (190, 10, 10), "source"))
    assert shown(panel, 0.5, 0.5).getRgb()[:3] == (40, 0, 0)  # ten, four times as bright


def test_bypass_shows_the_source(panel: ViewerPanel, editor: Editor, asked: Asked) -> None:
    editor.view.set(bypass=True)
    assert asked[-1][2] == "source"
    editor.engine.frame_ready.emit(frame(0, (10, 10, 200), "source"))
    assert shown(panel, 0.5, 0.5).blue() > 150
    editor.view.set(bypass=False)
    assert shown(panel, 0.5, 0.5).red() > 150


def test_the_source_of_another_frame_is_never_compared(panel: ViewerPanel, editor: Editor) -> None:
    editor.view.compare("wipe")
    editor.engine.frame_ready.emit(frame(0, (10, 10, 200), "source"))
    editor.engine.frame_ready.emit(frame(3, (200, 10, 10)))
    assert panel.canvas.pictures.source is None


def wheel(panel: ViewerPanel, at: QPointF, up: int) -> None:
    event = QWheelEvent(
        at, panel.canvas.mapToGlobal(at), QPoint(), QPoint(0, up), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(panel.canvas, event)


def test_wheel_zooms_at_the_mouse_and_double_click_fits(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot
) -> None:
    canvas = panel.canvas
    fitted, at = canvas.scale, QPointF(400, 200)
    point = canvas.layout_now.to_clip(at.x(), at.y())
    wheel(panel, at, 240)
    assert canvas.scale > fitted * 1.2
    assert canvas.layout_now.to_panel(*point) == pytest.approx((at.x(), at.y()), abs=1.5)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert editor.view.view.zoom is None


def test_middle_drag_pans_when_zoomed(panel: ViewerPanel, editor: Editor, qtbot: QtBot) -> None:
    editor.view.set(zoom=8.0)
    before = panel.canvas.layout_now.to_panel(10, 10)
    qtbot.mousePress(panel.canvas, Qt.MouseButton.MiddleButton, pos=QPoint(300, 200))
    qtbot.mouseMove(panel.canvas, QPoint(330, 180))
    qtbot.mouseRelease(panel.canvas, Qt.MouseButton.MiddleButton, pos=QPoint(330, 180))
    after = panel.canvas.layout_now.to_panel(10, 10)
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((30, -20), abs=1)


def test_one_to_one_is_a_pixel_for_a_pixel(panel: ViewerPanel, editor: Editor) -> None:
    editor.view.set(zoom=1.0)
    width = panel.canvas.layout_now.pictures[0].w * panel.canvas.devicePixelRatioF()
    assert width == editor.project.clip.width


@pytest.mark.parametrize("name", ["safe", "timecode"])
def test_overlays_are_drawn(panel: ViewerPanel, editor: Editor, name: str) -> None:
    editor.seek(4)
    before = panel.canvas.grab().toImage()
    editor.view.toggle(name)
    assert panel.canvas.grab().toImage() != before
    editor.view.toggle(name)
    assert panel.canvas.grab().toImage() == before


def test_a_found_face_is_clicked_and_becomes_a_performer(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(function: object, done: Callable[[Any], None], failed: object = None) -> None:
        done([{"box": [20, 10, 40, 50]}, {"box": [90, 10, 40, 50]}])

    monkeypatch.setattr(editor.engine, "call", call)
    editor.view.set(picking=True)
    qtbot.waitUntil(lambda: len(panel.canvas.pictures.marks) == 2)
    assert "Click" in panel.canvas.pictures.hint
    x, y = panel.canvas.layout_now.to_panel(110, 30)
    qtbot.mouseMove(panel.canvas, QPoint(int(x), int(y)))
    qtbot.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(int(x), int(y)))
    assert editor.project.performers[-1].anchor_box == (90, 10, 40, 50)
    assert editor.project.performers[-1].name == "B"
    assert editor.selection.performer == editor.project.performers[-1].id
    assert not editor.view.view.picking
    editor.undo()
    assert len(editor.project.performers) == 1


def test_escape_ends_picking(panel: ViewerPanel, editor: Editor, qtbot: QtBot) -> None:
    editor.view.set(picking=True)
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not editor.view.view.picking


def test_boxes_and_landmarks_lie_over_the_face(panel: ViewerPanel, editor: Editor) -> None:
    editor.view.set(faces=True)
    before = panel.canvas.grab().toImage()
    panel.canvas.pictures.marks = (FaceMark((40, 20, 60, 50), "A", True, ((60.0, 40.0),)),)
    assert panel.canvas.grab().toImage() != before


def test_typed_timecode_moves_the_playhead(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot, notices: list[Any]
) -> None:
    field = panel.bar.timecode
    field.selectAll()
    qtbot.keyClicks(field, "f7")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert editor.playhead == 7
    field.selectAll()
    qtbot.keyClicks(field, "later")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert editor.playhead == 7
    assert notices
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert ":" in field.text()


def test_badge_says_what_is_seen(panel: ViewerPanel, editor: Editor) -> None:
    editor.engine.frame_ready.emit(frame(0, (1, 1, 1), "full"))
    assert "Full" in panel.strip.badge.text()
    editor.engine.frame_ready.emit(frame(0, (1, 1, 1), "full", edited=False))
    assert "rest" in panel.strip.badge.text()
    editor.engine.frame_ready.emit(frame(0, (1, 1, 1), state="analysing"))
    assert "tracked" in panel.strip.badge.text()


def test_a_refused_frame_is_said_a_starting_engine_is_not(
    panel: ViewerPanel, editor: Editor
) -> None:
    editor.engine.frame_failed.emit(0, EngineUnreachable("The engine does not answer."))
    assert "Not shown" not in panel.strip.badge.text()
    editor.engine.frame_failed.emit(0, CmetError("The clip is damaged."))
    assert "Not shown" in panel.strip.badge.text()
    assert "damaged" in panel.strip.badge.toolTip()


def test_without_a_document_it_says_what_to_do(panel: ViewerPanel, editor: Editor) -> None:
    from pathlib import Path

    editor.open_document(None, Path())
    assert "Ctrl+O" in panel.canvas.pictures.note
    panel.canvas.grab()


def test_every_button_has_a_name_and_its_key(panel: ViewerPanel) -> None:
    from cmet_studio.ui.action_button import ActionButton

    found = panel.findChildren(ActionButton)
    assert len(found) >= 14
    for button in found:
        assert button.accessibleName()
        assert "(" in button.toolTip()
