"""All actions, put together from the tools' own commands."""

from functools import cache

from cmet_studio.ui.actions import Action, Run, always, is_writable, wants
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.timeline.actions import ACTIONS as TIMELINE_ACTIONS
from cmet_studio.ui.view_state import Compare


def _can_undo(editor: Editor) -> bool:
    return editor.document is not None and editor.document.history.undo_label is not None


def _can_redo(editor: Editor) -> bool:
    return editor.document is not None and editor.document.history.redo_label is not None


def _dirty(editor: Editor) -> bool:
    return is_writable(editor) and editor.document is not None and editor.document.dirty


def _has_performer(editor: Editor) -> bool:
    return is_writable(editor) and editor.active_performer is not None


def _pass(what: str) -> Run:
    return lambda editor: editor.transport.pass_wanted.emit(what)


_FILE = (
    Action("file.open", "&Open Clip or Project…", wants("open"), ("Ctrl+O",), "File", "open",
           "folder", always),
    Action("file.recent", "Open &Recent", wants("recent"), (), "File", "open", enabled=always),
    Action("file.save", "&Save", wants("save"), ("Ctrl+S",), "File", "save", "save", _dirty),
    Action("file.save_as", "Save a &Copy As…", wants("save_as"), ("Ctrl+Shift+S",), "File", "save"),
    Action("file.versions", "&Versions…", wants("versions"), (), "File", "save", "history"),
    Action("file.relink", "Find the &Clip…", wants("relink"), (), "File", "save", "link",
           is_writable),
    Action("file.export", "&Export…", wants("export"), ("Ctrl+E",), "File", "export", "export"),
    Action("file.close", "&Close Project", wants("close"), ("Ctrl+W",), "File", "leave"),
    Action("file.settings", "Se&ttings…", wants("settings"), ("Ctrl+,",), "File", "leave",
           "settings", always),
    Action("file.quit", "&Quit", wants("quit"), ("Ctrl+Q",), "File", "leave", enabled=always),
)  # fmt: skip

_EDIT = (
    Action("edit.undo", "&Undo", lambda e: e.undo(), ("Ctrl+Z",), "Edit", "undo", "undo",
           _can_undo, repeats=True),
    Action("edit.redo", "&Redo", lambda e: e.redo(), ("Ctrl+Shift+Z", "Ctrl+Y"), "Edit", "undo",
           "redo", _can_redo, repeats=True),
)  # fmt: skip

_PLAY = (
    Action("play.toggle", "&Play / Stop", lambda e: e.transport.toggle(), ("Space",), "Playback",
           "play", "play", checked=lambda e: e.playing),
    Action("play.shuttle_back", "Shuttle &Back", lambda e: e.transport.shuttle(-1), ("J",),
           "Playback", "play", "play_back"),
    Action("play.stop", "&Stop", lambda e: e.transport.stop(), ("K",), "Playback", "play", "stop"),
    Action("play.shuttle_forward", "Shuttle &Forward", lambda e: e.transport.shuttle(1), ("L",),
           "Playback", "play"),
    Action("play.loop", "&Loop", lambda e: e.transport.set_loop(not e.transport.loop),
           ("Ctrl+L",), "Playback", "loop", "loop", checked=lambda e: e.transport.loop),
    Action("play.around", "Play &Around", lambda e: e.transport.play_around(), ("/",), "Playback",
           "loop"),
    Action("play.range", "Play &In to Out", lambda e: e.transport.play_range(), ("Shift+Space",),
           "Playback", "loop"),
    Action("take.rehearse", "Re&hearse a Take", _pass("rehearse"), ("F5",), "Playback",
           "take", "play"),
    Action("take.record", "&Record a Take", _pass("record"), ("F6",), "Playback", "take",
           "record", is_writable),
    Action("take.review", "Re&view the Take", _pass("review"), ("F7",), "Playback", "take",
           "speaker"),
    Action("step.next", "&Next Frame", lambda e: e.transport.jog(1), ("Right",), "Playback",
           "step", "step_forward", repeats=True),
    Action("step.previous", "Pre&vious Frame", lambda e: e.transport.jog(-1), ("Left",),
           "Playback", "step", "step_back", repeats=True),
    Action("step.next_window", "Forward 5 Frames", lambda e: e.transport.jog(5), ("Shift+Right",),
           "Playback", "step", repeats=True),
    Action("step.previous_window", "Back 5 Frames", lambda e: e.transport.jog(-5),
           ("Shift+Left",), "Playback", "step", repeats=True),
    Action("step.next_second", "Forward 1 Second", lambda e: e.transport.jog_seconds(1),
           ("Ctrl+Alt+Right",), "Playback", "step", repeats=True),
    Action("step.previous_second", "Back 1 Second", lambda e: e.transport.jog_seconds(-1),
           ("Ctrl+Alt+Left",), "Playback", "step", repeats=True),
    Action("step.start", "Go to S&tart", lambda e: e.seek(0), ("Home",), "Playback", "ends",
           "to_start"),
    Action("step.end", "Go to &End", lambda e: e.seek(e.last_frame), ("End",), "Playback", "ends",
           "to_end"),
)  # fmt: skip


