"""Reading published training checkpoints: tensors only, no code runs.

Upstream trainers put their command line (an ``argparse.Namespace``: attributes, no behaviour)
beside the weights; that one class is let through, nothing else.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from cmet_studio.core.errors import EngineError
from cmet_studio.networks.checkpoint import read_checkpoint

_HINT = "Install the model again from its publisher: cmet-studio models install"


def load_published(path: Path, key: str) -> dict[str, Tensor]:
    """Read the tensors under one top-level entry of a checkpoint.

    Args:
        path: a ``.pt`` or ``.pth`` file.
        key: the entry, e.g. ``gen``; optimisers and discriminators beside it are left out.
    Returns: name -> tensor on the CPU; a ``module.`` prefix is taken off.
    Raises: EngineError if the file is missing, truncated, something else, or would have to run
        code to be read.
    """
    data = read_checkpoint(path, _HINT, [argparse.Namespace])
    if not isinstance(data, Mapping):
        raise EngineError(f"{path.name} is not a checkpoint: it holds no entries.", _HINT)
    if key not in data:
        found = ", ".join(sorted(map(str, data))[:6])
        raise EngineError(
            f"{path.name} is another checkpoint: it has no entry '{key}' (it has {found}).", _HINT
        )
    inner = data[key]
    if not isinstance(inner, Mapping):
        raise EngineError(f"{path.name} holds no weights under '{key}'.", _HINT)
    tensors: dict[str, Tensor] = {}
    for name, value in inner.items():
        if not isinstance(value, Tensor):
            raise EngineError(f"{path.name} holds {name}, which is no tensor.", _HINT)
        tensors[str(name).removeprefix("module.")] = value.detach()
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise EngineError(
                f"{path.name} is damaged: {name} holds numbers that are not finite.", _HINT
            )
    return tensors
