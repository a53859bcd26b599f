"""What an editor notices at once: where the keyboard is, what jumps, what is cut off."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPointF, QRect, Qt
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from timeline_fixtures import Hand, steps

from cmet_studio.app.editing import remove_keys
from cmet_studio.core.settings import Settings
from cmet_studio.domain.project import Key
from cmet_studio.ui.catalogue import by_id
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.inspector.panel import InspectorPanel
from cmet_studio.ui.keyboard import keeps_key
from cmet_studio.ui.library import EMOTION_MIME
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.parts.number_slider import NumberSlider
from cmet_studio.ui.recovery.relink import RelinkDialog
from cmet_studio.ui.timeline.layout import HEADER_PX
from cmet_studio.ui.timeline.menus import menu_for
from cmet_studio.ui.timeline.panel import TimelinePanel
from cmet_studio.ui.timeline.state import state_of
from cmet_studio.ui.welcome import thumbnails
from cmet_studio.ui.welcome.tour import Tour
from cmet_studio.ui.window import Window

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def opened(window: Window, qtbot: QtBot, project_file: Path) -> Window:
    with qtbot.waitSignal(window.editor.opened, timeout=60_000):
        window.open(project_file)
    QApplication.processEvents()
    return window


def timeline(window: Window) -> TimelinePanel:
    panel = window.docks.docks["timeline"].widget()
    assert isinstance(panel, TimelinePanel)
    return panel


def test_an_opened_clip_has_the_keyboard_on_the_timeline(opened: Window) -> None:
    assert opened.focusWidget() is timeline(opened).view
    opened.editor.seek(12)
    QTest.keyClick(opened.focusWidget(), Qt.Key.Key_M)
    assert [marker.frame for marker in opened.editor.project.markers] == [12]


def test_the_tour_gives_the_keyboard_back(opened: Window) -> None:
    opened.welcome.show_tour()
    tour = opened.findChild(Tour)
    assert tour is not None
    assert opened.focusWidget() is tour.next
    for _ in range(5):
        QTest.mouseClick(tour.next, LEFT)
    assert opened.focusWidget() is timeline(opened).view


def test_the_tour_stays_on_top_when_another_panel_comes_to_the_front(
    opened: Window, qtbot: QtBot
) -> None:
    opened.welcome.show_tour()
    tour = opened.findChild(Tour)
    assert tour is not None
    opened.docks.show("keys")
    opened.docks.show("timeline")

    def on_top() -> bool:
        order = [child for child in opened.children() if isinstance(child, QWidget)]
        return order.index(tour) > order.index(opened.centralWidget())

    qtbot.waitUntil(on_top)
    tour.finish()


def settled(widget: QWidget) -> None:
    """Let layouts come to rest."""
    calm, last = 0, widget.geometry()
    while calm < 10:
        QTest.qWait(10)
        calm = calm + 1 if widget.geometry() == last else 0
        last = widget.geometry()


def test_a_notice_does_not_move_the_picture(opened: Window) -> None:
    canvas = opened.viewer.canvas
    settled(canvas)
    before = canvas.geometry()
    opened.editor.notice.emit(Notice("error", "The disk is full.", "Free some space."))
    settled(canvas)
    bar = opened.notices
    assert bar.isVisible()
    assert canvas.geometry() == before
    strip = opened.viewer.strip
    assert bar.y() >= strip.mapTo(bar.parentWidget(), strip.rect().bottomLeft()).y()
    QTest.mouseClick(bar.rows[0].close_button, LEFT)
    assert not bar.isVisible()


def test_a_share_is_typed_and_shown_in_percent(qtbot: QtBot) -> None:
    slider = NumberSlider("Intensity", 1.5)
    qtbot.addWidget(slider)
    slider.show()
    for typed, value, shown in (
        ("80", 0.8, "80 %"), ("0.35", 0.35, "35 %"), ("120 %", 1.2, "120 %"), ("400", 1.5, "150 %"),
    ):  # fmt: skip
        slider.box.setFocus()
        slider.box.selectAll()
        QTest.keyClicks(slider.box, typed)
        QTest.keyClick(slider.box, Qt.Key.Key_Return)
        assert slider.value == pytest.approx(value)
        assert slider.box.text() == shown
    label = slider.findChildren(QWidget)[0]
    with qtbot.waitSignal(slider.moved):
        QTest.mouseDClick(label, LEFT)
    assert slider.value == 1.0


def test_the_graph_cuts_no_lane_in_two(panel: TimelinePanel, film_editor: Editor) -> None:
    panel.resize(1232, 320)
    QApplication.processEvents()
    state_of(film_editor).switch("graph", True)
    QApplication.processEvents()
    lanes = panel.view.lanes
    cut = [lane for lane in lanes.lanes if lane.top < panel.view.height() < lane.bottom]
    assert cut == []
    assert panel.graph.height() > 120


def keys_of(editor: Editor, emotion: str) -> list[Key]:
    keys = editor.project.performers[0].keys
    return [key for key in keys if any(part.emotion == emotion for part in key.mix)]


def drop(hand: Hand, frame: int, dragged: str) -> None:
    data = QMimeData()
    data.setData(EMOTION_MIME, QByteArray(dragged.encode()))
    at = hand.at(frame, "50%")
    enter = QDragEnterEvent(at, Qt.DropAction.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(hand.view, enter)
    QApplication.sendEvent(
        hand.view, QDragMoveEvent(at, Qt.DropAction.CopyAction, data, LEFT, NONE)
    )
    event = QDropEvent(QPointF(at), Qt.DropAction.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(hand.view, event)


def test_a_dropped_preset_is_one_step_of_undo(hand: Hand, film_editor: Editor) -> None:
    before, done = film_editor.project, steps(film_editor)
    drop(hand, 600, "preset:fear")
    made = film_editor.project.emotions[-1]
    assert (made.name, made.preset) == ("Fear", "fear")
    assert len(keys_of(film_editor, made.id)) == 1
    assert film_editor.selection.emotion == made.id
    assert steps(film_editor)[: len(done)] == done
    assert len(steps(film_editor)) == len(done) + 1
    film_editor.undo()
    assert film_editor.project == before


def test_a_dropped_name_that_is_no_preset_is_refused(hand: Hand, film_editor: Editor) -> None:
    before = film_editor.project
    drop(hand, 600, "preset:hunger")
    assert film_editor.project is before


def shown_keys(menu: QMenu) -> dict[str, str]:
    parts = (action.text().split("\t") for action in menu.actions())
    return {text: keys[0] for text, *keys in parts if keys}


def test_context_menus_tell_the_keys_in_force(hand: Hand, film_editor: Editor) -> None:
    at = hand.at(200)
    found = hand.view.hit(at.x(), at.y())
    assert shown_keys(menu_for(hand.view, found))["Delete"] == "Del"

    def blender(settings: Settings) -> Settings:
        return replace(settings, shortcuts=replace(settings.shortcuts, preset="Blender"))

    film_editor.preferences.change(blender)
    assert shown_keys(menu_for(hand.view, found))["Delete"] == "X"


def test_presets_can_be_keyed_from_the_menu(hand: Hand, film_editor: Editor) -> None:
    at = hand.at(600, "50%")
    menu = menu_for(hand.view, hand.view.hit(at.x(), at.y()))
    adding = next(a for a in menu.actions() if a.text() == "Add Key Here").menu()
    assert isinstance(adding, QMenu)
    next(a for a in adding.actions() if a.text() == "Fear").trigger()
    assert film_editor.project.emotions[-1].preset == "fear"
    (placed,) = keys_of(film_editor, film_editor.project.emotions[-1].id)
    assert abs(placed.frame - 600) <= 1


def test_a_screen_reader_hears_the_keys(panel: TimelinePanel, film_editor: Editor) -> None:
    face = QAccessible.queryAccessibleInterface(panel.view)
    assert face.childCount() == 4
    said = [face.child(n).text(QAccessible.Text.Name) for n in range(4)]
    assert said[0].startswith("Rest, 00:00:04:00")
    assert said[1].startswith("Happy, 50%")
    film_editor.select(replace(film_editor.selection, keys=frozenset({200})))
    selected = [face.child(n).state().selected for n in range(4)]
    assert [bool(one) for one in selected] == [False, True, False, False]
    area = QRect(panel.view.mapToGlobal(panel.view.rect().topLeft()), panel.view.size())
    assert area.contains(face.child(1).rect())
    film_editor.seek(250)
    assert face.text(QAccessible.Text.Value) == "00:00:10:00"
    last = face.child(3)
    film_editor.do("Delete", lambda p: remove_keys(p, "p1", {200, 400}))
    assert face.childCount() == 2
    assert not last.isValid()


def test_tab_never_goes_to_a_panel_behind_another(opened: Window) -> None:
    behind = [opened.docks.docks[name] for name in ("keys", "history", "jobs")]
    start = QApplication.focusWidget() or timeline(opened).view
    start.setFocus()
    seen: set[QWidget] = set()
    for _ in range(120):
        opened.focusNextChild()
        at = opened.focusWidget()
        assert at is not None
        assert not any(dock.isAncestorOf(at) for dock in behind), at.accessibleName()
        seen.add(at)
    assert timeline(opened).view in seen
    opened.docks.show("keys")
    QApplication.processEvents()
    assert opened.docks.docks["keys"].widget().isEnabled()


def test_recent_projects_are_known_by_their_picture(opened: Window, project_file: Path) -> None:
    blue = QImage(640, 360, QImage.Format.Format_RGB32)
    blue.fill(Qt.GlobalColor.blue)
    opened.viewer.canvas.pictures.edited = blue
    assert opened.close_project()
    row = opened.welcome.page.recent.item(0)
    assert row.text() == f"{project_file.stem}\n{project_file.parent}"
    shown = row.icon().pixmap(thumbnails.SIZE).toImage()
    assert shown.pixelColor(shown.width() // 2, shown.height() // 2).blue() > 200
    other = thumbnails.of(project_file.with_name("never opened.cmet"))
    assert not other.isNull()


def test_every_panel_can_be_gone_to_by_keyboard(opened: Window) -> None:
    for name, dock in opened.docks.docks.items():
        opened.actions_[f"window.go_{name}"].trigger()
        at = opened.focusWidget()
        assert at is not None
        assert dock.isAncestorOf(at), name
        assert at.isVisible(), name


def test_long_words_make_the_inspector_wider_and_are_not_cut(opened: Window) -> None:
    opened.docks.show("inspector")
    inspector = opened.docks.docks["inspector"].widget()
    assert isinstance(inspector, InspectorPanel)
    inspector.performer_section.show()
    button = inspector.performer_section.findChildren(QPushButton)[0]
    button.setText("Langes Wort " * 6)
    inside = inspector.performer_section.parentWidget()
    for _ in range(5):
        QApplication.processEvents()
    assert inside.width() >= inside.minimumSizeHint().width()
    assert inside.width() <= inspector.width()


def test_a_small_screen_shows_every_lane_of_a_performer(opened: Window) -> None:
    opened.resize(1280, 720)
    opened.docks.reset()
    view = timeline(opened).view
    settled(view)
    assert view.height() >= view.lanes.content


def test_linking_another_file_does_not_say_that_the_clip_is_lost(editor: Editor) -> None:
    dialog = RelinkDialog(editor)
    assert dialog.head.text() == "clip.mp4 is there"
    editor.clip_path.rename(editor.clip_path.with_name("moved.mp4"))
    lost = RelinkDialog(editor)
    assert lost.head.text() == "clip.mp4 is not where it was"
    for made in (dialog, lost):
        made.reject()


def test_a_number_that_is_entered_gives_the_keyboard_back(opened: Window) -> None:
    editor = opened.editor
    editor.select(replace(editor.selection, performer="p1", keys=frozenset({15})))
    inspector = opened.docks.docks["inspector"].widget()
    assert isinstance(inspector, InspectorPanel)
    box = inspector.keys.intensity.box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "65")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert [k.intensity for k in editor.project.performers[0].keys if k.frame == 15] == [0.65]
    assert opened.focusWidget() is timeline(opened).view


def test_menus_by_keyboard_are_those_of_the_selected_key(
    hand: Hand, film_editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[QMenu] = []  # the offscreen platform cannot show them
    monkeypatch.setattr(QMenu, "popup", lambda menu, at: shown.append(menu))
    film_editor.select(replace(film_editor.selection, performer="p1", keys=frozenset({200})))
    middle = hand.view.rect().center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, middle, hand.view.mapToGlobal(middle)
    )
    QApplication.sendEvent(hand.view, event)
    assert "Mute or Unmute" in shown_keys(shown[-1])
    by_id()["key.interp.choose"].run(film_editor)
    next(a for a in shown[-1].actions() if a.text().startswith("Hold")).trigger()
    assert [k.interpolation for k in film_editor.project.performers[0].keys][1] == "hold"


def test_the_playhead_hides_no_key_in_the_graph(panel: TimelinePanel, film_editor: Editor) -> None:
    state_of(film_editor).switch("graph", True)
    panel.resize(1232, 700)
    QApplication.processEvents()
    graph = panel.graph
    x = round(HEADER_PX + graph.scale.x(300)) + 3

    def beside_it() -> list[int]:
        image = graph.grab().toImage()
        return [image.pixel(x, y) for y in range(image.height())]

    film_editor.seek(900)
    before = beside_it()
    film_editor.seek(300)
    assert beside_it() == before


def test_arrows_turn_what_tab_reached_and_never_what_was_clicked(opened: Window) -> None:
    editor = opened.editor
    editor.select(replace(editor.selection, performer="p1", keys=frozenset({15})))
    editor.seek(15)
    inspector = opened.docks.docks["inspector"].widget()
    assert isinstance(inspector, InspectorPanel)
    slider, box, emotions = (
        inspector.keys.intensity.slider, inspector.keys.intensity.box, inspector.keys.first,
    )  # fmt: skip

    def now() -> tuple[float, str, int]:
        key = next(k for k in editor.project.performers[0].keys if k.frame == 15)
        return key.intensity, key.mix[0].emotion, editor.playhead

    timeline(opened).view.setFocus()
    for widget in (slider, emotions):
        assert not widget.focusPolicy() & Qt.FocusPolicy.ClickFocus
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    start = now()
    for widget, press in ((slider, Qt.Key.Key_Left), (box, Qt.Key.Key_Down)):
        widget.setFocus()
        assert keeps_key(widget, press, Qt.KeyboardModifier.NoModifier)
        QTest.keyClick(widget, press)
    assert now()[0] < start[0]
    assert now()[1:] == start[1:]
