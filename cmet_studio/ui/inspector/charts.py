"""Bars and the map of emotions, painted."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cmet_studio.ui import theme
from cmet_studio.ui.inspector.figures import Point

_ROW_PX = 20
_NEAR_PX = 8.0
_LABEL_PX = 76  # as other labels in the inspector


class Bars(QWidget):
    """Named shares, one row each."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.rows: tuple[tuple[str, float, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def set_rows(self, rows: Sequence[tuple[str, float, str]]) -> None:
        """Show (name, share 0..1, colour) rows."""
        self.rows = tuple(rows)
        spoken = ", ".join(f"{name} {share:.0%}" for name, share, _ in self.rows)
        self.setAccessibleDescription(spoken)
        self.setToolTip(f"{self._name}: {spoken}" if spoken else self._name)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(180, _ROW_PX * len(self.rows))

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return QSize(80, _ROW_PX * len(self.rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw them."""
        painter = QPainter(self)
        painter.setFont(theme.font(theme.SMALL_PX))
        middle = Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) for name, *_ in self.rows), default=0)
        room = max(_LABEL_PX, min(widest + 2, round(self.width() * 0.48)))
        for n, (name, share, colour) in enumerate(self.rows):
            top = n * _ROW_PX
            label = QRectF(0, top, room, _ROW_PX)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            painter.setPen(theme.colour(theme.TEXT))
            painter.drawText(label, middle, shown)
            left = room + 6.0
            groove = QRectF(left, top + 6, max(10.0, self.width() - left - 40.0), 8)
            painter.fillRect(groove, theme.colour(theme.LINE))
            filled = min(max(share, 0.0), 1.0) * groove.width()
            painter.fillRect(QRectF(groove.left(), groove.top(), filled, 8), theme.colour(colour))
            number = QRectF(self.width() - 36, top, 36, _ROW_PX)
            painter.setPen(theme.colour(theme.DIM))
            painter.drawText(number, middle | Qt.AlignmentFlag.AlignRight, f"{share:.0%}")
        painter.end()


class EmotionMap(QWidget):
    """Takes, emotions and presets in the plane that shows them best; neutral is the cross.

    Signals:
        chosen(kind, id): a point was clicked.
    """

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points: tuple[Point, ...] = ()
        self._current = ""
        self._odd: str | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Map of emotions"))
        self.setAccessibleDescription(
            self.tr("Similar expressions lie close to each other; neutral is in the middle")
        )

    def set_points(self, points: Sequence[Point], current: str, odd: str | None) -> None:
        """Show points; ``current`` emotion stands out, take ``odd`` is ringed."""
        self.points, self._current, self._odd = tuple(points), current, odd
        self.update()

    def sizeHint(self) -> QSize:
        """Square-ish."""
        return QSize(260, 220)

    def place(self, point: Point) -> QPointF:
        """Where a point is drawn."""
        reach = max([0.5, *(max(abs(p.x), abs(p.y)) for p in self.points)])
        scale = (min(self.width() * 0.8, self.height()) / 2 - 16) / reach
        centre = QPointF(self.width() / 2, self.height() / 2)
        return centre + QPointF(point.x * scale, -point.y * scale)

    def near(self, position: QPointF) -> Point | None:
        """The point under the pointer."""
        best, distance = None, _NEAR_PX
        for point in self.points:
            away = (self.place(point) - position).manhattanLength()
            if away <= distance:
                best, distance = point, away
        return best

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Name what is under the pointer."""
        point = self.near(event.position())
        where = event.globalPosition().toPoint()
        QToolTip.showText(where, f"{point.name} ({point.kind})" if point else "", self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        point = self.near(event.position())
        if point is not None:
            self.chosen.emit(point.kind, point.id)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw axes, presets as names, takes as dots, emotions as diamonds."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour(theme.WINDOW))
        centre = QPointF(self.width() / 2, self.height() / 2)
        painter.setPen(QPen(theme.colour(theme.LINE), 1))
        painter.drawLine(QPointF(0, centre.y()), QPointF(self.width(), centre.y()))
        painter.drawLine(QPointF(centre.x(), 0), QPointF(centre.x(), self.height()))
        painter.setPen(QPen(theme.colour(theme.DIM), 1.5))
        painter.drawLine(centre - QPointF(4, 0), centre + QPointF(4, 0))
        painter.drawLine(centre - QPointF(0, 4), centre + QPointF(0, 4))
        taken: list[QRectF] = []
        for kind in ("take", "neutral", "emotion", "preset"):
            for point in self.points:
                if point.kind == kind:
                    self._paint_point(painter, point, taken)
        painter.end()

    def _paint_point(self, painter: QPainter, point: Point, taken: list[QRectF]) -> None:
        at = self.place(point)
        if point.kind == "preset":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(theme.FAINT))
            painter.drawEllipse(at, 2, 2)
            self._paint_name(painter, point.name, at, theme.DIM, taken)
            return
        colour = theme.colour(point.colour or theme.TEXT)
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(colour if point.kind == "take" else Qt.BrushStyle.NoBrush)
        if point.kind in ("take", "neutral"):
            painter.drawEllipse(at, 3, 3)
            if point.id == self._odd:
                painter.setPen(QPen(theme.colour(theme.RED), 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(at, 7, 7)
            return
        painter.setBrush(colour)
        painter.setPen(QPen(theme.colour(theme.TEXT), 1.5))
        side = 6 if point.id == self._current else 4
        painter.save()
        painter.translate(at)
        painter.rotate(45)
        painter.drawRect(QRectF(-side, -side, 2 * side, 2 * side))
        painter.restore()
        self._paint_name(painter, point.name, at, theme.TEXT, taken)

    def _paint_name(
        self, painter: QPainter, name: str, at: QPointF, colour: str, taken: list[QRectF]
    ) -> None:
        """A name beside its point, where no other name stands; none if there is no room."""
        painter.setFont(theme.font(10, bold=colour == theme.TEXT))
        width = painter.fontMetrics().horizontalAdvance(name)
        for x, y in ((8, -7), (-width - 8, -7), (-width / 2, 6), (-width / 2, -20)):
            box = QRectF(at.x() + x, at.y() + y, width, 14)
            inside = QRectF(self.rect()).contains(box)
            if inside and not any(box.intersects(other) for other in taken):
                taken.append(box)
                painter.setPen(theme.colour(colour))
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
                return
