"""Act it in: what becomes of a recorded take."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from library_fixtures import idle, library_panel  # noqa: F401  # a fixture
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sound_files import write_wav

from cmet_studio.app.recording import recordings_folder
from cmet_studio.core.errors import CmetError, DeviceError
from cmet_studio.domain import edits
from cmet_studio.domain.project import MixPart, RegionWeights
from cmet_studio.media.audio import read_audio
from cmet_studio.media.bwf import RATE, BwfWriter
from cmet_studio.media.meter import Level
from cmet_studio.media.recorder import Device, Punch, Recording, TakeNote
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library import commands
from cmet_studio.ui.library.panel import LibraryPanel
from cmet_studio.ui.notices import Notice


def recorded(editor: Editor, source: Path, **note: Any) -> Recording:
    """A pass as the recorder leaves it: a WAV with its note, in the project's folder."""
    path = recordings_folder(editor.document.media_folder) / "Longing_expressive_T01.wav"
    made = TakeNote(1, **note)
    return Recording(written(path, source, made), 2.5, made, 0, False)


def written(path: Path, source: Path, note: TakeNote) -> Path:
    writer = BwfWriter(path, note)
    writer.write(read_audio(source, RATE))
    return writer.finish()


def test_a_recorded_take_joins_its_emotion_and_sets_a_key(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, spoken: list[Path]
) -> None:
    made = recorded(editor, spoken[0], emotion="longing", clip_s=0.8)
    panel._recorded(made)
    qtbot.waitUntil(lambda: len(editor.project.emotions[1].expressive) == 3, timeout=20_000)
    key = next(k for k in editor.project.performers[0].keys if k.frame == 20)
    assert key.mix == (MixPart("e2"),)
    assert editor.document.history.labels == ("Record take",)
    # The pass is kept under its name, and the take is the chosen one: one click reviews it.
    assert (made.path.parent / "passes" / made.path.name).is_file()
    assert panel.tree.current_row().id == editor.project.takes[-1].id
    assert panel.strip.review.isEnabled()
    editor.undo()
    assert len(editor.project.emotions[1].expressive) == 2


def test_a_take_that_ends_as_its_project_closes_joins_no_other(
    editor: Editor, panel: LibraryPanel, spoken: list[Path], tmp_path: Path
) -> None:
    other = TakeNote(1, emotion="longing", clip_s=0.8)
    path = written(tmp_path / "other.media" / "recordings" / "a_T01.wav", spoken[0], other)
    panel._recorded(Recording(path, 2.5, other, 0, False))
    assert not panel.strip.work.busy
    assert path.is_file()


def test_a_recorded_take_keeps_what_its_key_says_already(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, spoken: list[Path]
) -> None:
    before = next(k for k in editor.project.performers[0].keys if not k.is_rest)
    keyed = replace(before, intensity=0.4, interpolation="ease", regions=RegionWeights(brow=0.5))
    editor.do("Key", lambda p: edits.add_key(p, "p1", keyed))
    in_s = float(editor.times.seconds(keyed.frame))
    panel._recorded(recorded(editor, spoken[0], emotion="longing", clip_s=in_s))
    qtbot.waitUntil(lambda: len(editor.project.emotions[1].expressive) == 3, timeout=20_000)
    key = next(k for k in editor.project.performers[0].keys if k.frame == keyed.frame)
    assert key == replace(keyed, mix=(MixPart("e2"),))


def test_a_recorded_take_becomes_an_emotion_that_the_next_one_joins(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, spoken: list[Path]
) -> None:
    panel.strip.key.setChecked(False)
    panel._recorded(recorded(editor, spoken[0], clip_s=0.8))
    qtbot.waitUntil(lambda: len(editor.project.emotions) == 3, timeout=20_000)
    assert editor.project.emotions[2].name == "Recorded"
    assert len(editor.project.performers[0].keys) == 3
    assert editor.selection.emotion == "e3"
    assert panel.strip.emotion_name() == "Recorded"


