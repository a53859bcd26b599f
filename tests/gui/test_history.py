"""History, notices, and work in the background."""

import errno
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cmet_studio.core.errors import BadInput
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain import edits
from cmet_studio.domain.project import Key
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.history.panel import HistoryPanel
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.notices.bar import MOST, NoticeBar
from cmet_studio.ui.parts.work import Job, Work


@pytest.fixture
def panel(qtbot: QtBot, editor: Editor) -> HistoryPanel:
    panel = HistoryPanel(editor)
    qtbot.addWidget(panel)
    panel.show()
    return panel


def steps(panel: HistoryPanel) -> list[str]:
    return [panel.list.item(n).text() for n in range(panel.list.count())]


def add(editor: Editor, frame: int) -> None:
    editor.do(f"Add key {frame}", lambda p: edits.add_key(p, "p1", Key(frame)))


def test_a_click_goes_to_a_step(qtbot: QtBot, editor: Editor, panel: HistoryPanel) -> None:
    for frame in (20, 21, 22):
        add(editor, frame)
    assert steps(panel) == ["Open", "Add key 20", "Add key 21", "Add key 22"]
    assert panel.list.currentRow() == 3
    at = panel.list.visualItemRect(panel.list.item(1)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert [k.frame for k in editor.project.performers[0].keys] == [5, 15, 20, 30]
    assert steps(panel) == ["Open", "Add key 20", "Add key 21", "Add key 22"]
    assert panel.list.currentRow() == 1
    assert panel.list.item(2).font().italic()
    assert not panel.list.item(1).font().italic()
    editor.redo()
    assert not panel.list.item(2).font().italic()
    add(editor, 40)
    assert steps(panel) == ["Open", "Add key 20", "Add key 21", "Add key 40"]


def test_a_drag_is_one_step_and_saving_keeps_all(editor: Editor, panel: HistoryPanel) -> None:
    gesture = editor.begin()
    for to in (6, 7, 8):
        editor.do("Move key", lambda _, to=to: edits.move_key(gesture.start, "p1", 5, to),
                  gesture=gesture)  # fmt: skip
    assert editor.save()
    assert steps(panel) == ["Open", "Move key"]
    panel._go(0)
    assert editor.project.performers[0].keys[0].frame == 5


def test_another_document_has_its_own_history(editor: Editor, panel: HistoryPanel) -> None:
    add(editor, 20)
    editor.open_document(None, Path())
    assert steps(panel) == []


def test_notices_stay_until_dismissed(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    assert not bar.isVisible()
    bar.show_notice(Notice("error", "The disk is full.", "Free some space.", "errno 28"))
    assert bar.isVisible()
    row = bar.rows[0]
    assert "Free some space." in row.accessibleName()
    assert not row._details.isVisible()
    qtbot.mouseClick(row.more, Qt.MouseButton.LeftButton)
    assert row._details.isVisible()
    bar.show_notice(Notice("error", "The disk is full.", "Free some space.", "errno 28"))
    assert len(bar.rows) == 1
    assert "(2 times)" in row._text.text()
    qtbot.mouseClick(row.close_button, Qt.MouseButton.LeftButton)
    assert bar.rows == []
    assert not bar.isVisible()


def test_only_the_newest_notices_are_shown(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    for n in range(MOST + 2):
        bar.show_notice(Notice("warning", f"Thing {n}."))
    assert [row.notice.message for row in bar.rows] == [f"Thing {n}." for n in range(2, MOST + 2)]


def test_only_errors_wait_to_be_dismissed(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cmet_studio.ui.notices.bar.STAYS_MS", {"info": 1, "warning": 1})
    bar = NoticeBar()
    qtbot.addWidget(bar)
    for level in ("info", "warning", "error"):
        bar.show_notice(Notice(level, f"A thing of {level}."))
    qtbot.waitUntil(lambda: len(bar.rows) == 1)
    assert bar.rows[0].notice.level == "error"


def test_a_journal_that_cannot_be_written_is_said_once(
    editor: Editor, notices: list[Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: object, line: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("cmet_studio.project_io.journal._write", full)
        add(editor, 20)
        add(editor, 21)
    add(editor, 22)
    assert [n.level for n in notices] == ["error", "info"]
    assert "no room" in notices[0].message


def test_work_answers_on_the_gui_thread_in_order(qtbot: QtBot) -> None:
    work, seen, jobs = Work(), [], []
    work.changed.connect(lambda job: jobs.append((job["title"], job["state"])))

    def fails(token: CancelToken, report: Report) -> None:
        raise BadInput("No.", "Try.")

    here = threading.get_ident()
    work.start("a", lambda t, r: threading.get_ident(), lambda x: seen.append(x != here))
    work.start("b", fails, seen.append, lambda e: seen.append(e.message))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == [True, "No."]
    qtbot.waitUntil(lambda: ("b", "failed") in jobs)
    assert ("a", "done") in jobs


def test_work_can_be_stopped(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    work, seen = Work(), []
    jobs: list[Job] = []
    work.changed.connect(jobs.append)

    def long(token: CancelToken, report: Report) -> None:
        while True:
            token.check()

    first = work.start("long", long, seen.append)
    second = work.start("never", lambda t, r: 1, seen.append)
    qtbot.waitUntil(lambda: any(job["state"] == "running" for job in jobs))
    work.cancel(second)
    work.cancel(first)
    qtbot.waitUntil(lambda: [j["state"] for j in jobs].count("cancelled") == 2)
    work.start("long", long, seen.append)
    assert work.stop()
    work.start("mistake", lambda t, r: 1 // 0, seen.append, lambda e: seen.append("failed"))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["failed"]
    assert "background" in caplog.text
