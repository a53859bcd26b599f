"""EDTalk's encoder: one network that says both how a face looks and what it does."""

import math
from itertools import pairwise
from typing import cast

from torch import Tensor, nn

from cmet_studio.networks.edtalk.primitives import EqualConv, conv_unit, down_unit

SIDE = 256
STYLE = 512
CHANNELS = (64, 128, 256, 512, 512, 512, 512)


class ResidualBlock(nn.Module):
    """(B, cin, 2H, 2W) -> (B, cout, H, W)."""

    def __init__(self, cin: int, cout: int) -> None:
        super().__init__()
        self.conv1 = conv_unit(cin, cin, 3)
        self.conv2 = down_unit(cin, cout, 3, activated=True)
        self.skip = down_unit(cin, cout, 1, activated=False)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        main: Tensor = self.conv2(self.conv1(x))
        return (main + cast("Tensor", self.skip(x))) / math.sqrt(2.0)


class _Layers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        blocks = [ResidualBlock(a, b) for a, b in pairwise(CHANNELS)]
        self.convs = nn.ModuleList(
            [conv_unit(3, CHANNELS[0], 1), *blocks, EqualConv(CHANNELS[-1], STYLE, 4)]
        )


class Encoder(nn.Module):
    """(B, 3, 256, 256) RGB in [-1, 1] -> appearance latent and feature maps."""

    def __init__(self) -> None:
        super().__init__()
        self.net_app = _Layers()

    def forward(self, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Encode images.

        Returns: ``wa`` (B, 512) and six maps from (B, 512, 8, 8) to (B, 64, 256, 256).
        """
        x = image
        maps: list[Tensor] = []
        for layer in list(self.net_app.convs)[:-1]:
            x = layer(x)
            maps.append(x)
        wa: Tensor = self.net_app.convs[-1](x)
        return wa[:, :, 0, 0], maps[-2::-1]
