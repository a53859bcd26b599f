"""The generator's numbers with less work: what depends on the source is made once per source.

Against the published loop (specification, section 2.5): no dead branch; the source's features and
``N = instance_norm(conv2(feat))`` cached; the latent scales the data, not the weights, so that one
convolution serves the batch; heads folded to one affine map; directions orthogonalised once; image
heads read the sampled features before the mask (a 1x1 convolution and a per-pixel factor commute),
so that the masked copy is never made. Statistics, sampling grids, flow and image stay in float32
whatever the precision of the maps.
"""

from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cmet_studio.networks.edtalk.decoder import (
    LEVELS,
    Decoder,
    Enhancement,
    Flow,
    StyledConv,
    ToRgb,
    base_grid,
)
from cmet_studio.networks.edtalk.primitives import (
    GAIN,
    SLOPE,
    BiasedActivation,
    EqualConv,
    fir,
    fir_kernel,
    skip_upsample,
)

_EPS = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class SourceState:
    """What a source image gives to every frame that is made of it.

    Attributes:
        wa: (B, 512) float32.
        feats: six maps, (B, C, S, S).
        normed: N of the same six, see the module's head.
    """

    wa: Tensor
    feats: tuple[Tensor, ...]
    normed: tuple[Tensor, ...]

    def part(self, start: int, stop: int) -> "SourceState":
        """Some of a batch; a batch of one serves all."""
        if len(self.wa) == 1:
            return self
        return SourceState(
            self.wa[start:stop],
            tuple(f[start:stop] for f in self.feats),
            tuple(n[start:stop] for n in self.normed),
        )


