"""The queue: what runs, what waits, what is done."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_client import EngineClient
from cmet_studio.ui.jobs.pace import Pace
from cmet_studio.ui.jobs.row import JobRow, reveal_path
from cmet_studio.ui.jobs.words import ENDED
from cmet_studio.ui.notices import Notice

Job = Mapping[str, Any]


class JobsPanel(QWidget):
    """One row per job of the engine, in the order of the queue."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._jobs: dict[str, Job] = {}
        self._order: list[str] = []
        self._dismissed: set[str] = set()
        self.rows: dict[str, JobRow] = {}
        self.reveal = _reveal
        """Shows a file in the system's file browser."""
        self._empty = QLabel(self.tr("Nothing is being made. Exports appear here."), self)
        self._empty.setProperty("dim", True)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(12, 24, 12, 12)
        inside = QWidget(self)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(inside)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside.setObjectName("queue")
        inside.setStyleSheet(f"#queue {{ background: {theme.PANEL}; }}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        editor.engine.job_changed.connect(self.job_changed)
        editor.engine.state_changed.connect(self._engine_changed)
        self._refresh()

    def set_jobs(self, jobs: list[dict[str, Any]]) -> None:
        """The whole queue, as the engine has it."""
        gone = set(self._jobs) - {str(job["id"]) for job in jobs}
        for number in gone:
            if self._jobs[number]["state"] not in ENDED:
                self._lost(number)
        kept = [number for number in self._order if number in gone]
        self._order = kept + [str(job["id"]) for job in jobs]
        self._jobs |= {str(job["id"]): job for job in jobs}
        self._refresh()

    def _lost(self, number: str) -> None:
        """The engine ended in the middle of a job."""
        self._jobs[number] = {
            **self._jobs[number], "state": "failed",
            "message": self.tr("The engine stopped."), "hint": self.tr("Start it again."),
        }  # fmt: skip

    def job_changed(self, job: Job) -> None:
        """News of one job."""
        number = str(job["id"])
        before = self._jobs.get(number)
        self._jobs[number] = job
        if before is None:
            self._order.append(number)
        if before is None or before["state"] != job["state"]:
            self._ended(job)
            self._refresh()
        elif number in self.rows:
            self._show(number)

    def _ended(self, job: Job) -> None:
        title = str(job.get("title", ""))
        if job["state"] == "failed":
            message = str(job.get("message") or self.tr("{0} failed.").format(title))
            self._editor.notice.emit(Notice("error", message, str(job.get("hint") or "")))
        elif job["state"] == "done" and job.get("kind") == "export":
            self._editor.notice.emit(Notice("info", self.tr("{0} is written.").format(title)))
            if self._editor.document is not None:
                clip = self._editor.project.clip
                Pace().learn(job.get("result") or {}, clip.width * clip.height / 1e6)

    def _engine_changed(self, state: str, message: str) -> None:
        if state in ("restarting", "failed"):
            for number, job in list(self._jobs.items()):
                if job["state"] not in ENDED:
                    self._lost(number)
            self._refresh()
        elif state == "ready":
            self._ask()

    def _ask(self) -> None:
        self._editor.engine.call(lambda client: client.jobs(), self.set_jobs, lambda error: None)

    def _refresh(self) -> None:
        shown = [number for number in self._order if number not in self._dismissed]
        for number in [n for n in self.rows if n not in shown]:
            row = self.rows.pop(number)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, number in enumerate(shown):
            row = self.rows.get(number) or self._new_row(number)
            if self._column.indexOf(row) != place:
                self._column.removeWidget(row)
                self._column.insertWidget(place, row)
            self._show(number)
        self._empty.setVisible(not shown)

    def _new_row(self, number: str) -> JobRow:
        row = JobRow(self)
        row.wanted.connect(lambda what: self._wanted(number, what))
        self.rows[number] = row
        return row

    def _waiting(self) -> list[str]:
        return [n for n in self._order if self._jobs[n]["state"] == "waiting"]

    def _show(self, number: str) -> None:
        waiting = self._waiting()
        first, last = waiting[:1] == [number], waiting[-1:] == [number]
        self.rows[number].set_job(self._jobs[number], first, last)

    def _wanted(self, number: str, what: str) -> None:
        engine = self._editor.engine
        if what == "pause":
            engine.pause_job(number)
        elif what == "resume":
            engine.resume_job(number)
        elif what == "cancel":
            engine.cancel_job(number)
        elif what == "dismiss":
            self._dismissed.add(number)
            self._refresh()
        elif what == "reveal":
            self.reveal(Path(reveal_path(self._jobs[number])))
        else:
            self._move(number, -1 if what == "up" else 1)

    def _move(self, number: str, by: int) -> None:
        place = self._waiting().index(number) + by

        def move(client: EngineClient) -> list[dict[str, Any]]:
            client.move(number, place)
            return client.jobs()

        self._editor.engine.call(move, self.set_jobs)


def _reveal(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))
