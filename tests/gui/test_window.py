"""The whole window: opening, saving, closing, layout, drops; one test with the real engine."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cmet_studio.app.document import Document
from cmet_studio.app.editing import rename_performer
from cmet_studio.project_io.files import load_project
from cmet_studio.ui import dialogs
from cmet_studio.ui.catalogue import catalogue
from cmet_studio.ui.engine_client import FrameResult
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.studio import make_window, start_engine
from cmet_studio.ui.window import Window

LONG_MS = 60_000


def opened(window: Window, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.editor.opened, timeout=LONG_MS):
        window.open(path)


def rename(window: Window, name: str = "Anna") -> None:
    assert window.editor.do("Rename", lambda p: rename_performer(p, "p1", name))


def test_a_clip_gets_a_project_beside_it(
    window: Window, qtbot: QtBot, tmp_path: Path, numbered_clip: Path
) -> None:
    clip = Path(shutil.copy(numbered_clip, tmp_path / "shot one.mp4"))
    opened(window, clip, qtbot)
    assert window.editor.clip_path == clip
    assert (tmp_path / "shot one.cmet").is_file()
    assert window.windowTitle().startswith("shot one")
    qtbot.waitUntil(lambda: window.editor.times == window.editor.times)
    assert str(tmp_path / "shot one.cmet") in window.editor.preferences.settings.general.recent


def test_a_clip_that_has_a_project_opens_it(
    window: Window, qtbot: QtBot, project_file: Path
) -> None:
    shutil.copy(project_file, project_file.with_name("clip.cmet"))
    opened(window, project_file.with_name("clip.mp4"), qtbot)
    assert [p.name for p in window.editor.project.performers] == ["A"]


def test_the_clips_own_time_stamps_come_after_it(
    window: Window, qtbot: QtBot, project_file: Path
) -> None:
    with qtbot.waitSignal(window.editor.times_changed, timeout=LONG_MS):
        window.open(project_file)
    assert len(window.editor.times) == window.editor.project.clip.frames


def test_closing_saves(window: Window, qtbot: QtBot, project_file: Path) -> None:
    opened(window, project_file, qtbot)
    rename(window)
    assert window.isWindowModified()
    window.close()
    assert load_project(project_file).performers[0].name == "Anna"


def test_a_project_that_cannot_be_saved_is_asked_about(
    window: Window, qtbot: QtBot, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(window, project_file, qtbot)
    rename(window)
    monkeypatch.setattr(window.editor, "save", lambda: False)
    answers: list[Path] = []

    def ask(parent: QWidget, path: Path) -> bool:
        answers.append(path)
        return len(answers) > 1

    monkeypatch.setattr(dialogs, "ask_leave_unsaved", ask)
    window.close()
    assert window.isVisible()
    window.close()
    assert not window.isVisible()
    assert answers == [project_file, project_file]


def test_a_second_program_reads_only_and_is_told(
    window: Window, qtbot: QtBot, project_file: Path
) -> None:
    first = Document.open(project_file)
    heard: list[Notice] = []
    window.editor.notice.connect(heard.append)
    opened(window, project_file, qtbot)
    assert "read-only" in window.windowTitle()
    assert any("reading only" in notice.message for notice in heard)
    assert not window.editor.do("Rename", lambda p: rename_performer(p, "p1", "X"))
    assert not window.actions_["key.add"].isEnabled()
    first.close()


def test_a_missing_file_is_a_notice(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(window.editor.notice, timeout=LONG_MS) as heard:
        window.open(tmp_path / "gone.cmet")
    assert "no file" in heard.args[0].message
    assert window.notices.isVisible()


def test_a_project_whose_clip_is_gone_opens_and_says_so(
    window: Window, qtbot: QtBot, project_file: Path
) -> None:
    project_file.with_name("clip.mp4").unlink()
    with qtbot.waitSignal(window.editor.notice, timeout=LONG_MS) as heard:
        window.open(project_file)
    assert "moved" in heard.args[0].message
    assert window.editor.is_open


def test_opening_another_saves_the_one_before(
    window: Window, qtbot: QtBot, project_file: Path, tmp_path: Path, numbered_clip: Path
) -> None:
    opened(window, project_file, qtbot)
    rename(window)
    clip = Path(shutil.copy(numbered_clip, tmp_path / "second.mp4"))
    window.open(clip)
    qtbot.waitUntil(lambda: window.editor.clip_path == clip, timeout=LONG_MS)
    assert load_project(project_file).performers[0].name == "Anna"


def test_autosave_writes_without_being_asked(
    window: Window, qtbot: QtBot, project_file: Path
) -> None:
    opened(window, project_file, qtbot)
    rename(window)
    window.autosave.save_now()
    qtbot.waitUntil(lambda: not window.isWindowModified(), timeout=LONG_MS)
    assert load_project(project_file).performers[0].name == "Anna"
    window.editor.undo()
    assert window.editor.project.performers[0].name == "A"


def test_undo_and_redo_say_what(window: Window, qtbot: QtBot, project_file: Path) -> None:
    opened(window, project_file, qtbot)
    assert not window.actions_["edit.undo"].isEnabled()
    rename(window)
    qtbot.waitUntil(lambda: window.actions_["edit.undo"].isEnabled())
    assert "Rename" in window.actions_["edit.undo"].text()
    window.actions_["edit.undo"].trigger()
    assert window.editor.project.performers[0].name == "A"
    window.actions_["edit.redo"].trigger()
    assert window.editor.project.performers[0].name == "Anna"


def drop(window: Window, *paths: Path) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPoint(10, 10).toPointF(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    event.setAccepted(False)
    window.dropEvent(event)
    return event


def test_a_dropped_clip_opens_other_files_do_not(
    window: Window, qtbot: QtBot, project_file: Path, tmp_path: Path
) -> None:
    assert not drop(window, tmp_path / "notes.txt").isAccepted()
    assert not drop(window, project_file, project_file).isAccepted()
    with qtbot.waitSignal(window.editor.opened, timeout=LONG_MS):
        assert drop(window, project_file).isAccepted()


def test_layout_is_kept_and_reset(window: Window, qtbot: QtBot) -> None:
    docks = window.docks.docks
    docks["library"].hide()
    window.docks.save()
    window.docks.reset()
    assert docks["library"].isVisible()
    assert window.docks.restore()
    assert not docks["library"].isVisible()
    window.do_wish("reset_layout")
    assert docks["library"].isVisible()


def test_saving_by_hand_does_not_hold_the_hand_up(
    window: Window, qtbot: QtBot, project_file: Path
) -> None:
    """Ctrl+S while a save runs: what was edited meanwhile is saved too."""
    opened(window, project_file, qtbot)
    document = window.editor.document
    assert document is not None
    window.editor.do("Rename", lambda p: rename_performer(p, "p1", "Anna"))
    window.do_wish("save")
    window.editor.do("Rename", lambda p: rename_performer(p, "p1", "Berta"))
    window.do_wish("save")
    qtbot.waitUntil(lambda: not document.dirty, timeout=LONG_MS)
    assert load_project(document.path).performers[0].name == "Berta"


def test_every_wish_of_the_catalogue_is_known(window: Window) -> None:
    """Actions that ask the window ask for something it can do."""
    wished: list[str] = []
    window.editor.wanted.disconnect(window.do_wish)
    window.editor.wanted.connect(wished.append)
    quiet = ("edit.", "key.", "play.", "step.", "range.", "marker.", "timeline.")
    for action in catalogue():
        if not action.id.startswith(quiet):
            action.run(window.editor)
    assert {"open", "export", "settings", "fit", "quit"} <= set(wished)
    assert set(wished) - {"recent"} <= set(window._wishes)


def test_everything_has_a_name_for_a_screen_reader(window: Window) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLineEdit

    nameless = [
        widget
        for kind in (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit)
        for widget in window.findChildren(kind)
        if not (widget.accessibleName() or getattr(widget, "text", lambda: "")())
        and not widget.objectName().startswith("qt_")
        and widget.isVisibleTo(window)
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    assert [f"{type(w).__name__} in {type(w.parent()).__name__}" for w in nameless] == []


@pytest.fixture
def live(qapp: QApplication, qtbot: QtBot) -> Iterator[Window]:
    """The window with the real engine behind it."""
    window = make_window(start_engine)
    window.show()
    yield window
    window.close()
    assert window.shut_down()
    window.deleteLater()


def test_with_the_real_engine(
    live: Window, qtbot: QtBot, tmp_path: Path, shared_data: Path
) -> None:
    """A clip's face becomes a performer, frames come; the engine is killed: they come again."""
    clip = Path(shutil.copy(shared_data / "clips" / "speaker_256_crop_25fps.mp4", tmp_path))
    editor = live.editor
    frames: list[FrameResult] = []
    editor.engine.frame_ready.connect(frames.append)

    def until(condition: Callable[[], bool]) -> None:
        qtbot.waitUntil(condition, timeout=LONG_MS)

    opened(live, clip, qtbot)
    until(lambda: bool(frames))
    assert frames[0].quality == "source"
    until(lambda: len(editor.project.performers) == 1)
    assert editor.active_performer is not None
    until(lambda: frames[-1].quality == "full")

    process = editor.engine._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    until(lambda: editor.engine.state == "restarting")
    assert any("started again" in row.notice.message for row in live.notices.rows)
    frames.clear()
    editor.seek(20)
    until(lambda: bool(frames) and frames[-1].number == 20)


def test_recovered_edits_go_on(
    window: Window, qtbot: QtBot, project_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = Document.open(project_file)
    document.do("Rename", lambda p: rename_performer(p, "p1", "Anna"))
    document.close()  # unsaved: as after a crash
    monkeypatch.setattr(dialogs, "ask_recovery", lambda parent, recovery: True)
    window.opener._ask_recovery = lambda recovery: True
    opened(window, project_file, qtbot)
    assert window.editor.project.performers[0].name == "Anna"
    window.editor.undo()
    assert window.editor.project.performers[0].name == "A"


def test_settings_change_keys_in_force(window: Window) -> None:
    def blender(settings: object) -> object:
        shortcuts = replace(window.editor.preferences.settings.shortcuts, preset="Blender")
        return replace(window.editor.preferences.settings, shortcuts=shortcuts)

    window.editor.preferences.change(blender)  # type: ignore[arg-type]
    assert window.actions_["key.add"].shortcut().toString() == "I"
    assert window.actions_["play.shuttle_back"].shortcut().isEmpty()
