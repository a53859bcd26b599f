"""The timeline's dock: tools, lanes, scroll bars, and the graph under them."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollBar,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.domain.project import Project
from cmet_studio.ui import theme
from cmet_studio.ui.action_button import ActionButton
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.jobs.row import JobRow
from cmet_studio.ui.timeline import accessible
from cmet_studio.ui.timeline.feed import FactsFeed
from cmet_studio.ui.timeline.graph.view import GraphView
from cmet_studio.ui.timeline.layout import HEADER_PX, clip_lanes_height
from cmet_studio.ui.timeline.sound import SoundReader
from cmet_studio.ui.timeline.sounds import DroppedSounds
from cmet_studio.ui.timeline.state import state_of
from cmet_studio.ui.timeline.view import TimelineView

_TOOLS = (
    ("key.add", "key.rest", "key.delete"),
    ("key.previous", "key.next", "marker.add"),
    ("key.interp.hold", "key.interp.linear", "key.interp.bezier", "key.interp.ease"),
    ("timeline.snap", "timeline.ripple", "timeline.follow", "timeline.graph"),
)
GRAPH_PX = 150
"""A graph lower than this is worth hiding lanes for."""
_UNITS = 64
"""Scroll bar units of a frame: as fine as the scale's scrolling."""


class TimelinePanel(QWidget):
    """Everything of the timeline. Give it to a dock.

    Attributes:
        view: the lanes.
        graph: intensity and handles of the active performer's keys, on the same time axis.
    """

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self.setAccessibleName(self.tr("Timeline"))
        self._editor = editor
        self._parted = False
        """Whether the hand chose how lanes and graph share the room."""
        self._state = state_of(editor)
        self.feed = FactsFeed(editor, self)
        self.sound = SoundReader(editor, self.feed, self)
        self.sounds = DroppedSounds(editor, self)
        self.view = TimelineView(editor, self.feed)
        self.view.setMinimumHeight(clip_lanes_height())
        accessible.install()
        accessible.Announcer(self.view)
        self.view.sounds_dropped.connect(self.sounds.take_in)
        self.graph = GraphView(self.view)
        self._across = QScrollBar(Qt.Orientation.Horizontal)
        self._down = QScrollBar(Qt.Orientation.Vertical)
        self._build()
        self.setFocusProxy(self.view)
        self.sounds.work.changed.connect(self._show_work)
        self.progress.wanted.connect(self._progress_wanted)
        self.view.scale_changed.connect(self._show_scale)
        self._across.valueChanged.connect(self._scrolled)
        self._down.valueChanged.connect(self.view.scroll_lanes)
        self._state.changed.connect(self._show_state)
        editor.selection_changed.connect(self._tell)
        self._state.zoom_wanted.connect(self._zoom)
        editor.changed.connect(self._edited)
        editor.opened.connect(self._show_scale)
        self._show_state()
        self._show_scale()

    # Building

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._tools())
        self.progress = JobRow(self)
        self.progress.hide()
        column.addWidget(self.progress)
        lanes = QWidget()
        grid = QGridLayout(lanes)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.view, 0, 0)
        grid.addWidget(self._down, 0, 1)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.addWidget(lanes)
        self._split.addWidget(self.graph)
        self._split.setChildrenCollapsible(False)
        self._split.splitterMoved.connect(self._parted_by_hand)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        column.addWidget(self._split, 1)
        below = QHBoxLayout()
        below.setContentsMargins(HEADER_PX, 0, 0, 0)
        below.addWidget(self._across)
        column.addLayout(below)
        self._across.setAccessibleName(self.tr("Position in the clip"))
        self._down.setAccessibleName(self.tr("Lanes"))

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(6, 3, 6, 3)
        row.setSpacing(2)
        for group in _TOOLS:
            for action in group:
                row.addWidget(ActionButton(self._editor, action))
            row.addSpacing(10)
        row.addStretch(1)
        self._told = QLabel()
        self._told.setProperty("dim", True)
        self._told.setFont(theme.font(theme.SMALL_PX))
        row.addWidget(self._told)
        row.addSpacing(8)
        for action in ("timeline.zoom_out", "timeline.zoom_in", "timeline.fit"):
            row.addWidget(ActionButton(self._editor, action))
        return row

    # Imports of what was dropped

    def _show_work(self, job: Mapping[str, Any]) -> None:
        self.progress.set_job(job)
        self.progress.setVisible(job["state"] not in ("done", "cancelled"))

    def _progress_wanted(self, what: str) -> None:
        if what == "cancel":
            self.sounds.work.cancel(str(self.progress.job["id"]))
        elif what == "dismiss":
            self.progress.hide()

    # Keeping things in step

    def _zoom(self, how: str) -> None:
        steps = {"in": 2, "out": -2}.get(how)
        if steps is not None:
            self.view.zoom(steps)
        elif how == "range":
            self.view.fit_range()
        else:
            self.view.fit()

    def _show_state(self) -> None:
        opens = self._state.graph and self.graph.isHidden()
        self.graph.setVisible(self._state.graph)
        if opens and not self._parted:
            self._part()
        self._tell()

    def _part(self) -> None:
        """Give the graph what the lanes leave; if that is little, the lanes down to the sound."""
        whole = self._split.height()
        lanes = self.view.lanes.content
        if whole - lanes < GRAPH_PX:
            lanes = clip_lanes_height()
        self._split.setSizes([lanes, max(1, whole - lanes)])

    def _parted_by_hand(self, *place: int) -> None:
        self._parted = True

    def _tell(self) -> None:
        words = ""
        if self._editor.is_open:
            count = len(self._editor.selection.keys)
            if count > 1:
                words = self.tr("{n} keys selected").format(n=count)
        self._told.setText(words)

    def _edited(self, before: Project, after: Project) -> None:
        if len(before.performers) != len(after.performers):  # other lanes
            self._show_scale()

    def _show_scale(self) -> None:
        scale, lanes = self.view.scale, self.view.lanes
        left = scale.fit().start if scale.per_frame <= scale.fit().per_frame else None
        pad = scale.scroll_to(-scale.frames).start if left is None else left
        last = scale.scroll_to(2 * scale.frames).start
        self._first = pad
        self._across.blockSignals(True)
        self._across.setRange(0, int((last - pad) * _UNITS))
        self._across.setPageStep(max(1, int(scale.span * _UNITS)))
        self._across.setSingleStep(max(1, int(scale.span * _UNITS / 16)))
        self._across.setValue(int((scale.start - pad) * _UNITS))
        self._across.blockSignals(False)
        self._down.blockSignals(True)
        self._down.setRange(0, lanes.most_scroll)
        self._down.setPageStep(max(1, lanes.height))
        self._down.setSingleStep(24)
        self._down.setValue(self.view.lanes_scrolled)
        self._down.setVisible(lanes.most_scroll > 0)
        self._down.blockSignals(False)
        self._tell()

    def _scrolled(self, value: int) -> None:
        self.view.scroll_to(float(self._first) + value / _UNITS)
