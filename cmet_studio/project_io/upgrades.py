"""Old project files become new ones, one schema number at a time, before anything is validated.

A step gets hostile data like everyone: it moves what it recognises and leaves the rest, wrong or
unknown, for the validation that follows. Every old sample stays in ``tests/golden/projects``.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cmet_studio.core.errors import ProjectError
from cmet_studio.project_io.text import Json, broken

SCHEMA = 1
"""What this version writes."""


def _objects(value: object) -> list[Json]:
    """The objects in a list; nothing if it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _rename(data: Json, old: str, new: str) -> None:
    if old in data and new not in data:
        data[new] = data.pop(old)


def v0_to_v1(data: Json) -> Json:
    """Before release: faces became performers, one emotion a mix, rates and fingerprints flat."""
    clip = data.get("clip")
    if isinstance(clip, dict):
        match clip.get("fps"):
            case [int(num), int(den)]:
                clip["rate"] = f"{num}/{den}"
                del clip["fps"]
        match clip.get("fingerprint"):
            case {"size": size, "sha256": sha256}:
                clip |= {"size": size, "sha256": sha256}
                del clip["fingerprint"]
    _rename(data, "faces", "performers")
    for performer in _objects(data.get("performers")):
        _rename(performer, "frame", "anchor_frame")
        _rename(performer, "box", "anchor_box")
        for key in _objects(performer.get("keys")):
            if "mix" not in key and "emotion" in key:
                emotion: Any = key.pop("emotion")
                key["mix"] = [] if emotion is None else [[emotion, 1.0]]
    return data


STEPS: tuple[Callable[[Json], Json], ...] = (v0_to_v1,)
"""``STEPS[n]`` makes schema n + 1 out of schema n."""


def upgrade(data: Json, path: Path) -> Json:
    """Bring the data of any known schema to ``SCHEMA``; ``path`` is for messages.

    Raises: ProjectError if it has no schema number or a newer one.
    """
    schema = data.get("schema")
    if type(schema) is not int or schema < 0:
        raise broken(path, "schema is missing or not a number")
    if schema > SCHEMA:
        raise ProjectError(
            f"{path} was made by a newer version of CMET Studio "
            f"(schema {schema}; this one reads up to {SCHEMA}).",
            "Update CMET Studio to open it.",
        )
    for step in STEPS[schema:]:
        data = step(data)
    data["schema"] = SCHEMA
    return data
