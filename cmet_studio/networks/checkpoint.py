"""Reading other people's PyTorch checkpoints: tensors only, no code runs."""

from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError  # noqa: TID251 (the error's name; nothing is unpickled by it)
from typing import Any

import torch
from torch import Tensor

from cmet_studio.core.errors import EngineError

_WRAPPERS = ("state_dict", "model_state_dict", "model")


def load_checkpoint(path: Path) -> dict[str, Tensor]:
    """Read the tensors of a ``.pt`` file, memory-mapped where the format allows.

    Training scripts wrap their weights; the usual wrappers are taken off, everything in the
    file that is not a tensor is left out.

    Raises: EngineError if the file is missing, damaged, or would need to run code to be read.
    """
    if not path.is_file():
        raise EngineError(f"The weights {path} are missing.", "Install the model again.")
    try:
        try:
            data: Any = torch.load(path, map_location="cpu", weights_only=True, mmap=True)  # noqa: TID251
        except RuntimeError:  # the old format cannot be mapped
            data = torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251
    except (UnpicklingError, RuntimeError, OSError, EOFError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise EngineError(
            f"The weights {path.name} are damaged or hold more than numbers: {reason[:160]}.",
            "Install the model again from its publisher.",
        ) from error
    for wrapper in _WRAPPERS:
        if isinstance(data, Mapping) and isinstance(data.get(wrapper), Mapping):
            data = data[wrapper]
    tensors = (
        {str(name): value for name, value in data.items() if isinstance(value, Tensor)}
        if isinstance(data, Mapping)
        else {}
    )
    if not tensors:
        raise EngineError(
            f"The file {path.name} holds no weights.", "Install the model again from its publisher."
        )
    return tensors
