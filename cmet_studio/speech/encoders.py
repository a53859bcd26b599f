"""Speech encoders: what turns takes into embeddings, by name.

Vectors of different encoders do not belong together, even where they mean the same space: an
emotion's takes all go through one encoder (``embeddings.embed_takes`` takes exactly one).
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import BadInput
from cmet_studio.core.paths import data_dir
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent

Floats = npt.NDArray[np.float32]

DIM = 1024
"""Numbers of an embedding, in the space of emotion2vec+ large."""
RATE = 16000
"""Samples per second that encoders hear."""


class SpeechEncoder(Protocol):
    """Turns speech into embeddings. One take's embedding does not depend on the others."""

    @property
    def name(self) -> str:
        """What people and files call it."""

    @property
    def version(self) -> str:
        """Changes when its numbers change; part of every cache key."""

    @property
    def dim(self) -> int:
        """Numbers of an embedding."""

    def embed(
        self, waves: Sequence[Floats], token: CancelToken = NEVER, report: Report = silent
    ) -> Floats:
        """Embed takes.

        Args:
            waves: (n,) mono, 16 kHz, full scale 1 each; 0.5 to 60 s of speech.
        Returns: (len(waves), dim).
        Raises: BadInput for a wave too short to say anything.
        """


_ENCODERS = {
    "starter": "cmet_studio.speech.starter:StarterSpeechEncoder",
    "emotion2vec": "cmet_studio.speech.emotion2vec:Emotion2vecEncoder",
}


def emotion2vec_folder() -> Path:
    """Where the real emotion2vec+ large lies once it is installed."""
    return data_dir() / "models" / "emotion2vec_plus_large"


def make_encoder(name: str) -> SpeechEncoder:
    """Load an encoder by its name.

    Raises: BadInput for an unknown name; EngineError if its weights are missing or unusable.
    """
    if name not in _ENCODERS:
        raise BadInput(
            f"There is no speech encoder '{name}'.", f"Choose one of: {', '.join(_ENCODERS)}."
        )
    module, _, made = _ENCODERS[name].partition(":")
    return cast("SpeechEncoder", getattr(import_module(module), made)())


def best_encoder() -> SpeechEncoder:
    """emotion2vec+ large if it is installed, else the starter."""
    return make_encoder("emotion2vec" if emotion2vec_installed() else "starter")


def emotion2vec_installed() -> bool:
    """Whether the files of the real encoder are in place (``make_encoder`` checks them)."""
    return all((emotion2vec_folder() / name).is_file() for name in ("config.yaml", "model.pt"))
