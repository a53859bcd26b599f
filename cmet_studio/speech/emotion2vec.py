"""The real speech encoder: emotion2vec+ large, run by funasr from an installed folder.

The folder is checked before funasr is called: with a missing one it would go to the network. Its
checkpoint is read by ``networks.checkpoint`` (no code runs) and must fit the model exactly.
"""

import contextlib
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cmet_studio.core.errors import BadInput, EngineError
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.networks.checkpoint import load_checkpoint
from cmet_studio.speech.emotion2vec_config import load_model_config
from cmet_studio.speech.encoders import DIM, RATE, emotion2vec_folder

Floats = npt.NDArray[np.float32]

NAME = "emotion2vec"
_FILES = ("config.yaml", "model.pt")
_SHORTEST = RATE // 10
_PREFIXES = ("", "d2v_model.", "module.", "module.d2v_model.")
_UNUSED = "modality_encoders.AUDIO.decoder."  # pre-training only; not in every checkpoint


class Emotion2vecEncoder:
    """emotion2vec+ large: 1024 numbers per take, the space that everything else here is built on.

    The weights are read when the first take is to be heard, once per process: takes that were
    heard before cost nothing.

    Args:
        folder: of the model (``config.yaml`` and ``model.pt`` as published).
        device: for torch, e.g. ``cpu`` or ``cuda:0``.
    Raises: EngineError if the model is not installed or its files are not complete.
    """

    name = NAME
    dim = DIM

    def __init__(self, folder: Path | None = None, device: str = "cpu") -> None:
        self._folder = folder or emotion2vec_folder()
        self._device = device
        _require_complete(self._folder)
        self.version = _version(self._folder)

    def load(self) -> None:
        """Read the weights now.

        Raises: EngineError if they are damaged or do not fit.
        """
        _loaded(self._folder, self.version, self._device)

    def embed(
        self, waves: Sequence[Floats], token: CancelToken = NEVER, report: Report = silent
    ) -> Floats:
        """Embed takes, one at a time; see ``SpeechEncoder.embed``."""
        rows = np.empty((len(waves), DIM), dtype=np.float32)
        model = _loaded(self._folder, self.version, self._device)
        for index, wave in enumerate(waves):
            token.check()
            report("listening to takes", index, len(waves))
            if len(wave) < _SHORTEST:
                raise BadInput("A take is too short to embed.", "Record at least half a second.")
            with _quiet():
                answer = model.generate(
                    [np.array(wave, dtype=np.float32)],
                    granularity="utterance",
                    extract_embedding=True,
                    disable_pbar=True,
                )
            rows[index] = answer[0]["feats"]
        report("listening to takes", len(waves), len(waves))
        return rows


@lru_cache(maxsize=1)
def _loaded(folder: Path, version: str, device: str) -> Any:
    """The model of a folder; ``version`` is there so that another checkpoint is read anew."""
    config = load_model_config(folder / "config.yaml")
    with _quiet():
        model = _build(config, device)
    _fill(model.model, load_checkpoint(folder / "model.pt"))
    return model


def _require_complete(folder: Path) -> None:
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise EngineError(
            f"The speech model emotion2vec+ large is not installed ({', '.join(missing)} missing "
            f"in {folder}).",
            "Run: cmet-studio models install emotion2vec",
        )


def _version(folder: Path) -> str:
    """Twelve hex digits over the configuration and the checkpoint's size and ends."""
    digest = hashlib.sha256((folder / "config.yaml").read_bytes())
    path = folder / "model.pt"
    size = path.stat().st_size
    digest.update(str(size).encode())
    with path.open("rb") as file:
        digest.update(file.read(1 << 20))
        file.seek(max(0, size - (1 << 20)))
        digest.update(file.read(1 << 20))
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep funasr's prints off standard output and its hands off the root logger."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        with contextlib.redirect_stdout(StringIO()):
            yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


def _build(config: Mapping[str, Any], device: str) -> Any:
    """The model with random weights. Given ``model_conf``, funasr reads and fetches nothing."""
    state = torch.random.get_rng_state()
    threads = torch.get_num_threads()
    try:
        from funasr import AutoModel

        return AutoModel(
            model="Emotion2vec",
            model_conf=dict(config),
            device=device,
            ncpu=threads,
            disable_update=True,
            disable_pbar=True,
            log_level="ERROR",
        )
    except ImportError as error:
        raise EngineError(
            f"funasr cannot be imported: {error}.", "Install the program again."
        ) from error
    except (RuntimeError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise EngineError(
            f"The installed emotion2vec model does not fit this funasr: {error}.",
            "Install emotion2vec+ large again from its publisher.",
        ) from error
    finally:
        torch.random.set_rng_state(state)
        torch.set_num_threads(threads)


def _fill(model: torch.nn.Module, stored: Mapping[str, Tensor]) -> None:
    """Copy the checkpoint into the model; every weight it uses must be there, in shape."""
    own = model.state_dict()
    found: dict[str, Tensor] = {}
    wrong = []
    for name, tensor in own.items():
        there = next((stored[p + name] for p in _PREFIXES if p + name in stored), None)
        if there is not None and there.shape == tensor.shape:
            found[name] = there.to(tensor.dtype)
        elif not name.startswith(_UNUSED):
            wrong.append(name)
    if wrong:
        raise EngineError(
            f"The installed emotion2vec weights lack {wrong[0]} ({len(wrong)} in all).",
            "Install emotion2vec+ large again from its publisher.",
        )
    model.load_state_dict(found, strict=False)
    model.eval()
