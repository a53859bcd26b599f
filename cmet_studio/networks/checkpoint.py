"""Reading other people's PyTorch checkpoints: tensors only, no code runs."""

import struct
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError  # noqa: TID251 (the error's name; nothing is unpickled by it)
from typing import Any

import torch
from torch import Tensor

from cmet_studio.core.errors import EngineError

_WRAPPERS = ("state_dict", "model_state_dict", "model")
_HINT = "Install the model again from its publisher."
# What the restricted unpickler is known to raise on bytes that are no pickle at all.
_UNREADABLE = (
    RuntimeError, OSError, EOFError, ValueError, LookupError, AttributeError, TypeError,
    AssertionError, ArithmeticError, MemoryError, struct.error,
)  # fmt: skip


def read_checkpoint(
    path: Path, hint: str = _HINT, allowed: Sequence[Callable[..., Any]] = ()
) -> Any:
    """Whatever a ``.pt`` file holds, memory-mapped where the format allows.

    Args:
        path: to read.
        hint: the way out that errors name.
        allowed: classes that may be made besides tensors and plain values.
    Raises: EngineError if the file is missing, damaged, or would need to run code to be read.
    """
    if not path.is_file():
        raise EngineError(f"The weights {path} are missing.", hint)
    try:
        with torch.serialization.safe_globals(list(allowed)), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Detected pickle protocol")
            try:
                return torch.load(path, map_location="cpu", weights_only=True, mmap=True)  # noqa: TID251
            except (RuntimeError, ValueError):  # the old format cannot be mapped
                return torch.load(path, map_location="cpu", weights_only=True)  # noqa: TID251
    except UnpicklingError as error:
        raise EngineError(
            f"{path.name} is refused: it is no checkpoint, or reading it would run code "
            f"({_first_line(error)}).",
            hint,
        ) from error
    except _UNREADABLE as error:
        raise EngineError(f"{path.name} is damaged: {_first_line(error)}.", hint) from error


def _first_line(error: BaseException) -> str:
    text = next((line.strip() for line in str(error).splitlines() if "GLOBAL" in line), "")
    text = text or (str(error).splitlines() or [""])[0] or type(error).__name__
    return text[:200].rstrip(".")


def load_checkpoint(path: Path) -> dict[str, Tensor]:
    """Read the tensors of a ``.pt`` file.

    Training scripts wrap their weights; the usual wrappers are taken off, everything in the
    file that is not a tensor is left out.

    Raises: EngineError as ``read_checkpoint``, and if there is no tensor in it.
    """
    data = read_checkpoint(path)
    for wrapper in _WRAPPERS:
        if isinstance(data, Mapping) and isinstance(data.get(wrapper), Mapping):
            data = data[wrapper]
    tensors = (
        {str(name): value for name, value in data.items() if isinstance(value, Tensor)}
        if isinstance(data, Mapping)
        else {}
    )
    if not tensors:
        raise EngineError(f"The file {path.name} holds no weights.", _HINT)
    return tensors
