"""Editors of the table's cells: lists where there is a choice, plain text elsewhere."""

from typing import get_args

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cmet_studio.domain.project import Interpolation
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.keys.model import EMOTION, INTERPOLATION, interpolation_word
from cmet_studio.ui.timeline.menus import swatch

Index = QModelIndex | QPersistentModelIndex


class KeyDelegate(QStyledItemDelegate):
    """Emotions can be chosen or typed (also mixes), interpolations are chosen."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """The field that opens in a cell."""
        if index.column() not in (EMOTION, INTERPOLATION):
            field = super().createEditor(parent, option, index)
            field.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
            return field
        box = QComboBox(parent)
        box.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        if index.column() == INTERPOLATION:
            box.addItems([interpolation_word(kind) for kind in get_args(Interpolation)])
            return box
        box.setEditable(True)
        for emotion in self._editor.project.emotions:
            box.addItem(swatch(emotion.colour), emotion.name)
        box.addItem(self.tr("Rest"))
        return box

    def setEditorData(self, field: QWidget, index: Index) -> None:
        """What stands in the cell now."""
        if isinstance(field, QComboBox):
            field.setCurrentText(str(index.data(Qt.ItemDataRole.EditRole)))
            line = field.lineEdit()
            if line is not None:
                line.selectAll()
            return
        super().setEditorData(field, index)

    def setModelData(self, field: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """What was chosen or typed."""
        if isinstance(field, QComboBox):
            model.setData(index, field.currentText(), Qt.ItemDataRole.EditRole)
            return
        super().setModelData(field, model, index)
