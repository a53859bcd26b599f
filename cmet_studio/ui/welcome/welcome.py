"""The first run: start page, demo project, tour; for a window that says where its panels are."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from cmet_studio.core.errors import CmetError
from cmet_studio.core.settings import Settings
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.welcome.demo_maker import DemoMaker
from cmet_studio.ui.welcome.start_page import StartPage
from cmet_studio.ui.welcome.tour import Place, Tour


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

    def close(self) -> bool:
        """Stop making the demo. Returns whether the thread ended."""
        return self.demo.close()
