"""The page of keys: presets, search, conflicts, keys of one's own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.core.errors import CmetError
from cmet_studio.core.settings import PRESETS, Settings, Shortcuts
from cmet_studio.ui import theme
from cmet_studio.ui.action_button import plain, translated
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.parts.rows import RowDelegate
from cmet_studio.ui.settings.shortcuts_file import read_shortcuts, write_sheet, write_shortcuts
from cmet_studio.ui.shortcuts import Keys, bindings, conflicts, normal, preset_keys, shown

_ID = Qt.ItemDataRole.UserRole


class ShortcutsPage(QWidget):
    """All actions with their keys.

    Signals:
        changed: the keys in force are others now.
    """

    changed = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._defaults: Mapping[str, Keys] = {a.id: a.shortcut for a in editor.actions.values()}
        self.preset = QComboBox()
        self.preset.addItems(list(PRESETS))
        self.preset.setAccessibleName(self.tr("Preset"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search by name or key"))
        self.search.setAccessibleName(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.tree = self._make_tree()
        self.edit = QKeySequenceEdit()
        self.edit.setAccessibleName(self.tr("New key"))
        self.edit.setMaximumSequenceLength(1)
        self.clear = QPushButton(self.tr("No Key"))
        self.reset = QPushButton(self.tr("As in the Preset"))
        self.file = self._make_file_button()
        self.warning = QLabel()
        self.warning.setWordWrap(True)
        for button in (self.clear, self.reset):
            button.setAutoDefault(False)
        self._lay_out()
        self.preset.setCurrentText(self._shortcuts.preset)
        self.preset.textActivated.connect(self._use_preset)
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(self._selected)
        self.edit.editingFinished.connect(self._typed)
        self.clear.clicked.connect(lambda: self._put(()))
        self.reset.clicked.connect(self._reset)
        self._fill()

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setHeaderLabels([self.tr("Action"), self.tr("Keys")])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setItemDelegate(RowDelegate(tree))
        tree.setAccessibleName(self.tr("Actions and their keys"))
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setStretchLastSection(False)
        tree.setColumnWidth(1, 190)
        return tree

    def _make_file_button(self) -> QPushButton:
        button = QPushButton(self.tr("File"))
        button.setAutoDefault(False)
        button.setToolTip(self.tr("Take your shortcuts to another computer, or print them"))
        menu = QMenu(button)
        for text, ask in (
            (self.tr("Save As…"), self._ask_save),
            (self.tr("Load…"), self._ask_load),
            (self.tr("Sheet to Print…"), self._ask_sheet),
        ):
            menu.addAction(text).triggered.connect(ask)
        button.setMenu(menu)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(QLabel(self.tr("Preset")))
        top.addWidget(self.preset)
        top.addWidget(self.search, 1)
        top.addWidget(self.file)
        bottom = QHBoxLayout()
        bottom.addWidget(QLabel(self.tr("New key")))
        bottom.addWidget(self.edit, 1)
        bottom.addWidget(self.clear)
        bottom.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.tree, 1)
        column.addWidget(self.warning)
        column.addLayout(bottom)

    @property
    def _shortcuts(self) -> Shortcuts:
        return self._editor.preferences.settings.shortcuts

    @property
    def keys(self) -> dict[str, Keys]:
        """The keys in force."""
        return bindings(self._defaults, self._shortcuts)

    def _fill(self) -> None:
        chosen = self._chosen()
        self.tree.clear()
        keys = self.keys
        clashes = conflicts(keys)
        clashing = {action for actions in clashes.values() for action in actions}
        for action in self._editor.actions.values():
            menu = translated(action.menu)
            item = QTreeWidgetItem([f"{menu}: {plain(translated(action.text))}", ""])
            item.setText(1, shown(keys[action.id]))
            item.setData(0, _ID, action.id)
            if action.id in clashing:
                item.setForeground(1, QColor(theme.RED))
                item.setText(1, f"{item.text(1)}  ⚠")
            elif action.id in self._shortcuts.overrides:
                item.setForeground(1, QColor(theme.ACCENT))
            self.tree.addTopLevelItem(item)
            if action.id == chosen:
                self.tree.setCurrentItem(item)
        self._warn(clashes)
        self._filter(self.search.text())
        self._selected()

    def _warn(self, clashes: Mapping[str, Keys]) -> None:
        lines = []
        for key, actions in clashes.items():
            names = [plain(translated(self._editor.actions[name].text)) for name in actions]
            both = self.tr(" and ").join(names)
            lines.append(self.tr("{0} is the key of {1}.").format(shown([key]), both))
        self.warning.setText(f"<span style='color:{theme.RED}'>⚠</span> {' '.join(lines)}")
        self.warning.setVisible(bool(lines))

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for row in range(self.tree.topLevelItemCount()):
            item = self.tree.topLevelItem(row)
            if item is not None:
                line = f"{item.text(0)} {item.text(1)}".casefold()
                item.setHidden(not all(word in line for word in words))

    def _chosen(self) -> str | None:
        item = self.tree.currentItem()
        chosen: str | None = item.data(0, _ID) if item is not None else None
        return chosen

    def _selected(self, *items: object) -> None:
        chosen = self._chosen()
        for widget in (self.edit, self.clear):
            widget.setEnabled(chosen is not None)
        self.reset.setEnabled(chosen in self._shortcuts.overrides)
        keys = self.keys.get(chosen or "", ())
        self.edit.setKeySequence(QKeySequence(keys[0]) if keys else QKeySequence())

    # Files

    def _ask_save(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save shortcuts"), "shortcuts.json", self.tr("Shortcuts (*.json)")
        )
        if name:
            self.save_to(Path(name))

    def _ask_load(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, self.tr("Load shortcuts"), "", self.tr("Shortcuts (*.json)")
        )
        if name:
            self.load_from(Path(name))

    def _ask_sheet(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Sheet to print"), "shortcuts.html", self.tr("Pages (*.html)")
        )
        if name:
            self.print_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write preset and keys of one's own."""
        self._try(lambda: write_shortcuts(path, self._shortcuts))

    def load_from(self, path: Path) -> None:
        """Use the shortcuts of a file; the present ones are gone."""
        self._try(lambda: self._use(read_shortcuts(path)))

    def print_to(self, path: Path) -> None:
        """Write a page with all keys in force."""
        self._try(lambda: write_sheet(path, self._editor.actions.values(), self.keys))

    def _use(self, shortcuts: Shortcuts) -> None:
        self.preset.setCurrentText(shortcuts.preset)
        self._change(shortcuts)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except CmetError as error:
            self.warning.setText(f"{error.message} {error.hint}")
            self.warning.show()

    # Changing

    def _change(self, shortcuts: Shortcuts) -> None:
        def change(settings: Settings) -> Settings:
            return replace(settings, shortcuts=shortcuts)

        self._editor.preferences.change(change)
        self._fill()
        self.changed.emit()

    def _use_preset(self, name: str) -> None:
        self._change(replace(self._shortcuts, preset=name))

    def _typed(self) -> None:
        key = normal(self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText))
        chosen = self._chosen()
        if key and chosen is not None and (key,) != self.keys[chosen][:1]:
            self._put((key,))

    def _put(self, keys: Keys) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        own = dict(self._shortcuts.overrides)
        if keys == preset_keys(self._defaults, self._shortcuts.preset)[chosen]:
            own.pop(chosen, None)
        else:
            own[chosen] = keys
        self._change(replace(self._shortcuts, overrides=own))

    def _reset(self) -> None:
        own = dict(self._shortcuts.overrides)
        own.pop(self._chosen() or "", None)
        self._change(replace(self._shortcuts, overrides=own))
