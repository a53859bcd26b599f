"""The watchdog counts what blocks the GUI thread."""

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cmet_studio.ui.watchdog import LIMIT_MS, Watchdog


def test_a_blocked_thread_is_counted(qapp: QApplication, qtbot: QtBot) -> None:
    watchdog = Watchdog()
    watchdog.start()
    QTimer.singleShot(0, lambda: time.sleep(4 * LIMIT_MS / 1000))
    qtbot.waitUntil(lambda: watchdog.seen.times > 0)
    seen = watchdog.stop()
    assert seen.worst_ms > 2 * LIMIT_MS
    assert seen.beats > 0
