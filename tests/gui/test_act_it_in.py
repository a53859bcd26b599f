"""A take is acted in at the playhead, with a microphone that hears somebody speak."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sound_files import speech_like, write_wav
from sound_fixtures import Pulse

from cmet_studio.domain import edits
from cmet_studio.media import devices
from cmet_studio.ui.catalogue import by_id
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library.acting import level_words
from cmet_studio.ui.library.panel import LibraryPanel
from cmet_studio.ui.notices import Notice

LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.slow


@pytest.fixture
def panel(qtbot: QtBot, editor: Editor, pulse: Pulse, tmp_path: Path) -> Iterator[LibraryPanel]:
    """The Library with the microphone on, and somebody who speaks; in and out are marked."""
    pulse.control("set-default-sink", "speaker")
    playing = pulse.play(write_wav(tmp_path / "voice.wav", speech_like(40.0)))
    panel = LibraryPanel(editor)
    qtbot.addWidget(panel)
    panel.show()
    strip = panel.strip
    editor.do("Mark", lambda p: edits.set_work_range(p, (5, 48)))
    editor.seek(10)
    panel.tree.choose("emotion:e2")
    qtbot.mouseClick(strip.arm, LEFT)
    qtbot.waitUntil(lambda: strip.acting.device is not None, timeout=10_000)
    qtbot.waitUntil(lambda: strip.acting.level.peak_dbfs > -40, timeout=10_000)
    strip.count.setChecked(False)
    yield panel
    playing.terminate()
    playing.wait()
    panel._opened()
    pulse.control("set-default-sink", "mic")


def test_a_take_is_recorded_set_as_a_key_and_reviewed(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, notices: list[Notice]
) -> None:
    strip, takes = panel.strip, len(editor.project.takes)
    qtbot.mouseClick(strip.record, LEFT)
    assert strip.recording
    # From in to out, since the playhead stands between them; half a second before and after.
    qtbot.waitUntil(lambda: len(editor.project.takes) > takes, timeout=20_000)
    assert editor.project.takes[-1].duration_s == pytest.approx(0.5 + 43 / 25 + 0.5, abs=0.02)
    assert [notice.message for notice in notices if notice.level == "error"] == []
    longing = next(e for e in editor.project.emotions if e.id == "e2")
    assert editor.project.takes[-1].id in longing.expressive
    assert any(key.frame == 5 for key in editor.project.performers[0].keys)
    assert editor.playhead == 10
    # Reviewed where it was spoken; Space ends it.
    qtbot.mouseClick(strip.review, LEFT)
    qtbot.waitUntil(lambda: strip.acting.state == "reviewing", timeout=10_000)
    qtbot.waitUntil(lambda: editor.playhead > 12, timeout=10_000)
    editor.transport.toggle()
    assert strip.acting.state == "ready"
    assert editor.transport.speed == 0
    assert editor.playhead == 10


def test_keys_record_and_end_a_take(qtbot: QtBot, editor: Editor, panel: LibraryPanel) -> None:
    takes = len(editor.project.takes)
    by_id()["take.record"].run(editor)
    qtbot.waitUntil(lambda: panel.strip.acting.seconds > 0.8, timeout=20_000)
    by_id()["play.stop"].run(editor)
    assert panel.strip.acting.state == "ready"
    qtbot.waitUntil(lambda: len(editor.project.takes) > takes, timeout=20_000)
    by_id()["take.review"].run(editor)
    qtbot.waitUntil(lambda: panel.strip.acting.state == "reviewing", timeout=10_000)
    by_id()["take.rehearse"].run(editor)  # not now
    assert panel.strip.acting.state == "reviewing"
    by_id()["take.review"].run(editor)
    assert panel.strip.acting.state == "ready"


def test_a_rehearsal_leaves_nothing(qtbot: QtBot, editor: Editor, panel: LibraryPanel) -> None:
    strip, takes = panel.strip, editor.project.takes
    strip.count.setChecked(True)
    qtbot.mouseClick(strip.rehearse, LEFT)
    assert strip.acting.state == "rehearsing"
    qtbot.waitUntil(lambda: "2" in strip.state.text(), timeout=20_000)
    qtbot.waitUntil(lambda: editor.view.view.cue == "2", timeout=900)  # on the picture too
    assert 0.3 < editor.view.view.streamer < 0.7
    assert not strip.record.isEnabled()
    assert len(devices._open_streams) == 2  # the microphone, one loudspeaker
    qtbot.waitUntil(lambda: editor.playhead > 30, timeout=20_000)
    qtbot.waitUntil(lambda: strip.acting.state == "ready", timeout=20_000)
    assert len(devices._open_streams) == 1
    assert editor.view.view.cue == ""
    assert editor.project.takes == takes
    assert editor.document is not None
    assert not list(editor.document.media_folder.glob("recordings/*"))


@pytest.mark.parametrize(
    ("loudest_dbfs", "silent_s", "clipped", "words", "urgent"),
    [
        (-120.0, 9.0, False, "muted", True),
        (-14.0, 0.0, True, "Clipped", True),
        (-3.0, 0.0, False, "Loud", True),
        (-14.0, 0.0, False, "Good", False),
        (-42.0, 0.0, False, "Low", True),
        (-66.0, 0.0, False, "Say something", False),
    ],
)
def test_a_level_in_words(
    loudest_dbfs: float, silent_s: float, clipped: bool, words: str, urgent: bool
) -> None:
    said = level_words(loudest_dbfs, silent_s, clipped)
    assert words in said[0]
    assert said[1] is urgent


def test_a_microphone_that_is_pulled_out_costs_nothing(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, notices: list[Notice]
) -> None:
    strip, takes = panel.strip, len(editor.project.takes)
    qtbot.mouseClick(strip.record, LEFT)
    qtbot.waitUntil(lambda: strip.acting.seconds > 1.0, timeout=20_000)
    recorder = strip.acting._recorder
    assert recorder is not None
    recorder.microphone._stream.abort()  # what PortAudio does when the device is gone
    qtbot.waitUntil(lambda: len(editor.project.takes) > takes, timeout=20_000)
    assert editor.project.takes[-1].duration_s > 1.4
    qtbot.waitUntil(lambda: strip.acting.device is None, timeout=5_000)
    said = [notice.message for notice in notices if notice.level == "error"]
    assert len(said) == 1
    assert "stopped while it was open" in said[0]
    assert not strip.arm.isChecked()
    qtbot.mouseClick(strip.record, LEFT)  # in again: Record switches it on
    qtbot.waitUntil(lambda: strip.acting.device is not None, timeout=10_000)
