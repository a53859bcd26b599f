"""The whole story of an edit, told with real events on the real window, step by step.

Two processes: ``day`` opens a clip, edits and exports it, and is killed with unsaved edits;
``night`` opens the project again and finds them.
"""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hands
from PySide6.QtCore import QByteArray, QMimeData, QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from cmet_studio.domain.project import Project
from cmet_studio.ui.timeline.drops import EMOTION_MIME
from cmet_studio.ui.timeline.layout import HEADER_PX
from cmet_studio.ui.window import Window

_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


@dataclass
class Log:
    """Steps as they were made: number, name, seconds, what was checked."""

    folder: Path
    first: int = 1
    steps: list[dict[str, Any]] = field(default_factory=list)

    def step(self, name: str, began: float, checked: list[str]) -> None:
        """Photograph the screen and write the step down at once: the process may be killed."""
        number = self.first + len(self.steps)
        picture = f"{number:02d}_{name.replace(' ', '_')}.png"
        hands.photograph(self.folder / picture)
        self.steps.append(
            {
                "step": number,
                "name": name,
                "seconds": round(time.monotonic() - began, 2),
                "checked": checked,
                "picture": picture,
            }
        )
        (self.folder / f"steps_from_{self.first}.json").write_text(json.dumps(self.steps, indent=1))


class Editor:
    """What the story does with the window."""

    def __init__(self, window: Window, log: Log) -> None:
        self.window, self.log = window, log
        self.editor = window.editor
        self.library: Any = window.docks.docks["library"].widget()
        self.timeline: Any = window.docks.docks["timeline"].widget()
        self.view: Any = self.timeline.view

    @property
    def project(self) -> Project:
        """The document now."""
        return self.editor.project

    @property
    def frames(self) -> list[int]:
        """Where the first performer's keys stand."""
        return [key.frame for key in self.project.performers[0].keys]

    def tell(self, name: str, act: Callable[[], list[str]]) -> None:
        """One step of the story."""
        began = time.monotonic()
        self.log.step(name, began, act())

    def spot(self, frame: int, intensity: float | None = None) -> QPoint:
        """Where a frame of the first performer's lane is on the timeline."""
        lane = self.view.lanes.lane_of("emotion", self.project.performers[0].id)
        assert lane is not None
        x = HEADER_PX + self.view.scale.x(frame + 0.5)
        top, bottom = lane.curve
        share = 0.5 if intensity is None else 1.0 - intensity / 1.5
        return QPoint(round(x), round(top + share * (bottom - top)))

    def key_spot(self, frame: int) -> QPoint:
        """Where the mouse meets the key on a frame."""
        for y in range(self.view.height()):
            at = QPoint(round(HEADER_PX + self.view.scale.x(frame + 0.5)), y)
            found = self.view.hit(at.x(), at.y())
            if found.key is not None and found.key.frame == frame:
                return at + QPoint(0, 2)
        raise AssertionError(f"no key to be seen on frame {frame}")

    def full_quality(self) -> None:
        """Wait until the frame that stands is shown at its best."""
        canvas = self.window.viewer.canvas
        hands.until(lambda: canvas.pictures.edited is not None, "a picture", 60)
        hands.until(self._is_full, "full quality", 60)

    def _is_full(self) -> bool:
        shown = self.window.viewer.shown
        at = self.editor.playhead
        return shown is not None and shown.quality == "full" and shown.number == at

    def sampled(self) -> bytes:
        """The picture on screen, to tell whether it changed."""
        image = self.window.viewer.canvas.pictures.edited
        return bytes(image.constBits()) if image is not None else b""


def _dialog() -> QDialog | None:
    found = QApplication.activeModalWidget()
    if isinstance(found, QDialog):
        return found
    shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    return shown[0] if shown else None


def _button(parent: QWidget, *words: str) -> QPushButton:
    for button in parent.findChildren(QPushButton):
        text = button.text().replace("&", "").lower()
        if button.isVisible() and any(text.startswith(word) for word in words):
            return button
    seen = [b.text() for b in parent.findChildren(QPushButton)]
    raise AssertionError(f"no button {words} among {seen}")


