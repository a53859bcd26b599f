"""EDTalk's decoder with the published arithmetic, kept as the yardstick for ``fast``.

Modulated weights per sample and a grouped convolution, source branch computed for every frame.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cmet_studio.networks.edtalk.primitives import (
    BiasedActivation,
    Blur,
    EqualConv,
    EqualLinear,
    Upsample,
)

STYLE = 512
LEVELS = ((512, 8), (512, 16), (512, 32), (256, 64), (128, 128), (64, 256))
"""Channels and side of every level, coarse to fine."""
_HIDDEN = 128


class ModulatedConv(nn.Module):
    """Convolution whose input channels a latent scales; see the module's head."""

    def __init__(
        self, cin: int, cout: int, kernel: int, *, demodulate: bool = True, upsample: bool = False
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, cout, cin, kernel, kernel))
        if upsample:
            self.blur = Blur((1, 1), gain=4.0)
        self.modulation = EqualLinear(STYLE, cin, bias=1.0)
        self.scale = 1.0 / math.sqrt(cin * kernel * kernel)
        self.demodulate, self.upsample = demodulate, upsample

    def forward(self, x: Tensor, latent: Tensor) -> Tensor:
        """(B, cin, H, W), (B, 512) -> (B, cout, H, W), twice the side if upsampling."""
        b, cin, h, w = x.shape
        s: Tensor = self.modulation(latent)
        weight = self.weight * self.scale * s.view(b, 1, cin, 1, 1)
        if self.demodulate:
            norm = torch.rsqrt(weight.square().sum(dim=(2, 3, 4), keepdim=True) + 1e-8)
            weight = weight * norm
        cout, k = weight.shape[1], weight.shape[3]
        x = x.reshape(1, b * cin, h, w)
        if not self.upsample:
            y = F.conv2d(x, weight.reshape(b * cout, cin, k, k), padding=k // 2, groups=b)
            return y.view(b, cout, h, w)
        turned = weight.transpose(1, 2).reshape(b * cin, cout, k, k)
        y = F.conv_transpose2d(x, turned, stride=2, groups=b)
        blurred: Tensor = self.blur(y.view(b, cout, 2 * h + 1, 2 * w + 1))
        return blurred


class _Noise(nn.Module):
    """A weight that published files hold and nothing reads: no noise is ever injected."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))


class StyledConv(nn.Module):
    """Modulated 3x3 convolution, then the biased activation."""

    def __init__(self, cin: int, cout: int, *, upsample: bool = False) -> None:
        super().__init__()
        self.conv = ModulatedConv(cin, cout, 3, upsample=upsample)
        self.noise = _Noise()
        self.activate = BiasedActivation(cout)

    def forward(self, x: Tensor, latent: Tensor) -> Tensor:
        """(B, cin, H, W), (B, 512) -> (B, cout, H, W), twice the side if upsampling."""
        y: Tensor = self.activate(self.conv(x, latent))
        return y


class _Adain(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mlp_shared = nn.Sequential(nn.Linear(STYLE, _HIDDEN), nn.ReLU())
        self.mlp_gamma = nn.Linear(_HIDDEN, channels)
        self.mlp_beta = nn.Linear(_HIDDEN, channels)

    def forward(self, e: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 512) -> gamma and beta, (B, C, 1, 1) each."""
        hidden = self.mlp_shared(e)
        return self.mlp_gamma(hidden)[:, :, None, None], self.mlp_beta(hidden)[:, :, None, None]


class Enhancement(nn.Module):
    """Expression enhancement: feat + N (1 + gamma) + beta with N = instance norm of conv2(feat).

    ``conv1`` and ``norm1`` are in the published files but never reach the output.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm1 = _Adain(channels)
        self.norm2 = _Adain(channels)

    def forward(self, feat: Tensor, e: Tensor) -> Tensor:
        """(B, C, S, S), (B, 512) -> (B, C, S, S)."""
        gamma, beta = self.norm2(e)
        normed: Tensor = F.instance_norm(self.conv2(feat), eps=1e-5)
        enhanced: Tensor = feat + normed * (1 + gamma) + beta
        return enhanced

    def dead_branch(self, feat: Tensor, e: Tensor) -> Tensor:
        """What the published loop also computes and throws away; for measuring it."""
        gamma, beta = self.norm1(e)
        normed = F.instance_norm(self.conv1(feat), eps=1e-5)
        return F.leaky_relu(normed * (1 + gamma) + beta, 0.2)


def base_grid(side: int) -> Tensor:
    """(side, side, 2) x, y from -1 to 1 inclusive; made in double, float32."""
    axis = torch.linspace(-1.0, 1.0, side, dtype=torch.float64)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([x, y], dim=-1).float()


class Flow(nn.Module):
    """Warps the enhanced source features and blends them into the trunk."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))
        self.upsample = Upsample()
        self.conv = ModulatedConv(channels, 3, 1, demodulate=False)

    def forward(
        self, x: Tensor, latent: Tensor, feat: Tensor, before: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Returns: masked warped features, the new trunk, the raw flow (B, 3, S, S)."""
        y: Tensor = self.conv(x, latent) + self.bias
        if before is not None:
            y = y + self.upsample(before)
        mask = torch.sigmoid(y[:, 2:3])
        grid = base_grid(y.shape[-1]).to(y) + torch.tanh(y[:, :2]).permute(0, 2, 3, 1)
        # Published: the base grid reaches the corners, yet align_corners is off.
        warped = F.grid_sample(feat, grid, align_corners=False) * mask
        return warped, warped + x * (1 - mask), y


class ToRgb(nn.Module):
    """Image skip; the activation inside it is the published one."""

    def __init__(self, channels: int, *, skip: bool = True) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, 3, 1, 1))
        if skip:
            self.upsample = Upsample()
        self.conv = nn.Sequential(EqualConv(channels, 3, 1), BiasedActivation(3))

    def forward(self, x: Tensor, before: Tensor | None) -> Tensor:
        """(B, C, S, S) and the image of the level before, half the side -> (B, 3, S, S)."""
        y: Tensor = self.conv(x) + self.bias
        return y if before is None else y + self.upsample(before)


class _Constant(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.input = nn.Parameter(torch.randn(1, STYLE, 4, 4))


class Decoder(nn.Module):
    """Latent, source features and expression latent -> image."""

    def __init__(self) -> None:
        super().__init__()
        self.input = _Constant()
        self.conv1 = StyledConv(STYLE, STYLE)
        self.to_rgb1 = ToRgb(STYLE, skip=False)
        cin = STYLE
        self.convs, self.to_rgbs = nn.ModuleList(), nn.ModuleList()
        self.to_flows, self.fineadainresblock = nn.ModuleList(), nn.ModuleList()
        for channels, _ in LEVELS:
            self.convs.append(StyledConv(cin, channels, upsample=True))
            self.convs.append(StyledConv(channels, channels))
            self.to_rgbs.append(ToRgb(channels))
            self.to_flows.append(Flow(channels))
            self.fineadainresblock.append(Enhancement(channels))
            cin = channels

    def forward(
        self, latent: Tensor, feats: list[Tensor], e: Tensor, *, dead_branch: bool = False
    ) -> Tensor:
        """Decode.

        Args:
            latent: (B, 512).
            feats: six maps of ``Encoder``, batch B each.
            e: (B, 512).
            dead_branch: also do what the published loop does for nothing.
        Returns: (B, 3, 256, 256), nominally in [-1, 1], not clamped.
        """
        x: Tensor = self.conv1(self.input.input.expand(len(latent), -1, -1, -1), latent)
        flow: Tensor | None = None
        image: Tensor | None = None
        for k, feat in enumerate(feats):
            x = self.convs[2 * k](x, latent)
            x = self.convs[2 * k + 1](x, latent)
            block = self.fineadainresblock[k]
            if dead_branch and isinstance(block, Enhancement):
                block.dead_branch(feat, e)
            warped, x, flow = self.to_flows[k](x, latent, block(feat, e), flow)
            image = self.to_rgbs[k](warped, image)
        if image is None:
            raise ValueError("a decoder needs the source's feature maps")
        return image
