"""Notices: cards over the top of the picture, which keeps its place; gone when dealt with."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
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
STAYS_MS = {"info": 6000, "warning": 20_000}
"""How long they stay by themselves; errors until they are dismissed."""
WIDTH_PX = 720
GAP_PX = 8

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
            f" border-left: 3px solid {colour}; border-bottom: 1px solid {theme.LINE};"
            f" border-radius: {theme.RADIUS_PX}px; }}"
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
    """The newest notices; errors stay until dismissed, the others go by themselves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.rows: list[NoticeRow] = []
        self._below: QWidget | None = None
        self.setAccessibleName(self.tr("Notices"))
        self.hide()

    def float_over(self, host: QWidget, below: QWidget) -> None:
        """Lie on top of ``host``, under its part ``below`` where that is seen: nothing moves."""
        self.setParent(host)
        self._below = below
        host.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # Qt's name
        """Stay in place when the host is laid out anew."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._stand()
        return False

    def event(self, event: QEvent) -> bool:
        """Grow and shrink with the rows."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._stand()
        return done

    def _stand(self) -> None:
        host = self.parentWidget()
        if host is None or self._below is None or not self.rows:
            return
        top = 0
        if self._below.isVisibleTo(host):
            top = self._below.mapTo(host, QPoint(0, self._below.height())).y()
        width = min(WIDTH_PX, host.width() - 2 * GAP_PX)
        height = max(self._column.totalHeightForWidth(width), self._column.minimumSize().height())
        self.setGeometry((host.width() - width) // 2, top + GAP_PX, width, height)
        self.raise_()

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
        if notice.level in STAYS_MS:
            timer = QTimer(row)
            timer.setSingleShot(True)
            timer.timeout.connect(lambda: self.dismiss(row))
            timer.start(STAYS_MS[notice.level])
        self.show()
        self._stand()

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
        self._stand()
