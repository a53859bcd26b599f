"""Weights on disk: safetensors only, small in the file (float16), float32 in memory.

One metadata entry, ``cmet``, holds a JSON object (the module's configuration and where the weights
come from). A single entry, because safetensors writes several in no fixed order, and the same
training must give the same file.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from cmet_studio.core.errors import EngineError, OutputError

_ENTRY = "cmet"


def load_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read tensors and metadata.

    Floating tensors come back as float32, others as they are.

    Returns: name -> tensor, and the metadata object (empty if the file has none).
    Raises: EngineError if the file is missing, damaged, or holds numbers that are not finite.
    """
    if not path.is_file():
        raise EngineError(
            f"The weights {path.name} are missing from {path.parent}.",
            "Install the program again, or run: cmet-studio models install",
        )
    try:
        with safe_open(str(path), framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            entries = file.metadata() or {}
        metadata = json.loads(entries.get(_ENTRY, "{}"))
    except (SafetensorError, OSError, ValueError, RecursionError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(metadata, dict):
        raise _damaged(path, "its metadata is not an object")
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            try:
                tensors[name] = tensor.float()
            except (RuntimeError, NotImplementedError) as error:  # packed kinds, half a byte each
                raise _damaged(path, f"{name} holds numbers of an unknown kind") from error
            if not bool(torch.isfinite(tensors[name]).all()):
                raise _damaged(path, f"{name} holds numbers that are not finite")
    return tensors, metadata


def _damaged(path: Path, why: str) -> EngineError:
    return EngineError(
        f"The weights {path.name} cannot be used: {why}.",
        "Install the program again, or make the file again as its card says.",
    )


def save_safetensors(
    path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, Any], half: bool = True
) -> None:
    """Write tensors and metadata; the file appears under its name only when it is complete.

    Args:
        path: where to.
        tensors: name -> tensor.
        metadata: anything JSON can hold.
        half: store floating tensors as float16.
    Raises: OutputError if the place cannot be written to.
    """
    stored = {
        name: (tensor.half() if half and tensor.is_floating_point() else tensor)
        .detach()
        .cpu()
        .contiguous()
        for name, tensor in tensors.items()
    }
    data = save(stored, {_ENTRY: json.dumps(metadata, sort_keys=True)})
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"The weights cannot be written to {path}: {error.strerror or error}.",
            "Choose a folder that exists and can be written to.",
        ) from error


def require_fit(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Check that ``tensors`` have exactly the keys and shapes of ``module``.

    Raises: EngineError naming the keys that are missing, unknown or of another shape.
    """
    own = module.state_dict()
    wrong = [f"no {name}" for name in own if name not in tensors]
    wrong += [f"unknown {name}" for name in tensors if name not in own]
    wrong += [
        f"{name} is {tuple(tensors[name].shape)}, not {tuple(own[name].shape)}"
        for name in own
        if name in tensors and tensors[name].shape != own[name].shape
    ]
    if wrong:
        shown = "; ".join(wrong[:6]) + (f"; and {len(wrong) - 6} more" if len(wrong) > 6 else "")
        raise _damaged(path, f"they do not fit the network ({shown})")


def fill(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Copy ``tensors`` into ``module``, whose keys and shapes they must match exactly.

    Raises: EngineError naming the keys that are missing, unknown or of another shape.
    """
    require_fit(module, tensors, path)
    module.load_state_dict(dict(tensors))
