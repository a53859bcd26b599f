"""The catalogue: everything that menus, keys and buttons can do, in one list.

An action acts on the editor alone. What only the window can do (dialogs, docks) it asks for with
``Editor.want``. Shortcuts are those of the CMET preset; ``ui.shortcuts`` has the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Run = Callable[[Any], object]
"""Is given the ``Editor``, which knows this module and not the other way round."""
Test = Callable[[Any], bool]
Menu = Literal["File", "Edit", "Keys", "Playback", "Mark", "View", "Window", "Help"]
MENUS: tuple[Menu, ...] = ("File", "Edit", "Keys", "Playback", "Mark", "View", "Window", "Help")


def is_open(editor: Any) -> bool:
    """Whether there is a document."""
    return bool(editor.is_open)


def is_writable(editor: Any) -> bool:
    """Whether there is a document that may be changed."""
    return bool(editor.is_open) and not editor.document.read_only


def always(editor: Any) -> bool:
    """For what needs no document."""
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done.

    Attributes:
        id: ``group.name``, stable: settings name shortcuts by it.
        text: for menus, in English (translated where it is shown); ``&`` marks the access key.
        shortcut: key sequences of the CMET preset.
        menu: where it stands; a line is drawn between groups of one menu.
        enabled: whether it can be done now.
        checked: whether it is on, for those that switch; None for the others.
        repeats: whether holding the key does it again and again.
    """

    id: str
    text: str
    run: Run
    shortcut: tuple[str, ...] = ()
    menu: Menu = "Edit"
    group: str = ""
    icon: str = ""
    enabled: Test = is_open
    checked: Test | None = None
    repeats: bool = False


def wants(name: str) -> Run:
    """An action that asks the window."""
    return lambda editor: editor.want(name)
