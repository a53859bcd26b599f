"""A take is acted in at the playhead, with a microphone that hears somebody speak."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sound_files import speech_like, write_wav
from sound_fixtures import Pulse

from cmet_studio.domain import edits
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library.panel import LibraryPanel
from cmet_studio.ui.notices import Notice


@pytest.mark.slow
def test_a_take_is_recorded_and_set_as_a_key(
    qtbot: QtBot, editor: Editor, notices: list[Notice], pulse: Pulse, tmp_path: Path
) -> None:
    pulse.control("set-default-sink", "speaker")
    playing = pulse.play(write_wav(tmp_path / "voice.wav", speech_like(40.0)))
    panel = LibraryPanel(editor)
    qtbot.addWidget(panel)
    panel.show()
    strip = panel.strip
    try:
        editor.do("Mark", lambda p: edits.set_work_range(p, (5, 48)))
        editor.seek(10)
        panel.tree.choose("emotion:e2")
        qtbot.mouseClick(strip.arm, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: strip._recorder is not None, timeout=10_000)
        qtbot.waitUntil(lambda: strip._recorder.level.peak_dbfs > -40, timeout=10_000)
        strip.count.setChecked(False)
        takes = len(editor.project.takes)
        qtbot.mouseClick(strip.record, Qt.MouseButton.LeftButton)
        assert strip.recording
        # It ends by itself at the out point.
        qtbot.waitUntil(lambda: len(editor.project.takes) > takes, timeout=20_000)
        assert editor.project.takes[-1].duration_s == pytest.approx(38 / 25 + 0.5, abs=0.01)
        assert [notice.message for notice in notices if notice.level == "error"] == []
        longing = next(e for e in editor.project.emotions if e.id == "e2")
        assert editor.project.takes[-1].id in longing.expressive
        assert any(key.frame == 10 for key in editor.project.performers[0].keys)
    finally:
        playing.terminate()
        playing.wait()
        panel._opened()
        pulse.control("set-default-sink", "mic")
