"""The Inspector: every control changes the document, as one step of undo, and follows it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QSlider, QWidget
from pytestqt.qtbot import QtBot

from cmet_studio.app.library import EmotionFigures, MapData, MapPoint
from cmet_studio.core.errors import BadInput, CmetError
from cmet_studio.domain import edits
from cmet_studio.domain.project import Key, MixPart
from cmet_studio.ui.editor import Editor, Selection
from cmet_studio.ui.inspector.figures import figures_of, points_of
from cmet_studio.ui.inspector.key_page import second_weight, with_first, with_second
from cmet_studio.ui.inspector.panel import InspectorPanel
from cmet_studio.ui.notices import Notice


@pytest.fixture
def panel(qtbot: QtBot, editor: Editor) -> InspectorPanel:
    panel = InspectorPanel(editor)
    panel.emotion.calm.setInterval(0)
    qtbot.addWidget(panel)
    panel.resize(320, 1200)
    panel.show()
    yield panel
    panel.emotion.work.stop()


def select(editor: Editor, *frames: int) -> None:
    editor.select(Selection(performer="p1", keys=frozenset(frames)))


def key(editor: Editor, frame: int) -> Key:
    return next(k for k in editor.project.performers[0].keys if k.frame == frame)


def drag(qtbot: QtBot, slider: QSlider, to: float) -> None:
    """Drag a slider's handle to a share of its length, through the way there."""
    y = slider.height() // 2

    def x(share: float) -> int:
        return round(6 + share * (slider.width() - 12))

    here = slider.value() / slider.maximum()
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(x(here), y))
    for step in range(1, 6):
        qtbot.mouseMove(slider, QPoint(x(here + (to - here) * step / 5), y))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(x(to), y))


def test_sections_follow_the_selection(editor: Editor, panel: InspectorPanel) -> None:
    assert panel.key_section.isHidden()
    assert panel.emotion_section.isHidden()
    assert "A" in panel.performer_section.head.text()
    select(editor, 15)
    assert not panel.key_section.isHidden()
    assert "Happy" in panel.emotion_section.head.text()
    assert panel.keys.where.text() == "00:00:00:15   f15"
    select(editor, 15, 30)
    assert panel.key_section.head.text().strip() == "2 keys"
    editor.open_document(None, Path())
    assert not panel.empty.isHidden()


def test_dragging_intensity_is_live_and_one_step(
    qtbot: QtBot, editor: Editor, panel: InspectorPanel
) -> None:
    select(editor, 15)
    seen = []
    editor.changed.connect(lambda before, after: seen.append(after))
    drag(qtbot, panel.keys.intensity.slider, 0.4)
    assert len(seen) >= 3
    assert key(editor, 15).intensity == pytest.approx(0.6, abs=0.06)
    assert panel.keys.intensity.box.value() == pytest.approx(key(editor, 15).intensity)
    assert editor.document.history.labels == ("Set intensity",)
    editor.undo()
    assert key(editor, 15).intensity == 1.0
    assert panel.keys.intensity.box.value() == 1.0


def test_typing_intensity_for_several_keys(editor: Editor, panel: InspectorPanel) -> None:
    select(editor, 15, 30)
    panel.keys.intensity.box.setValue(1.3)
    assert key(editor, 15).intensity == key(editor, 30).intensity == 1.3
    assert panel.keys.intensity.slider.value() == 130
    assert panel.keys.intensity.slider.maximum() == 150


@pytest.mark.parametrize("name", ["brow", "eyes", "cheeks", "mouth"])
def test_regions(qtbot: QtBot, editor: Editor, panel: InspectorPanel, name: str) -> None:
    select(editor, 15)
    drag(qtbot, panel.keys.regions[name].slider, 0.25)
    assert getattr(key(editor, 15).regions, name) == pytest.approx(0.25, abs=0.06)
    assert editor.document.history.labels == (f"Set {name}",)


def test_interpolation_mute_and_rest(qtbot: QtBot, editor: Editor, panel: InspectorPanel) -> None:
    select(editor, 15)
    qtbot.mouseClick(panel.keys.interpolations["ease"], Qt.MouseButton.LeftButton)
    assert key(editor, 15).interpolation == "ease"
    panel.keys.muted.click()
    assert key(editor, 15).muted
    editor.undo()
    assert not panel.keys.muted.isChecked()
    panel.keys.first.setCurrentIndex(0)
    panel.keys._first_chosen()
    assert key(editor, 15).is_rest
    assert not panel.keys.intensity.isEnabled()


