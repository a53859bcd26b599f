"""The settings dialog."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import icon
from cmet_studio.ui.settings.pages import AudioPage, EnginePage, GeneralPage
from cmet_studio.ui.settings.shortcuts_page import ShortcutsPage


class SettingsDialog(QDialog):
    """Pages by name on the left. Changes hold at once; there is nothing to confirm."""

    def __init__(self, editor: Editor, parent: QWidget | None = None, page: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Settings"))
        self.resize(760, 560)
        self.audio = AudioPage(editor)
        self.pages: dict[str, QWidget] = {
            "general": GeneralPage(editor),
            "audio": self.audio,
            "engine": EnginePage(editor),
            "shortcuts": ShortcutsPage(editor),
        }
        titles = {
            "general": (self.tr("General"), "settings"),
            "audio": (self.tr("Audio"), "speaker"),
            "engine": (self.tr("Engine and cache"), "memory"),
            "shortcuts": (self.tr("Shortcuts"), "keyboard"),
        }
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Pages"))
        self.list.setIconSize(QSize(18, 18))
        self.list.setSpacing(2)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.stack = QStackedWidget()
        for name, widget in self.pages.items():
            title, sign = titles[name]
            self.list.addItem(QListWidgetItem(icon(sign), title))
            self.stack.addWidget(widget)
        self.list.setFixedWidth(max(170, self.list.sizeHintForColumn(0) + 16))
        self.list.currentRowChanged.connect(self.stack.setCurrentIndex)
        self.list.setCurrentRow(list(self.pages).index(page) if page in self.pages else 0)
        done = QDialogButtonBox()
        close = done.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setAutoDefault(False)
        done.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.addLayout(row, 1)
        column.addWidget(done)

    def done(self, result: int) -> None:
        """Let go of the devices."""
        self.audio.stop()
        super().done(result)
