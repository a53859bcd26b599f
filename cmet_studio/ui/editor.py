"""The spine of the window: the open document, the playhead, the selection, the engine."""

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cmet_studio.app.document import Document
from cmet_studio.app.editing import Edit, Gesture
from cmet_studio.core.errors import CmetError
from cmet_studio.domain.project import Performer, Project
from cmet_studio.domain.time import ClipTimes, FrameRate
from cmet_studio.ui.actions import Action
from cmet_studio.ui.engine_link import EngineLink
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.playback.feed import FrameFeed
from cmet_studio.ui.playback.transport import Transport
from cmet_studio.ui.preferences import Preferences
from cmet_studio.ui.selection import Selection
from cmet_studio.ui.tracking import Tracking
from cmet_studio.ui.view_state import ViewState

__all__ = ["Editor", "Selection"]


def _nothing() -> None:
    return


class Editor(QObject):
    """What every panel receives. Lives on the GUI thread, one per window.

    Signals:
        opened: another document is open, or none.
        changed(before, after): the document changed, also by undo.
        times_changed: the clip's exact time stamps are known now.
        playhead_moved(frame), scrubbed(frame): ``scrubbed`` also asks for a bit of sound.
        notice(Notice): something an editor should read.
        wanted(name): what only the window can do, e.g. "export" or "settings".
    """

    opened = Signal()
    changed = Signal(object, object)
    times_changed = Signal()
    playhead_moved = Signal(int)
    scrubbed = Signal(int)
    selection_changed = Signal()
    notice = Signal(object)
    playing_changed = Signal(bool)
    saved = Signal()
    wanted = Signal(str)

    def __init__(
        self,
        engine: EngineLink,
        preferences: Preferences | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.engine = engine
        engine.setParent(self)
        self.preferences = preferences or Preferences(parent=self)
        self.view = ViewState(self)
        self.tracking = Tracking(engine, self)
        self.actions: Mapping[str, Action] = {}
        """The catalogue by id; the window brings it."""
        self.document: Document | None = None
        self.selection = Selection()
        self.playhead = 0
        self.playing = False
        self.times = ClipTimes.constant(1, FrameRate(25))
        self.pixel_aspect = 1.0
        """Width to height of a pixel of the displayed clip, once the file has been read."""
        self.clip_path = Path()
        self._stop_listening: Callable[[], None] = _nothing
        self._troubled = False
        self._feed = FrameFeed(engine.wait_for_client)
        self.transport = Transport(self, self._feed, self)
        self.preferences.changed.connect(self._use_settings)
        self._use_settings()
        self.scrubbed.connect(self.transport.scrub)
        self.playhead_moved.connect(self.transport.playhead_moved)

    @property
    def project(self) -> Project:
        """The document as it is now. Only while one is open."""
        assert self.document is not None
        return self.document.project

    @property
    def revision(self) -> int:
        """Of the document; 0 without one."""
        return self.document.revision if self.document is not None else 0

    @property
    def is_open(self) -> bool:
        """Whether there is a document."""
        return self.document is not None

    @property
    def last_frame(self) -> int:
        """Number of the clip's last frame; 0 without a document."""
        return self.project.clip.frames - 1 if self.document is not None else 0

    @property
    def active_performer(self) -> Performer | None:
        """The performer that keys are made for."""
        if self.document is None:
            return None
        wanted = self.selection.performer
        return next((p for p in self.project.performers if p.id == wanted), None)

    # The document

    def open_document(self, document: Document | None, clip_path: Path) -> None:
        """Show a document; the one before it is closed. ``clip_path`` is where its clip lies."""
        self._stop_listening()
        if self.document is not None and self.document is not document:
            self.document.close()
        self.document = document
        self.clip_path = clip_path
        self.playhead = 0
        self.selection = Selection()
        if document is not None:
            clip = document.project.clip
            self.times = ClipTimes.constant(clip.frames, clip.rate, clip.start_timecode)
            self.pixel_aspect = 1.0
            self.selection = Selection().within(document.project)
            self._stop_listening = document.listen(self._document_changed)
            self.engine.put_document(document.path, document.revision, document.project)
        self.tracking.forget()
        self.transport.document_opened()
        self.view.set(zoom=None, picking="", bypass=False)
        self.opened.emit()
        self.selection_changed.emit()

    def set_times(self, times: ClipTimes, pixel_aspect: float = 1.0) -> None:
        """Use the clip's own time stamps, which are read after the window is up."""
        self.times = times
        self.pixel_aspect = pixel_aspect
        self.times_changed.emit()

    def do(self, label: str, edit: Edit, *, gesture: Gesture | None = None) -> bool:
        """Apply an edit; what it refuses becomes a notice. Returns whether anything changed."""
        if self.document is None:
            return False
        try:
            return self.document.do(label, edit, gesture=gesture)
        except CmetError as error:
            self.notice.emit(Notice.of(error))
            return False

    def begin(self) -> Gesture:
        """Start a drag: all edits made with it are one step of undo."""
        assert self.document is not None
        return self.document.begin()

    def undo(self) -> None:
        """Take the last step back."""
        if self.document is not None:
            self.document.undo()

    def redo(self) -> None:
        """Do the step again that was taken back last."""
        if self.document is not None:
            self.document.redo()

    def save(self) -> bool:
        """Write the project file. Returns whether it is written."""
        if self.document is None:
            return False
        try:
            self.document.save()
        except CmetError as error:
            self.notice.emit(Notice.of(error))
            return False
        self.saved.emit()
        return True

    def _document_changed(self, before: Project, after: Project) -> None:
        assert self.document is not None
        self.engine.put_document(self.document.path, self.document.revision, after)
        self.transport.document_changed()
        self.changed.emit(before, after)
        self.select(self.selection.within(after))
        self._watch_journal(self.document)

    def _watch_journal(self, document: Document) -> None:
        """Say once when edits can no longer be kept from a crash, and when they can again."""
        trouble = document.trouble
        if trouble is not None and not self._troubled:
            hint = self.tr("Until then a crash would lose edits. {0}").format(trouble.hint)
            self.notice.emit(Notice("error", trouble.message, hint))
        elif trouble is None and self._troubled:
            self.notice.emit(Notice("info", self.tr("Edits are kept from a crash again.")))
        self._troubled = trouble is not None

    def _use_settings(self, *changed: object) -> None:
        settings = self.preferences.settings
        self.transport.scrubs = settings.audio.scrub
        self.engine.use_model(settings.engine.face_model)
        self._feed.model = settings.engine.face_model
        self.engine.render_ahead(settings.engine.background)

    # What is shown

    def seek(self, frame: int, scrub: bool = False) -> None:
        """Move the playhead, within the clip. ``scrub``: by hand, with a bit of sound."""
        frame = min(max(frame, 0), self.last_frame)
        if frame == self.playhead:
            return
        self.playhead = frame
        self.playhead_moved.emit(frame)
        if scrub:
            self.scrubbed.emit(frame)

    def select(self, selection: Selection) -> None:
        """Make this the selection; keys of one emotion bring that emotion with them."""
        if selection.keys != self.selection.keys and selection.emotion == self.selection.emotion:
            selection = selection.with_emotion_of_keys(self.project) if self.document else selection
        if selection != self.selection:
            self.selection = selection
            self.selection_changed.emit()

    def want(self, name: str) -> None:
        """Ask the window for something that only it can do."""
        self.wanted.emit(name)

    def close(self) -> bool:
        """Close the document, end playback and engine. Returns whether all threads ended."""
        self.transport.stop()
        self.open_document(None, Path())
        ended = self.engine.close()  # first: the feed may be waiting for it
        return self.transport.close() and ended

    def set_playing(self, playing: bool) -> None:
        """Said by the transport."""
        if playing != self.playing:
            self.playing = playing
            self.playing_changed.emit(playing)
