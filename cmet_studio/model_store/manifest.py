"""What can be installed, from where and for what: ``models/manifest.json``."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cmet_studio.core.errors import BadInput
from cmet_studio.core.paths import data_dir, model_file

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file on the hub.

    Attributes:
        repository: ``owner/name``.
        path: in the repository.
        key: top-level entry of the checkpoint that is used; empty for files kept as they are.
        sha256: of the published file, or None where nobody could fetch it for the manifest.
    """

    repository: str
    path: str
    key: str
    sha256: str | None

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Model:
    """One thing that can be installed.

    Attributes:
        kind: ``generator``, ``audio2lip``, ``connector`` (converted) or ``kept`` (as published).
        folder: its place under the models folder.
        optional: left out when everything is installed.
    """

    name: str
    title: str
    purpose: str
    licence: str
    kind: str
    folder: str
    optional: bool
    files: tuple[ModelFile, ...]

    @property
    def place(self) -> Path:
        """Folder that holds the installed model, whether or not it is there."""
        return data_dir() / "models" / self.folder


@lru_cache(maxsize=1)
def manifest() -> tuple[Model, ...]:
    """All models, in the manifest's order."""
    data = json.loads(model_file("manifest.json").read_text(encoding="utf-8"))
    if data["schema"] != SCHEMA:
        raise BadInput("The manifest of models is not of this program.", "Install it again.")
    return tuple(
        Model(
            entry["name"],
            entry["title"],
            entry["purpose"],
            entry["licence"],
            entry["kind"],
            entry.get("folder", entry["name"]),
            entry["optional"],
            tuple(ModelFile(**file) for file in entry["files"]),
        )
        for entry in data["models"]
    )


def find_model(name: str) -> Model:
    """The model called ``name``.

    Raises: BadInput if there is none.
    """
    for model in manifest():
        if model.name == name:
            return model
    names = ", ".join(m.name for m in manifest())
    raise BadInput(f"There is no model '{name}'.", f"Choose one of: {names}.")


def chosen(names: tuple[str, ...]) -> tuple[Model, ...]:
    """The models of these names, or all that are not optional if there are none."""
    if names:
        return tuple(find_model(name) for name in dict.fromkeys(names))
    return tuple(model for model in manifest() if not model.optional)
