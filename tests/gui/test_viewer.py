"""The viewer's hands and eyes, on frames made here."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cmet_studio.app.editing import remove_performer
from cmet_studio.core.errors import CmetError
from cmet_studio.ui.catalogue import by_id
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_client import EngineUnreachable, FrameResult
from cmet_studio.ui.view_state import Picking
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


@pytest.mark.parametrize("button", [Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton])
def test_a_drag_pans_when_zoomed(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot, button: Qt.MouseButton
) -> None:
    editor.view.set(zoom=8.0)
    before = panel.canvas.layout_now.to_panel(10, 10)
    qtbot.mousePress(panel.canvas, button, pos=QPoint(300, 200))
    qtbot.mouseMove(panel.canvas, QPoint(330, 180))
    qtbot.mouseRelease(panel.canvas, button, pos=QPoint(330, 180))
    after = panel.canvas.layout_now.to_panel(10, 10)
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((30, -20), abs=1)


def test_all_of_it_is_done_with_keys_too(panel: ViewerPanel, editor: Editor) -> None:
    editor.view.set(zoom=8.0)
    before = panel.canvas.layout_now.to_panel(10, 10)
    panel.canvas.look(1, -1)
    after = panel.canvas.layout_now.to_panel(10, 10)
    assert after[0] < before[0]
    assert after[1] > before[1]
    move, actions = editor.actions["view.wipe_right"], editor.actions
    assert not move.enabled(editor)
    actions["view.wipe"].run(editor)
    assert move.enabled(editor)
    for _ in range(40):
        move.run(editor)
    assert editor.view.view.wipe == 1.0


def test_one_to_one_is_a_pixel_for_a_pixel(panel: ViewerPanel, editor: Editor) -> None:
    editor.view.set(zoom=1.0)
    width = panel.canvas.layout_now.pictures[0].w * panel.canvas.devicePixelRatioF()
    assert width == editor.project.clip.width


def test_pixels_that_are_not_square_are_shown_as_wide_as_they_are(
    panel: ViewerPanel, editor: Editor
) -> None:
    before = panel.canvas.layout_now.pictures[0]
    editor.set_times(editor.times, 16 / 11)
    after = panel.canvas.layout_now.pictures[0]
    assert after.w / after.h == pytest.approx(before.w / before.h * 16 / 11)


@pytest.mark.parametrize("name", ["safe", "timecode"])
def test_overlays_are_drawn(panel: ViewerPanel, editor: Editor, name: str) -> None:
    editor.seek(4)
    before = panel.canvas.grab().toImage()
    editor.view.toggle(name)
    assert panel.canvas.grab().toImage() != before
    editor.view.toggle(name)
    assert panel.canvas.grab().toImage() == before


class Faces:
    """An engine that sees two faces in every frame but those in ``blind``."""

    def __init__(self) -> None:
        self.blind: set[int] = set()
        self.looked: list[int] = []

    def faces(self, frame: int) -> list[dict[str, Any]]:
        self.looked.append(frame)
        seen = [{"box": [10, 10, 60, 60]}, {"box": [90, 10, 40, 50]}]
        return [] if frame in self.blind else seen

    def face(self, performer: str, frame: int, engine: str) -> dict[str, Any]:
        return {"box": [10 + frame, 10, 60, 60], "landmarks": [[30.0 + frame, 30.0]]}

    def analysis(self, engine: str) -> dict[str, Any]:
        boxes = [[10 + frame, 10, 60, 60] for frame in range(48)]
        lost = {"state": "ready", "found": [[0, 40]], "lost": [[40, 48]]}
        known = {**lost, "boxes": {"every": 1, "values": boxes}}
        return {"cuts": [], "performers": {"p1": known}}


@pytest.fixture
def faces(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> Faces:
    seen = Faces()

    def call(
        function: Callable[[Any], Any],
        done: Callable[[Any], None],
        failed: Callable[[CmetError], None],
    ) -> None:
        done(function(seen))

    monkeypatch.setattr(editor.engine, "call", call)
    return seen


def click_face(panel: ViewerPanel, qtbot: QtBot, x: float, y: float) -> None:
    at = QPoint(*(int(v) for v in panel.canvas.layout_now.to_panel(x, y)))
    qtbot.mouseMove(panel.canvas, at)
    qtbot.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=at)


def picking(panel: ViewerPanel, editor: Editor, qtbot: QtBot, what: Picking) -> None:
    editor.view.pick(what)
    qtbot.waitUntil(lambda: len(panel.canvas.pictures.marks) == 2)


def test_a_found_face_is_clicked_and_becomes_a_performer(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot, faces: Faces
) -> None:
    picking(panel, editor, qtbot, "add")
    assert [mark.label for mark in panel.canvas.pictures.marks] == ["1  A", "2"]
    assert "Click" in panel.canvas.pictures.hint
    click_face(panel, qtbot, 110, 30)
    assert editor.project.performers[-1].anchor_box == (90, 10, 40, 50)
    assert editor.project.performers[-1].name == "B"
    assert editor.selection.performer == editor.project.performers[-1].id
    assert not editor.view.view.picking
    editor.undo()
    assert len(editor.project.performers) == 1


def test_a_performer_is_not_picked_twice_but_selected(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot, faces: Faces, notices: list[Any]
) -> None:
    picking(panel, editor, qtbot, "add")
    editor.view.face_chosen.emit(1)
    picking(panel, editor, qtbot, "add")
    click_face(panel, qtbot, 40, 40)
    assert len(editor.project.performers) == 2
    assert editor.selection.performer == "p1"
    assert "already" in notices[-1].message


def test_the_face_of_a_performer_is_picked_again(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot, faces: Faces, notices: list[Any]
) -> None:
    before = editor.project.performers[0]
    picking(panel, editor, qtbot, "again")
    assert "A's face" in panel.canvas.pictures.hint
    click_face(panel, qtbot, 110, 30)
    (after,) = editor.project.performers
    assert after.anchor_box == (90, 10, 40, 50)
    assert (after.id, after.name, after.keys) == (before.id, before.name, before.keys)
    assert not editor.view.view.picking
    editor.undo()
    assert editor.project.performers == (before,)


def test_another_performers_face_is_not_taken_over(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot, faces: Faces, notices: list[Any]
) -> None:
    picking(panel, editor, qtbot, "add")
    editor.view.face_chosen.emit(1)
    performers = editor.project.performers
    picking(panel, editor, qtbot, "again")
    click_face(panel, qtbot, 40, 40)
    assert editor.project.performers == performers
    assert "performer A already" in notices[-1].message
    assert editor.view.view.picking == "again"


def test_the_overlay_follows_the_frame_on_screen_not_the_playhead(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot, faces: Faces
) -> None:
    editor.tracking.ask_soon()
    editor.view.set(faces=True, mesh=True)
    marks = panel.canvas.pictures
    qtbot.waitUntil(lambda: bool(marks.marks and marks.marks[0].dots and editor.tracking.of("p1")))
    editor.seek(9)
    assert marks.marks[0].box[0] == 10
    editor.engine.frame_ready.emit(frame(7, (1, 1, 1)))
    assert marks.marks[0].box[0] == 17
    assert marks.marks[0].dots == ()  # those of another frame are gone at once
    qtbot.waitUntil(lambda: bool(marks.marks[0].dots))
    assert marks.marks[0].dots == ((37.0, 30.0),)
    editor.playing = True
    editor.transport.frame_due.emit(frame(8, (1, 1, 1)))
    assert marks.marks[0].box[0] == 18
    editor.playing = False


def test_timecode_over_the_picture_is_the_pictures(panel: ViewerPanel, editor: Editor) -> None:
    editor.seek(9)
    editor.engine.frame_ready.emit(frame(7, (1, 1, 1)))
    assert panel.canvas.pictures.timecode.endswith("07")


def test_a_lost_face_is_said_where_it_is_lost(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot, faces: Faces
) -> None:
    editor.tracking.ask_soon()
    qtbot.waitUntil(lambda: bool(editor.tracking.of("p1")))
    editor.engine.frame_ready.emit(frame(41, (1, 1, 1), "full", edited=False))
    assert "A not found here" in panel.strip.badge.text()
    editor.engine.frame_ready.emit(frame(41, (1, 1, 1), "full"))  # another's face is changed
    assert "A not found here" in panel.strip.badge.text()
    editor.engine.frame_ready.emit(frame(3, (1, 1, 1), "full", edited=False))
    assert "at rest" in panel.strip.badge.text()


def test_a_clip_that_begins_without_a_face_is_looked_through(
    panel: ViewerPanel, editor: Editor, qtbot: QtBot, faces: Faces, notices: list[Any]
) -> None:
    assert editor.do("Empty", lambda p: remove_performer(p, "p1"))
    faces.blind = set(range(20))
    editor.opened.emit()
    qtbot.waitUntil(lambda: editor.playhead >= 20)
    assert faces.looked == sorted(faces.looked)
    faces.blind = set(range(48))
    editor.seek(0)
    editor.engine.frame_ready.emit(frame(0, (1, 1, 1)))
    editor.opened.emit()
    qtbot.waitUntil(lambda: bool(notices))
    assert "No face was found in this clip" in notices[-1].message
    assert "No face found in this frame" in panel.canvas.pictures.hint


def test_escape_ends_picking(panel: ViewerPanel, editor: Editor, qtbot: QtBot) -> None:
    editor.view.pick("add")
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


def test_where_the_edit_cannot_be_made_the_source_is_shown_once(
    panel: ViewerPanel, editor: Editor, asked: Asked
) -> None:
    editor.seek(5)
    asked.clear()
    trouble = CmetError("The weights are not installed.", "Install them.")
    editor.engine.frame_failed.emit(5, trouble)
    assert asked == [(5, asked[0][1], "source", False)]
    editor.engine.frame_ready.emit(frame(5, (10, 10, 200), "source", engine=""))
    assert shown(panel, 0.5, 0.5).blue() > 150
    assert "cannot be edited" in panel.strip.badge.text()
    assert "weights" in panel.strip.badge.toolTip()
    editor.engine.frame_failed.emit(5, trouble)  # the source fails too: no circle
    assert len(asked) == 1
    panel.refresh()
    editor.engine.frame_failed.emit(5, trouble)
    assert [wish[2] for wish in asked[1:]] == ["draft", "source"]
    editor.engine.frame_ready.emit(frame(5, (200, 10, 10)))
    assert "Draft" in panel.strip.badge.text()


def test_badge_is_of_the_edit_while_it_is_compared(panel: ViewerPanel, editor: Editor) -> None:
    editor.view.compare("wipe")
    editor.engine.frame_ready.emit(frame(0, (1, 1, 1), "full"))
    editor.engine.frame_ready.emit(frame(0, (10, 10, 200), "source"))
    assert "Full" in panel.strip.badge.text()


def test_another_face_model_is_asked_at_once(
    panel: ViewerPanel, editor: Editor, asked: Asked
) -> None:
    asked.clear()
    editor.engine.use_model("edtalk")
    assert asked[0][2] == "draft"


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
