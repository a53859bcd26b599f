"""Things dragged onto the timeline: emotions become keys, files of sound go to the Library."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QDropEvent

from cmet_studio.ui import theme
from cmet_studio.ui.library import EMOTION_MIME
from cmet_studio.ui.library.tree import recordings_in
from cmet_studio.ui.timeline import commands
from cmet_studio.ui.timeline.hit import Hit
from cmet_studio.ui.timeline.layout import HEADER_PX
from cmet_studio.ui.timeline.preset_keys import add_preset_key, preset_of

if TYPE_CHECKING:
    from cmet_studio.ui.timeline.canvas import TimelineCanvas

Place = tuple[int, int, str]
"""Row of the widget, frame and colour of what would be made there."""


def emotion_in(data: QMimeData) -> str | None:
    """Id of the dragged emotion, or ``preset:`` and the name of one."""
    if not data.hasFormat(EMOTION_MIME):
        return None
    return bytes(data.data(EMOTION_MIME).data()).decode("utf-8", "replace")


def sounds_in(data: QMimeData) -> list[Path]:
    """Dragged local files that look like sound, and folders."""
    return recordings_in(data)


def is_welcome(data: QMimeData) -> bool:
    """Whether the timeline can do something with it."""
    return data.hasFormat(EMOTION_MIME) or bool(sounds_in(data))


def place(view: "TimelineCanvas", event: QDropEvent) -> Place | None:
    """Where it would land; None if nowhere. Keys are snapped as drags are."""
    at = event.position()
    found = view.hit(at.x(), at.y())
    welcome = is_welcome(event.mimeData())
    if not welcome or found.performer is None or at.x() < HEADER_PX:
        return None
    if found.key is not None:
        frame = found.key.frame
    else:
        position = view.scale.position(at.x() - HEADER_PX)
        frame = view.snapper(found.performer).snap(position, view.scale, view.snapping).frame
    emotion = emotion_in(event.mimeData())
    colours = {e.id: e.colour for e in view.editor.project.emotions}
    if emotion is not None and emotion not in colours and preset_of(emotion) is None:
        return None
    return int(at.y()), frame, colours.get(emotion or "", theme.ACCENT)


def land(view: "TimelineCanvas", event: QDropEvent, where: Place) -> None:
    """Make the key, or hand the files on."""
    at = event.position()
    found: Hit = view.hit(at.x(), at.y())
    frame = where[1]
    if found.performer is None:
        return
    emotion = emotion_in(event.mimeData())
    preset = preset_of(emotion or "")
    if preset is not None:
        add_preset_key(view.editor, found.performer, frame, preset)
    elif emotion is not None:
        commands.add_emotion_key(view.editor, found.performer, frame, emotion)
    else:
        view.sounds_dropped.emit(sounds_in(event.mimeData()), found.performer, frame)