class _Styled(nn.Module):
    """A styled convolution that scales the data; see ``StyledConv``."""

    weight: Tensor
    taps: Tensor
    matrix: Tensor
    offset: Tensor
    bias: Tensor
    kernel: Tensor

    def __init__(self, layer: StyledConv) -> None:
        super().__init__()
        conv = layer.conv
        weight = (conv.weight[0] * conv.scale).detach().clone()
        self.upsample = conv.upsample
        self.register_buffer("taps", weight.square().sum(dim=(2, 3)).T.contiguous())
        self.register_buffer(
            "weight", weight.transpose(0, 1).contiguous() if conv.upsample else weight
        )
        self.register_buffer("matrix", (conv.modulation.weight * conv.modulation.scale).detach())
        self.register_buffer("offset", conv.modulation.bias.detach().clone())
        self.register_buffer("bias", (layer.activate.bias * GAIN).detach())
        if conv.upsample:
            self.register_buffer("kernel", fir_kernel(4.0))

    def scales(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Factors of the input (B, Cin, 1, 1) and of the output (B, Cout, 1, 1), float32.

        The input's are divided by their largest, which the output's give back: half precision
        then never overflows in the convolution.
        """
        s = F.linear(latent, self.matrix, self.offset)
        largest = s.abs().amax(dim=1, keepdim=True).clamp_min(1e-12)
        s = s / largest
        out = torch.rsqrt(s.square() @ self.taps + _EPS / largest.square()) * GAIN
        return s[:, :, None, None], out[:, :, None, None]

    def forward(self, x: Tensor, latent: Tensor) -> Tensor:
        into, out = self.scales(latent)
        x = x * into.to(x.dtype)
        if self.upsample:
            y = fir(F.conv_transpose2d(x, self.weight, stride=2), self.kernel, (1, 1))
        else:
            y = F.conv2d(x, self.weight, padding=1)
        y = torch.addcmul(self.bias.to(y.dtype), y, out.to(y.dtype))
        return F.leaky_relu_(y, SLOPE)


class _Level(nn.Module):
    """One side of the decoder: two convolutions, enhancement, warp, image."""

    flow_weight: Tensor
    flow_matrix: Tensor
    flow_offset: Tensor
    flow_bias: Tensor
    rgb_weight: Tensor
    rgb_inner: Tensor
    rgb_outer: Tensor
    kernel: Tensor
    grid: Tensor

    def __init__(self, decoder: Decoder, k: int) -> None:
        super().__init__()
        self.up, self.conv = (
            _Styled(_of(StyledConv, decoder.convs[i])) for i in (2 * k, 2 * k + 1)
        )
        flow, rgb = _of(Flow, decoder.to_flows[k]), _of(ToRgb, decoder.to_rgbs[k])
        inner = _of(EqualConv, rgb.conv[0])
        block = _of(Enhancement, decoder.fineadainresblock[k])
        self.source = nn.Conv2d(LEVELS[k][0], LEVELS[k][0], 3, padding=1, bias=False)
        self.source.weight = nn.Parameter(block.conv2.weight.detach().clone())
        self.adain = block.norm2
        modulation = flow.conv.modulation
        values = {
            "flow_weight": flow.conv.weight[0, :, :, 0, 0] * flow.conv.scale,
            "flow_matrix": modulation.weight * modulation.scale,
            "flow_offset": modulation.bias,
            "flow_bias": flow.bias,
            "rgb_weight": inner.weight * inner.scale,
            "rgb_inner": _of(BiasedActivation, rgb.conv[1]).bias,
            "rgb_outer": rgb.bias,
            "kernel": fir_kernel(4.0),
            "grid": base_grid(LEVELS[k][1]),
        }
        for name, value in values.items():
            self.register_buffer(name, value.detach().clone())

    def prepare(self, feat: Tensor) -> Tensor:
        """N of a source's map. The bias of the convolution would cancel here."""
        y: Tensor = self.source(feat)
        return F.instance_norm(y.float(), eps=1e-5).to(feat.dtype)

    def forward(
        self, x: Tensor, latent: Tensor, e: Tensor, feat: Tensor, normed: Tensor,
        flow: Tensor | None, image: Tensor | None,
    ) -> tuple[Tensor, Tensor, Tensor]:  # fmt: skip
        """Returns: new trunk, flow carry and image carry (both float32)."""
        x = self.conv(self.up(x, latent), latent)
        gamma, beta = self.adain(e)
        enhanced = torch.addcmul(feat + beta.to(feat.dtype), normed, (1 + gamma).to(feat.dtype))
        y = self._flow(x, latent)
        if flow is not None:
            y = y + skip_upsample(flow, self.kernel)
        mask = torch.sigmoid(y[:, 2:3])
        grid = self.grid + torch.tanh(y[:, :2]).permute(0, 2, 3, 1)
        sampled = _sample(enhanced, grid)
        z = F.conv2d(sampled, self.rgb_weight.to(sampled.dtype)).float() * mask
        z = F.leaky_relu(z + self.rgb_inner, SLOPE) * GAIN + self.rgb_outer
        if image is not None:
            z = z + skip_upsample(image, self.kernel)
        return torch.lerp(x, sampled, mask.to(x.dtype)), y, z

    def _flow(self, x: Tensor, latent: Tensor) -> Tensor:
        """The modulated 1x1 convolution as a matrix product with weights of each sample."""
        b, c, h, w = x.shape
        s = F.linear(latent, self.flow_matrix, self.flow_offset)
        weight = (self.flow_weight * s[:, None]).to(x.dtype)
        if x.is_contiguous(memory_format=torch.channels_last) and not x.is_contiguous():
            rows = x.permute(0, 2, 3, 1).reshape(b, h * w, c)
            y = (rows @ weight.transpose(1, 2)).float().transpose(1, 2)
        else:
            y = (weight @ x.reshape(b, c, h * w)).float()
        return y.reshape(b, 3, h, w) + self.flow_bias


M = TypeVar("M", bound=nn.Module)


def _of(kind: type[M], module: nn.Module) -> M:
    if not isinstance(module, kind):
        raise TypeError(f"expected {kind.__name__}, not {type(module).__name__}")
    return module


def _sample(maps: Tensor, grid: Tensor) -> Tensor:
    """Bilinear, zeros outside, published alignment; the weights are those of a float32 grid."""
    if maps.dtype == grid.dtype:
        return F.grid_sample(maps, grid, align_corners=False)
    return F.grid_sample(maps.float(), grid, align_corners=False).to(maps.dtype)


class FastDecoder(nn.Module):
    """Decodes frames of prepared sources."""

    start: Tensor

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.register_buffer("start", decoder.input.input.detach().clone())
        self.conv1 = _Styled(decoder.conv1)
        self.levels = nn.ModuleList(_Level(decoder, k) for k in range(len(LEVELS)))

    def prepare(self, feats: list[Tensor]) -> tuple[Tensor, ...]:
        """N of every map."""
        return tuple(
            _of(_Level, level).prepare(feat) for level, feat in zip(self.levels, feats, strict=True)
        )

    def to_precision(self, dtype: torch.dtype) -> None:
        """Keep the maps and the weights that touch them in ``dtype``; the rest stays float32."""
        self.start = self.start.to(dtype)
        for module in self.modules():
            if isinstance(module, _Styled):
                module.weight = module.weight.to(dtype)
            if isinstance(module, _Level):
                module.source.to(dtype)

    def forward(self, latent: Tensor, e: Tensor, state: SourceState) -> Tensor:
        """(B, 512), (B, 512), a state of B or one source -> (B, 3, 256, 256) float32."""
        x: Tensor = self.conv1(self.start.expand(len(latent), -1, -1, -1), latent)
        flow: Tensor | None = None
        image: Tensor | None = None
        for level, feat, normed in zip(self.levels, state.feats, state.normed, strict=True):
            x, flow, image = level(
                x, latent, e, feat.expand(len(latent), -1, -1, -1), normed, flow, image
            )
        if image is None:
            raise ValueError("a decoder has levels")
        return image
