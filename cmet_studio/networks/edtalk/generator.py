"""EDTalk's generator as published: encoder, weight heads, direction bank, decoder."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from cmet_studio.networks.edtalk.decoder import Decoder
from cmet_studio.networks.edtalk.encoder import STYLE, Encoder
from cmet_studio.networks.edtalk.primitives import EqualLinear

LIP, POSE, EXPRESSION = 20, 6, 10
WEIGHTS = LIP + POSE + EXPRESSION
"""Numbers of a face's motion, in the order lip, pose, expression."""


class _Columns(nn.Module):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(STYLE, count))


def _stack(*sizes: int) -> nn.Sequential:
    return nn.Sequential(*(EqualLinear(a, b) for a, b in pairwise(sizes)))


def orthogonal_bank(lip_and_pose: Tensor, expression: Tensor) -> Tensor:
    """Orthonormal directions, in the published sign convention.

    Householder QR of LAPACK on the CPU in float32, signs as they fall: making diag(R) positive
    would be another face.

    Args:
        lip_and_pose: (512, 26).
        expression: (512, 10).
    Returns: (512, 36) float32 on the CPU.
    """
    columns = torch.cat([lip_and_pose, expression], dim=1).detach().float().cpu() + 1e-8
    q: Tensor = torch.linalg.qr(columns, mode="reduced")[0]
    return q


class Generator(nn.Module):
    """The whole published network; its state dict has the published keys."""

    def __init__(self) -> None:
        super().__init__()
        self.enc = Encoder()
        self.dec = Decoder()
        self.direction_lipnonlip = _Columns(LIP + POSE)
        self.direction_exp = _Columns(EXPRESSION)
        self.fc = _stack(*[STYLE] * 5)
        self.lip_fc = _stack(STYLE, STYLE, STYLE, LIP)
        self.pose_fc = _stack(STYLE, STYLE, STYLE, POSE)
        self.exp_fc = _stack(STYLE, STYLE, STYLE, EXPRESSION)

    def weights(self, wa: Tensor) -> Tensor:
        """(B, 512) -> (B, 36) lip, pose, expression weights, layer by layer."""
        h = self.fc(wa)
        return torch.cat([self.lip_fc(h), self.pose_fc(h), self.exp_fc(h)], dim=1)

    def bank(self) -> Tensor:
        """(512, 36) orthonormal directions, made anew; see ``orthogonal_bank``."""
        return orthogonal_bank(self.direction_lipnonlip.weight, self.direction_exp.weight)

    def folded_heads(self) -> tuple[Tensor, Tensor]:
        """The heads as one affine map, folded in double: matrix (36, 512), bias (36,), float32."""
        h = _folded(self.fc)
        tops = [_folded(head) for head in (self.lip_fc, self.pose_fc, self.exp_fc)]
        matrix = torch.cat([top[0] @ h[0] for top in tops])
        bias = torch.cat([top[0] @ h[1] + top[1] for top in tops])
        return matrix.float(), bias.float()


def _folded(stack: nn.Sequential) -> tuple[Tensor, Tensor]:
    matrix = torch.eye(STYLE, dtype=torch.float64)
    bias = torch.zeros(STYLE, dtype=torch.float64)
    for layer in stack:
        if not isinstance(layer, EqualLinear):
            raise TypeError("heads are made of linear layers")
        weight = layer.weight.detach().double().cpu() * layer.scale
        matrix = weight @ matrix
        bias = weight @ bias + layer.bias.detach().double().cpu()
    return matrix, bias


def motion_latents(bank: Tensor, wa: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Latents of a face that looks like ``wa`` and does what ``weights`` say.

    Args:
        bank: (512, 36).
        wa: (B, 512) or (1, 512) of the source.
        weights: (B, 36) lip, pose, expression.
    Returns: latent (B, 512) and expression latent (B, 512).
    """
    latent = wa + weights @ bank.T
    e = weights[:, LIP + POSE :] @ bank[:, LIP + POSE :].T
    return latent, e
