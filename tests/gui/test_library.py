"""The Library by hand: names, takes, drops, sound."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from library_fixtures import idle, library_panel  # noqa: F401  # a fixture
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot
from sound_files import write_wav

from cmet_studio.domain import edits
from cmet_studio.domain.project import MixPart, Project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library import EMOTION_MIME, commands
from cmet_studio.ui.library.delegate import PLAYING_ROLE
from cmet_studio.ui.library.menus import row_menu
from cmet_studio.ui.library.panel import LibraryPanel
from cmet_studio.ui.library.rows import rows_of, take_name
from cmet_studio.ui.notices import Notice


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_a_synthetic_voice_fills_a_side(qtbot: QtBot, editor: Editor, panel: LibraryPanel) -> None:
    before = editor.project
    panel.say(panel.tree.row_of(panel.tree.item("side:e2:neutral")), "espeak")
    qtbot.waitUntil(lambda: len(editor.project.emotions[1].neutral) == 3, timeout=20_000)
    assert editor.document.history.labels == ("Add 3 takes",)
    editor.undo()
    assert editor.project == before


def test_a_folder_and_a_film_are_dropped_and_what_is_no_take_is_named(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, spoken: list[Path],
    notices: list[Notice], tmp_path: Path,
) -> None:  # fmt: skip
    """Fifty files in a folder, most of them copies, and one that is no film."""
    bad = tmp_path / "broken.mp4"
    bad.write_bytes(b"no film")
    many = tmp_path / "many"
    many.mkdir()
    for n in range(50):
        shutil.copy(spoken[n % len(spoken)], many / f"line_{n:02d}.wav")
    had = len(editor.project.emotions[1].expressive)
    event = drop(panel, "emotion:e2", [many, bad])
    assert event.isAccepted()
    more = len({path.read_bytes() for path in spoken})  # equal ones come in once
    qtbot.waitUntil(
        lambda: len(editor.project.emotions[1].expressive) == had + more, timeout=60_000
    )
    qtbot.waitUntil(lambda: any("broken.mp4" in n.message for n in notices))
    assert editor.document.history.labels == (f"Add {more} takes",)


def drop(panel: LibraryPanel, key: str, files: list[Path]) -> QDropEvent:
    """Drop files on a row, as the system does."""
    item = panel.tree.item(key)
    panel.tree.scrollToItem(item)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    at = panel.tree.visualItemRect(item).center()
    event = QDropEvent(
        QPointF(at), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    panel.tree.dropEvent(event)
    return event


def test_rows_follow_the_document(editor: Editor, panel: LibraryPanel) -> None:
    assert [row.text for row in rows_of(editor.project)[0].rows] == ["Happy", "Longing"]
    editor.undo()
    commands.new_emotion(editor, "Doubt")
    assert panel.tree.item("emotion:e3").text(0) == "Doubt"
    editor.undo()
    assert panel.tree.item("emotion:e3") is None


def test_what_was_acted_in_is_called_by_its_number(editor: Editor) -> None:
    take = editor.project.takes[0]
    assert take_name(replace(take, source="Warm_expressive_T03.wav", clip_s=1.0)) == "Take 3"
    assert take_name(replace(take, source="scene_T03.wav")) == "scene_T03.wav"
    assert take_name(replace(take, source="", clip_s=1.0)) == take.id


def test_search_narrows(panel: LibraryPanel) -> None:
    panel.search.setText("lon")
    assert panel.tree.item("emotion:e1") is None
    assert panel.tree.item("emotion:e2") is not None
    panel.search.setText("sarc")
    assert panel.tree.item("preset:sarcastic") is not None
    assert panel.tree.item("preset:happy") is None


def test_a_new_emotion_is_named_in_place(qtbot: QtBot, editor: Editor, panel: LibraryPanel) -> None:
    qtbot.mouseClick(panel.new_button, Qt.MouseButton.LeftButton)
    field = panel.tree.viewport().findChild(type(panel.search))
    assert field is not None
    field.selectAll()
    qtbot.keyClicks(field, "Bitter joy")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: editor.project.emotions[-1].name == "Bitter joy")
    assert editor.selection.emotion == "e3"
    editor.undo()
    assert editor.project.emotions[-1].name == "New emotion"


def test_a_name_that_is_taken_is_refused(
    editor: Editor, panel: LibraryPanel, notices: list[Notice]
) -> None:
    panel.tree.item("emotion:e2").setText(0, "happy")
    assert editor.project.emotions[1].name == "Longing"
    assert panel.tree.item("emotion:e2").text(0) == "Longing"
    assert notices[-1].level == "error"


def test_dragging_an_emotion_carries_its_id(panel: LibraryPanel) -> None:
    data = panel.tree.mimeData([panel.tree.item("emotion:e2")])
    assert bytes(data.data(EMOTION_MIME)).decode() == "e2"


def test_a_preset_that_is_only_dragged_changes_nothing(editor: Editor, panel: LibraryPanel) -> None:
    data = panel.tree.mimeData([panel.tree.item("preset:sarcastic")])
    assert bytes(data.data(EMOTION_MIME)).decode() == "preset:sarcastic"
    assert len(editor.project.emotions) == 2


def test_dropping_recordings_on_an_emotion(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, spoken: list[Path], notices: list[Notice]
) -> None:
    assert drop(panel, "emotion:e2", spoken).isAccepted()
    qtbot.waitUntil(lambda: len(editor.project.emotions[1].expressive) == 5, timeout=20_000)
    emotion = editor.project.emotions[1]
    assert emotion.neutral == ()
    assert editor.document.history.undo_label == "Add 3 takes"
    assert panel.tree.item("side:e2:expressive").childCount() == 5
    assert [n for n in notices if n.level == "error"] == []
    editor.undo()
    assert len(editor.project.takes) == 2


def test_dropping_on_the_neutral_side_and_on_a_performer(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, spoken: list[Path]
) -> None:
    drop(panel, "side:e2:neutral", spoken[:1])
    qtbot.waitUntil(lambda: len(editor.project.emotions[1].neutral) == 1, timeout=20_000)
    drop(panel, "performer:p1", spoken[1:2])
    qtbot.waitUntil(lambda: len(editor.project.performers[0].neutral) == 1, timeout=20_000)
    # The same recording again is the same take.
    drop(panel, "side:e2:neutral", spoken[:1])
    idle(qtbot, panel)
    qtbot.wait(50)
    assert len(editor.project.takes) == 4


def test_a_drop_elsewhere_is_refused(panel: LibraryPanel, spoken: list[Path]) -> None:
    assert not drop(panel, "preset:happy", spoken).isAccepted()
    assert not drop(panel, "emotion:e2", [Path("/nowhere/a.txt")]).isAccepted()


def test_silence_is_refused_in_words(
    qtbot: QtBot, panel: LibraryPanel, notices: list[Notice], tmp_path: Path
) -> None:
    silent = write_wav(tmp_path / "silent.wav", np.zeros(32000, np.float32))
    drop(panel, "emotion:e2", [silent])
    qtbot.waitUntil(lambda: bool(notices), timeout=20_000)
    assert notices[0].level == "error"
    assert "silent.wav" in notices[0].message


def test_takes_are_described(qtbot: QtBot, panel: LibraryPanel) -> None:
    from cmet_studio.ui.library.delegate import WORDS_ROLE

    item = panel.tree.item("take:e2:expressive:t1")
    qtbot.waitUntil(lambda: bool(item.data(0, WORDS_ROLE)), timeout=20_000)
    assert "of speech" in item.toolTip(0)


def test_a_take_changes_sides_and_leaves(editor: Editor, panel: LibraryPanel) -> None:
    commands.move_take(editor, "e2", "t1", "neutral")
    assert editor.project.emotions[1].neutral == ("t1",)
    panel.tree.choose("take:e2:neutral:t1")
    assert editor.selection.emotion == "e2"
    panel.remove(panel.tree.current_row())
    assert [t.id for t in editor.project.takes] == ["t2"]
    editor.undo()
    assert [t.id for t in editor.project.takes] == ["t1", "t2"]


def test_delete_key_removes_an_emotion_with_its_keys(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel
) -> None:
    panel.tree.choose("emotion:e2")
    panel.tree.setFocus()
    qtbot.keyClick(panel.tree, Qt.Key.Key_Delete)
    assert [e.id for e in editor.project.emotions] == ["e1"]
    assert [k.frame for k in editor.project.performers[0].keys] == [5, 15]
    editor.undo()
    assert len(editor.project.performers[0].keys) == 3


def test_listening_to_a_take(qtbot: QtBot, panel: LibraryPanel) -> None:
    item = panel.tree.item("take:e2:expressive:t1")
    panel.tree.expandAll()
    panel.tree.scrollToItem(item)
    rect = panel.tree.visualItemRect(item)
    at = QPoint(rect.left() + 8, rect.center().y())
    qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert panel.audition.playing == "t1"
    qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert panel.audition.playing is None


def test_menus_say_what_they_do(editor: Editor, panel: LibraryPanel) -> None:
    def words(key: str) -> list[str]:
        row = panel.tree.row_of(panel.tree.item(key))
        return [a.text() for a in row_menu(panel, panel, editor, row).actions() if a.text()]

    assert "Delete with 1 key" in words("emotion:e2")
    assert "Use as neutral" in words("take:e2:expressive:t1")
    assert words("preset:sad") == ["Add to the project"]
    assert "Have three takes spoken by" in words("emotion:e2")
    assert "Have three takes spoken by" in words("side:e2:neutral")
    menu = row_menu(panel, panel, editor, panel.tree.row_of(panel.tree.item("emotion:e2")))
    colours = next(a.menu() for a in menu.actions() if a.text() == "Colour")
    colours.actions()[4].trigger()
    assert editor.project.emotions[1].colour == colours.actions()[4].text()


def test_trimming(qtbot: QtBot, editor: Editor, panel: LibraryPanel, notices: list[Notice]) -> None:
    from cmet_studio.ui.library.trim import TrimDialog

    panel.trim(panel.tree.row_of(panel.tree.item("take:e2:expressive:t1")))
    dialog = panel.findChild(TrimDialog)
    dialog.resize(600, 300)
    qtbot.waitUntil(lambda: len(dialog.wave._peaks) > 0, timeout=20_000)
    wave = dialog.wave
    start, to = int(wave.x_of(0.0)), int(wave.x_of(0.5))
    qtbot.mousePress(wave, Qt.MouseButton.LeftButton, pos=QPoint(start, 40))
    qtbot.mouseMove(wave, QPoint(to, 40))
    qtbot.mouseRelease(wave, Qt.MouseButton.LeftButton, pos=QPoint(to, 40))
    assert abs(dialog.in_box.value() - 0.5) < 0.02
    dialog.out_box.setValue(2.5)
    dialog._accept()
    qtbot.waitUntil(lambda: editor.project.takes[0].out_s == 2.5, timeout=20_000)
    assert abs(editor.project.takes[0].in_s - 0.5) < 0.02
    assert editor.document.history.undo_label == "Trim take"


def test_my_library(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, notices: list[Notice], tmp_path: Path
) -> None:
    panel.shelf.save_emotion("e2")
    qtbot.waitUntil(lambda: len(panel.shelf.rows) == 1, timeout=20_000)
    row = panel.shelf.rows[0]
    assert (row.text, row.shots) == ("Longing", (2, 0))
    item = panel.tree.item(row.key)
    assert item is not None
    panel.tree.choose(row.key)
    panel.activate()
    qtbot.waitUntil(lambda: len(editor.project.emotions) == 3, timeout=20_000)
    used = editor.project.emotions[2]
    assert (used.name, used.expressive) == ("Longing 2", ("t1", "t2"))
    assert editor.document.history.undo_label == "Add Longing 2"
    panel.shelf.export_to(row, tmp_path / "longing")
    idle(qtbot, panel)
    assert (tmp_path / "longing.cmetemo").is_file()
    panel.shelf.remove(row)
    qtbot.waitUntil(lambda: panel.shelf.rows == (), timeout=20_000)
    # What is removed lies aside: it can be dropped again, as any such file.
    (aside,) = (Path(row.id).parent / "removed").iterdir()
    assert str(aside) in notices[-1].hint
    assert drop(panel, "emotion:e1", [aside]).isAccepted()
    qtbot.waitUntil(lambda: len(panel.shelf.rows) == 1, timeout=20_000)
    assert drop(panel, "emotion:e1", [tmp_path / "longing.cmetemo"]).isAccepted()  # replaces it
    idle(qtbot, panel)
    assert len(panel.shelf.rows) == 1
    assert len(list(aside.parent.iterdir())) == 2


def test_an_emotion_without_a_voice_is_not_kept(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, notices: list[Notice]
) -> None:
    made = commands.new_emotion(editor, "Empty")
    panel.shelf.save_emotion(made)
    qtbot.waitUntil(lambda: bool(notices), timeout=20_000)
    assert "no takes yet" in notices[-1].message


def test_without_a_document_nothing_can_be_done(editor: Editor, panel: LibraryPanel) -> None:
    editor.open_document(None, Path())
    assert not panel.isEnabled()
    assert panel.tree.topLevelItemCount() == 0


def test_a_mix_takes_no_recordings(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, spoken: list[Path], notices: list[Notice]
) -> None:
    def mix(project: Project) -> Project:
        made = edits.add_emotion(project, "Both")
        return edits.set_emotion_mix(made, "e3", (MixPart("e1", 0.5), MixPart("e2", 0.5)))

    editor.do("Mix", mix)
    drop(panel, "emotion:e3", spoken[:1])
    qtbot.waitUntil(lambda: bool(notices), timeout=20_000)
    assert "takes no recordings" in notices[-1].message
    assert len(editor.project.takes) == 2


def click_face(qtbot: QtBot, panel: LibraryPanel, take: str) -> None:
    item = panel.tree.item(f"take:e2:expressive:{take}")
    panel.tree.expandAll()
    panel.tree.scrollToItem(item)
    rect = panel.tree.visualItemRect(item)
    at = QPoint(rect.left() + 28, rect.center().y())
    qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_takes_are_tried_on_the_face_and_taken_back(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel
) -> None:
    start = editor.project
    editor.seek(20)
    click_face(qtbot, panel, "t1")
    assert editor.project.emotions[2].expressive == ("t1",)
    assert any(k.frame == 20 for k in editor.project.performers[0].keys)
    click_face(qtbot, panel, "t2")
    assert editor.project.emotions[2].expressive == ("t2",)
    assert len(editor.project.emotions) == 3
    assert editor.document.history.labels == ("Try take on the face",)
    assert panel.tried.take == "t2"
    click_face(qtbot, panel, "t2")
    assert editor.project is start
    assert editor.document.history.labels == ()
    assert panel.tried.take is None


def test_a_try_that_is_kept_is_one_step(qtbot: QtBot, editor: Editor, panel: LibraryPanel) -> None:
    editor.select(replace(editor.selection, performer="p1", keys=frozenset({15})))
    click_face(qtbot, panel, "t1")
    key = next(k for k in editor.project.performers[0].keys if k.frame == 15)
    assert key.mix == (MixPart("e3"),)
    commands.rename_emotion(editor, "e3", "Only one")
    assert panel.tried.take is None
    click_face(qtbot, panel, "t1")
    assert editor.document.history.labels[-1] == "Try take on the face"
    editor.undo()
    assert editor.project.emotions[2].name == "Only one"
    assert panel.tried.take is None


def test_without_a_face_there_is_nothing_to_try_on(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, notices: list[Notice]
) -> None:
    editor.do("Remove", lambda p: edits.remove_performer(p, "p1"))
    click_face(qtbot, panel, "t1")
    assert "no face" in notices[-1].message


def test_a_right_click_on_a_sign_opens_the_menu_only(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel
) -> None:
    panel.tree.expandAll()
    rect = panel.tree.visualItemRect(panel.tree.item("take:e2:expressive:t1"))
    for x in (8, 28):
        at = QPoint(rect.left() + x, rect.center().y())
        qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.RightButton, pos=at)
    assert panel.audition.playing is None
    assert panel.tried.take is None


def test_what_is_heard_stays_marked_when_the_document_changes(
    editor: Editor, panel: LibraryPanel
) -> None:
    panel.tree.set_playing("t1")
    commands.new_emotion(editor, "Calm")
    assert panel.tree.item("take:e2:expressive:t1").data(0, PLAYING_ROLE) is True
