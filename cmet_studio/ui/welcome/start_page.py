"""Shown in the viewer's place while nothing is open."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.ui import theme
from cmet_studio.ui.action_button import tooltip
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import icon, pixmap
from cmet_studio.ui.welcome import thumbnails

_WIDTH_PX = 440
_MOST = 6


class StartPage(QWidget):
    """Open something: a file, a recent project, the demo.

    Signals:
        chosen(Path): a recent project.
        demo_wanted: make and open the demo project.
    """

    chosen = Signal(object)
    demo_wanted = Signal()

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.open = QPushButton(icon("folder"), self.tr("Open a Clip or Project…"))
        self.open.clicked.connect(lambda: editor.want("open"))
        if "file.open" in editor.actions:
            self.open.setToolTip(tooltip(editor, "file.open"))
        self.demo = QPushButton(icon("star"), self.tr("Try the Demo"))
        self.demo.setToolTip(self.tr("Makes a short talking-face clip with three keys"))
        self.demo.clicked.connect(self.demo_wanted)
        self.busy = QLabel()
        self.busy.setProperty("dim", True)
        self.recent = QListWidget()
        self.recent.setAccessibleName(self.tr("Recent projects"))
        self.recent.setIconSize(thumbnails.SIZE)
        self.recent.setSpacing(2)
        self.recent.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.recent.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.recent.setStyleSheet(f"background: {theme.WINDOW};")
        self.recent.itemActivated.connect(self._choose)
        self.recent.itemClicked.connect(self._choose)
        self._title = QLabel(self.tr("Recent"))
        self._title.setProperty("dim", True)
        self._lay_out()
        editor.preferences.changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        sign = QLabel()
        sign.setPixmap(pixmap("app", 44, theme.ACCENT, self.devicePixelRatioF()))
        name = QLabel("CMET Studio")
        name.setFont(theme.font(22, bold=True))
        says = QLabel(self.tr("Change what a face feels, on footage that is already shot."))
        says.setProperty("dim", True)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(sign)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(name)
        words.addWidget(says)
        head.addLayout(words, 1)
        row = QHBoxLayout()
        for button in (self.open, self.demo):
            button.setMinimumHeight(32)
            row.addWidget(button)
        drop = QLabel(self.tr("or drop a clip anywhere in this window"))
        drop.setProperty("dim", True)
        drop.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inner = QWidget()
        inner.setMinimumWidth(_WIDTH_PX)
        column = QVBoxLayout(inner)
        column.setSpacing(10)
        column.addLayout(head)
        column.addSpacing(8)
        column.addLayout(row)
        column.addWidget(drop)
        column.addWidget(self.busy)
        column.addWidget(self._title)
        column.addWidget(self.recent, 1)
        column.addStretch()
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(inner, 6, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(1)

    def refresh(self, *changed: object) -> None:
        """List the recent projects that are still there."""
        self.recent.clear()
        for place in self._editor.preferences.settings.general.recent[:_MOST]:
            path = Path(place)
            item = QListWidgetItem(thumbnails.of(path), f"{path.stem}\n{path.parent}")
            item.setData(Qt.ItemDataRole.UserRole, place)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                self.tr("{name}, in {folder}").format(name=path.stem, folder=path.parent),
            )
            item.setToolTip(place)
            self.recent.addItem(item)
        some = self.recent.count() > 0
        self._title.setVisible(some)
        self.recent.setVisible(some)
        rows = sum(self.recent.sizeHintForRow(n) for n in range(self.recent.count()))
        self.recent.setMaximumHeight(rows + 4 * self.recent.count() + 6)

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(Path(item.data(Qt.ItemDataRole.UserRole)))

    def show_busy(self, text: str) -> None:
        """Say what is being made; empty when it is done."""
        self.busy.setText(text)
        self.busy.setVisible(bool(text))
        self.demo.setEnabled(not text)
