"""Tool buttons that do what the catalogue says, with the keys in force in their tooltips."""

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QToolButton, QWidget

from cmet_studio.core.settings import Settings
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import icon
from cmet_studio.ui.shortcuts import bindings, shown


def plain(text: str) -> str:
    """A menu's text without its access key and dots."""
    return text.replace("&", "").rstrip("…")


def translated(text: str) -> str:
    """The text of an action in the user's language."""
    return QCoreApplication.translate("Action", text)


def keys_of(editor: Editor, action_id: str) -> tuple[str, ...]:
    """The keys in force of an action; none if the catalogue lacks it (in a test)."""
    defaults = {name: known.shortcut for name, known in editor.actions.items()}
    return bindings(defaults, editor.preferences.settings.shortcuts).get(action_id, ())


def tooltip(editor: Editor, action_id: str) -> str:
    """What an action does, and its keys."""
    keys = shown(keys_of(editor, action_id))
    text = plain(translated(editor.actions[action_id].text))
    return f"{text} ({keys})" if keys else text


class ActionButton(QToolButton):
    """A button for one action; it keeps up with whether that can be done and is on.

    Args:
        editor: acted on. Its catalogue may lack the action (in a test): then nothing is shown.
        action_id: which.
    """

    def __init__(self, editor: Editor, action_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._id = action_id
        self._action = editor.actions.get(action_id)
        self.setAutoRaise(True)
        self.setIconSize(QSize(theme.ICON_PX, theme.ICON_PX))
        if self._action is None:
            self.hide()
            return
        if self._action.icon:
            self.setIcon(icon(self._action.icon))
        self.setCheckable(self._action.checked is not None)
        self.setAutoRepeat(self._action.repeats)
        self.clicked.connect(self._run)
        self._describe()
        editor.preferences.changed.connect(self._settings_changed)
        for signal in (
            editor.opened,
            editor.changed,
            editor.playing_changed,
            editor.selection_changed,
            editor.view.changed,
            editor.transport.loop_changed,
        ):
            signal.connect(self.refresh)
        self.refresh()

    def _settings_changed(self, before: Settings, after: Settings) -> None:
        if before.shortcuts != after.shortcuts:
            self._describe()

    def _describe(self) -> None:
        self.setToolTip(tooltip(self._editor, self._id))
        if self._action is not None:
            self.setAccessibleName(plain(translated(self._action.text)))

    def _run(self) -> None:
        if self._action is not None:
            self._action.run(self._editor)
            self.refresh()

    def refresh(self) -> None:
        """Look again whether the action can be done and is on."""
        if self._action is None:
            return
        self.setEnabled(self._action.enabled(self._editor))
        if self._action.checked is not None:
            self.setChecked(self._action.checked(self._editor))


def buttons(editor: Editor, *ids: str) -> list[QToolButton]:
    """Several of them."""
    return [ActionButton(editor, action_id) for action_id in ids]
