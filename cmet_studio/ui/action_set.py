"""The catalogue as Qt's actions: menus and shortcuts, kept up with the editor and the settings."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from cmet_studio.core.settings import Settings
from cmet_studio.ui.action_button import tooltip, translated
from cmet_studio.ui.actions import MENUS, Action
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.shortcuts import Keys, bindings


class ActionSet(QObject):
    """One QAction per action of ``editor.actions``, on a window.

    Signals:
        keys_changed(dict): action id -> key sequences now in force.
    """

    keys_changed = Signal(object)

    def __init__(self, editor: Editor, window: QWidget) -> None:
        super().__init__(window)
        self._editor = editor
        self._actions: dict[str, QAction] = {}
        for action in editor.actions.values():
            self._actions[action.id] = made = self._make(action)
            window.addAction(made)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        for signal in (
            editor.opened,
            editor.changed,
            editor.saved,
            editor.selection_changed,
            editor.playing_changed,
            editor.view.changed,
            editor.transport.loop_changed,
        ):
            signal.connect(self._soon.start)
        editor.preferences.changed.connect(self._settings_changed)
        self.keys: Mapping[str, Keys] = {}
        self.bind()
        self.refresh()

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def _make(self, action: Action) -> QAction:
        made = QAction(translated(action.text), self)
        made.setObjectName(action.id)
        made.setAutoRepeat(action.repeats)
        made.setCheckable(action.checked is not None)
        made.triggered.connect(lambda: self._run(action))
        return made

    def _run(self, action: Action) -> None:
        if action.enabled(self._editor):
            action.run(self._editor)
        self.refresh()

    def _settings_changed(self, before: Settings, after: Settings) -> None:
        if before.shortcuts != after.shortcuts:
            self.bind()

    def bind(self) -> None:
        """Give every action the keys that the settings say."""
        defaults = {action.id: action.shortcut for action in self._editor.actions.values()}
        keys = bindings(defaults, self._editor.preferences.settings.shortcuts)
        if keys == self.keys:
            return
        self.keys = keys
        for action_id, sequences in keys.items():
            self._actions[action_id].setShortcuts([QKeySequence(key) for key in sequences])
            self._actions[action_id].setToolTip(tooltip(self._editor, action_id))
        self.keys_changed.emit(keys)

    def refresh(self) -> None:
        """Look again what can be done and what is on."""
        for action in self._editor.actions.values():
            made = self._actions[action.id]
            made.setEnabled(action.enabled(self._editor))
            if action.checked is not None:
                made.setChecked(action.checked(self._editor))
        document = self._editor.document
        for action_id, label in (
            ("edit.undo", document.history.undo_label if document else None),
            ("edit.redo", document.history.redo_label if document else None),
        ):
            if action_id in self._actions:
                text = translated(self._editor.actions[action_id].text)
                self._actions[action_id].setText(f"{text} {label}" if label else text)

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Build the menus; returns them by their English name."""
        menus: dict[str, QMenu] = {}
        for name in MENUS:
            actions = [a for a in self._editor.actions.values() if a.menu == name]
            menu = menus[name] = bar.addMenu(self.tr(name))
            group = actions[0].group if actions else ""
            for action in actions:
                if action.group != group:
                    menu.addSeparator()
                    group = action.group
                menu.addAction(self._actions[action.id])
        return menus
