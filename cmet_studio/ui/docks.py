"""The panels around the viewer: where they stand at first, and how their places are kept."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QWidget
from shiboken6 import isValid

from cmet_studio.core.paths import config_dir
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.jobs.panel import JobsPanel

_STATE = 2
"""Raise it when docks come or go, so that an older layout is not forced onto them."""

_ALL_LANES_PX = 318
"""A timeline dock of this height shows every lane of one performer."""
_LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
_BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


@dataclass(frozen=True, slots=True)
class Place:
    """A panel and where it stands at first.

    Attributes:
        panel: ``module:Class`` in ``ui``; its constructor takes the editor.
        tabbed_with: stands in a tab behind this one.
    """

    name: str
    title: str
    panel: str
    area: Qt.DockWidgetArea
    tabbed_with: str = ""


PLACES = (
    Place("library", "Library", "library.panel:LibraryPanel", _LEFT),
    Place("inspector", "Inspector", "inspector.panel:InspectorPanel", _RIGHT),
    Place("history", "History", "history.panel:HistoryPanel", _RIGHT, "inspector"),
    Place("jobs", "Jobs", "jobs.panel:JobsPanel", _RIGHT, "inspector"),
    Place("timeline", "Timeline", "timeline.panel:TimelinePanel", _BOTTOM),
    Place("keys", "Keys", "keys.panel:KeysPanel", _BOTTOM, "timeline"),
)


def _load(panel: str, editor: Editor) -> QWidget:
    module, name = panel.split(":")
    made: QWidget = getattr(import_module(f"cmet_studio.ui.{module}"), name)(editor)
    return made


class Docks:
    """Builds the docks on a window; saves, restores and resets their places."""

    def __init__(self, window: QMainWindow, editor: Editor) -> None:
        self._window = window
        self.docks: dict[str, QDockWidget] = {}
        window.setCorner(Qt.Corner.BottomLeftCorner, _BOTTOM)
        window.setCorner(Qt.Corner.BottomRightCorner, _BOTTOM)
        window.setDockNestingEnabled(True)
        for place in PLACES:
            title = QCoreApplication.translate("Docks", place.title)
            dock = QDockWidget(title, window)
            dock.setObjectName(place.name)
            panel = _load(place.panel, editor)
            panel.setAccessibleName(panel.accessibleName() or title)
            dock.setWidget(panel)
            # Behind a tab Qt leaves it "visible": Tab would go to what nobody sees. To hide it
            # would lay the docks out anew.
            dock.visibilityChanged.connect(panel.setEnabled)
            dock.visibilityChanged.connect(self._name_tabs)
            self.docks[place.name] = dock
        self.reset()

    def reset(self) -> None:
        """Put every panel where it stood at first."""
        window = self._window
        for place in PLACES:
            dock = self.docks[place.name]
            dock.setFloating(False)
            window.addDockWidget(place.area, dock)
            if place.tabbed_with in self.docks:
                window.tabifyDockWidget(self.docks[place.tabbed_with], dock)
            dock.show()
        for name in ("inspector", "timeline"):
            if name in self.docks:
                self.docks[name].raise_()
        wide, high = window.width(), window.height()
        self._resize({"library": min(300, wide // 5), "inspector": min(320, wide // 5)}, True)
        self._resize({"timeline": max(_ALL_LANES_PX, int(high * 0.37))}, False)

    def _name_tabs(self) -> None:
        """For screen readers; Qt makes the bars when it wants. Docks outlive the window."""
        for bar in self._window.findChildren(QTabBar) if isValid(self._window) else ():
            bar.setAccessibleName(QCoreApplication.translate("Docks", "Panels"))

    def _resize(self, sizes: dict[str, int], sideways: bool) -> None:
        known = {name: size for name, size in sizes.items() if name in self.docks}
        way = Qt.Orientation.Horizontal if sideways else Qt.Orientation.Vertical
        self._window.resizeDocks([self.docks[n] for n in known], list(known.values()), way)

    @property
    def jobs(self) -> JobsPanel:
        """The queue."""
        panel = self.docks["jobs"].widget()
        assert isinstance(panel, JobsPanel)
        return panel

    def show(self, name: str) -> None:
        """Bring a panel to the front."""
        dock = self.docks.get(name)
        if dock is not None:
            dock.show()
            dock.raise_()

    def focus(self, name: str) -> None:
        """Bring a panel to the front and give it the keyboard."""
        dock = self.docks.get(name)
        if dock is None:
            return
        self.show(name)
        if dock.isFloating():
            dock.activateWindow()
        panel = dock.widget()
        panel.setEnabled(True)  # not only when Qt comes to tell that its tab is in front
        target = panel if panel.focusProxy() is not None else _first_field(panel)
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def save(self) -> None:
        """Remember the window's size and where its panels stand."""
        store = _store()
        store.setValue("geometry", self._window.saveGeometry())
        store.setValue("state", self._window.saveState(_STATE))
        store.sync()

    def restore(self) -> bool:
        """Bring back what was remembered; False if there is nothing that fits."""
        store = _store()
        geometry, state = store.value("geometry"), store.value("state")
        if geometry is None or state is None:
            return False
        return bool(
            self._window.restoreGeometry(geometry) and self._window.restoreState(state, _STATE)
        )


def _first_field(panel: QWidget) -> QWidget:
    """The first widget of a panel that takes the keyboard, in the order of Tab; else the panel."""
    field = panel.nextInFocusChain()
    while field is not None and field is not panel and panel.isAncestorOf(field):
        if field.focusPolicy() & Qt.FocusPolicy.TabFocus and field.isVisible():
            return field
        field = field.nextInFocusChain()
    return panel


def _store() -> QSettings:
    return QSettings(str(Path(config_dir()) / "window.ini"), QSettings.Format.IniFormat)
