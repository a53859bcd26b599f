"""The viewer: asks for the frame under the playhead, draft while it moves, full when it stands."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cmet_studio.core.errors import CmetError
from cmet_studio.domain.time import format_position
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_client import EngineUnreachable, FrameResult, Quality
from cmet_studio.ui.view_state import View
from cmet_studio.ui.viewer.bar import TransportBar, ViewerStrip
from cmet_studio.ui.viewer.canvas import Canvas
from cmet_studio.ui.viewer.faces import FaceOverlay
from cmet_studio.ui.viewer.geometry import fetch_width
from cmet_studio.ui.viewer.paint import Pictures
from cmet_studio.ui.viewer.pictures import difference, to_image

FULL_AFTER_MS = 100


class ViewerPanel(QWidget):
    """Picture, overlays, transport bar."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.canvas = Canvas(editor.view)
        self.faces = FaceOverlay(editor, self)
        self.strip = ViewerStrip(editor)
        self.bar = TransportBar(editor)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.bar)
        self._edited: FrameResult | None = None
        self._source: FrameResult | None = None
        self._trouble = ""  # why the source is shown where the edit was asked for
        self._asked: Quality = "source"
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(FULL_AFTER_MS)
        self._calm.timeout.connect(self._ask_full)
        self._connect()
        self._opened()

    def _connect(self) -> None:
        editor = self._editor
        editor.opened.connect(self._opened)
        editor.changed.connect(self.refresh)
        editor.times_changed.connect(self._clip_known)
        editor.playhead_moved.connect(self._moved)
        editor.playing_changed.connect(self._playing_changed)
        editor.view.changed.connect(self._view_changed)
        editor.engine.frame_ready.connect(self._still_arrived)
        editor.engine.frame_failed.connect(self._failed)
        editor.engine.analysis_changed.connect(self._analysis_changed)
        editor.engine.state_changed.connect(self._state_changed)
        editor.engine.model_changed.connect(self.refresh)
        editor.transport.frame_due.connect(self._arrived)
        self.canvas.resized.connect(self._resized)
        self.faces.changed.connect(self._faces_changed)

    # Asking

    def _opened(self) -> None:
        editor = self._editor
        self._edited = self._source = None
        self._trouble = ""
        self.canvas.pictures = Pictures()
        if editor.is_open:
            clip = editor.project.clip
            self.canvas.clip_size = (clip.width, clip.height)
            self.canvas.pixel_aspect = 1.0
            rate = f"{float(clip.rate.fps):.6g}"
            said = f"{editor.clip_path.name}   {clip.width} x {clip.height}   {rate} fps"
            self.strip.name.setText(said)
            self.strip.name.setToolTip(said)
            self.canvas.pictures.note = self.tr("Opening {0}…").format(editor.clip_path.name)
            self._resized()
            self._ask("source")
        else:
            self.strip.name.clear()
            self.strip.show_badge("", theme.DIM)
            self.canvas.pictures.note = self.tr(
                "Drop a clip or a project here, or open one with Ctrl+O."
            )
        self.canvas.update()

    def _clip_known(self) -> None:
        """The file has been read: its pixels may not be square."""
        self.canvas.pixel_aspect = self._editor.pixel_aspect
        self.canvas.update()
        self._resized()

    def refresh(self, *changed: object) -> None:
        """Ask for the frame under the playhead again: draft now, full when hands rest."""
        if not self._editor.is_open or self._editor.playing:
            return
        if self._edited is None:  # the clip's own picture first: that needs no model
            self._ask("source")
            return
        self._ask("draft")
        self._calm.start()

    def _moved(self, frame: int) -> None:
        if not self._editor.playing:
            self.refresh()

    def _ask_full(self) -> None:
        if not self._editor.playing:
            self._ask("full")

    def _ask(self, quality: Quality) -> None:
        if not self._editor.is_open:
            return
        view = self._editor.view.view
        if view.bypass:
            quality = "source"
        source = view.needs_source and quality != "source"
        self._asked = quality
        self._editor.engine.show_frame(self._editor.playhead, self._width(), quality, source)

    def _width(self) -> int:
        layout = self.canvas.layout_now
        clip_width = self.canvas.clip_size[0]
        return fetch_width(clip_width, layout.pictures[-1].w, self.canvas.devicePixelRatioF())

    def _resized(self) -> None:
        self.strip.zoom.show_scale(self.canvas.scale)
        self._editor.transport.width = self._width()
        if self._edited is not None and self._edited.width < self._width():
            self._calm.start()

    def _playing_changed(self, playing: bool) -> None:
        if playing:
            self._calm.stop()
        else:
            self.refresh()

    def _view_changed(self, before: View, after: View) -> None:
        self._resized()
        compared = (before.compare, before.bypass) != (after.compare, after.bypass)
        zoomed = before.zoom != after.zoom
        if compared:
            if not after.needs_source and not after.bypass:
                self._source = self.canvas.pictures.source = None
            self._compare()
        if (compared or zoomed) and self._editor.is_open:
            self.refresh() if compared else self._calm.start()

    def _analysis_changed(self) -> None:
        waits = self._edited is not None and self._edited.state == "analysing"
        if waits and not self._calm.isActive():
            self._calm.start()

    def _state_changed(self, state: str) -> None:
        if state in ("ready", "failed"):
            self.refresh()

    # What comes

    @property
    def shown(self) -> FrameResult | None:
        """The frame on screen, as it is edited."""
        return self._edited

    def _still_arrived(self, frame: FrameResult) -> None:
        if self._editor.playing:
            return  # asked for before it began to play
        first = self._edited is None
        self._arrived(frame)
        if first and not self._editor.view.view.bypass:
            self._calm.start()  # the clip is there: now as it is edited

    def _arrived(self, frame: FrameResult) -> None:
        if not self._editor.is_open:
            return
        pictures, image = self.canvas.pictures, to_image(frame)
        beside = self._editor.view.view.bypass or self._compares()
        if frame.quality == "source" and beside:
            self._source, pictures.source = frame, image
        if frame.quality != "source" or not beside or self._edited is None or self._trouble:
            self._edited, pictures.edited = frame, image
            if self._source is not None and self._source.number != frame.number:
                self._source = pictures.source = None
        self._trouble = self._trouble if frame.quality == "source" else ""
        self._compare()
        bypassed = self._source if self._editor.view.view.bypass else None
        self._badge(bypassed or self._edited or frame)
        pictures.timecode = format_position(frame.number, self._editor.times)
        self.faces.show_frame(frame.number)
        self.canvas.update()

    def _compares(self) -> bool:
        return self._editor.view.view.needs_source and self._edited is not None

    def _compare(self) -> None:
        pictures = self.canvas.pictures
        pictures.difference = None
        wanted = self._editor.view.view.compare == "difference"
        if wanted and self._edited is not None and self._source is not None:
            pictures.difference = difference(self._edited, self._source)

    def _badge(self, frame: FrameResult) -> None:
        names = {
            "source": (self.tr("Source"), theme.DIM),
            "draft": (self.tr("Draft"), theme.ACCENT),
            "full": (self.tr("Full"), theme.GREEN),
        }
        text, colour = names.get(frame.quality, (frame.quality, theme.DIM))
        if frame.state == "analysing":
            text, colour = self.tr("{0}, face not tracked yet").format(text), theme.ACCENT
        elif frame.quality != "source":
            held = self._held_back(frame.number)
            if held:
                text, colour = self.tr("{0}, {1}").format(text, held), theme.ACCENT
            elif not frame.edited:
                text = self.tr("{0}, at rest").format(text)
        tip = self.tr("Frame {0}, {1} x {2}, face model {3}").format(
            frame.number, frame.width, frame.height, frame.engine or self.tr("none")
        )
        if self._trouble:
            text, colour = self.tr("Source, cannot be edited"), theme.RED
            tip = self._trouble
        self.strip.show_badge(text, colour, tip)

    def _held_back(self, frame: int) -> str:
        """Why a face with keys is as it was in a frame; empty if none is."""
        words = {"lost": self.tr("{0} not found here"), "extreme": self.tr("{0} turned too far")}
        for performer in self._editor.project.performers:
            limit = self._editor.tracking.limit(performer.id, frame)
            if limit in words and any(not key.is_rest for key in performer.keys):
                return words[limit].format(performer.name)
        return ""

    def _failed(self, frame: int, error: CmetError) -> None:
        if isinstance(error, EngineUnreachable):
            return  # the status chip says so, and it is tried again
        if self.canvas.pictures.edited is None:
            self.canvas.pictures.note = str(error)
        self.strip.show_badge(self.tr("Not shown"), theme.RED, str(error))
        self.canvas.update()
        self._trouble = str(error)
        if frame >= 0 and self._asked != "source":  # the clip itself may be shown
            self._calm.stop()
            self._ask("source")

    def _faces_changed(self) -> None:
        self.canvas.pictures.marks = self.faces.marks
        self.canvas.pictures.hint = self.faces.hint
        self.canvas.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # Qt's name
        """Escape ends picking."""
        if event.key() == Qt.Key.Key_Escape and self._editor.view.view.picking:
            self._editor.view.set(picking="")
        else:
            super().keyPressEvent(event)
