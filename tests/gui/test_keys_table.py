"""The Keys table: reading, typing, choosing, selection in step."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication, QComboBox
from timeline_fixtures import frames, key, steps

from cmet_studio.core.errors import BadInput
from cmet_studio.domain import edits
from cmet_studio.domain.project import Key, MixPart
from cmet_studio.ui.editor import Editor, Selection
from cmet_studio.ui.keys.model import EMOTION, INTENSITY, INTERPOLATION, MUTED, TIME
from cmet_studio.ui.keys.panel import KeysPanel
from cmet_studio.ui.keys.reading import read_intensity, read_mix
from cmet_studio.ui.notices import Notice

EDIT = Qt.ItemDataRole.EditRole


@pytest.fixture
def keys(qapp: QApplication, film_editor: Editor) -> Iterator[KeysPanel]:
    made = KeysPanel(film_editor)
    made.resize(560, 300)
    made.show()
    qapp.processEvents()
    yield made
    made.close()


def cells(panel: KeysPanel, row: int) -> list[str]:
    model = panel.model
    return [str(model.index(row, n).data()) for n in range(model.columnCount())]


def put(panel: KeysPanel, row: int, column: int, text: str) -> bool:
    return panel.model.setData(panel.model.index(row, column), text, EDIT)


def test_every_key_is_a_row(keys: KeysPanel) -> None:
    assert keys.model.rowCount() == 4
    assert cells(keys, 0) == ["00:00:04:00", "A", "Rest", "-", "Linear", ""]
    assert cells(keys, 3) == ["00:00:16:00", "A", "Happy 50% + Sad 50%", "80%", "Linear", ""]
    said = keys.model.index(1, EMOTION).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Emotion: Happy"


def test_typing_changes_the_document(keys: KeysPanel, film_editor: Editor) -> None:
    assert put(keys, 1, TIME, "f220")
    assert put(keys, 1, INTENSITY, "75,5 %")
    assert put(keys, 1, INTERPOLATION, "ease")
    assert put(keys, 1, EMOTION, "sad 30% + Happy")
    made = key(film_editor, 220)
    assert (made.intensity, made.interpolation) == (0.755, "ease")
    assert {p.emotion: round(p.weight, 3) for p in made.mix} == {"e2": 0.3, "e1": 0.7}
    assert film_editor.selection.keys == {220}
    checked = Qt.CheckState.Checked.value
    muted = keys.model.index(1, MUTED)
    assert keys.model.setData(muted, checked, Qt.ItemDataRole.CheckStateRole)
    assert key(film_editor, 220).muted
    assert len(steps(film_editor)) == 5
    assert not put(keys, 1, INTERPOLATION, "ease")  # nothing new is no step
    assert len(steps(film_editor)) == 5


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (TIME, "noon"),
        (TIME, "f5000"),
        (TIME, "f300"),
        (INTENSITY, "loud"),
        (INTENSITY, "151"),
        (INTENSITY, "-1"),
        (EMOTION, "Nobody"),
        (EMOTION, "Happy + Happy"),
        (EMOTION, "Happy 100% + Sad 0%"),
        (INTERPOLATION, "wobble"),
    ],
)
def test_what_cannot_be_read_becomes_a_notice(
    keys: KeysPanel, film_editor: Editor, column: int, text: str
) -> None:
    heard: list[Notice] = []
    film_editor.notice.connect(heard.append)
    assert not put(keys, 1, column, text)
    assert len(heard) == 1
    assert heard[0].hint
    assert steps(film_editor) == ()


def test_reading(film_editor: Editor) -> None:
    assert read_intensity("80") == 0.8
    assert read_intensity(" 12,5% ") == 0.125
    project = edits.add_emotion(film_editor.project, "50% off + more", preset="fear")
    assert read_mix(project, "rest", ()) == ()
    assert read_mix(project, "Ruhe", ("Ruhe",)) == ()
    assert read_mix(project, "50% OFF + more", ()) == (MixPart("e3"),)
    assert read_mix(project, "happy+sad", ()) == (MixPart("e1", 0.5), MixPart("e2", 0.5))
    with pytest.raises(BadInput):
        read_mix(project, "happy 0%", ())


def test_selection_goes_both_ways(keys: KeysPanel, film_editor: Editor) -> None:
    film_editor.select(Selection("p1", frozenset({200, 400})))
    assert sorted(keys._selected_rows()) == [1, 3]
    keys.table.selectRow(2)
    assert film_editor.selection.keys == {300}
    assert film_editor.playhead == 300
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    keys.table.selectionModel().select(keys.model.index(0, 0), flags)
    assert film_editor.selection.keys == {100, 300}
    film_editor.do("x", lambda p: edits.move_key(p, "p1", 300, 50))
    assert [row.key.frame for row in keys.model.rows] == [50, 100, 200, 400]


def test_keys_of_one_performer_are_selected_at_a_time(keys: KeysPanel, film_editor: Editor) -> None:
    film_editor.do("x", lambda p: edits.add_key(p, "p2", Key(250)))
    keys.table.selectAll()
    assert film_editor.selection.keys in ({100, 200, 300, 400}, {250})
    chosen = {keys.model.rows[n].performer for n in keys._selected_rows()}
    assert chosen == {film_editor.selection.performer}


def test_sorting_by_any_column(keys: KeysPanel) -> None:
    keys.table.sortByColumn(INTENSITY, Qt.SortOrder.DescendingOrder)
    levels = [row.key.intensity for row in keys.model.rows]
    assert levels == sorted(levels, reverse=True)
    for column in range(6):
        keys.table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
        assert keys.model.rowCount() == 4


def test_choosing_from_lists(keys: KeysPanel, film_editor: Editor) -> None:
    index = keys.model.index(1, EMOTION)
    delegate = keys.table.itemDelegate()
    keys.table.edit(index)
    box = keys.table.viewport().findChild(QComboBox)
    assert box is not None
    assert [box.itemText(n) for n in range(box.count())] == ["Happy", "Sad", "Rest"]
    assert box.accessibleName() == "Emotion: Happy"
    box.setCurrentText("Sad")
    delegate.setModelData(box, keys.model, index)
    assert key(film_editor, 200).mix == (MixPart("e2"),)


def test_hidden_it_does_nothing_and_catches_up(
    keys: KeysPanel, film_editor: Editor, qapp: QApplication
) -> None:
    keys.hide()
    film_editor.do("x", lambda p: edits.remove_key(p, "p1", 200))
    assert keys.model.rowCount() == 4
    keys.show()
    assert keys.model.rowCount() == 3
    film_editor.do("x", lambda p: edits.remove_keys(p, "p1", frames(film_editor)))
    assert not keys.table.isVisible()
    film_editor.open_document(None, film_editor.clip_path)
    assert keys.model.rowCount() == 0


def test_a_read_only_document_cannot_be_typed_into(
    keys: KeysPanel, monkeypatch: pytest.MonkeyPatch, film_editor: Editor
) -> None:
    assert film_editor.document is not None
    assert keys.model.flags(keys.model.index(0, TIME)) & Qt.ItemFlag.ItemIsEditable
    monkeypatch.setattr(type(film_editor.document), "read_only", property(lambda self: True))
    assert not keys.model.flags(keys.model.index(0, TIME)) & Qt.ItemFlag.ItemIsEditable
