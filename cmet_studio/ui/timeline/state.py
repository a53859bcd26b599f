"""What the timeline remembers beside the document: switches, the clipboard, the last emotion."""

from PySide6.QtCore import QObject, Signal

from cmet_studio.domain.project import Key
from cmet_studio.ui.editor import Editor

_NAME = "timeline state"


class TimelineState(QObject):
    """One per editor, shared by the panel and the commands (``state_of``).

    Signals:
        zoom_wanted(how): "in", "out", "fit" or "range".
        interpolations_wanted: show the list of them at the selected key.

    Attributes:
        snap: N; Ctrl inverts it during a drag.
        ripple: R; later keys follow a dragged one.
        follow: the timeline turns its page after the playhead.
        graph: the graph view is open.
        clipboard: copied keys, frames as they were.
        last_emotion: id of the emotion that was keyed last.
    """

    changed = Signal()
    zoom_wanted = Signal(str)
    interpolations_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(_NAME)
        self.snap = True
        self.ripple = False
        self.follow = True
        self.graph = False
        self.clipboard: tuple[Key, ...] = ()
        self.last_emotion: str | None = None

    def switch(self, name: str, on: bool | None = None) -> None:
        """Turn a switch on or off, or over with None. Raises AttributeError for no switch."""
        before: bool = getattr(self, name)
        after = not before if on is None else on
        if after != before:
            setattr(self, name, after)
            self.changed.emit()


def state_of(editor: Editor) -> TimelineState:
    """The editor's; made when first asked for, gone with the editor."""
    for child in editor.children():
        if isinstance(child, TimelineState):
            return child
    return TimelineState(editor)