def test_for_a_preset_an_emotion_of_its_own_is_recorded(
    editor: Editor, panel: LibraryPanel
) -> None:
    commands.add_preset(editor, "sad")
    assert panel.strip.emotion_name().endswith(" recorded")


def test_a_pass_without_speech_is_put_aside_in_words(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, notices: list[Notice], tmp_path: Path
) -> None:
    silence = write_wav(tmp_path / "silence.wav", np.zeros(32000, np.float32))
    made = recorded(editor, silence, emotion="longing", clip_s=0.8)
    panel._recorded(made)
    qtbot.waitUntil(lambda: bool(notices), timeout=20_000)
    assert "is silent" in notices[-1].message
    assert "unused" in notices[-1].hint
    assert (made.path.parent / "unused" / made.path.name).is_file()
    assert len(editor.project.takes) == 2


def test_recording_without_a_microphone_says_so(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, notices: list[Notice],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def none() -> list[Device]:
        raise DeviceError("This computer shows no microphone.", "Plug one in.")

    monkeypatch.setattr("cmet_studio.ui.library.acting.input_devices", none)
    qtbot.mouseClick(panel.strip.record, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(notices), timeout=20_000)
    assert notices[-1].message == "This computer shows no microphone."
    assert not panel.strip.arm.isChecked()
    assert panel.strip.state.text() == "The microphone is off"


class FakeRecorder:
    """A microphone whose takes a test steers."""

    def __init__(self, device: Device | None) -> None:
        self.state, self.seconds, self.closed = "ready", 0.0, False
        self.level = Level(0.5, 0.05, clipped=True)
        self.microphone = self
        self.device = Device(3, "Desk", "ALSA", "input", 1, 48000.0, False)
        self.cleared = False
        self.problem: CmetError | None = None

    def start(
        self, path: Path, note: TakeNote, *, longest_s: float, punch: Punch, counting: bool
    ) -> None:
        self.path, self.note, self.punch, self.counting = path, note, punch, counting
        self.state = "counting" if counting else "recording"

    def stop(self) -> Recording:
        self.state = "ready"
        note = replace(self.note, clip_s=self.punch.in_s)
        return Recording(written(self.path, self.source, note), 2.5, note, 0, False)

    def clear_clip(self) -> None:
        self.cleared = True

    def close(self) -> None:
        self.closed = True


def test_act_it_in(
    qtbot: QtBot, editor: Editor, panel: LibraryPanel, spoken: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    made: list[FakeRecorder] = []

    def fake(device: Device | None, preroll_s: float = 0.0) -> FakeRecorder:
        made.append(FakeRecorder(device))
        made[-1].source = spoken[0]
        return made[-1]

    monkeypatch.setattr("cmet_studio.ui.library.acting.Recorder", fake)
    monkeypatch.setattr("cmet_studio.ui.library.acting.input_devices", lambda: [fake(None).device])
    strip = panel.strip
    commands.select_emotion(editor, "e2")
    editor.seek(20)
    strip.arm.click()
    qtbot.waitUntil(lambda: strip.acting.device is not None, timeout=20_000)
    assert strip.device.currentText() == "Desk"
    qtbot.waitUntil(lambda: "clipped" in strip.meter.accessibleDescription())
    qtbot.mouseClick(strip.meter, Qt.MouseButton.LeftButton)
    assert made[-1].cleared
    qtbot.mouseClick(strip.record, Qt.MouseButton.LeftButton)
    assert made[-1].counting
    assert made[-1].punch.in_s == pytest.approx(0.8)
    assert made[-1].path.parent.name == "recordings"
    qtbot.waitUntil(lambda: strip.state.text().startswith("Get ready…"))
    assert strip.record.text() == "Stop"
    assert not strip.device.isEnabled()
    made[-1].state = "ended"  # the take reached its end
    qtbot.waitUntil(lambda: len(editor.project.emotions[1].expressive) == 3, timeout=20_000)
    assert any(k.frame == 20 for k in editor.project.performers[0].keys)
    strip.arm.click()
    assert made[-1].closed
