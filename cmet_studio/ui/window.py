"""The window: menus, panels around the viewer, what actions want of it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QImage, QShowEvent
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QVBoxLayout, QWidget

from cmet_studio.core.errors import CmetError
from cmet_studio.ui import dialogs
from cmet_studio.ui.action_set import ActionSet
from cmet_studio.ui.autosave import Autosave
from cmet_studio.ui.docks import Docks
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_chip import EngineChip
from cmet_studio.ui.icons import icon
from cmet_studio.ui.jobs.leaving import Leaving
from cmet_studio.ui.keyboard import Keyboard
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.notices.bar import NoticeBar
from cmet_studio.ui.opening import CLIPS, SUFFIX, Opener
from cmet_studio.ui.viewer.panel import ViewerPanel
from cmet_studio.ui.welcome import thumbnails
from cmet_studio.ui.welcome.tour import CENTRE
from cmet_studio.ui.welcome.welcome import Welcome

_SIZE = (1440, 900)


class Window(QMainWindow):
    """Everything on screen. Owns the editor from here on."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.editor = editor
        self.resize(*_SIZE)
        self.setMinimumSize(900, 600)
        self.setAcceptDrops(True)
        self.setWindowIcon(icon("app"))
        self.viewer = ViewerPanel(editor)
        self.welcome = Welcome(editor, self, self._place)
        self.notices = NoticeBar()
        self.setCentralWidget(self._centre())
        self.docks = Docks(self, editor)
        self.actions_ = ActionSet(editor, self)
        self.keyboard = Keyboard(editor, self)
        self.keyboard.use(self.actions_.keys)
        self.actions_.keys_changed.connect(self.keyboard.use)
        self.opener = Opener(
            editor, partial(dialogs.ask_recovery, self), partial(dialogs.ask_place, self), self
        )
        self.autosave = Autosave(editor, self)
        self.leaving = Leaving(editor, self.docks.jobs, self)
        self._recent = QMenu(self)
        self._build_menus()
        self._build_status()
        self._wishes = self._all_wishes()
        editor.wanted.connect(self.do_wish)
        editor.notice.connect(self.notices.show_notice)
        editor.engine.state_changed.connect(self._engine_changed)
        for signal in (editor.opened, editor.changed, editor.saved):
            signal.connect(self._title)
        editor.opened.connect(self._show_centre)
        self.welcome.open_wanted.connect(self.open)
        self.welcome.use_pictures(self._picture)
        self._closed = False
        self._restored = False
        self._title()

    def _centre(self) -> QWidget:
        centre = QWidget()
        centre.setObjectName(CENTRE)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.welcome.page, 1)
        column.addWidget(self.viewer, 1)
        self.viewer.hide()
        self.notices.float_over(centre, self.viewer.strip)
        return centre

    def _show_centre(self) -> None:
        """The start page while nothing is open, else the viewer; the keyboard goes with it."""
        self.welcome.page.setVisible(not self.editor.is_open)
        self.viewer.setVisible(self.editor.is_open)
        if self.editor.is_open:
            self.docks.focus("timeline")
        else:
            self.welcome.page.open.setFocus()

    def _build_menus(self) -> None:
        menus = self.actions_.fill(self.menuBar())
        menus["Window"].addSeparator()
        for dock in self.docks.docks.values():
            menus["Window"].addAction(dock.toggleViewAction())
        self._recent.setTitle(self.actions_["file.recent"].text())
        self.actions_["file.recent"].setMenu(self._recent)
        self._recent.aboutToShow.connect(self._fill_recent)
        self._fill_recent()

    def _build_status(self) -> None:
        self._status = QLabel()
        self.statusBar().addWidget(self._status, 1)
        self.statusBar().addPermanentWidget(EngineChip(self.editor))
        self.statusBar().setSizeGripEnabled(False)
        self.opener.busy.connect(self._busy)

    def _busy(self, name: str) -> None:
        self._status.setText(self.tr("Opening {0}…").format(name) if name else "")

    def _engine_changed(self, state: str, message: str) -> None:
        if state == "restarting":
            hint = self.tr("Your edits are here, nothing is lost.")
            text = self.tr("The engine stopped and is being started again.")
            self.notices.show_notice(Notice("warning", text, hint))
        elif state == "failed" and message:
            hint = ""  # the message ends in one
            if self.editor.engine.model != "mesh":
                hint = self.tr("Or choose the mesh face model: File, Settings, Engine and cache.")
            self.notices.show_notice(Notice("error", message, hint))

    def _title(self, *changed: object) -> None:
        document = self.editor.document
        if document is None:
            self.setWindowTitle("CMET Studio")
            self.setWindowModified(False)
            return
        words = document.path.stem
        if document.read_only:
            words = self.tr("{0} (read-only)").format(words)
        self.setWindowTitle(f"{words}[*] - CMET Studio")
        self.setWindowModified(document.dirty)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for place in self.editor.preferences.settings.general.recent:
            path = Path(place)
            action = self._recent.addAction(thumbnails.of(path), f"{path.stem}   {path.parent}")
            action.triggered.connect(partial(self.opener.open, path))
        self.actions_["file.recent"].setEnabled(not self._recent.isEmpty())

    # What only the window can do

    def _all_wishes(self) -> dict[str, Callable[[], object]]:
        canvas = self.viewer.canvas
        return {
            "open": self.open_dialog,
            "save": self.autosave.save_by_hand,
            "save_as": self.save_as,
            "export": lambda: dialogs.export(self.editor, self, self.docks.jobs.promised),
            "versions": partial(dialogs.versions, self.editor, self.open, self),
            "settings": partial(dialogs.settings, self.editor, self),
            "shortcuts": partial(dialogs.settings, self.editor, self, "shortcuts"),
            "commands": partial(dialogs.commands, self.editor, self.actions_, self),
            "about": partial(dialogs.about, self),
            "restart_engine": self.editor.engine.restart,
            "tour": self.welcome.show_tour,
            "demo": self.welcome.make_demo,
            "relink": self.relink,
            "close": self.close_project,
            "quit": self.close,
            "reset_layout": self.docks.reset,
            "fullscreen": self._toggle_fullscreen,
            "fit": partial(self.editor.view.set, zoom=None),
            "one_to_one": partial(self.editor.view.set, zoom=1.0),
            "zoom_in": lambda: self.editor.view.zoom_by(1.25, canvas.scale),
            "pan_left": lambda: canvas.look(-1, 0),
            "pan_right": lambda: canvas.look(1, 0),
            "pan_up": lambda: canvas.look(0, -1),
            "pan_down": lambda: canvas.look(0, 1),
            "zoom_out": lambda: self.editor.view.zoom_by(0.8, canvas.scale),
            "focus.viewer": canvas.setFocus,
            **{f"show.{name}": partial(self.docks.show, name) for name in self.docks.docks},
            **{f"focus.{name}": partial(self.docks.focus, name) for name in self.docks.docks},
        }

    def _picture(self) -> QImage | None:
        pictures = self.viewer.canvas.pictures
        return pictures.edited or pictures.source

    def do_wish(self, name: str) -> None:
        """Do what an action wants."""
        self._wishes[name]()

    def open(self, path: Path) -> None:
        """Open a clip or a project."""
        self.welcome.remember()
        self.opener.open(path)

    def _place(self, name: str) -> QWidget | None:
        if name == "viewer":
            return self.viewer.canvas if self.editor.is_open else self.centralWidget()
        if name == "menu":
            return self.menuBar()
        return self.docks.docks.get(name)

    def open_dialog(self) -> None:
        """Ask which clip or project, and open it."""
        path = dialogs.ask_open(self, self.editor.clip_path.parent)
        if path is not None:
            self.open(path)

    def save_as(self) -> None:
        """Ask where, and go on there."""
        document = self.editor.document
        if document is None:
            return
        path = dialogs.ask_save_as(self, document.path)
        if path is None:
            return
        try:
            document.save_as(path, overwrite=True)
        except CmetError as error:
            self.editor.notice.emit(Notice.of(error))
            return
        self.editor.saved.emit()

    def relink(self) -> None:
        """Find the clip again."""
        if self.editor.is_open:
            dialogs.relink(self.editor, self, self._relinked)

    def _relinked(self, clip: Path) -> None:
        document = self.editor.document
        if document is not None:
            self.editor.open_document(document, clip)
            self.opener.prepare_playback(document, clip)

    def close_project(self) -> bool:
        """Save and close the document. False if it stays open."""
        document = self.editor.document
        if document is None:
            return True
        lost = document.dirty and not document.read_only and not self.editor.save()
        if lost and not dialogs.ask_leave_unsaved(self, document.path):
            return False
        self.welcome.remember()
        self.editor.open_document(None, Path())
        return True

    def _toggle_fullscreen(self) -> None:
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    # Drops, coming and going

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # Qt's name
        """Take a clip or a project."""
        if _dropped(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open it."""
        path = _dropped(event)
        if path is not None:
            event.acceptProposedAction()
            self.open(path)

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the panels back to where they were."""
        super().showEvent(event)
        if not self._restored:
            self._restored = True
            if not self.docks.restore():
                self.docks.reset()

    def changeEvent(self, event: QEvent) -> None:
        """Held keys are let go of when the window is left."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.editor.transport.holding = False
            self.editor.view.set(bypass=False)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about jobs; save, and if that fails, ask. The journal has every edit either way."""
        if not self.leaving.may_close() or not self.close_project():
            event.ignore()
            return
        self.docks.save()
        self.hide()
        self.shut_down()
        event.accept()

    def shut_down(self) -> bool:
        """End all threads and the engine. Returns whether they ended."""
        if self._closed:
            return True
        self._closed = True
        helpers = (self.opener, self.autosave, self.welcome)
        ended = [helper.close() for helper in helpers] + [self.editor.close()]
        return all(ended)

    def open_soon(self, path: Path) -> None:
        """Open it as soon as the window is on screen."""
        QTimer.singleShot(0, partial(self.open, path))


def _dropped(event: QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in (SUFFIX, *CLIPS) else None
