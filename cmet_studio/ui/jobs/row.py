"""One job: title, bar, words, and what can be done with it."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.ui import theme
from cmet_studio.ui.icons import icon, pixmap
from cmet_studio.ui.jobs.words import ENDED, progress, said

_SIGNS = {
    "waiting": ("jobs", theme.DIM),
    "running": ("jobs", theme.ACCENT),
    "paused": ("pause", theme.ACCENT),
    "done": ("ok", theme.GREEN),
    "failed": ("error", theme.RED),
    "cancelled": ("stop", theme.DIM),
}
_STEPS = 1000


class JobRow(QFrame):
    """Shows a job and says what the user wants of it.

    Signals:
        wanted(what): "pause", "resume", "cancel", "up", "down", "reveal" or "dismiss".
    """

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setStyleSheet(f"JobRow {{ border-bottom: 1px solid {theme.LINE}; }}")
        self.job: Mapping[str, Any] = {}
        self._sign = QLabel(self)
        self._title = QLabel(self)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(5)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setFont(theme.font(theme.SMALL_PX))
        self.words.setProperty("dim", True)
        self.buttons = {
            "up": self._button("up", self.tr("Earlier")),
            "down": self._button("down", self.tr("Later")),
            "pause": self._button("pause", self.tr("Pause")),
            "resume": self._button("play", self.tr("Go on")),
            "cancel": self._button("stop", self.tr("Cancel")),
            "reveal": self._button("folder", self.tr("Show the file")),
            "dismiss": self._button("close", self.tr("Remove from the list")),
        }
        self._lay_out()

    def _button(self, sign: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(sign))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self._sign)
        head.addWidget(self._title, 1)
        for what, button in self.buttons.items():
            head.addWidget(button)
            button.clicked.connect(lambda _=False, w=what: self.wanted.emit(w))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 5, 6, 7)
        column.setSpacing(3)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.words)

    def set_job(self, job: Mapping[str, Any], first: bool = True, last: bool = True) -> None:
        """Show a job's state; ``first`` and ``last``: its place among those that wait."""
        self.job = job
        state, kind = str(job.get("state", "")), str(job.get("kind", ""))
        name, colour = _SIGNS.get(state, _SIGNS["waiting"])
        self._sign.setPixmap(pixmap(name, 16, colour, self.devicePixelRatioF()))
        title = str(job.get("title") or kind.capitalize())
        self._title.setText(title)
        self._title.setToolTip(job_path(job) or title)
        done = progress(job)
        if done is None and state == "running":
            self.bar.setRange(0, 0)  # moves without saying how far
        else:
            self.bar.setRange(0, _STEPS)
            self.bar.setValue(round((done or 0.0) * _STEPS))
        self.bar.setVisible(state in ("running", "paused"))
        self.bar.setAccessibleName(title)
        words = said(job)
        self.words.setText(words)
        self.setAccessibleName(f"{title}: {words}")
        local = kind == "local"
        shown = {
            "up": state == "waiting" and not local and not first,
            "down": state == "waiting" and not local and not last,
            "pause": state == "running" and not local,
            "resume": state == "paused",
            "cancel": state in ("waiting", "running", "paused"),
            "reveal": state == "done" and bool(job_path(job)),
            "dismiss": state in ENDED,
        }
        for what, button in self.buttons.items():
            button.setVisible(shown[what])


def job_path(job: Mapping[str, Any]) -> str:
    """The file that an export wrote or is going to; "" if there is none."""
    result = job.get("result")
    return str(result.get("path") or "") if isinstance(result, Mapping) else ""
