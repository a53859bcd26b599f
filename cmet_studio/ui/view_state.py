"""How the viewer looks at the clip: a value that actions change and the canvas shows."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

Compare = Literal["off", "wipe", "side", "difference"]
Picking = Literal["", "add", "again"]
"""What the next click on a face does: nothing, a new performer, or the active performer's face."""


@dataclass(frozen=True, slots=True)
class View:
    """What the viewer shows.

    Attributes:
        compare: edited alone, or against the source.
        wipe: where the wipe's line stands, 0 (left) to 1 (right); the edit is right of it.
        bypass: show the source while it is on.
        zoom: display pixels per clip pixel, or None to fit the panel.
        centre: clip point in the panel's middle, as shares of width and height.
        faces, mesh, safe, timecode: overlays.
        picking: what the next click on a face is for.
        cue: what an actor has to know (3, 2, 1, that it records), large on the picture.
        streamer: where the line stands that reaches the right edge at the in, 0 to 1.
    """

    compare: Compare = "off"
    wipe: float = 0.5
    bypass: bool = False
    zoom: float | None = None
    centre: tuple[float, float] = (0.5, 0.5)
    faces: bool = False
    mesh: bool = False
    safe: bool = False
    timecode: bool = False
    picking: Picking = ""
    cue: str = ""
    streamer: float = 0.0

    @property
    def needs_source(self) -> bool:
        """Whether the source's picture is on screen too."""
        return self.compare != "off"


class ViewState(QObject):
    """Holds the ``View``.

    Signals:
        changed(before, after): both ``View``.
        face_chosen(number): a face was clicked, or its number typed, while picking.
    """

    changed = Signal(object, object)
    face_chosen = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view = View()

    def set(self, **values: Any) -> None:
        """Change some of it."""
        before, after = self.view, replace(self.view, **values)
        if after != before:
            self.view = after
            self.changed.emit(before, after)

    def compare(self, mode: Compare) -> None:
        """Compare in this way; if that is so already, no longer."""
        self.set(compare="off" if self.view.compare == mode else mode)

    def pick(self, what: Picking) -> None:
        """Let a face be chosen for this; if that is so already, no longer."""
        self.set(picking="" if self.view.picking == what else what)

    def move_wipe(self, by: float) -> None:
        """Move the wipe's line by a share of the width."""
        self.set(wipe=min(max(self.view.wipe + by, 0.0), 1.0))

    def toggle(self, name: str) -> None:
        """Turn an overlay on or off."""
        self.set(**{name: not getattr(self.view, name)})

    def zoom_by(self, factor: float, shown: float) -> None:
        """Zoom around the middle; ``shown`` is the present scale."""
        self.set(zoom=min(max(shown * factor, MIN_ZOOM), MAX_ZOOM))


MIN_ZOOM = 0.05
MAX_ZOOM = 16.0
