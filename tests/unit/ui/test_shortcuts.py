import pytest

from cmet_studio.core.settings import PRESETS, Shortcuts
from cmet_studio.ui.catalogue import catalogue
from cmet_studio.ui.shortcuts import PRESET_KEYS, bindings, conflicts, normal, preset_keys

DEFAULTS = {"a": ("Ctrl+K",), "b": ("J",), "c": ()}


def test_every_preset_of_the_settings_is_there() -> None:
    assert tuple(PRESET_KEYS) == PRESETS


def test_a_users_own_keys_win_and_unknown_actions_are_left_out() -> None:
    keys = bindings(DEFAULTS, Shortcuts("CMET", {"b": ("X",), "gone": ("Y",)}))
    assert keys == {"a": ("Ctrl+K",), "b": ("X",), "c": ()}


def test_a_preset_takes_its_key_from_whoever_had_it() -> None:
    defaults = {"key.add": ("Ctrl+K",), "other": ("I", "F2")}
    assert preset_keys(defaults, "Blender") == {"key.add": ("I",), "other": ("F2",)}


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_gives_a_key_to_two_actions(preset: str) -> None:
    defaults = {action.id: action.shortcut for action in catalogue()}
    assert conflicts(preset_keys(defaults, preset)) == {}


def test_conflicts_are_found_however_the_key_is_written() -> None:
    keys = {"a": ("ctrl+k",), "b": ("Ctrl+K", "L"), "c": ("",), "d": ("",)}
    assert conflicts(keys) == {"Ctrl+K": ("a", "b")}


@pytest.mark.parametrize("key", ["Shift+Right", "Ctrl+Shift+Z", "F9", "\\", "+", "Space", "Del"])
def test_keys_have_one_way_to_be_written(key: str) -> None:
    assert normal(normal(key)) == normal(key) != ""
