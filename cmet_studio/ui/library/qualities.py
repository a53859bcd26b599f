"""What is heard in the takes of the open project, in words; found in the background."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain.project import Take
from cmet_studio.ui.parts.work import Work

Words = tuple[str, str]
"""A few words for the list, and sentences for the tooltip."""


def judge(path: Path, in_s: float, out_s: float | None) -> tuple[Words, float]:
    """Listen to a part of a file. Returns the words and seconds of speech.

    Raises: MediaError if it cannot be read.
    """
    from cmet_studio.media.audio import read_audio
    from cmet_studio.speech.quality import RATE, examine, words

    quality = examine(read_audio(path, rate=RATE, start_s=in_s, end_s=out_s))
    found = words(quality)
    # The list has the length already.
    short = ", ".join(word for word in found if not word.endswith("of speech"))
    tip = "\n".join((", ".join(found), *quality.warnings))
    return (short, tip), quality.speech_s


class Qualities(QObject):
    """Words by take; a take is listened to once per trim.

    Signals:
        known(take id, words, tooltip).
    """

    known = Signal(str, str, str)

    def __init__(self, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = work
        self._found: dict[tuple[str, float, float | None], Words] = {}
        self._asked: set[tuple[str, float, float | None]] = set()

    def ask(self, takes: Iterable[Take], folder: Path) -> None:
        """Say what is known of takes now, and the rest when it is found."""
        missing = []
        for take in takes:
            key = (take.sha256, take.in_s, take.out_s)
            if key in self._found:
                self.known.emit(take.id, *self._found[key])
            elif key not in self._asked:
                self._asked.add(key)
                missing.append(take)
        if missing:
            self._start(missing, folder)

    def forget_asked(self) -> None:
        """What was under way was stopped."""
        self._asked = set(self._found)

    def _start(self, takes: list[Take], folder: Path) -> None:
        def listen(token: CancelToken, report: Report) -> dict[str, Words]:
            from cmet_studio.core.errors import CmetError

            found: dict[str, Words] = {}
            for n, take in enumerate(takes):
                token.check()
                report("listening to takes", n, len(takes))
                try:
                    found[take.id], _ = judge(folder / take.path, take.in_s, take.out_s)
                except CmetError as error:
                    found[take.id] = ("missing", str(error))
            return found

        def done(found: dict[str, Words]) -> None:
            for take in takes:
                words = found[take.id]
                if words[0] != "missing":
                    self._found[(take.sha256, take.in_s, take.out_s)] = words
                self.known.emit(take.id, *words)

        self._work.start("Listening to takes", listen, done)
