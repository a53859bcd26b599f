"""What is installed: where the weights lie and the hashes they had when they were put there."""

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from cmet_studio.core.errors import EngineError, OutputError
from cmet_studio.core.progress import NEVER, CancelToken
from cmet_studio.model_store.manifest import Model, find_model
from cmet_studio.project_io.store import atomic_path

WEIGHTS = "weights.safetensors"
_HASHES = "hashes.json"
_BLOCK = 1 << 20
_SPARE = 16 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """The hash file of an installed model.

    Attributes:
        files: name in the folder -> sha256.
        published: file of the hub -> sha256 of what was converted.
        origin: ``hub`` (with the revision) or ``import``.
    """

    files: dict[str, str]
    published: dict[str, str]
    origin: str


def sha256(path: Path, token: CancelToken = NEVER) -> str:
    """Hash a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            token.check()
            digest.update(block)
    return digest.hexdigest()


def check_room(place: Path, need: int) -> None:
    """Find out before the work begins whether ``need`` bytes have room beside ``place``.

    Raises: OutputError if they do not.
    """
    if shutil.disk_usage(place.parent).free < need + _SPARE:
        raise OutputError(
            f"There is no room for {place.name} ({need / 1e6:.0f} MB) in {place.parent}.",
            "Free some space there, or set CMET_STUDIO_HOME to another disk.",
        )


def write_record(model: Model, record: Record) -> None:
    """Say that a model is installed; the last step of installing."""
    with atomic_path(model.place / _HASHES, overwrite=True) as unfinished:
        unfinished.write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")


def forget_record(model: Model) -> None:
    """Say that a model is not installed, before its files change."""
    (model.place / _HASHES).unlink(missing_ok=True)


def record_of(model: Model) -> Record | None:
    """The hash file, or None where the model is not installed.

    Raises: EngineError if it is damaged.
    """
    path = model.place / _HASHES
    if not path.is_file():
        return None
    try:
        return Record(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise EngineError(
            f"The hash file of {model.name} is damaged.",
            f"Run: cmet-studio models install {model.name}",
        ) from error


def is_installed(name: str) -> bool:
    """Whether a model was installed and its files are there."""
    model = find_model(name)
    record = record_of(model)
    return record is not None and all((model.place / f).is_file() for f in record.files)


def installed_weights(name: str) -> Path:
    """The weights of an installed, converted model.

    Raises: EngineError if it is not installed.
    """
    model = find_model(name)
    if not is_installed(name):
        raise EngineError(
            f"The model '{name}' is not installed.", f"Run: cmet-studio models install {name}"
        )
    return model.place / WEIGHTS


def verify(model: Model, token: CancelToken = NEVER) -> list[str]:
    """Hash every installed file again.

    Returns: what is wrong, one sentence each; empty if nothing is.
    """
    record = record_of(model)
    if record is None:
        return [f"{model.name} is not installed."]
    wrong = []
    for name, wanted in record.files.items():
        path = model.place / name
        if not path.is_file():
            wrong.append(f"{model.name}: {name} is missing.")
        elif sha256(path, token) != wanted:
            wrong.append(f"{model.name}: {name} has changed since it was installed.")
    return wrong
