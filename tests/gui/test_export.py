"""The Export dialog and the queue."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cmet_studio.core.errors import BadInput, CmetError
from cmet_studio.domain import edits
from cmet_studio.service.wire import ExportWish
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.export.dialog import ExportDialog
from cmet_studio.ui.export.wish import amount, edited_frames
from cmet_studio.ui.jobs.leaving import Leaving
from cmet_studio.ui.jobs.pace import Pace, Size, guess_s
from cmet_studio.ui.jobs.panel import JobsPanel, reveal_command
from cmet_studio.ui.jobs.words import said, span
from cmet_studio.ui.notices import Notice


class Client:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.queue: list[dict[str, Any]] = []
        self.refuses: CmetError | None = None

    def start_job(self, kind: str, **wish: Any) -> str:
        if self.refuses is not None:
            raise self.refuses
        self.asked.append(("start", kind, wish))
        return "j1"

    def cancel(self, number: str) -> None:
        self.asked.append(("cancel", number))

    def jobs(self) -> list[dict[str, Any]]:
        return self.queue

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self.asked.append((name, *given))


@pytest.fixture
def client(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> Client:
    client = Client()

    def call(function: Any, on_done: Any = None, on_error: Any = None) -> None:
        try:
            answer = function(client)
        except CmetError as error:
            on_error(error)
        else:
            if on_done is not None:
                on_done(answer)

    monkeypatch.setattr(editor.engine, "call", call)
    return client


@pytest.fixture
def dialog(qtbot: QtBot, editor: Editor, client: Client) -> ExportDialog:
    editor.do("Range", lambda p: edits.set_work_range(p, (10, 20)))
    dialog = ExportDialog(editor)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def job(number: str = "j1", state: str = "running", **more: Any) -> dict[str, Any]:
    return {
        "id": number, "kind": "export", "title": f"{number}.mp4", "state": state, "stage": "",
        "done": 0, "total": 0, "seconds": 0.0, "seconds_left": None, "result": {}, "message": "",
        "hint": "", **more,
    }  # fmt: skip


def test_it_says_what_will_be_done(dialog: ExportDialog) -> None:
    words = dialog.summary.text()
    assert "10 frames (0.4 s), 00:00:00:10 to 00:00:00:19" in words
    assert "160 x 96, 25 frames/s" in words
    assert "copied without loss" in words
    assert "Roughly" in words
    dialog.range.setCurrentIndex(0)
    assert "48 frames" in dialog.summary.text()


def test_the_codec_decides_the_ending_and_what_can_be_set(dialog: ExportDialog) -> None:
    dialog.codec.setCurrentIndex(1)
    assert dialog.path.text().endswith("clip edited.mkv")
    assert not dialog.quality.isEnabled()
    assert "lossless" in dialog.summary.text()
    dialog.path.setText(dialog.path.text().replace(".mkv", ".mp4"))
    assert not dialog.export.isEnabled()
    assert ".mkv" in dialog.warning.text()


def test_bad_places_are_refused_in_words(dialog: ExportDialog, editor: Editor) -> None:
    for text, word in (
        ("", "Choose"),
        ("/nowhere/at/all.mp4", "no folder"),
        (str(editor.clip_path), "never changed"),
    ):
        dialog.path.setText(text)
        assert not dialog.export.isEnabled()
        assert word in dialog.warning.text()


def test_a_place_that_is_read_only_or_taken_by_the_queue_is_refused(
    qtbot: QtBot, dialog: ExportDialog, editor: Editor, tmp_path: Path, jobs: JobsPanel
) -> None:
    first = Path(dialog.path.text())
    jobs.job_changed(job(result={"path": str(first)}))
    again = ExportDialog(editor, None, jobs.promised)
    qtbot.addWidget(again)
    assert Path(again.path.text()).name == "clip edited 2.mp4"
    again.path.setText(str(first))
    assert "already going to be written" in again.warning.text()
    assert not again.export.isEnabled()
    folder = tmp_path / "shared.mp4"
    folder.mkdir(mode=0o500)
    again.path.setText(str(folder))
    assert "is no file" in again.warning.text()
    if os.geteuid() != 0:
        again.path.setText(str(folder / "a.mp4"))
        assert "read-only" in again.warning.text()


def test_room_is_said_and_a_want_of_it_warned_of(
    dialog: ExportDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "are free there" in dialog.summary.text()
    usage = shutil.disk_usage("/")._replace(free=20)
    monkeypatch.setattr("shutil.disk_usage", lambda place: usage)
    dialog.quality.setValue(17)
    assert "1 KB are free there" in dialog.summary.text()
    assert "not be enough room" in dialog.warning.text()
    assert dialog.export.isEnabled()  # it is a guess
    assert [amount(n) for n in (640_000, 1.24e7, 3.4e9)] == ["640 KB", "12 MB", "3.4 GB"]


def test_the_place_is_remembered(
    qtbot: QtBot, dialog: ExportDialog, editor: Editor, client: Client, tmp_path: Path
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    dialog.path.setText(str(folder / "one.mp4"))
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    again = ExportDialog(editor)
    qtbot.addWidget(again)
    assert Path(again.path.text()) == folder / "clip edited.mp4"
    folder.rmdir()
    beside = ExportDialog(editor)
    qtbot.addWidget(beside)
    assert Path(beside.path.text()).parent == editor.document.path.resolve().parent


def test_a_file_that_is_there_is_replaced_knowingly(
    dialog: ExportDialog, client: Client, qtbot: QtBot
) -> None:
    Path(dialog.path.text()).write_bytes(b"old")
    dialog._show()
    assert dialog.export.text() == "Replace"
    assert "is replaced" in dialog.warning.text()
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    assert client.asked[-1][2]["overwrite"] is True


def test_export_sends_a_wish_the_engine_knows(
    qtbot: QtBot, dialog: ExportDialog, editor: Editor, client: Client
) -> None:
    dialog.quality.setValue(20)
    dialog.preset.setCurrentText("fast")
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    (started,) = client.asked  # the link has sent the revision before
    wish = ExportWish(**started[2])
    assert (wish.start, wish.stop, wish.crf, wish.preset) == (10, 20, 20, "fast")
    assert editor.project.export == {
        "engine": "mesh", "codec": "h264", "crf": 20, "preset": "fast"
    }  # fmt: skip
    again = ExportDialog(editor)
    qtbot.addWidget(again)
    assert again.quality.value() == 20
    assert again.preset.currentText() == "fast"


def test_new_dialogue_needs_an_engine_that_can_speak(
    qtbot: QtBot,
    dialog: ExportDialog,
    editor: Editor,
    client: Client,
    spoken: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    editor.seek(12)
    dialog.set_dialogue(spoken[0])
    assert not dialog.export.isEnabled()
    assert "not installed" in dialog.warning.text()
    monkeypatch.setattr("cmet_studio.ui.export.wish.is_installed", lambda name: True)
    dialog.engine.setCurrentIndex(0)
    assert "choose EDTalk" in dialog.warning.text()
    dialog.set_dialogue(spoken[0])
    assert dialog.engine.currentData() == "edtalk"
    assert "anna_1.wav from 00:00:00:12, spoken by A" in dialog.summary.text()
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    wish = ExportWish(**client.asked[-1][2])
    assert (wish.dialogue, wish.dialogue_at, wish.speaker) == (str(spoken[0]), 12, "A")
    dialog.set_dialogue(None)
    assert "clip's own" in dialog.summary.text()


def test_a_restorer_only_where_faces_are_drawn(
    qtbot: QtBot, dialog: ExportDialog, client: Client
) -> None:
    assert not dialog.restorer.isVisible()
    dialog.restorer.setCurrentIndex(1)
    assert "restorer" not in dialog.wish().data(overwrite=False)
    dialog.engine.setCurrentIndex(dialog.engine.findData("edtalk"))
    assert dialog.restorer.isVisible()
    assert ExportWish(**dialog.wish().data(overwrite=False)).restorer == "sharpen"


def test_a_refusal_is_a_notice(
    qtbot: QtBot, dialog: ExportDialog, client: Client, notices: list[Notice]
) -> None:
    client.refuses = BadInput("The place is taken.", "Choose another.")
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    assert notices[-1].message == "The place is taken."


def test_edited_frames_leave_rest_out(editor: Editor) -> None:
    # Rest at 5, then two emotions until the end.
    assert edited_frames(editor.project, 0, 48) == 48 - 6
    assert edited_frames(editor.project, 0, 5) == 0


def test_pace_learns(tmp_path: Path) -> None:
    pace = Pace(tmp_path / "pace.json")
    size = Size(100, 100, 1.0)
    assert pace.seconds("mesh", "h264", size) == guess_s("mesh", size)
    result = {"engine": "mesh", "codec": "h264", "frames": 100, "frames_edited": 100,
              "fps_render": 10.0, "megapixels": 1.0, "crf": 18, "bytes": 3e6}  # fmt: skip
    pace.learn(result)
    assert pace.seconds("mesh", "h264", size) == pytest.approx(10.0)
    assert pace.measured("mesh", "h264")
    assert pace.bytes("h264", 18, size) == pytest.approx(3e6)
    assert pace.bytes("h264", 24, size) == pytest.approx(1.5e6)
    pace.learn({"frames": "x"})
    (tmp_path / "pace.json").write_text("[]")
    assert pace.seconds("mesh", "h264", size) == guess_s("mesh", size)


# Jobs


@pytest.fixture
def jobs(qtbot: QtBot, editor: Editor, client: Client) -> JobsPanel:
    panel = JobsPanel(editor)
    qtbot.addWidget(panel)
    panel.resize(320, 400)
    panel.show()
    return panel


def shown(panel: JobsPanel, number: str) -> set[str]:
    return {w for w, button in panel.rows[number].buttons.items() if not button.isHidden()}


def test_words() -> None:
    assert span(200) == "3 min 20 s"
    assert span(7500) == "2 h 5 min"
    running = job(stage="rendering", done=30, total=120, seconds=3.0, seconds_left=9.0)
    assert said(running) == "Rendering · 30 of 120 · 9 s left · 10.0 frames/s"
    assert said(job(state="failed", message="Full.", hint="Free some.")) == "Full. Free some."


def test_a_job_through_its_life(
    qtbot: QtBot, jobs: JobsPanel, client: Client, notices: list[Notice], editor: Editor
) -> None:
    assert jobs._empty.isVisible()
    jobs.job_changed(job(state="waiting"))
    assert jobs._empty.isHidden()
    assert shown(jobs, "j1") == {"cancel"}
    jobs.job_changed(job(stage="rendering", done=1, total=4))
    assert shown(jobs, "j1") == {"pause", "cancel"}
    assert jobs.rows["j1"].bar.value() == 250
    qtbot.mouseClick(jobs.rows["j1"].buttons["pause"], Qt.MouseButton.LeftButton)
    qtbot.wait(20)
    jobs.job_changed(job(state="paused", done=1, total=4))
    assert shown(jobs, "j1") == {"resume", "cancel"}
    result = {"path": "/films/j1.mp4", "engine": "mesh", "codec": "h264", "frames": 4,
              "frames_edited": 4, "fps_render": 2.0, "megapixels": 0.1, "crf": 18,
              "bytes": 9000}  # fmt: skip
    jobs.job_changed(job(state="done", result=result, seconds=2.0))
    assert shown(jobs, "j1") == {"reveal", "dismiss"}
    assert notices[-1].message == "j1.mp4 is written."
    assert Pace().measured("mesh", "h264")
    revealed = []
    jobs.reveal = revealed.append
    qtbot.mouseClick(jobs.rows["j1"].buttons["reveal"], Qt.MouseButton.LeftButton)
    assert revealed == [Path("/films/j1.mp4")]
    qtbot.mouseClick(jobs.rows["j1"].buttons["dismiss"], Qt.MouseButton.LeftButton)
    assert jobs.rows == {}
    assert jobs._empty.isVisible()


def test_a_file_is_selected_where_the_system_can() -> None:
    film = Path("/films/a b.mp4")
    assert reveal_command(film, "darwin") == ["open", "-R", str(film)]
    assert reveal_command(film, "win32")[-1] == str(film)
    assert reveal_command(film, "linux") == []


def test_waiting_jobs_are_reordered(qtbot: QtBot, jobs: JobsPanel, client: Client) -> None:
    queue = [job("j1"), job("j2", "waiting"), job("j3", "waiting")]
    jobs.set_jobs(queue)
    assert shown(jobs, "j2") == {"down", "cancel"}
    assert shown(jobs, "j3") == {"up", "cancel"}
    client.queue = [queue[0], queue[2], queue[1]]
    qtbot.mouseClick(jobs.rows["j3"].buttons["up"], Qt.MouseButton.LeftButton)
    assert ("move", "j3", 0) in client.asked
    places = [jobs._column.indexOf(jobs.rows[n]) for n in ("j1", "j3", "j2")]
    assert places == [0, 1, 2]


def test_the_engine_dies_during_an_export(
    jobs: JobsPanel, editor: Editor, client: Client, notices: list[Notice]
) -> None:
    jobs.job_changed(job(stage="rendering", done=1, total=4))
    jobs.job_changed(job("j2", "waiting"))
    editor.engine.state_changed.emit("restarting", "The engine stopped.")
    assert jobs.rows["j1"].words.text() == "Waiting"
    assert len(jobs.unfinished) == 2
    client.queue = [job(message="It begins again.")]
    editor.engine.state_changed.emit("ready", "")
    # The other one is not known any more.
    assert [notice.level for notice in notices] == ["error", "warning"]
    assert notices[-1].message == "It begins again."
    words = "The engine stopped while it worked on 'j2.mp4'. Start it again."
    assert jobs.rows["j2"].words.text() == words
    jobs.job_changed(job(message="It begins again.", stage="rendering", done=2, total=4))
    assert len(notices) == 2
    editor.engine.state_changed.emit("failed", "It does not stay up.")
    assert shown(jobs, "j1") == {"dismiss"}
    assert jobs.unfinished == []
    jobs.job_changed(job("j3", "failed", message="The disk is full."))
    assert notices[-1].message == "The disk is full."


def test_what_was_left_when_the_studio_ended_is_offered(
    qtbot: QtBot, jobs: JobsPanel, client: Client, notices: list[Notice], editor: Editor
) -> None:
    wanted: list[str] = []
    editor.wanted.connect(wanted.append)
    why = "It was not done when the studio ended."
    for number in ("j1", "j2"):
        jobs.job_changed(job(number, "paused", message=why))
    assert [notice.level for notice in notices] == ["warning"]
    assert wanted == ["show.jobs"]
    assert jobs.rows["j1"].words.text() == f"Held. {why}"
    assert shown(jobs, "j1") == {"resume", "cancel"}
    qtbot.mouseClick(jobs.rows["j1"].buttons["resume"], Qt.MouseButton.LeftButton)
    assert ("resume", "j1") in client.asked


# Closing while something is being made


class Closing(QWidget):
    """A window that asks before it closes, as the real one does."""

    def __init__(self, editor: Editor, jobs: JobsPanel) -> None:
        super().__init__()
        self.leaving = Leaving(editor, jobs, self)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self.leaving.may_close())


@pytest.fixture
def closing(qtbot: QtBot, editor: Editor, jobs: JobsPanel) -> Closing:
    window = Closing(editor, jobs)
    qtbot.addWidget(window)
    window.show()
    return window


def press(qtbot: QtBot, window: Closing, text: str) -> None:
    assert window.leaving.box is not None
    (button,) = [b for b in window.leaving.box.buttons() if b.text() == text]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nothing_is_asked_when_nothing_is_made(closing: Closing, jobs: JobsPanel) -> None:
    jobs.job_changed(job(state="done"))
    jobs.job_changed(job("j2", kind="analyse"))  # faces are measured again when they are needed
    assert closing.close()


def test_the_window_closes_when_all_is_done(
    qtbot: QtBot, closing: Closing, jobs: JobsPanel
) -> None:
    jobs.job_changed(job())
    jobs.job_changed(job("j2", "waiting"))
    assert not closing.close()
    assert closing.leaving.box is not None
    assert closing.leaving.box.text() == "2 exports are not done."
    press(qtbot, closing, "Close When Done")
    jobs.job_changed(job(state="done"))
    qtbot.wait(20)
    assert closing.isVisible()
    jobs.job_changed(job("j2", "failed"))
    qtbot.waitUntil(lambda: not closing.isVisible())


def test_who_waited_may_stay(qtbot: QtBot, closing: Closing, jobs: JobsPanel) -> None:
    jobs.job_changed(job())
    closing.close()
    press(qtbot, closing, "Close When Done")
    closing.close()
    press(qtbot, closing, "Stay")
    jobs.job_changed(job(state="done"))
    qtbot.wait(20)
    assert closing.isVisible()


def test_all_is_stopped_before_the_window_closes(
    qtbot: QtBot, closing: Closing, jobs: JobsPanel, client: Client
) -> None:
    jobs.job_changed(job())
    closing.close()
    press(qtbot, closing, "Stop and Close")
    assert ("cancel", "j1") in client.asked
    assert closing.isVisible()
    jobs.job_changed(job(state="cancelled"))
    qtbot.waitUntil(lambda: not closing.isVisible())


def test_what_is_finished_next_time_is_not_cancelled(
    qtbot: QtBot, closing: Closing, jobs: JobsPanel, client: Client
) -> None:
    jobs.job_changed(job())
    closing.close()
    press(qtbot, closing, "Finish Next Time")
    assert not closing.isVisible()
    assert client.asked == []


def test_tidings_reach_who_looks_elsewhere(qtbot: QtBot, jobs: JobsPanel) -> None:
    jobs.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is not None)
    assert not jobs.tidings.tell("film.mp4 is written.")
    jobs.hide()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is None)
    assert jobs.tidings.tell("film.mp4 is written.")


def test_cancel_asks_the_engine(qtbot: QtBot, jobs: JobsPanel, client: Client) -> None:
    jobs.job_changed(job())
    qtbot.mouseClick(jobs.rows["j1"].buttons["cancel"], Qt.MouseButton.LeftButton)
    assert ("cancel", "j1") in client.asked


def test_exports_reach_the_engine_in_the_order_in_which_they_were_asked_for(
    qtbot: QtBot, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two threads call the engine; the second must not overtake the first."""
    calls: list[Any] = []
    monkeypatch.setattr(editor.engine, "call", lambda function, *rest: calls.append(function))
    for number in range(3):
        editor.engine.start_job("export", output=f"{number}.mp4")
    client = Client()
    for call in reversed(calls):
        call(client)
    assert [asked[2]["output"] for asked in client.asked] == ["0.mp4", "1.mp4", "2.mp4"]
