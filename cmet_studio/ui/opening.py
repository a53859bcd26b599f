"""Opening a clip or a project: read on a worker thread, shown on the GUI thread."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cmet_studio.app.document import Document
from cmet_studio.core.errors import BadInput, CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.core.settings import with_recent
from cmet_studio.domain.time import ClipTimes
from cmet_studio.project_io.files import own_place
from cmet_studio.project_io.recovery import Recovery, recoverable
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.parts.work import Work
from cmet_studio.ui.playback.clock import Clock

SUFFIX = ".cmet"
CLIPS = (".mp4", ".mov", ".mkv", ".m4v", ".avi", ".webm", ".mxf", ".mts", ".m2ts", ".mpg", ".ts")


@dataclass(frozen=True, slots=True)
class Found:
    """What a path leads to.

    Attributes:
        project: the project file, there or to be made.
        clip: of which a project is to be made; None if the project is there.
        recovery: edits that were not saved.
        homeless: the project cannot be made beside its clip: its folder is not writable.
    """

    project: Path
    clip: Path | None = None
    recovery: Recovery | None = None
    homeless: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A document and where its clip lies; ``trouble`` if the clip was not found."""

    document: Document
    clip: Path
    trouble: CmetError | None = None


def look(path: Path) -> Found:
    """See what is to be opened.

    Raises: BadInput if there is no such file.
    """
    path = path.absolute()
    if not path.is_file():
        raise BadInput(f"There is no file {path}.", "Check the name, or drop the file here.")
    project = path if path.suffix.lower() == SUFFIX else path.with_suffix(SUFFIX)
    if project.is_file():
        project = own_place(project)
        return Found(project, None, recoverable(project))
    return Found(project, path, homeless=not os.access(project.parent, os.W_OK))


def read(found: Found, recovery: Recovery | None) -> Opened:
    """Read or make the document and find its clip.

    Raises: CmetError if it cannot be read or made.
    """
    if found.clip is not None:
        return Opened(Document.create(found.clip, found.project), found.clip)
    document = Document.open(found.project, recovery)
    try:
        return Opened(document, document.find_clip())
    except CmetError as error:
        return Opened(document, found.project.parent / document.project.clip.path, error)


def read_times(clip: Path) -> tuple[ClipTimes, float]:
    """The clip's own time stamps, and width to height of its pixels as displayed.

    Raises: MediaError if it cannot be read.
    """
    from cmet_studio.media.reader import VideoReader

    with VideoReader(clip) as reader:
        video = reader.info.video
        aspect = float(video.sample_aspect)
        return reader.times, 1 / aspect if video.orientation.transpose else aspect


def sound_clock(clip: Path, device_key: str = "") -> Clock:
    """The clip's sound as the clock."""
    from cmet_studio.media.player import Player

    player = Player(clip, device_key or None)
    player.prepare()
    return player


AskRecovery = Callable[[Recovery], bool | None]
"""True: go on from the unsaved edits; False: open what was saved; None: open nothing."""
AskPlace = Callable[[Path], Path | None]
"""Is given the clip; answers where its project is to lie."""


class Opener(QObject):
    """Opens things one after another.

    Signals:
        busy(name): something is being opened; empty when it is done.

    Args:
        ask_recovery, ask_place: the window's dialogs.
    """

    busy = Signal(str)

    def __init__(
        self,
        editor: Editor,
        ask_recovery: AskRecovery,
        ask_place: AskPlace,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._editor = editor
        self._ask_recovery = ask_recovery
        self._ask_place = ask_place
        self._work = Work(self)
        self._spare: Clock | None = None
        self._output = editor.preferences.settings.audio.output
        editor.preferences.changed.connect(self._use_settings)
        editor.transport.sound_changed.connect(self._sound_changed)

    def open(self, path: Path) -> None:
        """Open a clip or a project; what is open now is saved and closed."""
        self.busy.emit(path.name)
        title = self.tr("Opening {0}").format(path.name)
        self._work.start(title, lambda token, report: look(path), self._found, self._failed)

    def _found(self, found: Found) -> None:
        recovery = found.recovery
        if recovery is not None:
            answer = self._ask_recovery(recovery)
            if answer is None:
                self.busy.emit("")
                return
            recovery = recovery if answer else None
        if found.homeless and found.clip is not None:
            place = self._ask_place(found.clip)
            if place is None:
                self.busy.emit("")
                return
            found = Found(place, found.clip)
        if not self._leave(found.project):
            return
        title = self.tr("Opening {0}").format(found.project.name)
        self._work.start(
            title, lambda token, report: read(found, recovery), self._read, self._failed
        )

    def _leave(self, project: Path) -> bool:
        """Save what is open. False if it stays, because it is the one or cannot be saved."""
        document = self._editor.document
        if document is None:
            return True
        if document.path.absolute() == project.absolute():
            self.busy.emit("")
            return False
        saved = document.read_only or not document.dirty or self._editor.save()
        if saved:
            self._editor.open_document(None, Path())
        else:
            self.busy.emit("")
        return saved

    def _read(self, opened: Opened) -> None:
        editor, document = self._editor, opened.document
        editor.open_document(document, opened.clip)
        self.busy.emit("")
        if document.read_only:
            who = document.holder.words if document.holder else self.tr("its folder is read-only")
            editor.notice.emit(
                Notice(
                    "warning",
                    self.tr("{0} is open for reading only: {1}.").format(document.path.name, who),
                    self.tr("Save a copy to go on editing."),
                )
            )
        if opened.trouble is not None:
            editor.notice.emit(Notice.of(opened.trouble))
            editor.want("relink")
            return
        editor.preferences.change(lambda s: with_recent(s, document.path))
        self.prepare_playback(document, opened.clip)

    def prepare_playback(self, document: Document, clip: Path) -> None:
        """Read the clip's time stamps, then open its sound."""
        editor = self._editor

        def times(token: CancelToken, report: Report) -> tuple[ClipTimes, float]:
            return read_times(clip)

        def use_times(found: tuple[ClipTimes, float]) -> None:
            if editor.document is document:
                editor.set_times(*found)

        self._work.start(self.tr("Reading time stamps"), times, use_times, self._failed)
        self._prepare_sound(document, clip)

    def _prepare_sound(self, document: Document, clip: Path) -> None:
        editor, device = self._editor, self._output

        def clock(token: CancelToken, report: Report) -> Clock:
            self._spare = sound_clock(clip, device)
            return self._spare

        def use_clock(found: Clock) -> None:
            self._spare = None
            if editor.document is document:
                editor.transport.use_clock(found)
            else:
                found.close()

        self._work.start(self.tr("Preparing the sound"), clock, use_clock, self._failed)

    def _sound_changed(self, problem: CmetError | None) -> None:
        if problem is None:
            self._editor.notice.emit(Notice("info", self.tr("The sound is back.")))
        else:
            self._editor.notice.emit(Notice("warning", problem.message, problem.hint))

    def _use_settings(self, *changed: object) -> None:
        """Another loudspeaker was chosen."""
        editor, output = self._editor, self._editor.preferences.settings.audio.output
        if output != self._output:
            self._output = output
            if editor.document is not None and editor.clip_path.is_file():
                self._prepare_sound(editor.document, editor.clip_path)

    def _failed(self, error: CmetError) -> None:
        self.busy.emit("")
        self._editor.notice.emit(Notice.of(error))

    def close(self) -> bool:
        """Stop opening. Returns whether the thread ended."""
        ended = self._work.stop()
        if self._spare is not None:  # made, but nobody took it any more
            self._spare.close()
        return ended
