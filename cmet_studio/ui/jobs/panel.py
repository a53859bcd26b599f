"""The queue: what runs, what waits, what is done."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QProcess, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_client import EngineClient
from cmet_studio.ui.jobs.pace import Pace
from cmet_studio.ui.jobs.row import JobRow, job_path
from cmet_studio.ui.jobs.tidings import Tidings
from cmet_studio.ui.jobs.words import ENDED
from cmet_studio.ui.notices import Notice

Job = Mapping[str, Any]
_NARROWEST_PX = 240  # a title, two buttons and how long it takes


class JobsPanel(QWidget):
    """One row per job of the engine, in the order of the queue.

    Signals:
        idle: no export waits or is at work; may be said again and again.
    """

    idle = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._jobs: dict[str, Job] = {}
        self._order: list[str] = []
        self._dismissed: set[str] = set()
        self._told_of_left = False
        self.tidings = Tidings(self)
        self.rows: dict[str, JobRow] = {}
        self.reveal = _reveal
        """Shows a file in the system's file browser."""
        self.setMinimumWidth(_NARROWEST_PX)
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

    @property
    def unfinished(self) -> list[Job]:
        """Jobs that wait or are at work."""
        return [self._jobs[n] for n in self._order if self._jobs[n]["state"] not in ENDED]

    @property
    def exports(self) -> list[Job]:
        """What would be missed if it were not finished: anything else is done when needed."""
        return [job for job in self.unfinished if job.get("kind") == "export"]

    @property
    def promised(self) -> frozenset[Path]:
        """Files that are going to be written."""
        paths = [job_path(job) for job in self.unfinished]
        return frozenset(Path(path) for path in paths if path)

    def cancel_all(self) -> None:
        """Stop everything that waits or is at work."""
        for job in self.unfinished:
            self._editor.engine.cancel_job(str(job["id"]))

    def set_jobs(self, jobs: list[dict[str, Any]]) -> None:
        """The whole queue, as the engine has it."""
        gone = set(self._jobs) - {str(job["id"]) for job in jobs}
        for number in gone:
            if self._jobs[number]["state"] not in ENDED:
                self._take(self._lost(number))
        kept = [number for number in self._order if number in gone]
        self._order = kept + [str(job["id"]) for job in jobs]
        for job in jobs:
            self._take(job)
        self._refresh()

    def _lost(self, number: str) -> Job:
        """A job as it is when the engine ended in the middle of it and nobody begins it again."""
        job = self._jobs[number]
        message = self.tr("The engine stopped while it worked on '{0}'.").format(job.get("title"))
        return {**job, "state": "failed", "message": message, "hint": self.tr("Start it again.")}

    def job_changed(self, job: Job) -> None:
        """News of one job."""
        number = str(job["id"])
        if number not in self._jobs:
            self._order.append(number)
        if self._take(job):
            self._refresh()
        elif number in self.rows:
            self._show(number)

    def _take(self, job: Job) -> bool:
        """Keep a job as it is now and say what an editor should know; whether its state is new."""
        number = str(job["id"])
        before = self._jobs.get(number)
        self._jobs[number] = job
        if before is None or before.get("message") != job.get("message"):
            self._tell_of_return(job)
        if before is not None and before["state"] == job["state"]:
            return False
        self._tell_of_end(job)
        return True

    def _tell_of_return(self, job: Job) -> None:
        """A job that has not ended says why it is here again."""
        message = str(job.get("message") or "")
        if job["state"] in ENDED or not message:
            return
        if job["state"] != "paused":
            self._editor.notice.emit(Notice("warning", message))
        elif not self._told_of_left:
            self._told_of_left = True
            text = self.tr("Not everything was done when the studio ended.")
            hint = self.tr("It waits in Jobs: let it go on, or cancel it.")
            self._editor.notice.emit(Notice("warning", text, hint))
            self._editor.want("show.jobs")

    def _tell_of_end(self, job: Job) -> None:
        title = str(job.get("title", ""))
        if job["state"] == "failed":
            message = str(job.get("message") or self.tr("{0} failed.").format(title))
            self._tell(Notice("error", message, str(job.get("hint") or "")))
        elif job["state"] == "done" and job.get("kind") == "export":
            self._tell(Notice("info", self.tr("{0} is written.").format(title)))
            Pace().learn(job.get("result") or {})

    def _tell(self, notice: Notice) -> None:
        self._editor.notice.emit(notice)
        self.tidings.tell(notice.message)

    def _engine_changed(self, state: str, message: str) -> None:
        if state == "failed":
            for job in self.unfinished:
                self._jobs[str(job["id"])] = self._lost(str(job["id"]))
            self._refresh()
        elif state == "restarting":
            for job in self.unfinished:
                self._jobs[str(job["id"])] = {**job, "state": "waiting", "stage": "", "total": 0}
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
        if not self.exports:
            self.idle.emit()

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
            self.reveal(Path(job_path(self._jobs[number])))
        else:
            self._move(number, -1 if what == "up" else 1)

    def _move(self, number: str, by: int) -> None:
        place = self._waiting().index(number) + by

        def move(client: EngineClient) -> list[dict[str, Any]]:
            client.move(number, place)
            return client.jobs()

        self._editor.engine.call(move, self.set_jobs)


def _reveal(path: Path) -> None:
    command = reveal_command(path)
    if not (command and QProcess.startDetached(command[0], command[1:])[0]):
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def reveal_command(path: Path, system: str = sys.platform) -> list[str]:
    """What has the system's file browser select a file; empty where only folders can be opened."""
    return {
        "win32": ["explorer", "/select,", str(path)],
        "darwin": ["open", "-R", str(path)],
    }.get(system, [])
