"""Commands of the timeline: what menus and keys do, without a widget."""

from dataclasses import replace

import pytest
from timeline_fixtures import frames, key, steps

from cmet_studio.domain import edits
from cmet_studio.domain.project import Marker
from cmet_studio.ui.editor import Editor, Selection
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.timeline import commands, mark_commands, mark_dialogs
from cmet_studio.ui.timeline.actions import ACTIONS
from cmet_studio.ui.timeline.state import state_of


@pytest.fixture
def told(film_editor: Editor) -> list[Notice]:
    heard: list[Notice] = []
    film_editor.notice.connect(heard.append)
    return heard


def select(editor: Editor, *chosen: int) -> None:
    editor.select(Selection("p1", frozenset(chosen)))


def test_a_key_at_the_playhead(film_editor: Editor) -> None:
    film_editor.seek(600)
    film_editor.select(Selection("p1", emotion="e2"))
    commands.add_at_playhead(film_editor)
    assert key(film_editor, 600).mix[0].emotion == "e2"
    assert film_editor.selection.keys == {600}
    assert steps(film_editor) == ("Add key 'Sad'",)
    film_editor.select(Selection("p1"))
    film_editor.seek(700)
    commands.add_at_playhead(film_editor)  # the one keyed last
    assert key(film_editor, 700).mix[0].emotion == "e2"


def test_without_a_choice_the_emotion_around_is_keyed_and_the_curve_stays(
    film_editor: Editor,
) -> None:
    film_editor.seek(250)
    commands.add_at_playhead(film_editor)
    made = key(film_editor, 250)
    assert made.mix[0].emotion == "e1"
    assert made.intensity == 0.75


def test_with_nothing_to_key_it_says_so(film_editor: Editor, told: list[Notice]) -> None:
    def bare(p: object) -> object:
        return replace(p, emotions=(), performers=tuple(replace(x, keys=()) for x in p.performers))

    film_editor.do("x", bare)
    commands.add_at_playhead(film_editor)
    assert "no emotion" in told[-1].message
    film_editor.do("x", lambda p: replace(p, performers=()))
    commands.add_at_playhead(film_editor)
    assert "no performer" in told[-1].message
    assert told[-1].hint


def test_rest_delete_and_mute(film_editor: Editor) -> None:
    film_editor.seek(600)
    commands.add_rest_at_playhead(film_editor)
    assert key(film_editor, 600).is_rest
    select(film_editor, 200, 600)
    commands.toggle_mute(film_editor)
    assert key(film_editor, 200).muted
    commands.toggle_mute(film_editor)
    assert not key(film_editor, 600).muted
    commands.delete(film_editor)
    assert frames(film_editor) == [100, 300, 400]
    assert steps(film_editor) == ("Add rest key", "Mute 2 keys", "Unmute 2 keys", "Delete 2 keys")


def test_another_emotion_is_mixed_in(film_editor: Editor) -> None:
    select(film_editor, 100, 200, 400)
    commands.mix_in(film_editor, "e2")
    parts = [
        {part.emotion: part.weight for part in key(film_editor, frame).mix}
        for frame in (100, 200, 400)
    ]
    assert parts == [{"e2": 1.0}, {"e1": 0.5, "e2": 0.5}, {"e1": 0.5, "e2": 0.5}]


def test_the_key_under_the_playhead_is_meant_when_none_is_selected(
    film_editor: Editor, told: list[Notice]
) -> None:
    film_editor.select(Selection("p1"))
    film_editor.seek(200)
    commands.interpolate(film_editor, "hold")
    assert key(film_editor, 200).interpolation == "hold"
    film_editor.seek(201)
    commands.interpolate(film_editor, "linear")
    assert told[-1].message == "No key is selected."


def test_nudges(film_editor: Editor, told: list[Notice]) -> None:
    select(film_editor, 200, 300)
    for run in (
        commands.nudge_on,
        commands.nudge_on_five,
        commands.nudge_back,
        commands.nudge_back_five,
    ):
        run(film_editor)
    assert frames(film_editor) == [100, 200, 300, 400]
    assert len(steps(film_editor)) == 4
    state_of(film_editor).switch("ripple", True)
    commands.nudge_on_five(film_editor)
    assert frames(film_editor) == [100, 205, 305, 405]
    state_of(film_editor).switch("ripple", False)
    select(film_editor, 100)
    for _ in range(20):
        commands.nudge_back_five(film_editor)
    commands.nudge_back(film_editor)
    assert "outside the clip" in told[-1].message
    assert frames(film_editor)[0] == 0


