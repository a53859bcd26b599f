"""Done while the hand rests: modules are loaded before they are wanted, memory is tidied."""

import gc
import logging
import sys
import threading
from collections.abc import Sequence
from importlib import import_module

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from cmet_studio.ui.editor import Editor

log = logging.getLogger(__name__)

LATER = (
    "pyqtgraph",
    "cmet_studio.ui.export.dialog",
    "cmet_studio.ui.settings.dialog",
    "cmet_studio.ui.palette",
    "cmet_studio.ui.recovery.relink",
    "cmet_studio.ui.versions.dialog",
)
"""Nothing of these is needed for the first frame; each would hold up the click that wants it."""
_AFTER_LAUNCH_MS = 4000
_LOOK_MS = 100
_TIDY_MS = 5000
_PAUSE_S = 0.05


class SpareTime(QObject):
    """Imports what is wanted later on a thread, one module after another, never while a hand works.

    An import holds Python's lock for milliseconds at a time, which the window would feel. Then it
    has the collector look at what is new every few seconds: left alone, it would go through
    thousands of keys in the middle of a drag.
    """

    def __init__(
        self, editor: Editor, modules: Sequence[str] = LATER, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._editor = editor
        self._modules = modules
        self._closing = threading.Event()
        self._calm = threading.Event()
        self._thread: threading.Thread | None = None
        self._look = QTimer(self)
        self._look.timeout.connect(self._see)
        self._all = self._had = False
        editor.opened.connect(self._opened)

    def begin(self, after_ms: int = _AFTER_LAUNCH_MS) -> None:
        """Start in a while: the first frame goes before."""
        self._look.start(after_ms)

    @property
    def done(self) -> bool:
        """Whether everything is loaded."""
        return all(name in sys.modules for name in self._modules)

    def close(self, timeout_s: float = 5.0) -> bool:
        """End. Returns whether the thread ended."""
        self._look.stop()
        self._closing.set()
        self._calm.set()
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _see(self) -> None:
        """On the GUI thread, now and then: whether the hand rests."""
        self._look.setInterval(_LOOK_MS)
        held = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        if held or self._editor.playing:
            self._calm.clear()
            return
        self._calm.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._load, name="spare time", daemon=True)
            self._thread.start()
        elif not self._thread.is_alive():
            self._tidy()
            self._look.setInterval(_TIDY_MS)

    def _opened(self) -> None:
        """What was kept for the document before may be rubbish now."""
        self._all, self._had = self._had, self._editor.is_open

    def _tidy(self) -> None:
        """Collect what is new since the last time, and look at the rest of it never again."""
        if self._all:
            self._all = False
            gc.unfreeze()
        gc.collect()
        gc.freeze()

    def _load(self) -> None:
        for name in self._modules:
            self._calm.wait()
            if self._closing.wait(_PAUSE_S):
                return
            try:
                import_module(name)
            except ImportError:  # whoever wants it is told
                log.warning("%s cannot be loaded.", name)
