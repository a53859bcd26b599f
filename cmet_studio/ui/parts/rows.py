"""Rows of lists as high as those of the tables."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from cmet_studio.ui import theme


class RowDelegate(QStyledItemDelegate):
    """Style sheets give no height to the rows of a tree: this does."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """At least a row of the theme."""
        hint = super().sizeHint(option, index)
        return QSize(hint.width(), max(hint.height(), theme.ROW_PX))
