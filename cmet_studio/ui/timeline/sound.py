"""Has the clip's sound read for the waveform lane, off the GUI thread."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from cmet_studio.core.errors import CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.media.peaks import Peaks
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.parts.work import Work
from cmet_studio.ui.timeline.feed import FactsFeed
from cmet_studio.ui.timeline.words import tr


class SoundReader(QObject):
    """Reads the open clip's sound once and gives it to the lanes.

    Attributes:
        work: what runs, for the Jobs panel; ``stop`` it before the end.
    """

    def __init__(self, editor: Editor, feed: FactsFeed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._feed = feed
        self._peaks: Peaks | None = None
        self._running = ""
        self.work = Work(self)
        self.work.changed.connect(self._tell)
        editor.opened.connect(self.read)
        self.read()

    def read(self) -> None:
        """Begin with the clip that is open now."""
        self.work.cancel(self._running)
        if self._peaks is not None:
            self._peaks.close()
            self._peaks = None
        if not self._editor.is_open:
            self._feed.set_peaks(None)
            return
        path = self._editor.clip_path
        peaks = Peaks(path, self._editor.project.clip.fingerprint.sha256)
        self._peaks = peaks

        def build(token: CancelToken, report: Report) -> Peaks:
            peaks.build(token, report)
            return peaks

        self._feed.set_peaks(None, tr("Reading the sound…"))
        self._running = self.work.start(
            tr("Reading the sound of {name}").format(name=Path(path).name),
            build,
            self._done,
            self._failed,
        )

    def _done(self, peaks: Peaks) -> None:
        if peaks is self._peaks:
            self._feed.set_peaks(peaks)

    def _tell(self, job: dict[str, Any]) -> None:
        """How far it is, in the empty lane."""
        if job["id"] != self._running or job["state"] != "running" or not job["total"]:
            return
        note = tr("Reading the sound… {n}%").format(n=100 * job["done"] // job["total"])
        if note != self._feed.facts.peaks_note:
            self._feed.set_peaks(None, note)

    def _failed(self, error: CmetError) -> None:
        self._feed.set_peaks(None, error.message)
