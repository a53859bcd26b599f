"""The timeline's part of the catalogue: keys, marks, what is seen of the clip."""

from cmet_studio.ui.actions import Action, Menu, Run, is_writable
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.timeline import commands, mark_commands, mark_dialogs, view_commands
from cmet_studio.ui.timeline.state import state_of


def _can_change_keys(editor: Editor) -> bool:
    return is_writable(editor) and commands.has_keys(editor)


def _can_delete(editor: Editor) -> bool:
    marker = editor.selection.marker is not None
    return is_writable(editor) and (marker or commands.has_keys(editor))


def _can_paste(editor: Editor) -> bool:
    return is_writable(editor) and commands.can_paste(editor)


def _key(
    name: str, text: str, run: Run, keys: tuple[str, ...], group: str, icon: str = ""
) -> Action:
    """An action on the selected keys, or the one under the playhead."""
    return Action(f"key.{name}", text, run, keys, "Keys", group, icon, _can_change_keys)


def _switch(name: str, text: str, run: Run, keys: tuple[str, ...], menu: Menu, icon: str) -> Action:
    def checked(editor: Editor) -> bool:
        return bool(getattr(state_of(editor), name))

    return Action(f"timeline.{name}", text, run, keys, menu, "switches", icon, checked=checked)


KEYS = (
    Action("key.add", "&Add Key", commands.add_at_playhead, ("Ctrl+K",), "Keys", "add",
           "key_add", is_writable),
    Action("key.rest", "Add &Rest Key", commands.add_rest_at_playhead, ("Ctrl+Shift+K",), "Keys",
           "add", "key", is_writable),
    Action("key.delete", "&Delete", commands.delete, ("Del", "Backspace"), "Keys", "add", "trash",
           _can_delete),
    _key("mute", "&Mute or Unmute", commands.toggle_mute, ("Shift+D",), "add", "mute"),
    Action("key.previous", "&Previous Key", commands.previous_key, ("Up",), "Keys", "go",
           "key_previous", repeats=True),
    Action("key.next", "&Next Key", commands.next_key, ("Down",), "Keys", "go", "key_next",
           repeats=True),
    _key("interp.hold", "&Hold", commands.interpolation("hold"), ("1",), "shape", "hold"),
    _key("interp.linear", "&Linear", commands.interpolation("linear"), ("2",), "shape", "linear"),
    _key("interp.bezier", "&Bezier", commands.interpolation("bezier"), ("3",), "shape", "bezier"),
    _key("interp.ease", "&Ease", commands.interpolation("ease"), ("F9",), "shape", "ease"),
    _key("interp.ease_in", "Ease &In", commands.ease_in, ("Shift+F9",), "shape"),
    _key("interp.ease_out", "Ease &Out", commands.ease_out, ("Ctrl+Shift+F9",), "shape"),
    _key("interp.choose", "&Interpolation…", view_commands.ask_interpolation, ("T",), "shape"),
    _key("nudge_back", "Nudge 1 Frame Back", commands.nudge_back, ("Ctrl+Left",), "nudge"),
    _key("nudge_on", "Nudge 1 Frame On", commands.nudge_on, ("Ctrl+Right",), "nudge"),
    _key("nudge_back_five", "Nudge 5 Frames Back", commands.nudge_back_five,
         ("Ctrl+Shift+Left",), "nudge"),
    _key("nudge_on_five", "Nudge 5 Frames On", commands.nudge_on_five, ("Ctrl+Shift+Right",),
         "nudge"),
    Action("key.cut", "Cu&t", commands.cut, ("Ctrl+X",), "Edit", "copy", "", _can_change_keys),
    Action("key.copy", "&Copy", commands.copy, ("Ctrl+C",), "Edit", "copy", "copy",
           commands.has_keys),
    Action("key.paste", "&Paste at Playhead", commands.paste, ("Ctrl+V",), "Edit", "copy", "",
           _can_paste),
    Action("key.select_all", "Select &All Keys", commands.select_all, ("Ctrl+A",), "Edit",
           "select"),
    Action("key.select_none", "Select &None", commands.select_none, ("Ctrl+Shift+A",), "Edit",
           "select"),
)  # fmt: skip

MARKS = (
    Action("marker.add", "Add &Marker", mark_commands.add_at_playhead, ("M",), "Mark", "marker",
           "marker", is_writable),
    Action("marker.edit", "&Label Marker…", mark_dialogs.edit_marker, ("Shift+M",), "Mark",
           "marker", "", is_writable),
    Action("marker.next", "&Next Marker", mark_commands.go_to_next, ("Ctrl+M",), "Mark", "marker"),
    Action("marker.previous", "&Previous Marker", mark_commands.go_to_previous,
           ("Ctrl+Alt+M",), "Mark", "marker"),
    Action("range.in", "Set &In", mark_commands.set_in, ("I",), "Mark", "range", "in",
           is_writable),
    Action("range.out", "Set &Out", mark_commands.set_out, ("O",), "Mark", "range", "out",
           is_writable),
    Action("range.clear_in", "Clear In", mark_commands.clear_in, ("Alt+I",), "Mark", "range", "",
           mark_commands.has_range),
    Action("range.clear_out", "Clear Out", mark_commands.clear_out, ("Alt+O",), "Mark", "range",
           "", mark_commands.has_range),
    Action("range.clear", "&Clear In and Out", mark_commands.clear, ("Alt+X",), "Mark", "range",
           "clear_range", mark_commands.has_range),
    Action("range.go_in", "Go to In", mark_commands.go_to_in, ("Shift+I",), "Mark", "go"),
    Action("range.go_out", "Go to Out", mark_commands.go_to_out, ("Shift+O",), "Mark", "go"),
)  # fmt: skip

TIMELINE = (
    _switch("snap", "&Snap", view_commands.toggle_snap, ("N",), "Keys", "magnet"),
    _switch("ripple", "&Ripple: Later Keys Follow", view_commands.toggle_ripple, ("R",), "Keys",
            "ripple"),
    _switch("follow", "Follow the Play&head", view_commands.toggle_follow, (), "Keys", "follow"),
    _switch("graph", "&Graph", view_commands.toggle_graph, ("G", "Shift+F3"), "Keys", "graph"),
    Action("timeline.zoom_in", "Zoom Timeline In", view_commands.zoom_in, ("+", "="), "View",
           "timeline", "zoom_in", repeats=True),
    Action("timeline.zoom_out", "Zoom Timeline Out", view_commands.zoom_out, ("-",), "View",
           "timeline", "zoom_out", repeats=True),
    Action("timeline.fit", "Show Whole Clip", view_commands.zoom_fit, ("\\",), "View", "timeline",
           "fit"),
    Action("timeline.range", "Show In to Out", view_commands.zoom_range, ("Shift+\\",), "View",
           "timeline"),
)  # fmt: skip

ACTIONS = (*KEYS, *MARKS, *TIMELINE)
