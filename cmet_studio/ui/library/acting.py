"""Act it in: the microphone, and passes that are rehearsed, recorded and reviewed with the clip."""

import math
import time
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal

from cmet_studio.app.recording import LONGEST_S, Side, TakeWish, next_recording
from cmet_studio.core.errors import CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain.project import Take
from cmet_studio.media.bwf import RATE
from cmet_studio.media.loudspeaker import rescan
from cmet_studio.media.meter import Level
from cmet_studio.media.player import Player
from cmet_studio.media.recorder import Device, Punch, Recorder, input_devices, lead_s
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library.commands import free_name
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.parts.work import Work

State = Literal["off", "opening", "ready", "rehearsing", "counting", "recording", "reviewing"]

POSTROLL_S = 0.5
"""Clip and take run on so long after the out."""
_TURN_MS = 40
_RECENT_S = 3.0
_SILENT_DBFS = -75.0  # a microphone that is muted or not connected; a quiet room is above
_ROOM_DBFS = -50.0  # nobody speaks
_LOW_DBFS = -30.0
_LOUD_DBFS = -6.0
_LEAD_S = 1.0  # of the clip before a take that is reviewed


class Acting(QObject):
    """One microphone and one pass at a time; what the record strip shows.

    A pass goes from In to Out if the playhead stands between them, else from the playhead on until
    it is stopped. Afterwards the playhead is back where the pass began.

    Signals:
        changed: state, level or position did.
        recorded(Recording): a take is finished.
    """

    changed = Signal()
    recorded = Signal(object)

    def __init__(self, editor: Editor, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._work = editor, work
        self._recorder: Recorder | None = None
        self._spare: Recorder | None = None  # open, and perhaps nobody will take it
        self._player: Player | None = None
        self._opening = False
        self._pass: Literal["", "rehearsing", "reviewing", "recording"] = ""
        self._in_s = 0.0
        self._counting = False
        self._back_to = 0
        self._heard_at = 0.0
        self._loudest = (0.0, -120.0)  # when, dBFS
        self._told: CmetError | None = None
        self.devices: list[Device] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_TURN_MS)
        self._timer.timeout.connect(self._look)
        editor.transport.interrupt = self._interrupt

    # What is shown

    @property
    def state(self) -> State:
        """What is going on."""
        if self._pass == "recording" and self._recorder is not None:
            return "recording" if self._recorder.state == "recording" else "counting"
        if self._pass == "rehearsing" or self._pass == "reviewing":
            return self._pass
        if self._opening:
            return "opening"
        return "off" if self._recorder is None else "ready"

    @property
    def running(self) -> bool:
        """Whether a pass is under way."""
        return self._pass != ""

    @property
    def device(self) -> Device | None:
        """The microphone that is on."""
        return None if self._recorder is None else self._recorder.microphone.device

    @property
    def level(self) -> Level | None:
        """Of the microphone; None while it is off."""
        return None if self._recorder is None else self._recorder.level

    @property
    def advice(self) -> tuple[str, bool]:
        """What the level of the last seconds means; and whether something has to be done."""
        if self._recorder is None:
            return "", False
        silent_s = time.monotonic() - self._heard_at
        return level_words(self._loudest[1], silent_s, self._recorder.level.clipped)

    @property
    def seconds(self) -> float:
        """Seconds since the in of a take that is recorded."""
        return 0.0 if self._recorder is None else self._recorder.seconds

    @property
    def beats(self) -> int:
        """Seconds until the in of a pass, counted down; 0 from there on."""
        if self._player is None or not self._pass:
            return 0
        return max(0, math.ceil(self._in_s - self._player.position_s - 0.02))

    @property
    def cue(self) -> tuple[str, float]:
        """What an actor sees on the picture: words, and where the streamer stands (0: nowhere)."""
        if self._player is None or self._pass not in ("recording", "rehearsing"):
            return "", 0.0
        left_s = self._in_s - self._player.position_s
        if left_s <= 0.0:
            return ("●", 0.0) if self.state == "recording" else ("", 0.0)
        share = 1.0 - left_s / lead_s(self._counting)
        return (str(max(self.beats, 1)) if self._counting else "…"), max(share, 0.01)

    def in_and_out(self) -> tuple[float, float | None]:
        """Clip times between which the next pass goes."""
        times, here = self._editor.times, self._editor.playhead
        marked = self._editor.project.work_range
        if marked is None or not marked[0] <= here < marked[1]:
            return float(times.seconds(here)), None
        return float(times.seconds(marked[0])), float(times.seconds(marked[1]))

    # The microphone

    def arm(self, key: str | None) -> None:
        """Switch a microphone on; by default the settings', else the system's."""
        if self._recorder is not None or self._opening:
            return
        self._opening = True
        audio = self._editor.preferences.settings.audio
        self._work.start(
            self.tr("Opening the microphone"),
            partial(self._open, audio.input if key is None else key, audio.preroll_s),
            self._opened,
            self._failed,
        )
        self.changed.emit()

    def _open(
        self, key: str, preroll_s: float, token: CancelToken, report: Report
    ) -> tuple[Recorder, list[Device]]:
        """On the worker: a microphone by its key, else the system's."""
        rescan()  # one that was plugged in since
        devices = input_devices()
        device = next((known for known in devices if known.key == key), None)
        self._spare = Recorder(device, preroll_s=preroll_s)
        return self._spare, devices

    def _opened(self, found: tuple[Recorder, list[Device]]) -> None:
        recorder, devices = found
        self._spare = None
        if not self._opening:  # switched off again meanwhile
            recorder.close()
            return
        self._opening = False
        self._recorder, self.devices = recorder, devices
        self._heard_at = time.monotonic()
        self._timer.start()
        self.changed.emit()

    def _failed(self, error: CmetError) -> None:
        self._opening = False
        self._editor.notice.emit(Notice.of(error))
        self.changed.emit()

    def disarm(self) -> None:
        """Let go of the microphone; a take that runs is ended and kept."""
        self.stop()
        self._timer.stop()
        self._opening = False
        for recorder in (self._recorder, self._spare):
            if recorder is not None:
                recorder.close()
        self._recorder = self._spare = None
        self.changed.emit()

    def clear_clip(self) -> None:
        """Put the clip lamp out."""
        if self._recorder is not None:
            self._recorder.microphone.clear_clip()

    # Passes

    def rehearse(self, counting: bool) -> None:
        """Play the pass as it will be recorded, without recording."""
        self._counting = counting
        if self._begin("rehearsing", self._editor.clip_path):
            self._punch().play(counting)

    def record(self, emotion: str, side: Side, counting: bool) -> None:
        """Begin a take for an emotion (by name; "": for a new one)."""
        document, recorder = self._editor.document, self._recorder
        if document is None or recorder is None or self.running:
            return
        project = document.project
        wish = TakeWish(emotion or free_name(project, "Recorded"), side)
        try:
            path, note = next_recording(project, document.media_folder, wish)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._counting = counting
            if self._begin("recording", self._editor.clip_path):
                recorder.start(
                    path, note, longest_s=LONGEST_S, punch=self._punch(), counting=counting
                )
        except CmetError as error:
            self._end()
            self._editor.notice.emit(Notice.of(error))
        except OSError as error:
            self._end()
            words = self.tr("{0} cannot be written.").format(document.media_folder)
            hint = self.tr("Make room there, or save the project elsewhere.")
            self._editor.notice.emit(Notice("error", words, hint, str(error)))

    def review(self, take: Take, path: Path) -> None:
        """Hear a take where it was spoken, with the picture; the clip's own sound is silent."""
        if take.clip_s is None or self.running:
            return
        begins_s = take.clip_s + take.in_s

        def read(token: CancelToken, report: Report) -> npt.NDArray[np.float32]:
            from cmet_studio.media.audio import read_audio

            return read_audio(path, RATE, start_s=take.in_s, end_s=take.out_s)

        def play(samples: npt.NDArray[np.float32]) -> None:
            if self._begin("reviewing", None) and self._player is not None:
                self._in_s = begins_s
                lead = np.zeros(round(_LEAD_S * RATE), np.float32)
                self._player.play(
                    begins_s - _LEAD_S,
                    stop_s=begins_s + len(samples) / RATE,
                    overlay=np.concatenate([lead, samples]),
                )

        self._work.start(
            self.tr("Reading the take"),
            read,
            play,
            lambda e: self._editor.notice.emit(Notice.of(e)),
        )

    def stop(self) -> None:
        """End the pass; a take is kept."""
        recorder, was = self._recorder, self._pass
        if not was:
            return
        taken = None
        try:
            if was == "recording" and recorder is not None:
                taken = recorder.stop()
        except CmetError as error:
            self._editor.notice.emit(Notice.of(error))
        self._end()
        if taken is not None:
            self._told = taken.problem
            if taken.problem is not None:
                self._editor.notice.emit(Notice.of(taken.problem))
            self.recorded.emit(taken)

    def _begin(
        self, kind: Literal["rehearsing", "reviewing", "recording"], clip: Path | None
    ) -> bool:
        if self.running or self._editor.document is None:
            return False
        self._editor.transport.stop()  # before there is a pass that it could end
        self._in_s = self.in_and_out()[0]
        self._back_to = self._editor.playhead
        self._player = Player(clip, self._editor.preferences.settings.audio.output or None)
        self._pass = kind
        self._timer.start()
        self.changed.emit()
        return True

    def _punch(self) -> Punch:
        assert self._player is not None
        return Punch(self._player, *self.in_and_out(), tail_s=POSTROLL_S)

    def _end(self) -> None:
        was, self._pass = self._pass, ""
        if self._player is not None:
            self._player.close()
            self._player = None
        if self._recorder is None:
            self._timer.stop()
        self._editor.view.set(cue="", streamer=0.0)
        if was and self._editor.document is not None:
            self._editor.seek(self._back_to)
        self.changed.emit()

    def _interrupt(self) -> bool:
        running = self.running
        self.stop()
        return running

    def _look(self) -> None:
        recorder, player = self._recorder, self._player
        if recorder is not None:
            self._listen(recorder.level.peak_dbfs)
        if self._pass and player is not None:
            over = not player.playing if self._pass != "recording" else False
            if recorder is not None and self._pass == "recording":
                over = recorder.state == "ended"
            if over:
                self.stop()
            else:
                words, streamer = self.cue
                self._editor.view.set(cue=words, streamer=streamer)
                self._editor.seek(self._editor.times.frame_at(max(0.0, player.position_s)))
        lost = None if recorder is None else recorder.microphone.problem
        if lost is not None and not self.running:
            self.disarm()
            if lost is not self._told:  # its take may have said so
                self._editor.notice.emit(Notice.of(lost))
        self.changed.emit()

    def _listen(self, peak_dbfs: float) -> None:
        now = time.monotonic()
        if peak_dbfs > _SILENT_DBFS:
            self._heard_at = now
        if peak_dbfs >= self._loudest[1] or now - self._loudest[0] > _RECENT_S:
            self._loudest = (now, peak_dbfs)


def level_words(loudest_dbfs: float, silent_s: float, clipped: bool) -> tuple[str, bool]:
    """A level in words, and whether something has to be done about it.

    Args:
        loudest_dbfs: peak of the last seconds.
        silent_s: seconds since anything was heard.
        clipped: whether the lamp is lit.
    """
    if silent_s > _RECENT_S:
        return "Nothing is heard: is it muted?", True
    if clipped:
        return "Clipped: turn it down", True
    if loudest_dbfs > _LOUD_DBFS:
        return "Loud: turn it down a little", True
    if loudest_dbfs > _LOW_DBFS:
        return "Good level", False
    if loudest_dbfs > _ROOM_DBFS:
        return "Low: come closer or turn it up", True
    return "Say something", False
