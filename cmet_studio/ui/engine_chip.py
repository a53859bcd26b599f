"""The engine's state in the status bar: a dot, a word, and what to do about it in the tooltip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import pixmap


class EngineChip(QWidget):
    """Shows what the engine process does."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._sign = QLabel()
        self._sign.setFixedSize(QSize(16, 16))
        self._text = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 8, 0)
        row.setSpacing(5)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text)
        self.setAccessibleName(self.tr("Engine"))
        editor.engine.state_changed.connect(self.show_state)
        editor.engine.measured.connect(self.show_progress)
        editor.preferences.changed.connect(
            lambda *_: self.show_state(editor.engine.state, editor.engine.message)
        )
        self.show_state(editor.engine.state, editor.engine.message)

    def show_progress(self, stage: str, done: int, total: int) -> None:
        """Say how far the faces are measured, while that is what the engine does."""
        if self._editor.engine.state == "analysing" and total:
            self.show_state("analysing", self.tr("{0}, {1:.0%}").format(stage, done / total))

    def show_state(self, state: str, message: str) -> None:
        """Say it: shape, colour and word differ."""
        words = {
            "starting": (self.tr("starting"), "history", theme.DIM),
            "loading": (self.tr("loading"), "history", theme.DIM),
            "empty": (self.tr("ready"), "ok", theme.GREEN),
            "ready": (self.tr("ready"), "ok", theme.GREEN),
            "analysing": (self.tr("tracking faces"), "face", theme.ACCENT),
            "restarting": (self.tr("starting again"), "warning", theme.ACCENT),
            "failed": (self.tr("not working"), "error", theme.RED),
            "stopped": (self.tr("stopped"), "stop", theme.DIM),
        }
        word, name, colour = words.get(state, (state, "info", theme.DIM))
        chosen = self._editor.preferences.settings.engine.face_model
        model = chosen.capitalize().replace("Edtalk", "EDTalk")
        self._sign.setPixmap(pixmap(name, 16, colour, self.devicePixelRatioF()))
        if state == "analysing" and message:
            word = message
        self._text.setText(self.tr("{0}: {1}").format(model, word))
        tip = self.tr("The engine renders frames in a process of its own.")
        self.setToolTip(f"{tip}\n{message}" if message else tip)
        self.setAccessibleDescription(f"{word} {message}".strip())
