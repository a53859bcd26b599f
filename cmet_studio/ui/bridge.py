"""From any thread to the GUI thread: the only way."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal


class Bridge(QObject):
    """Runs what is posted to it on the thread it was made on, in order."""

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = True
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, work: Callable[[], None]) -> None:
        """Have ``work`` run on the GUI thread soon. Callable from every thread."""
        if self._open:
            self._posted.emit(work)

    def close(self) -> None:
        """Run nothing any more."""
        self._open = False

    def _run(self, work: Callable[[], None]) -> None:
        if self._open:
            work()
