"""What menus and keys do to the timeline itself: switches and zoom. Functions of the editor."""

from cmet_studio.ui.editor import Editor
from cmet_studio.ui.timeline.state import state_of

# Switches


def toggle_snap(editor: Editor) -> None:
    """Draw dragged things to others, or not (N)."""
    state_of(editor).switch("snap")


def toggle_ripple(editor: Editor) -> None:
    """Let later keys follow a moved one, or not (R)."""
    state_of(editor).switch("ripple")


def toggle_follow(editor: Editor) -> None:
    """Turn the timeline's page after the playhead, or not."""
    state_of(editor).switch("follow")


def toggle_graph(editor: Editor) -> None:
    """Show the graph of the active performer, or hide it (G, Shift+F3)."""
    state_of(editor).switch("graph")


# What is seen


def ask_interpolation(editor: Editor) -> None:
    """Show the interpolations at the selected key."""
    state_of(editor).interpolations_wanted.emit()


def zoom_in(editor: Editor) -> None:
    """Show less of the clip, around the playhead (+)."""
    state_of(editor).zoom_wanted.emit("in")


def zoom_out(editor: Editor) -> None:
    """Show more of the clip (-)."""
    state_of(editor).zoom_wanted.emit("out")


def zoom_fit(editor: Editor) -> None:
    """Show the whole clip."""
    state_of(editor).zoom_wanted.emit("fit")


def zoom_range(editor: Editor) -> None:
    """Show the in/out range, or the selected keys."""
    state_of(editor).zoom_wanted.emit("range")
