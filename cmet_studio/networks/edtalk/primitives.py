"""The layers that encoder and decoder share (StyleGAN2's, as EDTalk uses them).

Convention: NCHW; equalised weights are stored at unit scale and used divided by sqrt(fan_in).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SLOPE = 0.2
GAIN = math.sqrt(2.0)


def fir_kernel(gain: float = 1.0) -> Tensor:
    """(4, 4) outer product of [1, 3, 3, 1], summing to ``gain``."""
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    return torch.outer(taps, taps) / 64.0 * gain


def fir(x: Tensor, kernel: Tensor, pad: tuple[int, int]) -> Tensor:
    """Filter every channel: zeros ``pad[0]`` before and ``pad[1]`` after each axis, then valid."""
    channels = x.shape[1]
    before, after = pad
    taps = kernel.to(x.dtype).expand(channels, 1, 4, 4)
    if before == after:
        return F.conv2d(x, taps, padding=before, groups=channels)
    return F.conv2d(F.pad(x, (before, after, before, after)), taps, groups=channels)


def skip_upsample(x: Tensor, kernel: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, C, 2H, 2W): zeros between the pixels, then the filter, padded (2, 1)."""
    b, c, h, w = x.shape
    apart = x.new_zeros(b, c, h, 2, w, 2)
    apart[:, :, :, 0, :, 0] = x
    return fir(apart.view(b, c, 2 * h, 2 * w), kernel, (2, 1))


def activate(x: Tensor, bias: Tensor) -> Tensor:
    """lrelu(x + bias, 0.2) * sqrt(2)."""
    return F.leaky_relu(x + bias, SLOPE) * GAIN


class EqualConv(nn.Module):
    """Equalised convolution without bias."""

    def __init__(self, cin: int, cout: int, kernel: int, stride: int = 1, pad: int = 0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(cout, cin, kernel, kernel))
        self.stride, self.pad = stride, pad
        self.scale = 1.0 / math.sqrt(cin * kernel * kernel)

    def forward(self, x: Tensor) -> Tensor:
        """(B, cin, H, W) -> (B, cout, H', W')."""
        weight = self.weight if self.scale == 1.0 else self.weight * self.scale
        return F.conv2d(x, weight, stride=self.stride, padding=self.pad)

    def bake(self) -> None:
        """Put the scale into the weights, for inference; the weights are then not the stored."""
        with torch.no_grad():
            self.weight.mul_(self.scale)
        self.scale = 1.0


class EqualLinear(nn.Module):
    """Equalised linear layer; the bias is added unscaled.

    Args:
        cin: numbers in.
        cout: numbers out.
        bias: what every bias starts as.
    """

    def __init__(self, cin: int, cout: int, bias: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(cout, cin))
        self.bias = nn.Parameter(torch.full((cout,), bias))
        self.scale = 1.0 / math.sqrt(cin)

    def forward(self, x: Tensor) -> Tensor:
        """(..., cin) -> (..., cout)."""
        return F.linear(x, self.weight * self.scale, self.bias)


class BiasedActivation(nn.Module):
    """``activate`` with a learned bias (1, C, 1, 1)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """See ``activate``."""
        return activate(x, self.bias)


class Blur(nn.Module):
    """``fir`` with a stored kernel."""

    kernel: Tensor

    def __init__(self, pad: tuple[int, int], gain: float = 1.0) -> None:
        super().__init__()
        self.register_buffer("kernel", fir_kernel(gain))
        self.pad = pad

    def forward(self, x: Tensor) -> Tensor:
        """See ``fir``."""
        return fir(x, self.kernel, self.pad)


class Upsample(nn.Module):
    """``skip_upsample`` with a stored kernel."""

    kernel: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("kernel", fir_kernel(4.0))

    def forward(self, x: Tensor) -> Tensor:
        """See ``skip_upsample``."""
        return skip_upsample(x, self.kernel)


def conv_unit(cin: int, cout: int, kernel: int) -> nn.Sequential:
    """Convolution of stride 1, activated. (B, cin, H, W) -> (B, cout, H, W)."""
    return nn.Sequential(EqualConv(cin, cout, kernel, pad=kernel // 2), BiasedActivation(cout))


def down_unit(cin: int, cout: int, kernel: int, *, activated: bool) -> nn.Sequential:
    """Blur and convolution of stride 2. (B, cin, 2H, 2W) -> (B, cout, H, W)."""
    pad = (2, 2) if kernel == 3 else (1, 1)
    parts: list[nn.Module] = [Blur(pad), EqualConv(cin, cout, kernel, stride=2)]
    if activated:
        parts.append(BiasedActivation(cout))
    return nn.Sequential(*parts)


def bake(module: nn.Module) -> None:
    """``EqualConv.bake`` for every equalised convolution in ``module``."""
    for part in module.modules():
        if isinstance(part, EqualConv):
            part.bake()