def _compare(mode: Compare, text: str, shortcut: str, icon: str) -> Action:
    return Action(
        f"view.{mode}", text, lambda e: e.view.compare(mode), (shortcut,), "View", "compare", icon,
        checked=lambda e: e.view.view.compare == mode,
    )  # fmt: skip


def _overlay(name: str, text: str, shortcut: tuple[str, ...], icon: str) -> Action:
    return Action(
        f"view.{name}", text, lambda e: e.view.toggle(name), shortcut, "View", "overlay", icon,
        checked=lambda e: bool(getattr(e.view.view, name)),
    )  # fmt: skip


def _zoom(name: str, text: str, shortcut: tuple[str, ...], icon: str) -> Action:
    return Action(f"view.{name}", text, wants(name), shortcut, "View", "zoom", icon)


def _pan(name: str, text: str, arrow: str) -> Action:
    return Action(
        f"view.pan_{name}", text, wants(f"pan_{name}"), (f"Ctrl+Alt+Shift+{arrow}",), "View",
        "pan", enabled=lambda e: e.is_open and e.view.view.zoom is not None, repeats=True,
    )  # fmt: skip


def _wipe_line(name: str, text: str, shortcut: str, by: float) -> Action:
    return Action(
        f"view.wipe_{name}", text, lambda e: e.view.move_wipe(by), (shortcut,), "View", "compare",
        enabled=lambda e: e.is_open and e.view.view.compare == "wipe", repeats=True,
    )  # fmt: skip


_VIEW = (
    _compare("wipe", "&Wipe", "W", "wipe"),
    _compare("side", "&Side by Side", "Shift+W", "split"),
    _compare("difference", "&Difference", "Ctrl+Shift+W", "difference"),
    _wipe_line("left", "Wipe Line Left", "Alt+,", -0.02),
    _wipe_line("right", "Wipe Line Right", "Alt+.", 0.02),
    Action("view.bypass", "&Bypass While Held", lambda e: e.view.toggle("bypass"), ("B",), "View",
           "compare", "bypass", checked=lambda e: e.view.view.bypass),
    _zoom("fit", "&Fit", ("Ctrl+0", "Shift+Z"), "fit"),
    _zoom("one_to_one", "&1:1", ("Ctrl+1",), "one_to_one"),
    _zoom("zoom_in", "Zoom &In", ("Ctrl+=", "Ctrl++"), "zoom_in"),
    _zoom("zoom_out", "Zoom &Out", ("Ctrl+-",), "zoom_out"),
    _pan("left", "Look &Left", "Left"),
    _pan("right", "Look &Right", "Right"),
    _pan("up", "Look &Up", "Up"),
    _pan("down", "Look &Down", "Down"),
    _overlay("faces", "Face B&oxes", ("Ctrl+Shift+F",), "face"),
    _overlay("mesh", "Face &Mesh", ("Ctrl+Shift+M",), "mesh"),
    _overlay("safe", "Safe &Areas", ("'",), "safe"),
    _overlay("timecode", "&Timecode", ("Ctrl+Shift+T",), "info"),
)  # fmt: skip

_PICK = (
    Action("performer.pick", "&Add a Performer", lambda e: e.view.pick("add"), ("Ctrl+P",),
           "Edit", "performer", "performer", is_writable,
           checked=lambda e: e.view.view.picking == "add"),
    Action("performer.repick", "Pick the Performer's &Face Again", lambda e: e.view.pick("again"),
           ("Ctrl+Alt+P",), "Edit", "performer", "face", _has_performer,
           checked=lambda e: e.view.view.picking == "again"),
)  # fmt: skip

_PANELS = ("Library", "Viewer", "Inspector", "Timeline", "Keys", "History", "Jobs")
_GO = tuple(
    Action(f"window.go_{name.lower()}", f"Go to {name}", wants(f"focus.{name.lower()}"),
           (f"Alt+{number}",), "Window", "go", enabled=always)
    for number, name in enumerate(_PANELS, 1)
)  # fmt: skip

_WINDOW = (
    Action("window.commands", "&Find Command…", wants("commands"), ("Ctrl+Shift+P",), "Help",
           "help", "search", always),
    Action("window.reset", "&Reset Layout", wants("reset_layout"), (), "Window", "layout",
           enabled=always),
    Action("window.fullscreen", "F&ull Screen", wants("fullscreen"), ("F11",), "Window", "layout",
           enabled=always),
    Action("help.shortcuts", "&Keyboard Shortcuts…", wants("shortcuts"), ("F1",), "Help", "help",
           "keyboard", always),
    Action("help.tour", "&Tour", wants("tour"), (), "Help", "help", "star", always),
    Action("help.demo", "Open the &Demo Project", wants("demo"), (), "Help", "help",
           enabled=always),
    Action("help.restart_engine", "&Restart the Engine", wants("restart_engine"), (), "Help",
           "help", "reset", always),
    Action("help.about", "&About CMET Studio", wants("about"), (), "Help", "help", "info", always),
)  # fmt: skip


@cache
def catalogue() -> tuple[Action, ...]:
    """All actions, in the order of the menus."""
    return (*_FILE, *_EDIT, *_PLAY, *_VIEW, *TIMELINE_ACTIONS, *_PICK, *_GO, *_WINDOW)


@cache
def by_id() -> dict[str, Action]:
    """All actions by id."""
    return {action.id: action for action in catalogue()}