def day(e: Editor, clip: Path, expressive: list[Path], neutral: list[Path], out: Path) -> None:
    """Open, edit, record, export; then be killed in the middle of it."""
    editor, window = e.editor, e.window
    last = [0]

    def open_clip() -> list[str]:
        seconds = hands.until(lambda: editor.is_open, "the document")
        first = hands.until(lambda: window.viewer.canvas.pictures.edited is not None, "a frame")
        last[0] = editor.last_frame
        return [f"document open {seconds:.1f} s", f"first frame {seconds + first:.1f} s after that"]

    def pick_face() -> list[str]:
        hands.until(lambda: bool(editor.project.performers), "a performer", 60)
        hands.until(lambda: editor.engine.state == "ready", "the engine", 120)
        e.full_quality()
        box = editor.project.performers[0].anchor_box
        return [f"performer {editor.project.performers[0].name} at {[round(v) for v in box]}"]

    def make_emotion() -> list[str]:
        e.library.new_emotion()
        hands.rest(0.2)
        hands.write(window, "Happy")
        hands.key(window, Qt.Key.Key_Return)
        emotion = e.project.emotions[-1].id
        for side, files in (("expressive", expressive), ("neutral", neutral)):
            row = e.library.tree.item(f"side:{emotion}:{side}")
            assert row is not None
            e.library.tree.scrollToItem(row)
            at = e.library.tree.visualItemRect(row).center()
            assert hands.drop(e.library.tree.viewport(), at, hands.files(files)), side
            wanted = len(files)
            hands.until(
                lambda side=side, n=wanted: len(getattr(e.project.emotions[-1], side)) >= n,
                f"{side} takes",
                60,
            )
        hands.rest(1.5)
        made = e.project.emotions[-1]
        return [f"'{made.name}': {len(made.expressive)} expressive, {len(made.neutral)} neutral"]

    def drop_emotion() -> list[str]:
        data = QMimeData()
        data.setData(EMOTION_MIME, QByteArray(e.project.emotions[-1].id.encode()))
        frame = last[0] // 4
        assert hands.drop(e.view, e.spot(frame), data)
        hands.until(lambda: len(e.frames) == 1, "a key")
        editor.seek(frame)
        e.full_quality()
        return [f"key at frame {e.frames[0]}"]

    def add_keys() -> list[str]:
        editor.seek(last[0] // 10)
        hands.key(window, Qt.Key.Key_K, _CTRL | _SHIFT)
        editor.seek(last[0] * 2 // 5)
        hands.key(window, Qt.Key.Key_K, _CTRL | _SHIFT)
        editor.seek(last[0] * 17 // 20)
        hands.key(window, Qt.Key.Key_K, _CTRL)
        row = e.library.tree.item("preset:sad")
        e.library.tree.scrollToItem(row)
        e.library.tree.setCurrentItem(row)
        data = e.library.tree.mimeData([row])
        assert hands.drop(e.view, e.spot(last[0] * 3 // 5), data)
        hands.until(lambda: len(e.frames) == 5, "five keys")
        rests = [key.frame for key in e.project.performers[0].keys if key.is_rest]
        return [f"keys at {e.frames}, rest at {rests}"]

    def drag_key() -> list[str]:
        before = e.frames
        moved = before[3]
        start = e.key_spot(moved)
        target = QPoint(start.x() + 60, start.y())
        editor.seek(moved)
        e.full_quality()
        hands.drag(e.view, start, target)
        assert e.frames != before, "the key did not move"
        e.full_quality()
        return [f"keys {before} -> {e.frames}"]

    def undo_redo() -> list[str]:
        after = e.frames
        hands.key(window, Qt.Key.Key_Z, _CTRL)
        before = e.frames
        assert before != after, "undo did nothing"
        hands.key(window, Qt.Key.Key_Z, _CTRL | _SHIFT)
        assert e.frames == after, "redo did not bring it back"
        window.docks.show("history")
        return ["undone and redone, one step for the drag"]

    def wipe() -> list[str]:
        editor.seek(e.frames[1])
        e.full_quality()
        hands.key(window, Qt.Key.Key_W)
        canvas = window.viewer.canvas
        hands.until(lambda: canvas.pictures.source is not None, "the source beside it")
        area = canvas.layout_now.pictures[-1]
        middle = QPoint(round(area.x + area.w / 2), round(area.y + area.h / 2))
        hands.drag(canvas, middle, middle + QPoint(round(area.w * 0.06), 0))
        return [f"wipe line at {editor.view.view.wipe:.2f} of the width"]

    def side_by_side() -> list[str]:
        hands.key(window, Qt.Key.Key_W, _SHIFT)
        hands.rest(0.8)
        assert editor.view.view.compare == "side"
        return ["source and edit side by side"]

    def play() -> list[str]:
        hands.key(window, Qt.Key.Key_W, _SHIFT)
        editor.seek(0)
        hands.rest(0.3)
        hands.key(window, Qt.Key.Key_Space)
        wait = hands.until(lambda: editor.playhead > 12, "the loudspeaker to begin", 10)
        began, first = time.monotonic(), editor.playhead
        hands.rest(2.0)
        reached, seconds = editor.playhead - first, time.monotonic() - began
        hands.photograph(e.log.folder / "playing.png")
        hands.key(window, Qt.Key.Key_Space)
        hands.until(lambda: not editor.playing, "the end of playback", 3)
        rate = float(e.project.clip.rate.fps)
        assert 0.3 < reached / seconds / rate < 1.3, f"{reached} frames in {seconds:.1f} s"
        return [
            f"began after {wait:.1f} s; {reached} frames in {seconds:.1f} s at {rate:g} a second"
        ]

    def region() -> list[str]:
        frame = e.frames[1]
        editor.seek(frame)
        hands.click(e.view, e.key_spot(frame))
        window.docks.show("inspector")
        e.full_quality()
        return [f"key {frame} in the Inspector"]

    def record() -> list[str]:
        before = len(e.project.takes)
        row = e.library.tree.item(f"emotion:{e.project.emotions[0].id}")
        e.library.tree.scrollToItem(row)
        e.library.tree.setCurrentItem(row)
        strip = e.library.strip
        editor.seek(last[0] // 3)
        hands.click(strip.arm)
        hands.until(lambda: "ff" not in strip.state.text() or not strip.arm.isChecked(), "", 1)
        hands.until(lambda: strip.acting.device is not None, "the microphone", 20)
        hands.click(strip.record)
        hands.until(lambda: strip.state.text().startswith("Recording"), "the take to begin", 20)
        voice = None
        if shutil.which("paplay") and "PULSE_SERVER" in os.environ:  # somebody speaks
            voice = subprocess.Popen(["paplay", "--device=mic", str(expressive[-1])])
        hands.rest(2.5)
        hands.photograph(e.log.folder / "recording.png")
        if voice is not None:
            hands.until(lambda: voice.poll() is not None, "the speaker to end", 20)
        hands.rest(0.5)
        hands.click(strip.record)
        hands.until(lambda: len(e.project.takes) > before, "the take", 30)
        hands.click(strip.arm)
        take = e.project.takes[-1]
        joined = take.id in e.project.emotions[0].expressive
        assert joined, "the take did not join the selected emotion"
        return [f"take of {take.duration_s:.1f} s, {take.speech_s:.1f} s of speech, joined 'Happy'"]

    def export() -> list[str]:
        hands.key(window, Qt.Key.Key_S, _CTRL)
        window.do_wish("export")
        hands.until(lambda: _dialog() is not None, "the export dialog", 10)
        dialog = _dialog()
        assert dialog is not None
        hands.rest(0.8)
        hands.photograph(e.log.folder / "export_dialog.png")
        set_destination(dialog, out)
        hands.click(_button(dialog, "export", "add", "start"))
        window.docks.show("jobs")
        hands.until(lambda: _dialog() is None, "the dialog to close", 10)
        hands.until(out.is_file, "the exported clip", 300)
        hands.rest(0.6)
        return [f"{out.name}: {out.stat().st_size} bytes"]

    def unsaved() -> list[str]:
        editor.seek(last[0] // 2)
        hands.key(window, Qt.Key.Key_M)
        hands.rest(1.2)
        assert editor.project.markers, "no marker"
        (e.log.folder / "before_kill.json").write_text(
            json.dumps({"keys": e.frames, "markers": [m.frame for m in editor.project.markers]})
        )
        return [f"a marker that was not saved at {editor.project.markers[-1].frame}"]

    for name, act in (
        ("open the clip", open_clip),
        ("pick the face", pick_face),
        ("make an emotion of takes", make_emotion),
        ("drop it on the timeline", drop_emotion),
        ("add keys", add_keys),
        ("drag a key", drag_key),
        ("undo and redo", undo_redo),
        ("wipe", wipe),
        ("side by side", side_by_side),
        ("play", play),
        ("inspect a key", region),
        ("record a take", record),
        ("export", export),
        ("edit on", unsaved),
    ):
        e.tell(name, act)
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def set_destination(dialog: QDialog, path: Path) -> None:
    """Type where the export goes."""
    from PySide6.QtWidgets import QLineEdit

    fields = [f for f in dialog.findChildren(QLineEdit) if ".m" in f.text()]
    assert fields, "no field for the destination"
    fields[0].selectAll()
    fields[0].setText(str(path))
    fields[0].editingFinished.emit()
    hands.rest(0.3)


def recover(log: Log) -> None:
    """Answer the recovery dialog when it comes."""
    from PySide6.QtCore import QTimer

    began = time.monotonic()

    def look() -> None:
        dialog = _dialog()
        if dialog is None:
            QTimer.singleShot(100, look)
            return
        log.step("killed, opened again", began, ["recovery is offered"])
        hands.click(_button(dialog, "recover", "go on", "restore"))

    QTimer.singleShot(100, look)


def night(e: Editor, edited: Path) -> None:
    """All that was done before the kill is there."""
    wanted = json.loads((e.log.folder / "before_kill.json").read_text())

    def recovered() -> list[str]:
        hands.until(lambda: e.editor.is_open, "the document", 60)
        assert e.frames == wanted["keys"], f"{e.frames} instead of {wanted['keys']}"
        assert [m.frame for m in e.project.markers] == wanted["markers"]
        hands.until(lambda: e.editor.engine.state == "ready", "the engine", 120)
        e.editor.seek(e.frames[1])
        e.full_quality()
        hands.rest(3.0)  # curves and cache bar come after the picture
        return ["all keys and the unsaved marker are there"]

    def compare() -> list[str]:
        from cmet_studio.media.reader import VideoReader

        with VideoReader(edited) as written, VideoReader(e.editor.clip_path) as source:
            assert len(written) == len(source)
            return [f"the export has the clip's {len(source)} frames"]

    e.tell("everything is there", recovered)
    e.tell("the export is whole", compare)
