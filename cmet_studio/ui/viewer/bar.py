"""Transport bar under the picture, and the strip over it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QWidget,
)

from cmet_studio.core.errors import CmetError
from cmet_studio.domain.time import format_position, frames_to_timecode, parse_position
from cmet_studio.ui import theme
from cmet_studio.ui.action_button import buttons
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice

_ROOMY_PX, _NARROW_PX = 520, 440
_ZOOMS = (None, 0.25, 0.5, 1.0, 2.0, 4.0)


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.VLine)
    line.setFixedWidth(1)
    line.setStyleSheet(f"color: {theme.RAISED}; background: {theme.RAISED};")
    return line


class TimecodeField(QLineEdit):
    """Shows the playhead's timecode; type a timecode, f37 or 1.5s and Enter to go there."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self.setFont(theme.font(15, digits=True))
        self.setFixedWidth(124)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(self.tr("Timecode"))
        self.setToolTip(self.tr("Timecode. Type 00:00:01:12, 1.5s or f37 and press Enter"))
        self.setFrame(False)
        self.returnPressed.connect(self._go)
        editor.playhead_moved.connect(self.refresh)
        editor.times_changed.connect(self.refresh)
        editor.opened.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show where the playhead is, unless somebody types."""
        if not self.isModified():
            open_ = self._editor.is_open
            frame, times = self._editor.playhead, self._editor.times
            self.setText(format_position(frame, times) if open_ else "--:--:--:--")
        self.setEnabled(self._editor.is_open)

    def _go(self) -> None:
        try:
            frame = parse_position(self.text(), self._editor.times)
        except CmetError as error:
            self._editor.notice.emit(Notice.of(error))
            self.selectAll()
            return
        self._leave()
        self._editor.seek(frame)

    def _leave(self) -> None:
        self.setModified(False)
        self.refresh()
        self.clearFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # Qt's name
        """Escape gives up what was typed."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the playhead again."""
        self.setModified(False)
        self.refresh()
        super().focusOutEvent(event)


class ZoomBox(QComboBox):
    """Fit, or a fixed scale."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._shown = 1.0
        for zoom in _ZOOMS:
            self.addItem(self.tr("Fit") if zoom is None else f"{zoom:.0%}", zoom)
        self.setAccessibleName(self.tr("Zoom"))
        self.setToolTip(self.tr("Zoom"))
        self.setFixedWidth(84)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.activated.connect(lambda n: editor.view.set(zoom=self.itemData(n)))
        editor.view.changed.connect(self.refresh)

    def show_scale(self, scale: float) -> None:
        """Say what the scale is now, also when it is fitted."""
        self._shown = scale
        self.refresh()

    def refresh(self) -> None:
        """Show the state's zoom."""
        zoom = self._editor.view.view.zoom
        scale = f" {self._shown:.0%}" if self._editor.is_open else ""
        self.setItemText(0, self.tr("Fit") + scale)
        number = self.findData(zoom)
        self.setCurrentIndex(number)
        if number < 0 and zoom is not None:
            self.setPlaceholderText(f"{zoom:.0%}")


class _Name(QLabel):
    """A line that is cut with dots where there is no room for all of it."""

    def minimumSizeHint(self) -> QSize:  # Qt's name
        """Gives way to everything else."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As much of it as fits; the clip's name comes first."""
        painter = QPainter(self)
        painter.setPen(QColor(theme.DIM))
        words = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width() - 6
        )
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


class ViewerStrip(QWidget):
    """Over the picture: what is shown, how it is compared, what lies over it."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.name = _Name()
        self.badge = QLabel()
        self.badge.setAccessibleName(self.tr("Quality of the picture"))
        self.zoom = ZoomBox(editor)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 6, 3)
        row.setSpacing(2)
        row.addWidget(self.name, 1)
        row.addWidget(self.badge)
        row.addSpacing(8)
        for button in buttons(editor, "view.wipe", "view.side", "view.difference", "view.bypass"):
            row.addWidget(button)
        row.addSpacing(4)
        row.addWidget(_line())
        row.addSpacing(4)
        for button in buttons(editor, "performer.pick", "view.faces", "view.mesh", "view.safe"):
            row.addWidget(button)
        row.addSpacing(6)
        row.addWidget(self.zoom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow strip leaves out words before buttons."""
        self.name.setVisible(event.size().width() > _ROOMY_PX)
        self.badge.setVisible(event.size().width() > _NARROW_PX)

    def show_badge(self, text: str, colour: str, tip: str = "") -> None:
        """Say what the picture is: draft, full, source."""
        self.badge.setText(f"<span style='color:{colour}'>●</span> {text}" if text else "")
        self.badge.setToolTip(tip)


class TransportBar(QWidget):
    """Under the picture: timecode, buttons, range and length."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self.timecode = TimecodeField(editor)
        self.speed = QLabel()
        self.speed.setFont(theme.font(theme.SMALL_PX, digits=True))
        self.speed.setMinimumWidth(34)
        self.speed.setAccessibleName(self.tr("Speed"))
        self.length = QLabel()
        self.length.setFont(theme.font(theme.SMALL_PX, digits=True))
        self.length.setProperty("dim", True)
        self.length.setAccessibleName(self.tr("Length"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(2)
        row.addWidget(self.timecode)
        row.addWidget(self.speed)
        row.addStretch(1)
        ids = ("step.start", "step.previous", "play.shuttle_back", "play.toggle", "step.next",
               "step.end", "play.loop")  # fmt: skip
        made: list[QToolButton] = []
        for button in buttons(editor, *ids):
            row.addWidget(button)
            made.append(button)
        self._ends = (made[0], made[-2])
        row.addStretch(1)
        row.addWidget(self.length)
        editor.transport.speed_changed.connect(self._speed_changed)
        for signal in (editor.opened, editor.changed, editor.times_changed):
            signal.connect(self._refresh)
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow bar leaves out what is also seen elsewhere."""
        self.length.setVisible(event.size().width() > _ROOMY_PX)
        for button in self._ends:
            button.setVisible(event.size().width() > _NARROW_PX)

    def _speed_changed(self, speed: int) -> None:
        self.speed.setText(f"{speed:+d}x" if speed not in (0, 1) else "")
        self.speed.setStyleSheet(f"color: {theme.ACCENT}")

    def _refresh(self, *changed: object) -> None:
        if not self._editor.is_open:
            self.length.clear()
            return
        project, times = self._editor.project, self._editor.times
        marked = project.work_range
        first, stop = marked or (0, project.clip.frames)
        label = self.tr("In to out") if marked else self.tr("Length")
        span = frames_to_timecode(stop - first, times.rate, times.drop_frame)
        self.length.setText(f"{label} {span}")
