"""The map of emotions: what sounds alike lies close together. Wheel and drag look closer."""

import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cmet_studio.ui import theme
from cmet_studio.ui.inspector.figures import Point

if TYPE_CHECKING:
    import pyqtgraph

_NEAR_PX = 8.0
_LIBRARY = "pyqtgraph"
_LOOK_MS = 40
_SIGNS = {"take": "o", "neutral": "o", "emotion": "d", "preset": "o"}
_SIZES = {"take": 7, "neutral": 7, "emotion": 11, "preset": 4}
_ORDER = ("preset", "neutral", "take", "emotion")  # later ones lie on top


class EmotionMap(QWidget):
    """Takes, emotions and presets in the plane that shows them best; neutral is where axes cross.

    Signals:
        chosen(kind, id): a point was clicked.
    """

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points: tuple[Point, ...] = ()
        self._wish: tuple[tuple[Point, ...], str, str | None] = ((), "", None)
        self._places: set[tuple[float, float]] = set()
        self._loader: threading.Thread | None = None
        self.plot: pyqtgraph.GraphicsView | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Map of emotions"))
        self.setAccessibleDescription(
            self.tr("Similar expressions lie close to each other; neutral is in the middle")
        )

    def sizeHint(self) -> QSize:
        """Square-ish."""
        return QSize(260, 230)

    def set_points(self, points: Sequence[Point], current: str, odd: str | None) -> None:
        """Show points; the ``current`` emotion is larger, take ``odd`` is ringed in red."""
        wish = (tuple(points), current, odd)
        if wish != self._wish:
            self._wish = wish
            self.points = wish[0]
            self._refresh()

    def _refresh(self) -> None:
        if not self.points:
            return
        if self.plot is None:
            if not self._is_loaded():
                QTimer.singleShot(_LOOK_MS, self._refresh)
                return
            self.plot = self._make_plot()
        _, current, odd = self._wish
        self._fill(current, odd)
        places = {(p.x, p.y) for p in self.points}
        if places != self._places:
            self._places = places
            self._look_at_all()

    def _is_loaded(self) -> bool:
        """Whether pyqtgraph is there; else a thread imports it: it takes a quarter of a second.

        It is, as a rule: see ``ui.spare_time``.
        """
        if self._loader is None and _LIBRARY not in sys.modules:
            self._loader = threading.Thread(
                target=import_module, args=(_LIBRARY,), name="import", daemon=True
            )
            self._loader.start()
        return self._loader is None or not self._loader.is_alive()

    def _make_plot(self) -> "pyqtgraph.GraphicsView":
        """A bare view: pyqtgraph's plot with its axes and menus takes four times as long."""
        import pyqtgraph

        plot = pyqtgraph.GraphicsView(background=theme.WINDOW)
        plot.setAccessibleName(self.accessibleName())
        self._box = pyqtgraph.ViewBox(enableMenu=False, lockAspect=True)
        plot.setCentralItem(self._box)
        for angle in (0, 90):
            self._box.addItem(pyqtgraph.InfiniteLine(0, angle, pen=theme.LINE))
        self._dots = pyqtgraph.ScatterPlotItem(
            hoverable=True, tip=lambda x, y, data: f"{data.name} ({data.kind})"
        )
        self._dots.sigClicked.connect(self._clicked)
        self._box.addItem(self._dots)
        self._names: list[Any] = []
        layout = self.layout()
        assert layout is not None
        layout.addWidget(plot)
        return plot

    def _fill(self, current: str, odd: str | None) -> None:
        import pyqtgraph

        shown = sorted(self.points, key=lambda point: _ORDER.index(point.kind))
        self._dots.setData(
            [
                {
                    "pos": (point.x, point.y),
                    "data": point,
                    "symbol": _SIGNS[point.kind],
                    "size": _SIZES[point.kind] + (4 if point.id in (current, odd) else 0),
                    "brush": None if point.kind == "neutral" else _colour(point),
                    "pen": pyqtgraph.mkPen(_edge(point, odd), width=1.5),
                }
                for point in shown
            ]
        )
        for _, name in self._names:
            self._box.removeItem(name)
        self._names = []
        for point in shown:
            if point.kind in ("emotion", "preset"):
                colour = theme.TEXT if point.kind == "emotion" else theme.DIM
                name = pyqtgraph.TextItem(point.name, colour, anchor=(0.5, 1.1))
                name.setFont(theme.font(10, bold=point.kind == "emotion"))
                name.setPos(point.x, point.y)
                self._box.addItem(name)
                self._names.append((point, name))
        self._thin_out()

    def _thin_out(self, *changed: object) -> None:
        """Hide names that would lie on others: the current emotion's first, presets' last."""
        _, current, _ = self._wish
        taken: list[QRectF] = []

        def rank(named: tuple[Point, Any]) -> tuple[bool, int]:
            return named[0].id != current, -_ORDER.index(named[0].kind)

        for point, name in sorted(self._names, key=rank):
            at = self.place(point)
            words = name.textItem.boundingRect()
            room = QRectF(0, 0, words.width(), words.height()).adjusted(4, 4, -4, -4)
            room.moveCenter(at - QPointF(0, words.height() * 0.6))  # its anchor is below it
            free = not any(room.intersects(other) for other in taken)
            name.setVisible(free)
            if free:
                taken.append(room)

    def _look_at_all(self) -> None:
        reach = max([0.5, *(max(abs(p.x), abs(p.y)) for p in self.points)])
        self._box.setRange(xRange=(-reach, reach), yRange=(-reach, reach), padding=0.12)

    # Where things are, and what is chosen

    def place(self, point: Point) -> QPointF:
        """Where a point is drawn, in this widget's pixels."""
        assert self.plot is not None
        at = self._box.mapViewToScene(QPointF(point.x, point.y))
        return QPointF(self.plot.mapTo(self, self.plot.mapFromScene(at)))

    def near(self, position: QPointF) -> Point | None:
        """The point under the pointer."""
        best, distance = None, _NEAR_PX
        for point in self.points:
            away = (self.place(point) - position).manhattanLength()
            if away <= distance:
                best, distance = point, away
        return best

    def _clicked(self, dots: object, hit: Sequence[Any], event: Any) -> None:
        if len(hit) and event.button() == Qt.MouseButton.LeftButton:
            point: Point = hit[-1].data()
            self.chosen.emit(point.kind, point.id)


def _colour(point: Point) -> str:
    return theme.FAINT if point.kind == "preset" else point.colour or theme.TEXT


def _edge(point: Point, odd: str | None) -> str:
    if point.id == odd:
        return theme.RED
    return theme.TEXT if point.kind == "emotion" else _colour(point)
