"""What assistive technology is told of the painted lanes: the active performer's keys, as a list.

Typing belongs to the Keys table; here a screen reader hears which key is selected and where it is.
"""

import weakref
from typing import Any

from PySide6.QtCore import QObject, QPoint, QRect, QSize
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from cmet_studio.domain.project import Key
from cmet_studio.ui.timeline.canvas import TimelineCanvas
from cmet_studio.ui.timeline.hit import KEY_REACH_PX
from cmet_studio.ui.timeline.layout import HEADER_PX
from cmet_studio.ui.timeline.tips import mix_words
from cmet_studio.ui.timeline.words import tr

_Text = QAccessible.Text
_faces: list["TimelineFace"] = []  # Qt deletes them with their widgets; Python must not before


def key_words(view: TimelineCanvas, key: Key) -> str:
    """A key as it is read aloud."""
    words = [mix_words(view.editor.project, key)]
    if not key.is_rest:
        words.append(f"{key.intensity:.0%}")
    words += [view.name(key.frame), tr(key.interpolation)]
    if key.muted:
        words.append(tr("muted"))
    return ", ".join(words)


class KeyItem(QAccessibleInterface):
    """The key that is the ``number``-th now. Lives as long as its list: Qt knows it by id."""

    def __init__(self, face: "TimelineFace", number: int) -> None:
        super().__init__()
        self._face, self._number = face, number

    def _key(self) -> Key | None:
        keys = self._face.keys
        return keys[self._number] if self._number < len(keys) else None

    def isValid(self) -> bool:  # Qt's names from here on
        """Whether there still is such a key."""
        return self._key() is not None

    def object(self) -> Any:
        """It is no widget."""
        return None

    def parent(self) -> QAccessibleInterface:
        """The list."""
        return self._face

    def role(self) -> QAccessible.Role:
        """An entry of a list."""
        return QAccessible.Role.ListItem

    def text(self, kind: QAccessible.Text) -> str:
        """Its words."""
        key, view = self._key(), self._face.view
        if key is None or view is None or kind != _Text.Name:
            return ""
        return key_words(view, key)

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing: typing is for the Keys table."""

    def state(self) -> QAccessible.State:
        """Whether it is selected."""
        state, key, view = QAccessible.State(), self._key(), self._face.view
        if key is not None and view is not None:
            state.selectable = 1
            state.selected = int(key.frame in view.editor.selection.keys)
        return state

    def rect(self) -> QRect:
        """Its diamond, on the screen."""
        key, view = self._key(), self._face.view
        lane = view.lanes.lane_of("emotion", self._face.performer) if view is not None else None
        if key is None or view is None or lane is None:
            return QRect()
        reach = round(KEY_REACH_PX)
        middle = QPoint(round(HEADER_PX + view.scale.x(key.frame)), round(lane.signs))
        corner = view.mapToGlobal(middle - QPoint(reach, reach))
        return QRect(corner, QSize(2 * reach, 2 * reach))

    def childCount(self) -> int:
        """None."""
        return 0

    def child(self, number: int) -> Any:
        """None."""
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """None."""
        return -1

    def childAt(self, x: int, y: int) -> Any:
        """None."""
        return None


class TimelineFace(QAccessibleWidget):
    """The timeline as a list of keys; its value is where the playhead stands."""

    def __init__(self, view: TimelineCanvas) -> None:
        super().__init__(view, QAccessible.Role.List, view.accessibleName())
        self._view = weakref.ref(view)
        self._items: list[KeyItem] = []

    @property
    def view(self) -> TimelineCanvas | None:
        """The widget, while it lives and a document is open."""
        view = self._view()
        return view if view is not None and view.editor.is_open else None

    @property
    def performer(self) -> str | None:
        """Whose keys are told."""
        active = self.view.editor.active_performer if self.view is not None else None
        return active.id if active is not None else None

    @property
    def keys(self) -> tuple[Key, ...]:
        """The active performer's."""
        active = self.view.editor.active_performer if self.view is not None else None
        return active.keys if active is not None else ()

    def text(self, kind: QAccessible.Text) -> str:
        """Name and description of the widget; as value the playhead's timecode."""
        if kind == _Text.Value and self.view is not None:
            return self.view.name(self.view.editor.playhead)
        return super().text(kind)

    def childCount(self) -> int:
        """One for every key."""
        return len(self.keys)

    def child(self, number: int) -> Any:
        """A key."""
        if not 0 <= number < len(self.keys):
            return None
        while len(self._items) <= number:
            self._items.append(KeyItem(self, len(self._items)))
        return self._items[number]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """A key's number."""
        return next((n for n, item in enumerate(self._items) if item is child), -1)


def _face_of(name: str, thing: QObject) -> Any:
    if not isinstance(thing, TimelineCanvas):
        return None
    face = TimelineFace(thing)
    _faces.append(face)
    return face


class Announcer(QObject):
    """Tells a running screen reader the key that was just selected."""

    def __init__(self, view: TimelineCanvas) -> None:
        super().__init__(view)
        self._view = view
        self._told: Key | None = None
        view.editor.selection_changed.connect(self._selected)

    def _selected(self) -> None:
        if not QAccessible.isActive():
            return
        key = chosen_key(self._view)
        if key is not None and key != self._told:
            words = key_words(self._view, key)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._view, words))
        self._told = key


def chosen_key(view: TimelineCanvas) -> Key | None:
    """The selected key, if it is one."""
    active = view.editor.active_performer
    frames = view.editor.selection.keys
    if active is None or len(frames) != 1:
        return None
    return next((key for key in active.keys if key.frame in frames), None)


_installed: list[bool] = []


def install() -> None:
    """Have Qt ask here for the lanes. Once for the process."""
    if not _installed:
        _installed.append(True)
        QAccessible.installFactory(_face_of)
