"""What menus and keys do to markers and the in/out range: functions of the editor."""

from dataclasses import replace

from cmet_studio.app.editing import add_marker, recolour_marker, rename_marker, set_work_range
from cmet_studio.domain.project import Marker
from cmet_studio.ui.editor import Editor

MARKER_COLOURS = {
    "Blue": "#5b9bd5", "Green": "#6fbf73", "Amber": "#e8a33d", "Red": "#d9534f", "Grey": "#bbbbbb",
}  # fmt: skip


# Markers


def add_at_playhead(editor: Editor) -> None:
    """Set a marker at the playhead, or select the one that is there (M)."""
    add_at(editor, editor.playhead)


def add_at(editor: Editor, frame: int) -> None:
    """Set a marker, or select the one that is there."""
    if not editor.is_open:
        return
    if all(m.frame != frame for m in editor.project.markers):
        editor.do("Add marker", lambda p: add_marker(p, Marker(frame)))
    editor.select(replace(editor.selection, keys=frozenset(), marker=frame))


def rename(editor: Editor, frame: int, label: str) -> None:
    """Give a marker another label."""
    editor.do("Rename marker", lambda p: rename_marker(p, frame, label))


def recolour(editor: Editor, frame: int, colour: str) -> None:
    """Give a marker another colour."""
    editor.do("Colour marker", lambda p: recolour_marker(p, frame, colour))


def _go(editor: Editor, frames: list[int]) -> None:
    if frames:
        editor.seek(frames[0])
        editor.select(replace(editor.selection, keys=frozenset(), marker=frames[0]))


def go_to_next(editor: Editor) -> None:
    """Put the playhead on the next marker (Ctrl+M)."""
    if editor.is_open:
        _go(editor, [m.frame for m in editor.project.markers if m.frame > editor.playhead])


def go_to_previous(editor: Editor) -> None:
    """Put the playhead on the marker before it."""
    if editor.is_open:
        frames = [m.frame for m in editor.project.markers if m.frame < editor.playhead]
        _go(editor, frames[::-1])


# In and out


def set_in(editor: Editor) -> None:
    """Begin the range at the playhead (I); an out-point before it goes to the clip's end."""
    if not editor.is_open:
        return
    _, stop = editor.project.work_range or (0, editor.project.clip.frames)
    start = editor.playhead
    stop = stop if stop > start else editor.project.clip.frames
    editor.do("Set in-point", lambda p: set_work_range(p, (start, stop)))


def set_out(editor: Editor) -> None:
    """End the range with the playhead's frame (O); an in-point after it goes to the start."""
    if not editor.is_open:
        return
    start, _ = editor.project.work_range or (0, 0)
    stop = editor.playhead + 1
    start = start if start < stop else 0
    editor.do("Set out-point", lambda p: set_work_range(p, (start, stop)))


def clear(editor: Editor) -> None:
    """Forget in and out (Alt+X)."""
    editor.do("Clear in and out", lambda p: set_work_range(p, None))


def clear_in(editor: Editor) -> None:
    """Begin the range with the clip (Alt+I)."""
    _keep(editor, None, "Clear in-point")


def clear_out(editor: Editor) -> None:
    """End the range with the clip (Alt+O)."""
    _keep(editor, "in", "Clear out-point")


def _keep(editor: Editor, edge: str | None, label: str) -> None:
    if not editor.is_open or editor.project.work_range is None:
        return
    start, stop = editor.project.work_range
    frames = editor.project.clip.frames
    work = (start, frames) if edge == "in" else (0, stop)
    whole = work == (0, frames)
    editor.do(label, lambda p: set_work_range(p, None if whole else work))


def go_to_in(editor: Editor) -> None:
    """Put the playhead on the range's first frame (Shift+I)."""
    if editor.is_open:
        editor.seek((editor.project.work_range or (0, 0))[0])


def go_to_out(editor: Editor) -> None:
    """Put the playhead on the range's last frame (Shift+O)."""
    if editor.is_open:
        editor.seek((editor.project.work_range or (0, editor.project.clip.frames))[1] - 1)


def has_range(editor: Editor) -> bool:
    """Whether in or out is set."""
    return editor.is_open and editor.project.work_range is not None
