"""Which keys do what: presets of other programs, the user's own changes, conflicts."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from PySide6.QtGui import QKeySequence

from cmet_studio.core.settings import Shortcuts

Keys = tuple[str, ...]

PRESET_KEYS: Mapping[str, Mapping[str, Keys]] = {
    "CMET": {},
    "Resolve": {
        "step.next_window": (),
        "step.previous_window": (),
        "step.next_second": ("Shift+Right",),
        "step.previous_second": ("Shift+Left",),
        "key.add": ("Ctrl+[", "Ctrl+K"),
        "range.clear": ("Alt+X",),
        "play.loop": ("Ctrl+/",),
        "play.around": ("/",),
        "play.range": ("Alt+/",),
        "view.fit": ("Shift+Z", "Ctrl+0"),
        "view.wipe": ("Ctrl+W",),
        "file.close": (),
    },
    "Premiere": {
        "range.clear": ("Ctrl+Shift+X",),
        "play.around": ("Shift+K",),
        "timeline.snap": ("S",),
        "marker.next": ("Shift+M",),
        "marker.edit": ("Alt+M",),
        "file.export": ("Ctrl+M",),
    },
    "After Effects": {
        "play.shuttle_back": (),
        "play.shuttle_forward": (),
        "play.stop": (),
        "key.previous": ("J", "Up"),
        "key.next": ("K", "Down"),
        "step.next": ("PgDown", "Ctrl+Right", "Right"),
        "step.previous": ("PgUp", "Ctrl+Left", "Left"),
        "step.next_window": ("Shift+PgDown",),
        "step.previous_window": ("Shift+PgUp",),
        "key.nudge_on": ("Alt+Right",),
        "key.nudge_back": ("Alt+Left",),
        "key.nudge_on_five": ("Alt+Shift+Right",),
        "key.nudge_back_five": ("Alt+Shift+Left",),
        "range.in": ("N",),
        "range.out": ("Shift+N",),
        "timeline.snap": (),
        "marker.add": ("*", "M"),
        "file.export": ("Ctrl+M",),
    },
    "Blender": {
        "play.shuttle_back": (),
        "play.shuttle_forward": (),
        "play.stop": (),
        "key.add": ("I",),
        "key.previous": ("Down",),
        "key.next": ("Up",),
        "key.delete": ("X", "Del"),
        "range.in": ("P",),
        "range.out": ("Shift+P",),
        "range.clear": ("Alt+P",),
        "step.start": ("Shift+Left", "Home"),
        "step.end": ("Shift+Right", "End"),
        "step.next_window": ("Ctrl+Up",),
        "step.previous_window": ("Ctrl+Down",),
        "view.fit": ("Ctrl+0",),
    },
}
"""What differs from the CMET preset."""


def preset_keys(defaults: Mapping[str, Keys], preset: str) -> dict[str, Keys]:
    """The keys of a preset, for every action.

    Where the preset gives a key to one action, an action that has it by default loses it.
    """
    own = PRESET_KEYS.get(preset, {})
    taken = {normal(key) for action, keys in own.items() if action in defaults for key in keys}
    return {
        action: own[action]
        if action in own
        else tuple(key for key in keys if normal(key) not in taken)
        for action, keys in defaults.items()
    }


def bindings(defaults: Mapping[str, Keys], shortcuts: Shortcuts) -> dict[str, Keys]:
    """The keys in force: the preset's, changed as the user wants."""
    keys = preset_keys(defaults, shortcuts.preset)
    for action, own in shortcuts.overrides.items():
        if action in keys:
            keys[action] = own
    return keys


@lru_cache(maxsize=1024)
def normal(key: str) -> str:
    """One way to write a key sequence."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def shown(keys: Iterable[str]) -> str:
    """Key sequences as people of this system write them."""
    native = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(key).toString(native) for key in keys)


def conflicts(keys: Mapping[str, Keys]) -> dict[str, tuple[str, ...]]:
    """Key sequences that more than one action has: sequence -> the actions."""
    holders: dict[str, list[str]] = {}
    for action, own in keys.items():
        for key in {normal(key) for key in own} - {""}:
            holders.setdefault(key, []).append(action)
    return {key: tuple(names) for key, names in holders.items() if len(names) > 1}
