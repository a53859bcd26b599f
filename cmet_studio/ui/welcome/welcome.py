"""The first run: start page, demo project, tour; for a window that says where its panels are."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from cmet_studio.core.errors import CmetError
from cmet_studio.core.settings import Settings
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.welcome import thumbnails
from cmet_studio.ui.welcome.demo_maker import DemoMaker
from cmet_studio.ui.welcome.start_page import StartPage
from cmet_studio.ui.welcome.tour import Place, Tour


def _no_picture() -> None:
    return None


class Welcome(QObject):
    """Holds the start page; makes the demo; shows the tour.

    Signals:
        open_wanted(Path): open this project.
    """

    open_wanted = Signal(object)

    def __init__(self, editor: Editor, window: QWidget, place: Place) -> None:
        super().__init__(window)
        self._editor = editor
        self._window = window
        self._place = place
        self.page = StartPage(editor)
        self.demo = DemoMaker(self)
        self._picture: Callable[[], QImage | None] = _no_picture
        self.page.chosen.connect(self.open_wanted)
        self.page.demo_wanted.connect(self.make_demo)
        self.demo.made.connect(self._made)
        self.demo.failed.connect(self._failed)

    def make_demo(self) -> None:
        """Make the demo project and open it."""
        if self.demo.start():
            self.page.show_busy(self.tr("Making a talking face and three keys: up to a minute…"))

    def _made(self, project: Path) -> None:
        self.page.show_busy("")
        self.open_wanted.emit(project)

    def _failed(self, error: CmetError) -> None:
        self.page.show_busy("")
        self._editor.notice.emit(Notice.of(error))

    def show_tour(self) -> None:
        """Show the five steps."""
        if self._window.findChild(Tour) is None:
            Tour(self._window, self._place).ended.connect(self._seen)

    def greet(self) -> None:
        """Show the tour to those who have not seen it."""
        if not self._editor.preferences.settings.general.welcomed:
            self.show_tour()

    def _seen(self) -> None:
        def change(settings: Settings) -> Settings:
            return replace(settings, general=replace(settings.general, welcomed=True))

        self._editor.preferences.change(change)

    def use_pictures(self, picture: Callable[[], QImage | None]) -> None:
        """Where the picture comes from that a project is remembered by when it is left."""
        self._picture = picture

    def remember(self) -> None:
        """Keep a small picture of the open project."""
        document, picture = self._editor.document, self._picture()
        if document is not None and picture is not None:
            thumbnails.keep(document.path, picture)
            self.page.refresh()

    def close(self) -> bool:
        """Stop making the demo. Returns whether the thread ended."""
        return self.demo.close()
