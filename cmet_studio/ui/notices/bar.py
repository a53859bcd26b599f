"""The bar of notices: under the menus, never in the way, gone when dealt with."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.ui import theme
from cmet_studio.ui.icons import icon, pixmap
from cmet_studio.ui.notices.notice import Notice

MOST = 4
"""Notices shown at once; the oldest give way."""
INFO_MS = 6000
"""How long good news stay."""

_LOOK = {
    "info": ("info", theme.BLUE),
    "warning": ("warning", theme.ACCENT),
    "error": ("error", theme.RED),
}


class NoticeRow(QFrame):
    """One notice: icon, sentence, way out, details on request, close."""

    def __init__(self, notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        self.times = 1
        name, colour = _LOOK[notice.level]
        self.setStyleSheet(
            f"NoticeRow {{ background: {theme.RAISED}; border: none;"
            f" border-left: 3px solid {colour}; border-bottom: 1px solid {theme.LINE}; }}"
        )
        sign = QLabel(self)
        sign.setPixmap(pixmap(name, 16, colour, self.devicePixelRatioF()))
        sign.setAccessibleName(notice.level)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = QPlainTextEdit(notice.details, self)
        self._details.setReadOnly(True)
        self._details.setFont(theme.font(theme.SMALL_PX, digits=True))
        self._details.setFixedHeight(110)
        self._details.setAccessibleName(self.tr("Details"))
        self._details.hide()
        self.more = QToolButton(self)
        self.more.setText(self.tr("Details"))
        self.more.setCheckable(True)
        self.more.setToolTip(self.tr("Show what happened in full"))
        self.more.setVisible(bool(notice.details))
        self.more.toggled.connect(self._details.setVisible)
        self.close_button = QToolButton(self)
        self.close_button.setIcon(icon("close"))
        self.close_button.setToolTip(self.tr("Dismiss"))
        self.close_button.setAccessibleName(self.tr("Dismiss this notice"))
        self._lay_out(sign)
        self._say()

    def _lay_out(self, sign: QLabel) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 4, 4)
        row.setSpacing(8)
        row.addWidget(sign)
        row.addWidget(self._text, 1)
        row.addWidget(self.more)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._details)

    def again(self) -> None:
        """The same once more."""
        self.times += 1
        self._say()

    def _say(self) -> None:
        words = f"{self.notice.message} {self.notice.hint}".strip()
        if self.times > 1:
            words += self.tr("  (%n times)", "", self.times).replace("%n", str(self.times))
        self._text.setText(words)
        self.setAccessibleName(f"{self.notice.level}: {words}")


class NoticeBar(QWidget):
    """The newest notices, each until dismissed; good news go by themselves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.rows: list[NoticeRow] = []
        self.setAccessibleName(self.tr("Notices"))
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        """Show a notice; one that is shown already is counted instead."""
        for row in self.rows:
            if row.notice == notice:
                row.again()
                return
        row = NoticeRow(notice, self)
        row.close_button.clicked.connect(lambda: self.dismiss(row))
        self.rows.append(row)
        self._column.addWidget(row)
        if len(self.rows) > MOST:
            self.dismiss(self.rows[0])
        if notice.level == "info":
            timer = QTimer(row)
            timer.setSingleShot(True)
            timer.timeout.connect(lambda: self.dismiss(row))
            timer.start(INFO_MS)
        self.show()

    def dismiss(self, row: NoticeRow) -> None:
        """Take a notice away."""
        if row not in self.rows:
            return
        self.rows.remove(row)
        if row.isAncestorOf(QApplication.focusWidget() or self):
            self.setFocus()
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self.setVisible(bool(self.rows))