def test_mixing_two_emotions(qtbot: QtBot, editor: Editor, panel: InspectorPanel) -> None:
    select(editor, 15)
    page = panel.keys
    page.second.setCurrentIndex(page.second.findData("e2"))
    page._second_chosen()
    assert key(editor, 15).mix == (MixPart("e1", 0.5), MixPart("e2", 0.5))
    drag(qtbot, page.weight.slider, 0.8)
    assert key(editor, 15).mix[1].weight == pytest.approx(0.8, abs=0.05)
    assert editor.document.history.labels == ("Mix emotions", "Set mix")


def test_a_share_dragged_to_its_end_and_back(
    qtbot: QtBot, editor: Editor, panel: InspectorPanel
) -> None:
    editor.do("Mix", lambda p: edits.set_key(p, "p1", 15, lambda k: with_second(k, "e2", 0.3)))
    select(editor, 15)
    slider = panel.keys.weight.slider
    y, width = slider.height() // 2, slider.width()
    start = QPoint(round(6 + 0.3 * (width - 12)), y)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(slider, QPoint(width, y))
    assert key(editor, 15).mix == (MixPart("e2"),)
    qtbot.mouseMove(slider, QPoint(round(6 + 0.5 * (width - 12)), y))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(width // 2, y))
    assert [part.emotion for part in key(editor, 15).mix] == ["e1", "e2"]
    assert len(editor.document.history.labels) == 2


def test_mix_functions() -> None:
    plain = Key(1, (MixPart("a"),))
    mixed = with_second(plain, "b", 0.25)
    assert mixed.mix == (MixPart("a", 0.75), MixPart("b", 0.25))
    assert second_weight(mixed) == 0.25
    assert with_second(mixed, "", 0.5).mix == (MixPart("a"),)
    assert with_second(Key(1), "b").mix == ()
    assert with_first(mixed, "c").mix == (MixPart("c", 0.75), MixPart("b", 0.25))
    assert with_first(mixed, "b").mix == (MixPart("b"),)
    assert with_first(mixed, "").mix == ()


def test_the_wheel_scrolls_and_changes_nothing(editor: Editor, panel: InspectorPanel) -> None:
    select(editor, 15)
    slider = panel.keys.intensity.slider
    slider.clearFocus()
    at = QPointF(slider.rect().center())
    event = QWheelEvent(
        at, slider.mapToGlobal(at), QPoint(0, 0), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(slider, event)
    assert key(editor, 15).intensity == 1.0


def test_renaming_and_removing_a_performer(
    qtbot: QtBot, editor: Editor, panel: InspectorPanel, notices: list[Notice]
) -> None:
    field = panel.performer.name
    field.selectAll()
    qtbot.keyClicks(field, "Anna")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert editor.project.performers[0].name == "Anna"
    field.setText("")
    field.setModified(True)
    field.editingFinished.emit()
    assert notices[-1].level == "error"
    assert field.text() == "Anna"
    qtbot.mouseClick(panel.performer.again, Qt.MouseButton.LeftButton)
    assert editor.view.view.picking == "again"
    qtbot.mouseClick(panel.performer.add, Qt.MouseButton.LeftButton)
    assert editor.view.view.picking == "add"
    qtbot.mouseClick(panel.performer.remove, Qt.MouseButton.LeftButton)
    assert editor.project.performers == ()
    assert panel.performer.name.isHidden()
    assert panel.performer.again.isHidden()
    assert not panel.performer.add.isHidden()


def test_what_was_tracked(editor: Editor, panel: InspectorPanel) -> None:
    editor.tracking._take(
        {"performers": {"p1": {"state": "ready", "found": [[0, 40]], "extreme": [[3, 7]]}}}
    )
    words = panel.performer.tracked.text()
    assert "Found in 40 of 48 frames, lost in 8" in words
    assert "too far or out of the picture in 4" in words
    editor.tracking._take({"performers": {"p1": {"state": "analysing"}}})
    assert "being tracked" in panel.performer.tracked.text()


def test_the_clips_facts(editor: Editor, panel: InspectorPanel) -> None:
    words = [label.text() for label in panel.clip.facts.values()]
    assert words[0] == "clip.mp4"
    assert words[2:5] == ["160 x 96", "25 frames/s", "48 frames, 1.92 s"]
    editor.clip_path.unlink()
    panel.refresh()
    assert "missing" in panel.clip.facts["File"].text()


# Figures


def answer() -> dict[str, Any]:
    """What the service sends, made of the values it sends."""
    figures = EmotionFigures(
        "e2", 2, 0, "red", "shipped", "the shipped neutral voice", 0.7, {"t1": 0.8, "t2": 0.4},
        "t2", True, 0.9, (("sad", 0.6), ("fear", 0.2)), "starter", ("Listen again.",),
    )  # fmt: skip
    points = (
        MapPoint("preset", "sad", "sad", "", "", 0.5, 0.5),
        MapPoint("emotion", "e2", "Longing", "e2", "#56b4e9", 0.4, 0.4),
        MapPoint("emotion", "e1", "Happy", "e1", "#e69f00", -0.4, 0.4),
        MapPoint("take", "t2", "take2.wav", "e2", "#56b4e9", -0.5, -0.5),
    )
    return {"figures": {"e2": asdict(figures)}, "map": asdict(MapData(points, (0.5, 0.2)))}


class Client:
    def __init__(self) -> None:
        self.puts, self.asked = 0, []
        self.refuses: CmetError | None = None

    def put_document(self, *given: Any) -> None:
        self.puts += 1

    def emotion_figures(self, ids: list[str]) -> dict[str, Any]:
        self.asked.append(list(ids))
        if self.refuses is not None:
            raise self.refuses
        return answer()

    def analysis(self) -> dict[str, Any]:
        return {}


@pytest.fixture
def client(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> Client:
    client = Client()

    def call(function: Any, on_done: Any = None, on_error: Any = None) -> None:
        try:
            got = function(client)
        except CmetError as error:
            on_error(error)
        else:
            on_done(got)

    monkeypatch.setattr(editor.engine, "call", call)
    return client


def test_figures_of_an_emotion(editor: Editor, client: Client, panel: InspectorPanel) -> None:
    editor.select(Selection(performer="p1", emotion="e2"))
    page = panel.emotion
    assert client.asked == [["e1", "e2"]]
    assert client.puts == 0  # the link sends revisions, in their order
    assert page.state.isHidden()
    assert "2 of 10" in page.expressive.accessibleName()
    assert page.source.text() == "Neutral from the shipped neutral voice"
    assert [name for name, *_ in page.facts.rows] == ["Consistency", "Strength"]
    assert [row[:2] for row in page.reads_as.rows] == [("Sad", 0.6), ("Fear", 0.2)]
    assert [row[0] for row in page.takes.rows] == ["take1.wav", "take2.wav"]
    assert "take2.wav is unlike the others" in page.words.text()
    assert page.notes.text() == "Listen again."
    assert len(page.map.points) == 4


def test_figures_are_asked_again_only_when_they_may_differ(
    editor: Editor, client: Client, panel: InspectorPanel
) -> None:
    editor.select(Selection(performer="p1", emotion="e2"))
    editor.do("Key", lambda p: edits.add_key(p, "p1", Key(40)))
    assert len(client.asked) == 1
    editor.do("Side", lambda p: edits.set_emotion_takes(p, "e2", ("t1",), ("t2",)))
    assert len(client.asked) == 2
    editor.select(Selection(performer="p1", emotion="e1"))
    assert len(client.asked) == 3


def test_when_the_engine_cannot_say(editor: Editor, client: Client, panel: InspectorPanel) -> None:
    client.refuses = BadInput("The recording is missing.", "Put it back.")
    editor.select(Selection(performer="p1", emotion="e2"))
    assert "The recording is missing." in panel.emotion.state.text()


def test_the_engine_is_not_asked_while_the_hand_is_busy(
    qtbot: QtBot, editor: Editor, client: Client, panel: InspectorPanel
) -> None:
    panel.emotion.calm.setInterval(50)
    held = QWidget()
    qtbot.addWidget(held)
    held.show()
    qtbot.mousePress(held, Qt.MouseButton.LeftButton)
    editor.select(Selection(performer="p1", emotion="e2"))
    qtbot.wait(250)
    assert client.asked == []
    qtbot.mouseRelease(held, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(client.asked) == 1)


def test_a_click_on_the_map_selects(
    qtbot: QtBot, editor: Editor, client: Client, panel: InspectorPanel
) -> None:
    editor.select(Selection(performer="p1", emotion="e2"))
    chart = panel.emotion.map
    qtbot.waitUntil(lambda: chart.plot is not None, timeout=20_000)
    point = next(p for p in chart.points if p.id == "e1")
    assert chart.near(chart.place(point)) == point
    assert chart.plot is not None
    under = chart.plot.viewport()
    at = under.mapFrom(chart, chart.place(point).toPoint())
    qtbot.mouseClick(under, Qt.MouseButton.LeftButton, pos=at)
    assert editor.selection.emotion == "e1"


def test_answers_that_make_no_sense_show_nothing() -> None:
    assert figures_of({}, "e1") is None
    assert figures_of({"figures": {"e1": None}}, "e1") is None
    assert points_of({"map": None}) == ()
