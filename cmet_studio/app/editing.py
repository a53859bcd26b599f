"""The edits that the desktop application makes: its only way to ``domain.edits``.

Each is a function from project to project, or makes one; ``Document.do`` applies it.
"""

from cmet_studio.domain.edits import (
    add_emotion,
    add_key,
    add_performer,
    move_key,
    move_keys,
    remove_emotion,
    remove_key,
    remove_keys,
    remove_performer,
    rename_emotion,
    rename_performer,
    set_anchor,
    set_emotion_colour,
    set_key,
)
from cmet_studio.domain.history import Edit, Gesture

__all__ = [
    "Edit",
    "Gesture",
    "add_emotion",
    "add_key",
    "add_performer",
    "move_key",
    "move_keys",
    "remove_emotion",
    "remove_key",
    "remove_keys",
    "remove_performer",
    "rename_emotion",
    "rename_performer",
    "set_anchor",
    "set_emotion_colour",
    "set_key",
]
