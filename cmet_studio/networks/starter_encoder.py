"""The starter speech encoder: from 16 kHz speech to the space of emotion2vec+ large.

What a voice does is measured (pitch, tilt, harmonics, movement; ``voice_*``), and one learned
linear map takes the measurements to 1024 numbers. Linear on purpose: a semantic vector is the
difference between a speaker's expressive and neutral takes, and in a linear map everything that a
speaker, a microphone or a room adds to all takes alike cancels in it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from cmet_studio.core.errors import EngineError
from cmet_studio.networks.voice_formants import formants
from cmet_studio.networks.voice_frames import voice_frames
from cmet_studio.networks.voice_melody import emphasis, modulation, pitch_levels
from cmet_studio.networks.voice_timbre import (
    band_harmonicity,
    spectral_movement,
    tilt,
    voice_quality,
)
from cmet_studio.networks.weights import fill, load_safetensors

Floats = npt.NDArray[np.float32]

DIM = 1024
REACH = 5.0
"""Measurements count up to this many standard deviations from their centre."""

MEASUREMENTS_VERSION = 1
"""To be raised whenever ``voice_statistics`` measures otherwise than before."""

_PARTS = (
    pitch_levels,
    voice_quality,
    tilt,
    modulation,
    spectral_movement,
    formants,
    emphasis,
    band_harmonicity,
)


def voice_statistics(wave: Floats) -> Floats:
    """Everything measured of an utterance; independent of its level.

    Args:
        wave: (n,) mono, 16 kHz, full scale 1.
    Returns: (P,); NaN where the utterance does not hold enough to measure.
    """
    frames = voice_frames(wave)
    return np.concatenate([part(frames) for part in _PARTS]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class StarterConfig:
    """What a starter encoder is built from; stored beside its weights.

    Attributes:
        measurements: P.
        rank: directions of the output space that are used.
        typical: emotion -> length its vectors had for training speakers, each heard by an encoder
            that never learned from them.
        response: mean over emotions of that length over the length of the emotion's real vector.
    """

    measurements: int
    rank: int
    typical: Mapping[str, float] = field(default_factory=dict)
    response: float = 1.0


class StarterEncoder(nn.Module):
    """The learned map. All state is in buffers and set by training in closed form."""

    centre: Tensor
    scale: Tensor
    weight: Tensor
    basis: Tensor
    origin: Tensor

    def __init__(self, config: StarterConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("centre", torch.zeros(config.measurements))
        self.register_buffer("scale", torch.ones(config.measurements))
        self.register_buffer("weight", torch.zeros(config.rank, config.measurements))
        self.register_buffer("basis", torch.zeros(config.rank, DIM))
        self.register_buffer("origin", torch.zeros(DIM))

    def forward(self, statistics: Tensor) -> Tensor:
        """Map measurements to embeddings.

        Args:
            statistics: (N, P); NaN counts as the centre.
        Returns: (N, 1024).
        """
        score = torch.nan_to_num((statistics - self.centre) / self.scale, nan=0.0)
        embedding: Tensor = self.origin + score.clamp(-REACH, REACH) @ self.weight.T @ self.basis
        return embedding

    def fingerprint(self) -> str:
        """Twelve hex digits that change when the numbers it gives change."""
        digest = hashlib.sha256(f"measurements {MEASUREMENTS_VERSION}".encode())
        for name, tensor in sorted(self.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.numpy().tobytes())
        return digest.hexdigest()[:12]

    @torch.no_grad()
    def embed(self, wave: Floats) -> Floats:
        """Embedding (1024,) of one utterance (n,) at 16 kHz."""
        statistics = torch.from_numpy(voice_statistics(wave))
        embedding: Floats = self(statistics[None])[0].numpy()
        return embedding


def load_starter_encoder(path: Path) -> StarterEncoder:
    """Read a starter encoder, ready to use.

    Raises: EngineError if the file is missing, damaged or of another version.
    """
    tensors, metadata = load_safetensors(path)
    encoder = StarterEncoder(_config(metadata, path))
    fill(encoder, tensors, path)
    if encoder.config.measurements != len(voice_statistics(np.zeros(1600, np.float32))):
        raise EngineError(
            f"The weights {path.name} belong to another version of the program.",
            "Install the program again.",
        )
    return encoder.eval()


def _config(metadata: Mapping[str, Any], path: Path) -> StarterConfig:
    try:
        typical = {str(name): float(value) for name, value in metadata["typical"].items()}
        config = StarterConfig(
            measurements=int(metadata["measurements"]),
            rank=int(metadata["rank"]),
            typical=typical,
            response=float(metadata["response"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EngineError(
            f"The weights {path.name} do not say what they are.", "Install the program again."
        ) from error
    lengths = (*config.typical.values(), config.response)
    if not (0 < config.measurements <= 4096 and 0 < config.rank <= DIM and min(lengths) > 0.0):
        raise EngineError(
            f"The weights {path.name} are of an impossible size.", "Install the program again."
        )
    return config
