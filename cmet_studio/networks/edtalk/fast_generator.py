"""The fast generator as inference uses it: one object per device and precision."""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cmet_studio.networks.edtalk.encoder import Encoder
from cmet_studio.networks.edtalk.fast import FastDecoder, SourceState
from cmet_studio.networks.edtalk.generator import Generator, motion_latents
from cmet_studio.networks.edtalk.primitives import bake


class FastGenerator(nn.Module):
    """Encodes images and decodes edited ones. Inference only.

    Args:
        generator: filled; copied, not kept.
        bank: (512, 36) stored directions; made from the generator's if None.
    """

    bank: Tensor
    head_matrix: Tensor
    head_bias: Tensor

    def __init__(self, generator: Generator, bank: Tensor | None = None) -> None:
        super().__init__()
        self.enc: Encoder = copy.deepcopy(generator.enc)
        bake(self.enc)
        self.dec = FastDecoder(generator.dec)
        matrix, bias = generator.folded_heads()
        self.register_buffer("bank", generator.bank() if bank is None else bank.clone())
        self.register_buffer("head_matrix", matrix)
        self.register_buffer("head_bias", bias)
        self.precision = torch.float32
        self.requires_grad_(requires_grad=False).eval()

    def place(self, device: torch.device | str, precision: torch.dtype) -> "FastGenerator":
        """Move to a device; maps and convolutions in ``precision``, channels last."""
        self.to(device)
        self.precision = precision
        last = self.enc.net_app.convs[-1]
        self.enc.to(precision)
        last.float()  # the latent that everything is added to
        self.dec.to_precision(precision)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return self

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """One pass that serves appearance, pose, lips and expression.

        Args:
            images: (B, 3, 256, 256) RGB in [-1, 1].
        Returns: wa (B, 512), weights (B, 36) lip, pose, expression, both float32; six maps.
        """
        x = images.to(self.precision, memory_format=torch.channels_last)
        maps: list[Tensor] = []
        layers = list(self.enc.net_app.convs)
        for layer in layers[:-1]:
            x = layer(x)
            maps.append(x)
        wa: Tensor = layers[-1](x.float())[:, :, 0, 0]
        return wa, F.linear(wa, self.head_matrix, self.head_bias), maps[-2::-1]

    def source(self, images: Tensor) -> tuple[SourceState, Tensor]:
        """Everything that frames made of these images need, and the images' own weights."""
        wa, weights, maps = self.encode(images)
        return SourceState(wa, tuple(maps), self.dec.prepare(maps)), weights

    def decode(self, state: SourceState, weights: Tensor) -> Tensor:
        """Images of the sources doing what ``weights`` (B, 36) say: (B, 3, 256, 256) float32."""
        latent, e = motion_latents(self.bank, state.wa, weights)
        image: Tensor = self.dec(latent, e, state)
        return image

    def forward(self, state: SourceState, weights: Tensor) -> Tensor:
        """``decode``."""
        return self.decode(state, weights)
