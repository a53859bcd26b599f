"""The user's settings: one frozen tree, kept as TOML, changed with ``dataclasses.replace``.

A file that was edited by hand is read as far as it makes sense: what does not is left at its
default and named in the notes. Tables and fields of a newer version are kept as they came.
"""

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from cmet_studio.core.errors import OutputError
from cmet_studio.core.paths import config_dir
from cmet_studio.core.toml_text import to_toml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

VERSION = 1
PRESETS = ("CMET", "Resolve", "Premiere", "After Effects", "Blender")
"""Shortcut presets by name."""
_MOST_RECENT = 12
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class General:
    """Things of everyday use.

    Attributes:
        theme: ``dark`` or ``contrast``.
        language: locale such as ``de_DE``; empty for the system's.
        autosave_s: seconds between autosaves; 0 for none.
        recent: absolute paths of projects, newest first.
        welcomed: whether the first-run tour was shown.
    """

    theme: str = "dark"
    language: str = ""
    autosave_s: int = 60
    recent: tuple[str, ...] = ()
    welcomed: bool = False


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound in and out; a device is known by its name, empty for the system's.

    Attributes:
        scrub: whether steps by hand sound.
        preroll_s: seconds from before the in that a take keeps, for breaths and early starts.
        beeps: whether three beeps count in.
    """

    input: str = ""
    output: str = ""
    scrub: bool = True
    preroll_s: float = 0.5
    beeps: bool = True


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How frames are rendered.

    Attributes:
        face_model: ``mesh`` or another installed one.
        cache_mb: memory for rendered frames.
        disk_cache_mb: disk for rendered frames that are slow to make; 0 for none.
        disk_cache_folder: absolute path of a folder for them; empty for the user's cache.
        background: whether frames nobody asked for yet are rendered ahead.
    """

    face_model: str = "mesh"
    cache_mb: int = 1024
    disk_cache_mb: int = 8192
    disk_cache_folder: str = ""
    background: bool = True


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """Keys: a preset, and what differs from it (action id -> key sequences, empty for none)."""

    preset: str = "CMET"
    overrides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tts:
    """A speech synthesiser that takes can be asked from, with an OpenAI-compatible interface.

    Attributes:
        endpoint: its address, e.g. ``https://host/v1``; empty for none.
        key: what it asks for as a bearer token; kept here, never in a project.
        voice: one of its voices.
        model: one of its models.
    """

    endpoint: str = ""
    key: str = ""
    voice: str = "alloy"
    model: str = "gpt-4o-mini-tts"


@dataclass(frozen=True, slots=True)
class Exports:
    """Where exports go.

    Attributes:
        folder: absolute path of the one chosen last; empty: beside the project.
    """

    folder: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. ``extra`` holds what this version does not know, also of its own tables."""

    general: General = General()
    audio: Audio = Audio()
    engine: EngineSettings = EngineSettings()
    shortcuts: Shortcuts = Shortcuts()
    tts: Tts = Tts()
    exports: Exports = Exports()
    extra: Mapping[str, Any] = field(default_factory=dict)


_RANGES: Mapping[str, tuple[float, float]] = {
    "autosave_s": (0, 3600),
    "preroll_s": (0.0, 10.0),
    "cache_mb": (64, 1 << 20),
    "disk_cache_mb": (0, 1 << 24),
}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "theme": ("dark", "contrast"),
    "preset": PRESETS,
}


def settings_file() -> Path:
    """Where the settings lie."""
    return config_dir() / "settings.toml"


def with_recent(settings: Settings, path: Path) -> Settings:
    """The settings with ``path`` as the newest of the recent projects.

    A name that is no text (Linux allows any bytes) cannot be written down: it is left out.
    """
    newest = str(path)
    if _SURROGATE.search(newest):
        return settings
    kept = (newest, *(p for p in settings.general.recent if p != newest))[:_MOST_RECENT]
    return replace(settings, general=replace(settings.general, recent=kept))


def load_settings(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """Read the settings; the defaults where there is no file.

    Returns: the settings, and a sentence for each thing that had to be left at its default.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(), ()
    except (OSError, ValueError) as error:
        return Settings(), (f"The settings in {path} cannot be read: {error}.",)
    notes: list[str] = []
    tables = {
        "general": General(),
        "audio": Audio(),
        "engine": EngineSettings(),
        "shortcuts": Shortcuts(),
        "tts": Tts(),
        "exports": Exports(),
    }
    read: dict[str, Any] = {}
    for name, default in tables.items():
        found = data.pop(name, {})
        read[name] = _table(name, default, found, notes)
        if unknown := _unknown(default, found):
            data[name] = unknown
    data.pop("version", None)
    return Settings(**read, extra=data), tuple(notes)


def _unknown(default: Any, found: object) -> dict[str, Any]:
    """The fields of a table that this version does not know."""
    known = {one.name for one in fields(default)}
    items = found.items() if isinstance(found, dict) else ()
    return {name: value for name, value in items if name not in known}


def _table(name: str, default: Any, found: object, notes: list[str]) -> Any:
    if not isinstance(found, dict):
        notes.append(f"[{name}] is no table.")
        return default
    values: dict[str, Any] = {}
    for known in fields(default):
        if known.name not in found:
            continue
        value = _read(known.name, getattr(default, known.name), found[known.name])
        if value is None:
            notes.append(f"{name}.{known.name} = {found[known.name]!r} makes no sense.")
        else:
            values[known.name] = value
    return replace(default, **values)


def _read(name: str, default: object, found: object) -> Any:
    """The value found, or None where it has another kind or lies out of range."""
    if isinstance(default, tuple):
        return _texts(found)
    if isinstance(default, Mapping):
        return _overrides(found)
    if isinstance(default, float) and isinstance(found, int) and not isinstance(found, bool):
        found = float(found)
    if type(found) is not type(default):
        return None
    if name in _RANGES and isinstance(found, (int, float)):
        low, high = _RANGES[name]
        return found if low <= found <= high else None
    return found if found in _CHOICES.get(name, (found,)) else None


def _texts(found: object) -> tuple[str, ...] | None:
    if isinstance(found, list) and all(isinstance(text, str) for text in found):
        return tuple(found)
    return None


def _overrides(found: object) -> dict[str, tuple[str, ...]] | None:
    if not isinstance(found, dict):
        return None
    read = {str(name): _texts(keys) for name, keys in found.items()}
    return {name: keys for name, keys in read.items() if keys is not None}


def save_settings(settings: Settings, path: Path) -> None:
    """Write the settings, all or nothing.

    Raises: OutputError if they cannot be written.
    """
    data: dict[str, Any] = {"version": VERSION}
    for table in ("general", "audio", "engine", "shortcuts", "tts", "exports"):
        value = getattr(settings, table)
        own = {known.name: getattr(value, known.name) for known in fields(value)}
        data[table] = {**settings.extra.get(table, {}), **own}
    data.update({name: value for name, value in settings.extra.items() if name not in data})
    content = to_toml(data).encode()
    try:
        # A name of its own: another window may write at the same moment. For the owner alone: the
        # key of a speech endpoint is nobody else's business.
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        beside = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"The settings cannot be written: {error.strerror}.") from error
