"""What a hand can do on the timeline, with real mouse events on the real widget."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from timeline_fixtures import Hand, frames, key, steps

from cmet_studio.domain import edits
from cmet_studio.domain.project import Marker, Project, Take
from cmet_studio.ui.editor import Editor, Selection
from cmet_studio.ui.timeline.panel import TimelinePanel
from cmet_studio.ui.timeline.state import state_of

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(autouse=True)
def _no_snap(film_editor: Editor) -> None:
    state_of(film_editor).switch("snap", False)


def select(editor: Editor, *chosen: int) -> None:
    editor.select(Selection("p1", frozenset(chosen)))


# Moving keys


def test_a_drag_moves_a_key_in_one_step(hand: Hand, film_editor: Editor) -> None:
    hand.drag(hand.at(200), hand.at(250))
    assert frames(film_editor) == [100, 250, 300, 400]
    assert film_editor.selection.keys == {250}
    assert steps(film_editor) == ("Move key",)
    film_editor.undo()
    assert frames(film_editor) == [100, 200, 300, 400]


def test_passing_over_keys_keeps_them_and_landing_on_one_replaces_it(
    hand: Hand, film_editor: Editor
) -> None:
    hand.drag(hand.at(200), hand.at(350))
    assert frames(film_editor) == [100, 300, 350, 400]
    hand.drag(hand.at(350), hand.at(400))
    assert frames(film_editor) == [100, 300, 400]


def test_several_keys_move_together_and_stop_at_the_ends(hand: Hand, film_editor: Editor) -> None:
    select(film_editor, 100, 200)
    hand.drag(hand.at(200), hand.at(20))
    assert frames(film_editor) == [0, 100, 300, 400]
    assert film_editor.selection.keys == {0, 100}


def test_the_selection_never_vanishes_during_a_drag(hand: Hand, film_editor: Editor) -> None:
    heard: list[int] = []
    film_editor.selection_changed.connect(lambda: heard.append(len(film_editor.selection.keys)))
    hand.drag(hand.at(200), hand.at(260))
    assert min(heard) >= 1


def test_escape_takes_a_drag_back(hand: Hand, film_editor: Editor) -> None:
    hand.press(hand.at(200))
    hand.move(hand.at(240))
    assert frames(film_editor) == [100, 240, 300, 400]
    QTest.keyClick(hand.view, Qt.Key.Key_Escape)
    assert frames(film_editor) == [100, 200, 300, 400]
    assert steps(film_editor) == ()
    hand.release(hand.at(240))
    assert hand.view.gesture is None


def test_a_click_is_no_drag(hand: Hand, film_editor: Editor) -> None:
    hand.drag(hand.at(200), hand.at(200) + QPoint(2, 1))
    assert steps(film_editor) == ()
    assert (film_editor.selection.performer, film_editor.selection.keys) == ("p1", {200})


def test_a_keys_emotion_is_selected_with_it(hand: Hand, film_editor: Editor) -> None:
    hand.click(hand.at(200))
    assert film_editor.selection.emotion == key(film_editor, 200).mix[0].emotion


def test_up_and_down_sets_the_intensity(hand: Hand, film_editor: Editor) -> None:
    hand.drag(hand.at(200, "50%"), hand.at(200, "120%"))
    assert key(film_editor, 200).intensity == pytest.approx(1.2, abs=0.03)
    assert frames(film_editor) == [100, 200, 300, 400]
    assert steps(film_editor) == ("Set intensity",)
    hand.drag(hand.at(200), hand.at(200) + QPoint(0, 2000))
    assert key(film_editor, 200).intensity == 0.0
    hand.drag(hand.at(300, "100%"), hand.at(300, "150%") - QPoint(0, 500))
    assert key(film_editor, 300).intensity == 1.5


def test_ripple_moves_the_later_keys_too(hand: Hand, film_editor: Editor) -> None:
    state_of(film_editor).switch("ripple", True)
    hand.drag(hand.at(200), hand.at(230))
    assert frames(film_editor) == [100, 230, 330, 430]
    hand.drag(hand.at(230), hand.at(50))
    assert frames(film_editor) == [100, 101, 201, 301]
    assert film_editor.selection.keys == {101}


def test_alt_on_an_edge_scales(hand: Hand, film_editor: Editor) -> None:
    select(film_editor, 200, 300, 400)
    hand.drag(hand.at(400), hand.at(600), ALT)
    assert frames(film_editor) == [100, 200, 400, 600]
    assert film_editor.selection.keys == {200, 400, 600}
    assert steps(film_editor) == ("Scale 3 keys",)
    hand.drag(hand.at(200), hand.at(400), ALT)  # the first edge: the last key stays
    assert frames(film_editor) == [100, 400, 500, 600]
    hand.drag(hand.at(600), hand.at(402), ALT)  # keys never meet
    assert len(frames(film_editor)) == 4


def test_the_bar_over_selected_keys_scales_them(hand: Hand, film_editor: Editor) -> None:
    select(film_editor, 200, 300, 400)
    grip = hand.at(400) - QPoint(0, 8)
    hand.drag(grip, hand.at(500) - QPoint(0, 8))
    assert frames(film_editor) == [100, 200, 350, 500]
    hand.drag(hand.at(200) - QPoint(0, 8), hand.at(400) - QPoint(0, 8))
    assert frames(film_editor) == [100, 400, 450, 500]


# Snapping


def test_keys_snap_and_ctrl_inverts(hand: Hand, film_editor: Editor) -> None:
    state_of(film_editor).switch("snap", True)
    film_editor.seek(253)
    hand.drag(hand.at(200), hand.at(250))
    assert frames(film_editor)[1] == 253
    film_editor.undo()
    hand.drag(hand.at(200), hand.at(250), CTRL)
    assert frames(film_editor)[1] == 250
    film_editor.undo()
    film_editor.select(Selection("p1"))
    state_of(film_editor).switch("snap", False)
    hand.drag(hand.at(200), hand.at(250))
    assert frames(film_editor)[1] == 250


@pytest.mark.parametrize("target", ["marker", "range", "cut", "onset", "key"])
def test_every_place_draws(hand: Hand, film_editor: Editor, target: str) -> None:
    state_of(film_editor).switch("snap", True)
    film_editor.seek(900)
    place = 253
    if target == "marker":
        film_editor.do("m", lambda p: edits.add_marker(p, Marker(place)))
    elif target == "range":
        film_editor.do("r", lambda p: edits.set_work_range(p, (place, 900)))
    elif target == "key":
        place = 300
    else:
        feed = hand.panel.feed
        feed.facts = replace(feed.facts, **{f"{target}s": (place,)})
    hand.press(hand.at(200))
    hand.move(hand.at(220))
    hand.move(hand.at(place - 2))
    assert hand.view.gesture is not None
    guide = hand.view.gesture.mark.guide
    assert guide is not None
    assert (guide.frame, guide.target) == (place, target)
    hand.release(hand.at(place - 2))


# Selecting


def test_marquee_selects_and_adds(hand: Hand, film_editor: Editor) -> None:
    hand.drag(hand.at(150, "20%"), hand.at(320, "140%"))
    assert (film_editor.selection.performer, film_editor.selection.keys) == ("p1", {200, 300})
    hand.drag(hand.at(380, "20%"), hand.at(420, "140%"), SHIFT)
    assert film_editor.selection.keys == {200, 300, 400}
    hand.click(hand.at(600, "20%"))
    assert film_editor.selection.keys == frozenset()


def test_shift_click_adds_and_takes_away(hand: Hand, film_editor: Editor) -> None:
    hand.click(hand.at(200))
    hand.click(hand.at(300), SHIFT)
    assert film_editor.selection.keys == {200, 300}
    hand.click(hand.at(200), SHIFT)
    assert film_editor.selection.keys == {300}
    hand.click(hand.at(200), SHIFT)
    hand.click(hand.at(300))
    assert film_editor.selection.keys == {300}


def test_a_click_in_a_lane_or_its_header_chooses_the_performer(
    hand: Hand, film_editor: Editor
) -> None:
    hand.click(hand.at(500, "50%", "p2"))
    assert film_editor.selection.performer == "p2"
    at = hand.at(0, "50%")
    hand.click(QPoint(20, at.y()))
    assert film_editor.selection.performer == "p1"


def test_double_click_sets_a_key(hand: Hand, film_editor: Editor) -> None:
    at = hand.at(700, "100%", "p2")
    QTest.mouseDClick(hand.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    frame = hand.view.scale.frame_in_clip(at.x() - 132)
    assert frames(film_editor, 1) == [frame]
    assert (film_editor.selection.performer, film_editor.selection.keys) == ("p2", {frame})


# The ruler


def test_the_ruler_scrubs(hand: Hand, film_editor: Editor) -> None:
    scrubbed: list[int] = []
    film_editor.scrubbed.connect(scrubbed.append)
    hand.drag(hand.at(300, "ruler"), hand.at(500, "ruler"))
    assert abs(film_editor.playhead - 500) <= 1
    assert len(scrubbed) >= 5
    assert steps(film_editor) == ()


def test_markers_drag_rename_and_go(hand: Hand, film_editor: Editor) -> None:
    film_editor.do("m", lambda p: edits.add_marker(p, Marker(300, "a")))
    hand.drag(hand.at(300, "marker"), hand.at(340, "marker"))
    assert [m.frame for m in film_editor.project.markers] == [340]
    assert film_editor.selection.marker == 340
    assert steps(film_editor)[-1] == "Move marker"


def test_in_and_out_drag(hand: Hand, film_editor: Editor) -> None:
    film_editor.do("r", lambda p: edits.set_work_range(p, (200, 600)))
    hand.drag(hand.at(200, "range"), hand.at(250, "range"))
    assert film_editor.project.work_range == (250, 600)
    hand.drag(hand.at(600, "range"), hand.at(100, "range"))
    assert film_editor.project.work_range == (250, 251)
    film_editor.undo()
    hand.drag(hand.at(400, "range"), hand.at(450, "range"))
    assert film_editor.project.work_range == (300, 650)
    hand.drag(hand.at(650, "range"), hand.at(1005, "range"))
    assert film_editor.project.work_range == (300, 1000)


# Zoom and scroll


def wheel(view: object, x: float, turn: int, keys: Qt.KeyboardModifier) -> None:
    at = QPointF(x, 100)
    event = QWheelEvent(
        at, at, QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def test_the_wheel_zooms_at_the_hand_and_scrolls(hand: Hand) -> None:
    view = hand.view
    x = 132 + 500.0
    before = view.scale.position(500)
    for _ in range(5):
        wheel(view, x, 120, CTRL)
    assert view.scale.position(500) == pytest.approx(before, abs=0.1)
    assert view.scale.span < 150
    start = view.scale.start
    wheel(view, x, -120, Qt.KeyboardModifier.NoModifier)
    assert view.scale.start > start
    for _ in range(40):
        wheel(view, x, 120, CTRL)
    assert view.scale.span == pytest.approx(5, abs=0.01)
    for _ in range(60):
        wheel(view, x, -120, CTRL)
    assert view.scale == view.scale.fit()


def test_lanes_scroll_where_there_is_no_room(panel: TimelinePanel, qapp: QApplication) -> None:
    panel.resize(1232, 240)
    qapp.processEvents()
    view = panel.view
    assert view.lanes.most_scroll > 0
    wheel(view, 500, -120, SHIFT)
    assert view.lanes_scrolled > 0
    view.scroll_lanes(10_000)
    assert view.lanes.lanes[-1].bottom <= view.height()
    panel.resize(1232, 600)
    qapp.processEvents()
    assert view.lanes_scrolled == 0


def test_the_page_turns_after_the_playhead(panel: TimelinePanel, film_editor: Editor) -> None:
    panel.view.set_scale(panel.view.scale.show(0, 100))
    film_editor.seek(500)
    first, stop = panel.view.scale.visible
    assert first <= 500 < stop
    state_of(film_editor).switch("follow", False)
    film_editor.seek(0)
    assert panel.view.scale.visible == (first, stop)


def test_the_scroll_bar_goes_with_the_lanes(panel: TimelinePanel) -> None:
    view, bar = panel.view, panel._across
    view.set_scale(view.scale.show(400, 500))
    value = bar.value()
    assert 0 < value < bar.maximum()
    bar.setValue(bar.maximum())
    assert view.scale.visible[1] == 1000
    bar.setValue(0)
    assert view.scale.visible[0] == 0


def test_dragging_over_the_edge_scrolls(hand: Hand, film_editor: Editor, qtbot: object) -> None:
    view = hand.view
    view.set_scale(view.scale.show(150, 250))
    first = view.scale.visible[0]
    hand.press(hand.at(200))
    hand.move(hand.at(220))
    hand.move(QPoint(view.width() + 40, hand.at(200).y()))
    for _ in range(10):
        view._pull()
    assert view.scale.visible[0] > first
    assert frames(film_editor)[1] != 200
    hand.release(QPoint(view.width() + 40, 100))
    assert not view._edge.isActive()


# What is painted


def test_every_state_paints(panel: TimelinePanel, film_editor: Editor) -> None:
    from cmet_studio.ui.benches import timeline as bench

    panel.feed.facts = bench._facts(1000)
    film_editor.do("m", lambda p: edits.add_marker(p, Marker(300, "a label")))
    film_editor.do("r", lambda p: edits.set_work_range(p, (200, 600)))
    for scale in (panel.view.scale.fit(), panel.view.scale.show(198, 203)):
        panel.view.set_scale(scale)
        panel.view.refresh()
        assert not panel.view.grab().isNull()
    film_editor.open_document(None, film_editor.clip_path)
    assert not panel.view.grab().isNull()


def test_only_the_playhead_moving_does_not_paint_the_lanes_again(
    panel: TimelinePanel, film_editor: Editor
) -> None:
    panel.view.grab()
    drawn = panel.view._drawn
    film_editor.seek(300)
    panel.view.grab()
    assert panel.view._drawn is drawn
    film_editor.select(Selection("p1", frozenset({200})))
    panel.view.grab()
    assert panel.view._drawn is not drawn


def test_tool_tips_say_what_lies_there(hand: Hand, film_editor: Editor) -> None:
    from cmet_studio.ui.timeline.tips import tip

    def says(at: QPoint) -> str:
        return tip(hand.view.scene(), hand.view.hit(at.x(), at.y()))

    assert says(hand.at(200)) == "Happy, 50%\n00:00:08:00 (f200), linear"
    assert "Happy 50% + Sad 50%, 80%" in says(hand.at(400))
    assert "Rest" in says(hand.at(100))
    assert says(hand.at(300, "cache")) == "Not rendered yet"


def test_recorded_takes_stand_on_the_waveform(hand: Hand, film_editor: Editor) -> None:
    def record(project: Project) -> Project:
        for n, at in ((1, 10.0), (2, 11.0), (3, -1.0)):
            take = Take(f"t{n}", f"a.media/takes/{n}.wav", f"{n}" * 64, 4.0, source=f"take {n}")
            project = edits.add_take(project, replace(take, clip_s=at))
        unplaced = Take("t4", "a.media/takes/4.wav", "4" * 64, 4.0)
        return edits.add_emotion(edits.add_take(project, unplaced), "Own", expressive=("t1",))

    film_editor.do("Record", record)
    bars = hand.view.scene().takes
    assert [(bar.take, bar.start, bar.stop, bar.row) for bar in bars] == [
        ("t3", 0.0, 75.0, 0),
        ("t1", 250.0, 350.0, 0),
        ("t2", 275.0, 375.0, 1),
    ]
    lane = hand.view.lanes.lane_of("wave")
    assert lane is not None
    at = QPoint(hand.at(300, "wave").x(), lane.top + 5)
    assert hand.view.hit(at.x(), at.y()).part == "take"
    hand.click(at)
    assert film_editor.selection.emotion == "e3"
    QTest.mouseDClick(hand.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert film_editor.playhead == 250
    assert not hand.view.grab().isNull()


def test_the_bench_measures() -> None:
    from cmet_studio.ui.benches.timeline import timeline_paint

    told = timeline_paint(keys=200, hours=0.1, rounds=3)
    assert told["frames"] == 9000
    assert 0 < told["p50_ms"] <= told["worst_ms"]
