"""The paper's losses for the connector, in the form of the published training code."""

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, log_softmax, normalize

CONTRASTIVE_WEIGHT = 0.1
DIRECTION_WEIGHT = 0.05
_TEMPERATURE = 0.1


def focal(prediction: Tensor, target: Tensor) -> Tensor:
    """Reconstruction: mean of r^2 (2 sigmoid(0.2 r) - 1) with r = |prediction - target|.

    Large errors count as squares, small ones (r << 5) as 0.1 r^3; so the scale of the numbers
    matters. It was made for EDTalk's weights, whose emotions differ by about 2.
    """
    r = (prediction - target).abs()
    return (r.square() * (2.0 * torch.sigmoid(0.2 * r) - 1.0)).mean()


def contrastive(visual: Tensor, audio: Tensor, labels: Tensor) -> Tensor:
    """Supervised contrastive loss between tokens of two modalities; symmetric in them.

    Every row's positives are all other rows of its label, in both modalities; its own partner is
    always one. Temperature 0.1.

    Args:
        visual: (B, C).
        audio: (B, C).
        labels: (B,) int64, the target emotion.
    """
    rows = normalize(torch.cat([visual, audio]), dim=1)
    label = torch.cat([labels, labels])
    itself = torch.eye(len(rows), dtype=torch.bool, device=rows.device)
    similarity = (rows @ rows.T / _TEMPERATURE).masked_fill(itself, float("-inf"))
    log_share = log_softmax(similarity, dim=1)
    positive = (label[:, None] == label[None, :]) & ~itself
    of_positives = log_share.masked_fill(~positive, 0.0).sum(dim=1)
    return -(of_positives / (positive.sum(dim=1) + 1e-12)).mean()


def contrastive_both_ways(
    forward_expression: Tensor,
    forward_audio: Tensor,
    reverse_expression: Tensor,
    reverse_audio: Tensor,
    labels: Tensor,
) -> tuple[Tensor, Tensor]:
    """The two contrastive terms of a forward (i to j) and a reverse (j to i) pass.

    The visual difference is paired with the opposite speech direction, as published. The loss is
    the mean of the two.

    Args:
        forward_expression: (B, T, C) expression tokens.
        forward_audio: (B, 1, C) audio tokens.
        reverse_expression: (B, T, C).
        reverse_audio: (B, 1, C).
        labels: (B,) int64 of j.
    """
    difference = (reverse_expression - forward_expression).mean(dim=1)
    return (
        contrastive(-difference, forward_audio.squeeze(1), labels),
        contrastive(difference, reverse_audio.squeeze(1), labels),
    )


def direction(forward: Tensor, reverse: Tensor) -> Tensor:
    """Mean of (1 + cos)^2 over rows: going there and back are opposite changes.

    Args:
        forward: (N, d) changes from i to j.
        reverse: (N, d) changes from j to i.
    """
    return (1.0 + cosine_similarity(forward, reverse, dim=1, eps=1e-8)).square().mean()
