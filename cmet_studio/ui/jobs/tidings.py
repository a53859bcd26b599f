"""News for an editor who is looking at another program."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from cmet_studio.ui.icons import icon

_SHOWN_MS = 10_000


class Tidings:
    """Tells the desktop; nothing happens while one of our windows is in front.

    Args:
        widget: lies in the window that is to be noticed.
    """

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._tray: QSystemTrayIcon | None = None
        self._gone = QTimer(widget)
        self._gone.setSingleShot(True)
        self._gone.setInterval(_SHOWN_MS)
        self._gone.timeout.connect(self._hide)

    def tell(self, words: str) -> bool:
        """Have the task bar blink and, where the desktop shows messages, say it there.

        Returns: whether somebody had to be told.
        """
        if QApplication.activeWindow() is not None:
            return False
        QApplication.alert(self._widget.window())
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            if self._tray is None:
                self._tray = QSystemTrayIcon(icon("app"), self._widget)
                self._tray.messageClicked.connect(self._come)
            self._tray.show()
            self._tray.showMessage("CMET Studio", words, icon("app"), _SHOWN_MS)
            self._gone.start()
        return True

    def _come(self) -> None:
        window = self._widget.window()
        window.raise_()
        window.activateWindow()

    def _hide(self) -> None:
        if self._tray is not None:
            self._tray.hide()
