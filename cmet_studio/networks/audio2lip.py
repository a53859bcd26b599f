"""Audio2Lip: EDTalk's lip weights from a window of speech (Wav2Lip's audio encoder, one linear)."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cmet_studio.networks.lip_mel import Floats, lip_windows

LIP = 20
_BATCH = 256
_SMOOTHING = (0.27406862, 0.45186276, 0.27406862)
"""A normalised Gaussian of sigma 1."""

_Pair = tuple[int, int]
_BLOCKS: tuple[tuple[int, int, int, _Pair, int, bool], ...] = (
    (1, 32, 3, (1, 1), 1, False),
    (32, 32, 3, (1, 1), 1, True),
    (32, 32, 3, (1, 1), 1, True),
    (32, 64, 3, (3, 1), 1, False),
    (64, 64, 3, (1, 1), 1, True),
    (64, 64, 3, (1, 1), 1, True),
    (64, 128, 3, (3, 3), 1, False),
    (128, 128, 3, (1, 1), 1, True),
    (128, 128, 3, (1, 1), 1, True),
    (128, 256, 3, (3, 2), 1, False),
    (256, 256, 3, (1, 1), 1, True),
    (256, 512, 3, (1, 1), 0, False),
    (512, 512, 1, (1, 1), 0, False),
)  # input and output channels, kernel, stride (h, w), padding, residual


class _Block(nn.Module):
    def __init__(
        self, cin: int, cout: int, kernel: int, stride: _Pair, pad: int, residual: bool
    ) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.Conv2d(cin, cout, kernel, stride, pad), nn.BatchNorm2d(cout)
        )
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv_block(x)
        return torch.relu(y + x if self.residual else y)


class Audio2Lip(nn.Module):
    """(n, 1, 80, 16) mel windows -> (n, 20) lip weights, each window by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.audio_encoder = nn.Sequential(*(_Block(*sizes) for sizes in _BLOCKS))
        self.mapping = nn.Linear(512, LIP)

    def forward(self, windows: Tensor) -> Tensor:
        """See the class."""
        y: Tensor = self.mapping(self.audio_encoder(windows).flatten(1))
        return y


def smoothed(lips: Tensor, *, ends: str = "zeros") -> Tensor:
    """Filter (n, 20) along time with the published three taps.

    Args:
        lips: a sequence.
        ends: ``zeros`` as published (the first and last frame lose a quarter), or ``replicate``.
    """
    taps = torch.tensor(_SMOOTHING, dtype=lips.dtype, device=lips.device)
    mode = "constant" if ends == "zeros" else "replicate"
    padded = F.pad(lips.T[None], (1, 1), mode=mode)[0]
    return (padded[:, :-2] * taps[0] + padded[:, 1:-1] * taps[1] + padded[:, 2:] * taps[2]).T


def lips_from_speech(network: Audio2Lip, wave: Floats) -> Floats:
    """Lip weights at 25 frames/s of speech, smoothed; the ends keep their strength.

    Args:
        network: filled, in evaluation mode.
        wave: (samples,) float32 mono at 16 kHz.
    Returns: (samples // 640, 20) float32.
    """
    windows = lip_windows(wave)
    device = network.mapping.weight.device
    parts: list[Tensor] = []
    with torch.inference_mode():
        for start in range(0, len(windows), _BATCH):
            part = torch.from_numpy(windows[start : start + _BATCH, None]).to(device)
            parts.append(network(part).cpu())
        if not parts:
            return np.zeros((0, LIP), np.float32)
        lips: Floats = smoothed(torch.cat(parts), ends="replicate").numpy()
    return lips
