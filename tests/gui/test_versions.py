"""The list of earlier states."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from cmet_studio.domain import edits
from cmet_studio.project_io.files import load_project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.versions.dialog import VersionsDialog


@pytest.fixture
def opened() -> list[Path]:
    return []


@pytest.fixture
def dialog(qtbot: QtBot, editor: Editor, opened: list[Path]) -> Iterator[VersionsDialog]:
    """Three versions: three keys, two, one; the project has none."""
    editor.save()
    for frame in (5, 15):
        editor.do("Delete key", lambda p, f=frame: edits.remove_key(p, "p1", f))
        editor.save()
    editor.do("Delete key", lambda p: edits.remove_key(p, "p1", 30))
    dialog = VersionsDialog(editor, opened.append)
    dialog.open()
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 3)
    yield dialog
    if isValid(dialog):
        dialog.reject()


def cells(dialog: VersionsDialog, row: int) -> list[str]:
    return [dialog.table.item(row, column).text() for column in range(3)]


def test_it_lists_when_what_and_how_many(dialog: VersionsDialog) -> None:
    assert cells(dialog, 0)[1:] == ["1 key removed", "1"]
    assert cells(dialog, 2)[1:] == ["The oldest that is kept", "3"]
    assert "ago" in cells(dialog, 0)[0]
    assert dialog.words.text() == "Since then: 1 key removed."
    dialog.table.selectRow(2)
    assert dialog.words.text() == "Since then: 3 keys removed."


def test_going_back_is_one_step(
    qtbot: QtBot, dialog: VersionsDialog, editor: Editor, notices: list[Notice]
) -> None:
    dialog.table.selectRow(2)
    qtbot.mouseClick(dialog.restore, Qt.MouseButton.LeftButton)
    assert [key.frame for key in editor.project.performers[0].keys] == [5, 15, 30]
    assert not dialog.isVisible()
    assert notices[-1].hint == "Undo takes it back."
    editor.undo()
    assert editor.project.performers[0].keys == ()


def test_what_is_as_it_was_needs_no_going_back(
    qtbot: QtBot, dialog: VersionsDialog, editor: Editor
) -> None:
    editor.undo()
    dialog.table.selectRow(1)
    dialog.table.selectRow(0)
    assert not dialog.restore.isEnabled()
    assert dialog.copy.isEnabled()
    assert dialog.words.text() == "The project is as it was then."


def test_a_copy_is_opened(
    qtbot: QtBot, dialog: VersionsDialog, editor: Editor, opened: list[Path]
) -> None:
    dialog.table.selectRow(1)
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(opened) == 1)
    assert len(load_project(opened[0]).performers[0].keys) == 2
    assert editor.project.performers[0].keys == ()
