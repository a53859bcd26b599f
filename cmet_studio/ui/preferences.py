"""The settings as the window has them: one value, observed like the document."""

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cmet_studio.core.errors import CmetError
from cmet_studio.core.settings import Settings, load_settings, save_settings, settings_file

log = logging.getLogger(__name__)


class Preferences(QObject):
    """Holds the settings, writes each change.

    Signals:
        changed(before, after): both ``Settings``.
    """

    changed = Signal(object, object)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path or settings_file()
        self.settings, self.notes = load_settings(self._path)

    def change(self, change: Callable[[Settings], Settings]) -> None:
        """Make new settings of the present ones."""
        before, after = self.settings, change(self.settings)
        if after == before:
            return
        self.settings = after
        try:
            save_settings(after, self._path)
        except CmetError as error:
            log.warning("%s", error)
        self.changed.emit(before, after)