def test_copy_and_paste_in_time(film_editor: Editor, told: list[Notice]) -> None:
    commands.paste(film_editor)
    assert told[-1].message == "There are no keys to paste."
    select(film_editor, 200, 400)
    commands.copy(film_editor)
    film_editor.seek(500)
    commands.paste(film_editor)
    assert frames(film_editor) == [100, 200, 300, 400, 500, 700]
    assert film_editor.selection.keys == {500, 700}
    film_editor.select(Selection("p2"))
    film_editor.seek(50)
    commands.paste(film_editor)
    assert frames(film_editor, 1) == [50, 250]
    film_editor.seek(950)
    commands.paste(film_editor)
    assert "outside the clip" in told[-1].message
    select(film_editor, 100)
    commands.cut(film_editor)
    assert frames(film_editor)[0] == 200


def test_easing(film_editor: Editor, told: list[Notice]) -> None:
    select(film_editor, 300)
    commands.ease_in(film_editor)
    assert (key(film_editor, 200).interpolation, key(film_editor, 200).bezier.x2) == (
        "bezier",
        0.58,
    )
    assert key(film_editor, 300).interpolation == "linear"
    commands.ease_out(film_editor)
    assert key(film_editor, 300).bezier.x1 == 0.42
    select(film_editor, 100)
    commands.ease_in(film_editor)
    assert "No key leads" in told[-1].message


def test_going_from_key_to_key(film_editor: Editor) -> None:
    film_editor.seek(150)
    commands.next_key(film_editor)
    assert (film_editor.playhead, film_editor.selection.keys) == (200, {200})
    commands.previous_key(film_editor)
    assert film_editor.playhead == 100
    commands.previous_key(film_editor)
    assert film_editor.playhead == 100


def test_markers(film_editor: Editor) -> None:
    film_editor.seek(50)
    mark_commands.add_at_playhead(film_editor)
    mark_commands.add_at_playhead(film_editor)  # selects the one that is there
    film_editor.seek(80)
    mark_commands.add_at_playhead(film_editor)
    mark_commands.rename(film_editor, 80, "here")
    mark_commands.recolour(film_editor, 80, "#6fbf73")
    assert film_editor.project.markers == (Marker(50), Marker(80, "here", "#6fbf73"))
    film_editor.seek(0)
    mark_commands.go_to_next(film_editor)
    mark_commands.go_to_next(film_editor)
    assert film_editor.playhead == 80
    mark_commands.go_to_previous(film_editor)
    assert (film_editor.playhead, film_editor.selection.marker) == (50, 50)
    commands.delete(film_editor)
    assert [m.frame for m in film_editor.project.markers] == [80]


def test_a_marker_is_labelled_in_a_dialog(film_editor: Editor) -> None:
    film_editor.do("m", lambda p: edits.add_marker(p, Marker(50)))
    dialog = mark_dialogs.ask_label(film_editor, 50)
    assert dialog is not None
    dialog.setTextValue("said")
    dialog.accept()
    assert film_editor.project.markers[0].label == "said"
    assert mark_dialogs.ask_label(film_editor, 51) is None


def test_in_and_out(film_editor: Editor) -> None:
    film_editor.seek(200)
    mark_commands.set_in(film_editor)
    assert film_editor.project.work_range == (200, 1000)
    film_editor.seek(299)
    mark_commands.set_out(film_editor)
    assert film_editor.project.work_range == (200, 300)
    film_editor.seek(100)
    mark_commands.set_out(film_editor)
    assert film_editor.project.work_range == (0, 101)
    film_editor.seek(500)
    mark_commands.set_in(film_editor)
    assert film_editor.project.work_range == (500, 1000)
    mark_commands.go_to_out(film_editor)
    assert film_editor.playhead == 999
    mark_commands.go_to_in(film_editor)
    assert film_editor.playhead == 500
    mark_commands.clear_in(film_editor)
    assert film_editor.project.work_range is None
    film_editor.undo()
    mark_commands.clear(film_editor)
    assert not mark_commands.has_range(film_editor)


def test_every_action_runs_with_and_without_a_document(film_editor: Editor) -> None:
    for selection in (Selection("p1"), Selection("p1", frozenset({200, 300}))):
        for action in ACTIONS:
            if action.id == "marker.edit":
                continue  # opens a dialog
            film_editor.select(selection.within(film_editor.project))
            action.enabled(film_editor)
            if action.checked is not None:
                action.checked(film_editor)
            action.run(film_editor)
    ids = [action.id for action in ACTIONS]
    assert len(set(ids)) == len(ids)
    document, path = film_editor.document, film_editor.clip_path
    film_editor.open_document(None, path)
    assert document is not None
    for action in ACTIONS:
        action.enabled(film_editor)
        action.run(film_editor)
