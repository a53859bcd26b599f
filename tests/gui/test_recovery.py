"""After a crash, and when the clip is gone."""

import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget
from pytestqt.qtbot import QtBot

from cmet_studio.app.document import Document
from cmet_studio.app.save_as import recovered_copy
from cmet_studio.domain import edits
from cmet_studio.project_io import load_project
from cmet_studio.project_io.recovery import Recovery, recoverable
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.recovery.dialog import RecoveryDialog, when
from cmet_studio.ui.recovery.relink import RelinkDialog


@pytest.fixture
def recovery(project_file: Path) -> Recovery:
    document = Document.open(project_file)
    document.do("Rename performer", lambda p: edits.rename_performer(p, "p1", "Anna"))
    document.do("Delete key", lambda p: edits.remove_key(p, "p1", 5))
    document.close()
    found = recoverable(project_file)
    assert found is not None
    return found


def test_it_says_what_and_when(qtbot: QtBot, recovery: Recovery) -> None:
    dialog = RecoveryDialog(recovery)
    qtbot.addWidget(dialog)
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "film has 2 edits that were not saved" in words
    assert "less than a minute ago" in words
    assert str(recovery.project_path) in words
    steps = dialog.findChild(QListWidget)
    assert [steps.item(n).text() for n in range(2)] == ["Delete key", "Rename performer"]


@pytest.mark.parametrize("choice", ["recover", "saved", "copy"])
def test_choices(qtbot: QtBot, recovery: Recovery, choice: str) -> None:
    dialog = RecoveryDialog(recovery)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.mouseClick(getattr(dialog, choice), Qt.MouseButton.LeftButton)
    assert dialog.choice == choice
    assert (dialog.copied is not None) == (choice == "copy")
    assert not dialog.isVisible()
    assert (recoverable(recovery.project_path) is not None) == (choice == "recover")


def test_escape_chooses_nothing(qtbot: QtBot, recovery: Recovery) -> None:
    dialog = RecoveryDialog(recovery)
    qtbot.addWidget(dialog)
    dialog.open()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.choice is None


def test_a_copy_is_a_project_of_its_own(recovery: Recovery) -> None:
    path = recovered_copy(recovery)
    assert path.name == "film recovered.cmet"
    made = load_project(path)
    assert made.performers[0].name == "Anna"
    assert made.takes[0].path == "film recovered.media/takes/take1.wav"
    assert (path.parent / made.takes[0].path).is_file()
    assert recovered_copy(recovery).name == "film recovered 2.cmet"


def test_moments_in_words() -> None:
    now = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)
    assert when(now - timedelta(minutes=1, seconds=5), now).startswith("1 minute ago")
    assert when(now - timedelta(hours=3), now).startswith("3 hours ago")
    assert "February 2026" in when(now - timedelta(days=4), now)


def test_the_clip_is_found_under_another_name(qtbot: QtBot, editor: Editor) -> None:
    folder = editor.clip_path.parent / "elsewhere" / "deep"
    folder.mkdir(parents=True)
    (folder / "a.mp4").write_bytes(b"x" * editor.project.clip.fingerprint.size)
    moved = editor.clip_path.rename(folder / "renamed.mp4")
    dialog = RelinkDialog(editor)
    qtbot.addWidget(dialog)
    assert not dialog.link.isEnabled()
    dialog.search_in(editor.document.folder)
    qtbot.waitUntil(dialog.link.isEnabled, timeout=20_000)
    qtbot.mouseClick(dialog.link, Qt.MouseButton.LeftButton)
    assert dialog.found == moved
    assert editor.project.clip.path == "elsewhere/deep/renamed.mp4"
    assert editor.document.find_clip() == moved
    assert editor.document.history.undo_label == "Relink clip"


def test_a_folder_without_the_clip(qtbot: QtBot, editor: Editor, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    dialog = RelinkDialog(editor)
    qtbot.addWidget(dialog)
    dialog.search_in(tmp_path / "empty")
    qtbot.waitUntil(lambda: "is not in" in dialog.words.text(), timeout=20_000)
    assert not dialog.link.isEnabled()


def test_other_footage_is_not_linked_unasked(
    qtbot: QtBot, editor: Editor, tmp_path: Path, vfr_clip: Path
) -> None:
    same_shape = tmp_path / "remuxed.mp4"
    shutil.copy(editor.clip_path, same_shape)
    with same_shape.open("ab") as file:
        file.write(b"\x00\x00\x00\x08free")
    dialog = RelinkDialog(editor)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.look_at(vfr_clip)
    qtbot.waitUntil(lambda: "another clip" in dialog.words.text(), timeout=20_000)
    assert not dialog.link.isEnabled()
    dialog.look_at(same_shape)
    qtbot.waitUntil(dialog.anyway.isVisible, timeout=20_000)
    assert not dialog.link.isEnabled()
    dialog.anyway.click()
    assert dialog.link.isEnabled()
    dialog.look_at(tmp_path / "film.cmet")
    qtbot.waitUntil(lambda: "film.cmet" in dialog.words.text(), timeout=20_000)
    dialog.reject()
