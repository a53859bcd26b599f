"""How a row of the Library looks: chip, name, shots, quality."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cmet_studio.ui import theme
from cmet_studio.ui.icons import pixmap
from cmet_studio.ui.library.rows import Row
from cmet_studio.ui.parts.meters import FULL_SHOTS, paint_shots

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The ``Row``."""
WORDS_ROLE = Qt.ItemDataRole.UserRole + 2
"""Of a take: a few words about its quality; "" while not known."""
PLAYING_ROLE = Qt.ItemDataRole.UserRole + 3
TRIED_ROLE = Qt.ItemDataRole.UserRole + 4
SIGN_PX = 20
"""Width of a sign that can be clicked; a take has one to listen and one to try it on."""

Index = QModelIndex | QPersistentModelIndex
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_ICONS = {"performer": "performer", "preset": "star", "entry": "performer"}


class LibraryDelegate(QStyledItemDelegate):
    """Paints rows; the name of an emotion can be edited in place."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Emotions are a little taller than takes."""
        row: Row = index.data(ROW_ROLE)
        return QSize(120, 26 if row.kind in ("emotion", "section", "performer") else 22)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a row."""
        row: Row = index.data(ROW_ROLE)
        rect = QRectF(option.rect)
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if row.kind != "section" and (chosen or hovered):
            painter.fillRect(rect, theme.colour("#5a4726" if chosen else theme.RAISED))
        rect.adjust(2, 0, -6, 0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.kind == "section":
            painter.setFont(theme.font(theme.SMALL_PX, bold=True))
            painter.setPen(theme.colour(theme.DIM))
            painter.drawText(rect, _MIDDLE, row.text.upper())
        else:
            self._paint_row(painter, rect, row, index)
        painter.restore()

    def _paint_row(self, painter: QPainter, rect: QRectF, row: Row, index: Index) -> None:
        left = self._paint_sign(painter, rect, row, bool(index.data(PLAYING_ROLE)))
        if row.kind == "take" and row.side == "expressive":
            left = self._paint_face(painter, rect, bool(index.data(TRIED_ROLE)))
        right = rect.right()
        if row.shots is not None and rect.width() > 150:
            right = self._paint_shots(painter, rect, row)
        detail = str(index.data(WORDS_ROLE) or "") if row.kind in ("take", "neutral") else ""
        words = " · ".join(word for word in (row.detail, detail) if word)
        if words:
            painter.setFont(theme.font(theme.SMALL_PX))
            room = (right - left) * (0.62 if detail else 0.5)
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room))
            width = painter.fontMetrics().horizontalAdvance(shown)
            clean = detail in ("", "good")
            painter.setPen(theme.colour(theme.DIM if clean else theme.ACCENT))
            painter.drawText(
                QRectF(right - width, rect.top(), width, rect.height()), _MIDDLE, shown
            )
            right -= width + 8
        painter.setFont(theme.font(theme.FONT_PX))
        painter.setPen(theme.colour(theme.FAINT if row.kind == "hint" else theme.TEXT))
        if row.kind == "side":
            painter.setPen(theme.colour(theme.DIM))
        name = painter.fontMetrics().elidedText(
            row.text, Qt.TextElideMode.ElideMiddle, int(right - left)
        )
        painter.drawText(QRectF(left, rect.top(), right - left, rect.height()), _MIDDLE, name)

    def _paint_sign(self, painter: QPainter, rect: QRectF, row: Row, playing: bool) -> float:
        """Chip or icon; returns where the text begins."""
        middle = rect.center().y()
        if row.kind == "emotion" or (row.kind == "entry" and row.colour):
            chip = QRectF(rect.left() + 2, middle - 6, 12, 12)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(row.colour))
            painter.drawRoundedRect(chip, theme.RADIUS_PX, theme.RADIUS_PX)
            return rect.left() + 21
        name = _ICONS.get(row.kind)
        if row.kind in ("take", "neutral"):
            name = "stop" if playing else "play"
        if name is None:
            return rect.left() + 2
        colour = theme.ACCENT if playing else theme.DIM
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(int(rect.left()), int(middle - 8), pixmap(name, 16, colour, ratio))
        return rect.left() + 21

    @staticmethod
    def _paint_face(painter: QPainter, rect: QRectF, tried: bool) -> float:
        """The sign to try a take on the face; returns where the text begins."""
        left, top = int(rect.left()) + SIGN_PX, int(rect.center().y() - 8)
        ratio = painter.device().devicePixelRatio()
        colour = theme.ACCENT if tried else theme.DIM
        painter.drawPixmap(left, top, pixmap("face", 16, colour, ratio))
        return left + SIGN_PX + 2

    @staticmethod
    def _paint_shots(painter: QPainter, rect: QRectF, row: Row) -> float:
        """Pips with numbers: both sides for an emotion. Returns where they begin."""
        expressive, neutral = row.shots or (0, 0)
        both = row.kind == "emotion" or (row.kind == "entry" and bool(row.colour))
        numbers = f"{expressive}+{neutral}" if both else f"{expressive}/{FULL_SHOTS}"
        painter.setFont(theme.font(theme.SMALL_PX, digits=True))
        painter.setPen(theme.colour(theme.DIM))
        box = QRectF(rect.right() - 40, rect.top(), 40, rect.height())
        painter.drawText(box, _MIDDLE | Qt.AlignmentFlag.AlignRight, numbers)
        left, middle = rect.right() - 40 - 56, rect.center().y()
        if both:
            paint_shots(painter, QRectF(left, middle - 5, 56, 4), expressive)
            paint_shots(painter, QRectF(left, middle + 1, 56, 4), neutral)
        else:
            paint_shots(painter, QRectF(left, middle - 3, 56, 6), expressive)
        return left - 8

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QLineEdit:
        """A field for the name."""
        field = QLineEdit(parent)
        field.setAccessibleName(self.tr("Name"))
        field.setFrame(False)
        return field

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Begin with the present name."""
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(ROW_ROLE).text)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Stand where the name stands."""
        rect = option.rect
        editor.setGeometry(rect.adjusted(20, 1, -2, -1))
