"""Where things lie: the user's folders and the files that ship with the program.

The user's folders are made when they are asked for; OutputError where that cannot be done.
"""

import os
from pathlib import Path

import appdirs

from cmet_studio.core.errors import OutputError

_PACKAGE = Path(__file__).resolve().parent.parent
_APP = "CMET Studio"


def _user_folder(kind: str, default: str) -> Path:
    home = os.environ.get("CMET_STUDIO_HOME")
    folder = Path(home) / kind if home else Path(default)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {folder} cannot be made: {error.strerror}.",
            "Set CMET_STUDIO_HOME to a folder that can be written to.",
        ) from error
    return folder


def cache_dir() -> Path:
    """Analyses, embeddings: all of it can be made again. ``CMET_STUDIO_HOME`` moves it."""
    return _user_folder("cache", appdirs.user_cache_dir(_APP, appauthor=False))


def data_dir() -> Path:
    """Installed models, the user's emotion library."""
    return _user_folder("data", appdirs.user_data_dir(_APP, appauthor=False))


def config_dir() -> Path:
    """Settings."""
    return _user_folder("config", appdirs.user_config_dir(_APP, appauthor=False))


def _shipped(folder: str, name: str) -> Path:
    inside = _PACKAGE / f"_{folder}"  # an installed wheel
    beside = _PACKAGE.parent / folder  # a checkout
    return (inside if inside.is_dir() else beside) / name


def resource(name: str) -> Path:
    """Path of a file in ``resources/``."""
    return _shipped("resources", name)


def model_file(name: str) -> Path:
    """Path of a file in ``models/`` (manifest, cards, starter weights)."""
    return _shipped("models", name)
