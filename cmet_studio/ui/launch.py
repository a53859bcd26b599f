"""Starting the desktop application."""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cmet_studio.core.errors import EngineError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from cmet_studio.ui.spare_time import SpareTime
    from cmet_studio.ui.window import Window

_SWITCH_S = 0.001
"""What the GUI thread waits at most for a worker that computes, instead of Python's 5 ms."""
_FEATURE_SCAN = "_mod_uses_pyside"


def is_for_window(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for the window: no word, or one clip or project.

    One word with a suffix is a file (``interview.mp4``), one without is a command (``doctor``).
    """
    if not arguments:
        return True
    if len(arguments) > 1 or arguments[0].startswith("-"):
        return False
    path = Path(arguments[0])
    return path.suffix != "" or (os.sep in arguments[0] and path.is_file())


def check_display() -> None:
    """Raise EngineError where no window can appear; Qt would abort the process."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise EngineError(
            "There is no display for the window.",
            "Run it on a desktop; cmet-studio --help lists what works without one.",
        )


def run(arguments: Sequence[str]) -> int:
    """Open the window, with a clip or a project if there is one, until it is closed.

    Raises: EngineError if no window can appear here.
    """
    check_display()
    from PySide6.QtCore import QTimer

    app = make_application()
    from cmet_studio.ui.studio import make_window

    window = make_window()
    spare_time = present(window)
    if arguments:
        window.open_soon(Path(arguments[0]))
    QTimer.singleShot(0, window.welcome.greet)
    # Python sees Ctrl-C only when it runs: let it, now and then.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: window.leaving.leave_at_once())
    heartbeat = QTimer()
    heartbeat.start(500)
    heartbeat.timeout.connect(lambda: None)
    code = app.exec()
    forget_window(window, spare_time)
    return code


def make_application() -> "QApplication":
    """Qt's application, dressed as the settings say."""
    from PySide6.QtWidgets import QApplication

    spare_imports()
    gc.disable()  # until the window is up: nothing that launch makes goes again
    sys.setswitchinterval(_SWITCH_S)
    from cmet_studio.core.settings import load_settings, settings_file
    from cmet_studio.ui import language, theme

    app = QApplication(["cmet-studio"])
    app.setApplicationName("CMET Studio")
    settings, _ = load_settings(settings_file())
    theme.use(settings.general.theme)
    theme.apply(app)
    language.use(app, settings.general.language)
    return app


def spare_imports() -> None:
    """Let PySide not read the source of every module that is imported from now on.

    It looks there for its switch ``from __feature__ import``, which nothing here uses: a quarter
    of the time to launch, later tens of milliseconds of the GUI thread for each dialog, and the
    text of every module in memory.
    """
    feature = sys.modules.get("shibokensupport.feature")
    if feature is not None and hasattr(feature, _FEATURE_SCAN):  # another PySide may do without
        setattr(feature, _FEATURE_SCAN, lambda module: False)


def present(window: "Window") -> "SpareTime":
    """Show the window; returns what loads the rest while nobody works."""
    from cmet_studio.ui.spare_time import SpareTime

    window.show()
    gc.freeze()  # the collector passes over what lives as long as the process: it holds the hand up
    gc.enable()
    spare_time = SpareTime(window.editor)
    spare_time.begin()
    return spare_time


def forget_window(window: "Window", spare_time: "SpareTime") -> None:
    """End the window's threads and its engine."""
    spare_time.close()
    window.hide()
    window.shut_down()
