"""Act it in: microphone, meter, count-in, and a take of the selected emotion at the playhead."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QPushButton, QWidget

from cmet_studio.core.errors import CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.media.player import Player
from cmet_studio.media.recorder import (
    Device,
    Punch,
    Recorder,
    Recording,
    TakeNote,
    input_devices,
    next_take,
)
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import icon
from cmet_studio.ui.library.commands import Side
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.parts.meters import LevelBar
from cmet_studio.ui.parts.work import Work

_TURN_MS = 40
RECORDED = "recorded"
"""Folder in the project's media folder: every pass that was recorded is kept there."""


class RecordStrip(QWidget):
    """The microphone's controls at the foot of the Library.

    Signals:
        recorded(Recording): a take is finished.
    """

    recorded = Signal(object)

    def __init__(self, editor: Editor, work: Work, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor, self._work = editor, work
        self._recorder: Recorder | None = None
        self._player: Player | None = None
        self._opening = False
        self._devices: list[Device] = []
        self.emotion_name: Callable[[], str] = lambda: ""
        """Says for which emotion the next take is."""
        self._make_widgets()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(_TURN_MS)
        self._timer.timeout.connect(self._look)
        self._refresh()

    def _make_widgets(self) -> None:
        self.arm = QPushButton(icon("mic"), self.tr("Microphone"), self)
        self.arm.setCheckable(True)
        self.arm.setToolTip(self.tr("Switch the microphone on: the meter shows its level"))
        self.device = QComboBox(self)
        self.device.setAccessibleName(self.tr("Microphone"))
        self.device.setToolTip(self.tr("Which microphone to record with"))
        self.device.addItem(self.tr("System's microphone"))
        self.device.setMinimumContentsLength(8)
        self.device.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.side = QComboBox(self)
        self.side.addItem(self.tr("Expressive"), "expressive")
        self.side.addItem(self.tr("Neutral"), "neutral")
        self.side.setAccessibleName(self.tr("What the take is"))
        self.side.setToolTip(self.tr("Which side of the emotion the take belongs to"))
        self.meter = LevelBar(self)
        self.count = QCheckBox(self.tr("Count in"), self)
        self.count.setChecked(self._editor.preferences.settings.audio.beeps)
        self.count.setToolTip(self.tr("Three beeps before the take begins"))
        self.key = QCheckBox(self.tr("Set a key"), self)
        self.key.setChecked(True)
        self.key.setToolTip(self.tr("Set a key of the emotion where the take begins"))
        self.record = QPushButton(icon("record"), self.tr("Record"), self)
        self.record.setIconSize(QSize(16, 16))
        self.state = QLabel(self)
        self.state.setProperty("dim", True)
        self.state.setFont(theme.font(theme.SMALL_PX))
        self.arm.toggled.connect(self._armed)
        self.device.activated.connect(self._device_chosen)
        self.record.clicked.connect(self.toggle)
        self.meter.cleared.connect(self._clear)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 6, 8, 8)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(5)
        grid.addWidget(self.arm, 0, 0)
        grid.addWidget(self.device, 0, 1, 1, 2)
        grid.addWidget(self.meter, 1, 0, 1, 3)
        grid.addWidget(self.record, 2, 0)
        grid.addWidget(self.side, 2, 1, 1, 2)
        grid.addWidget(self.count, 3, 0)
        grid.addWidget(self.key, 3, 1, 1, 2)
        grid.addWidget(self.state, 4, 0, 1, 3)
        grid.setColumnStretch(2, 1)

    # The microphone

    def _armed(self, on: bool) -> None:
        if not on:
            self.close_microphone()
            return
        if self._recorder is not None or self._opening:
            return
        self._opening = True
        self.state.setText(self.tr("Opening the microphone…"))
        chosen = self.device.currentIndex() - 1
        device = self._devices[chosen] if 0 <= chosen < len(self._devices) else None
        audio = self._editor.preferences.settings.audio
        self._work.start(
            self.tr("Opening the microphone"),
            partial(_open, device, "" if self._devices else audio.input, audio.preroll_s),
            self._opened,
            self._failed,
        )

    def _opened(self, found: tuple[Recorder, list[Device]]) -> None:
        self._opening = False
        recorder, devices = found
        if not self.arm.isChecked():
            recorder.close()
            return
        self._recorder = recorder
        self._devices = devices
        chosen = recorder.microphone.device.key
        self.device.clear()
        self.device.addItem(self.tr("System's microphone"))
        self.device.addItems([d.name for d in devices])
        keys = [d.key for d in devices]
        self.device.setCurrentIndex(keys.index(chosen) + 1 if chosen in keys else 0)
        self._timer.start()
        self._refresh()

    def _failed(self, error: CmetError) -> None:
        self._opening = False
        self.arm.setChecked(False)
        self._editor.notice.emit(Notice.of(error))
        self._refresh()

    def _device_chosen(self) -> None:
        if self.arm.isChecked():
            self.arm.setChecked(False)
            self.arm.setChecked(True)

    def close_microphone(self) -> None:
        """Let go of the device; a take that runs is ended and kept."""
        self._timer.stop()
        self._opening = False
        if self._recorder is not None:
            self._recorder.close()
            self._recorder = None
        self._end_player()
        self.meter.set_level(-120.0, -120.0, clipped=False)
        self.arm.setChecked(False)
        self._refresh()

    def _end_player(self) -> None:
        if self._player is not None:
            self._player.close()
            self._player = None

    def _clear(self) -> None:
        if self._recorder is not None:
            self._recorder.microphone.clear_clip()

    # The take

    @property
    def recording(self) -> bool:
        """Whether a take, or its count-in, is under way."""
        return self._recorder is not None and self._recorder.state in ("counting", "recording")

    @property
    def chosen_side(self) -> Side:
        """Which side the next take belongs to."""
        return "neutral" if self.side.currentData() == "neutral" else "expressive"

    def toggle(self) -> None:
        """Begin a take at the playhead, or end the one that runs."""
        if self.recording:
            self._finish()
        elif self._recorder is None:
            self.arm.setChecked(True)
        else:
            self._begin()

    def _begin(self) -> None:
        document, recorder = self._editor.document, self._recorder
        if document is None or recorder is None:
            return
        self._editor.transport.stop()
        folder = document.media_folder / RECORDED
        emotion = self.emotion_name()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path, number = next_take(folder, f"{emotion or 'take'}_{self.chosen_side}")
            self._end_player()
            self._player = Player(self._editor.clip_path)
            punch = Punch(self._player, *self._in_and_out())
            note = TakeNote(number, emotion, self.chosen_side)
            counting = self.count.isChecked()
            recorder.start(path, note, punch=punch, counting=counting)
        except CmetError as error:
            self._editor.notice.emit(Notice.of(error))
        except OSError as error:
            self._editor.notice.emit(
                Notice(
                    "error",
                    f"{folder} cannot be written.",
                    "Make room, or save elsewhere.",
                    str(error),
                )
            )
        self._refresh()

    def _in_and_out(self) -> tuple[float, float | None]:
        """Clip times: from the playhead to the out point, if it stands before one."""
        times, here = self._editor.times, self._editor.playhead
        marked = self._editor.project.work_range
        out_s = None
        if marked is not None and marked[0] <= here < marked[1]:
            out_s = float(times.seconds(marked[1]))
        return float(times.seconds(here)), out_s

    def _finish(self) -> None:
        recorder = self._recorder
        if recorder is None:
            return
        try:
            taken = recorder.stop()
        except CmetError as error:
            self._editor.notice.emit(Notice.of(error))
            taken = None
        self._end_player()
        self._refresh()
        if isinstance(taken, Recording):
            if taken.problem is not None:
                self._editor.notice.emit(Notice.of(taken.problem))
            self.recorded.emit(taken)

    def _look(self) -> None:
        recorder = self._recorder
        if recorder is None:
            return
        level = recorder.level
        self.meter.set_level(level.peak_dbfs, level.rms_dbfs, level.clipped)
        if recorder.state == "ended":
            self._finish()
        elif self.recording and self._player is not None:
            self._editor.seek(self._editor.times.frame_at(max(0.0, self._player.position_s)))
        self._refresh()

    def _refresh(self) -> None:
        recorder = self._recorder
        state = recorder.state if recorder is not None else ""
        running = state in ("counting", "recording")
        self.record.setText(self.tr("Stop") if running else self.tr("Record"))
        self.record.setIcon(icon("stop" if running else "record"))
        self.record.setToolTip(
            self.tr("End the take") if running else self.tr("Record a take from the playhead on")
        )
        self.record.setEnabled(self._editor.document is not None)
        for part in (self.arm, self.device, self.side):
            part.setEnabled(not running)
        if self._opening:
            return
        if state == "counting":
            words = self.tr("Get ready…")
        elif state == "recording" and recorder is not None:
            words = self.tr("Recording {seconds} s").format(seconds=f"{recorder.seconds:.1f}")
        elif recorder is not None:
            words = self.tr("Ready. For: {name}").format(
                name=self.emotion_name() or self.tr("a new emotion")
            )
        else:
            words = self.tr("The microphone is off")
        self.state.setText(words)


def _open(
    device: Device | None, key: str, preroll_s: float, token: CancelToken, report: Report
) -> tuple[Recorder, list[Device]]:
    """Open a microphone; without one the settings' (``key``), else the system's."""
    devices = input_devices()
    if device is None:
        device = next((known for known in devices if known.key == key), None)
    recorder = Recorder(device, preroll_s=preroll_s)
    if token.cancelled:
        recorder.close()
    token.check()
    return recorder, devices
