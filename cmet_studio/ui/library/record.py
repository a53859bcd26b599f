"""The record strip at the foot of the Library: device, meter, and the passes of ``acting``."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from cmet_studio.app.recording import Side
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import icon
from cmet_studio.ui.library.acting import Acting
from cmet_studio.ui.parts.meters import LevelBar
from cmet_studio.ui.parts.work import Work


class RecordStrip(QWidget):
    """The microphone's controls.

    Signals:
        review_wanted: the chosen take is to be heard with the picture.
    """

    review_wanted = Signal()

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.work = Work(self)
        """Its own: an actor does not wait for an import."""
        self.acting = Acting(editor, self.work, self)
        self.emotion_name: Callable[[], str] = lambda: ""
        """Says for which emotion the next take is."""
        self.can_review: Callable[[], bool] = lambda: False
        """Says whether a take is chosen that was spoken to the clip."""
        self.kept = ""
        """What became of the last pass."""
        self._shown: tuple[object, ...] = ()
        self._make_microphone()
        self._make_passes()
        self._lay_out()
        self.acting.changed.connect(self.refresh)
        editor.changed.connect(lambda *_: self.refresh())
        editor.selection_changed.connect(self.refresh)
        self.refresh()

    def _make_microphone(self) -> None:
        self.arm = QPushButton(icon("mic"), self.tr("Microphone"), self)
        self.arm.setCheckable(True)
        self.arm.setToolTip(self.tr("Switch the microphone on: the meter shows its level"))
        self.device = QComboBox(self)
        self.device.setAccessibleName(self.tr("Microphone"))
        self.device.setToolTip(self.tr("Which microphone to record with"))
        self.device.addItem(self.tr("System's microphone"), None)
        self.device.setMinimumContentsLength(8)
        self.device.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.meter = LevelBar(self)
        self.advice = QLabel(self)
        self.arm.clicked.connect(self._arm)
        self.device.activated.connect(self._device_chosen)
        self.meter.cleared.connect(self.acting.clear_clip)

    def _make_passes(self) -> None:
        self.rehearse = self._pass_button("play", self.tr("Rehearse"), self._rehearse)
        self.rehearse.setToolTip(self.tr("Play the pass with its count-in; nothing is recorded"))
        self.record = self._pass_button("record", self.tr("Record"), self.toggle)
        self.review = self._pass_button("speaker", self.tr("Review"), self._review)
        self.review.setToolTip(
            self.tr("Hear the chosen take with the picture; the clip's own sound is silent")
        )
        self.side = QComboBox(self)
        self.side.addItem(self.tr("Expressive"), "expressive")
        self.side.addItem(self.tr("Neutral"), "neutral")
        self.side.setAccessibleName(self.tr("What the take is"))
        self.side.setToolTip(self.tr("Which side of the emotion the take belongs to"))
        self.side.activated.connect(lambda _: self.refresh())
        self.count = QCheckBox(self.tr("Count in"), self)
        self.count.setChecked(self._editor.preferences.settings.audio.beeps)
        self.count.setToolTip(self.tr("Three beeps; the silent fourth is where the take begins"))
        self.key = QCheckBox(self.tr("Set a key"), self)
        self.key.setChecked(True)
        self.key.setToolTip(self.tr("Set a key of the emotion where the take begins"))
        self.state = QLabel(self)
        self.state.setWordWrap(True)

    def _pass_button(self, sign: str, text: str, run: Callable[[], None]) -> QPushButton:
        button = QPushButton(icon(sign), text, self)
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(lambda: run())
        return button

    def _lay_out(self) -> None:
        passes = QHBoxLayout()
        passes.setSpacing(4)
        for button in (self.rehearse, self.record, self.review):
            passes.addWidget(button, 1)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 6, 8, 8)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(5)
        grid.addWidget(self.arm, 0, 0)
        grid.addWidget(self.device, 0, 1, 1, 2)
        grid.addWidget(self.meter, 1, 0, 1, 3)
        grid.addWidget(self.advice, 2, 0, 1, 3)
        grid.addLayout(passes, 3, 0, 1, 3)
        grid.addWidget(self.side, 4, 0)
        grid.addWidget(self.count, 4, 1)
        grid.addWidget(self.key, 4, 2)
        grid.addWidget(self.state, 5, 0, 1, 3)
        grid.setColumnStretch(2, 1)

    # What hands do

    def _arm(self, on: bool) -> None:
        if on:
            self.acting.arm(self.device.currentData())
        else:
            self.acting.disarm()

    def _device_chosen(self) -> None:
        if self.acting.device is not None:
            self.acting.disarm()
            self.acting.arm(self.device.currentData() or "")

    def close_microphone(self) -> None:
        """Let go of the device; a take that runs is ended and kept."""
        self.work.stop()
        self.acting.disarm()

    @property
    def recording(self) -> bool:
        """Whether a take, or its count-in, is under way."""
        return self.acting.state in ("counting", "recording")

    @property
    def chosen_side(self) -> Side:
        """Which side the next take belongs to."""
        return "neutral" if self.side.currentData() == "neutral" else "expressive"

    def toggle(self) -> None:
        """Begin a take, or end what runs; without a microphone, switch it on."""
        if self.acting.running:
            self.acting.stop()
        elif self.acting.device is None:
            self.acting.arm(self.device.currentData())
        else:
            self.acting.record(self.emotion_name(), self.chosen_side, self.count.isChecked())

    def _rehearse(self) -> None:
        if self.acting.running:
            self.acting.stop()
        else:
            self.acting.rehearse(self.count.isChecked())

    def _review(self) -> None:
        if self.acting.running:
            self.acting.stop()
        else:
            self.review_wanted.emit()

    # What is shown

    def refresh(self) -> None:
        """Show what is going on."""
        acting, state = self.acting, self.acting.state
        running, there = acting.running, self._editor.document is not None
        on = acting.device is not None
        self._show_devices()
        self.arm.setChecked(on or state == "opening")
        level = acting.level
        if level is None:
            self.meter.set_level(-120.0, -120.0, clipped=False)
        else:
            self.meter.set_level(level.peak_dbfs, level.rms_dbfs, level.clipped)
        words, urgent = acting.advice
        self._say(self.advice, words, theme.ACCENT if urgent else theme.DIM)
        reviewable = there and not running and self.can_review()
        shown = (state, there, on, reviewable, self.chosen_side, self._where())
        if shown != self._shown:  # not with every tick of the meter
            self._shown = shown
            self._show_buttons(state, there, on, reviewable)
        self._show_state(state)

    def _show_buttons(self, state: str, there: bool, on: bool, reviewable: bool) -> None:
        running = self.acting.running
        ending = {"rehearsing": self.rehearse, "reviewing": self.review}.get(state, self.record)
        for button, sign, name in (
            (self.rehearse, "play", self.tr("Rehearse")),
            (self.record, "record", self.tr("Record")),
            (self.review, "speaker", self.tr("Review")),
        ):
            ends = running and button is ending
            button.setText(self.tr("Stop") if ends else name)
            button.setIcon(icon("stop" if ends else sign))
            button.setEnabled(there and (ends or not running))
        if not running:
            self.review.setEnabled(reviewable)
        self.record.setToolTip(self._record_tip(on, running))
        for part in (self.arm, self.device, self.side, self.count):
            part.setEnabled(not running)
        self.key.setEnabled(self.chosen_side == "expressive")

    def _show_devices(self) -> None:
        keys = [device.key for device in self.acting.devices]
        if keys != [self.device.itemData(n) for n in range(1, self.device.count())]:
            self.device.clear()
            self.device.addItem(self.tr("System's microphone"), None)
            for device in self.acting.devices:
                self.device.addItem(device.name, device.key)
            chosen = self.acting.device
            if chosen is not None and chosen.key in keys:
                self.device.setCurrentIndex(keys.index(chosen.key) + 1)

    def _record_tip(self, on: bool, running: bool) -> str:
        if running:
            return self.tr("End the take; it is kept")
        if not on:
            return self.tr("Switch the microphone on first")
        return self.tr("Record a take {where}").format(where=self._where())

    def _where(self) -> str:
        if self._editor.document is not None and self.acting.in_and_out()[1] is not None:
            return self.tr("from In to Out")
        return self.tr("from the playhead on")

    def _show_state(self, state: str) -> None:
        """Said once and in words; large while somebody acts and looks from afar."""
        acting = self.acting
        beats = acting.beats
        if acting.running or state == "off":
            self.kept = ""
        large = state in ("rehearsing", "counting", "recording", "reviewing")
        if state == "opening":
            words = self.tr("Opening the microphone…")
        elif state == "off":
            words = self.tr("The microphone is off")
        elif state == "counting":
            words = self.tr("Get ready… {n}").format(n=beats or "").rstrip()
        elif state == "recording":
            words = self.tr("Recording {seconds} s").format(seconds=f"{acting.seconds:.1f}")
        elif state == "rehearsing":
            words = self.tr("Rehearsing… {n}").format(n=beats or "").rstrip()
        elif state == "reviewing":
            words = self.tr("Reviewing")
        else:
            name = self.emotion_name() or self.tr("a new emotion")
            words = self.tr("Ready, {where}. For: {name}").format(where=self._where(), name=name)
            words = f"{self.kept}\n{words}" if self.kept else words
        colour = theme.RED if state == "recording" else theme.TEXT if large else theme.DIM
        self._say(self.state, words, colour, large)

    @staticmethod
    def _say(label: QLabel, words: str, colour: str, large: bool = False) -> None:
        sheet = f"color: {colour};"
        if label.styleSheet() != sheet:
            label.setStyleSheet(sheet)
            label.setFont(theme.font(18 if large else theme.SMALL_PX, bold=large))
        if label.text() != words:
            label.setText(words)
