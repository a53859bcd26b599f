"""Train a connector for any face model, from speech embeddings and an expression source."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.emotion.corpus import BASIC, Corpus, load_corpus
from cmet_studio.networks.connector import PUBLISHED_DIM, Connector
from cmet_studio.networks.weights import save_safetensors
from cmet_studio.training.expressions import (
    ExpressionSource,
    FaceSampler,
    Window,
    facs_source,
    json_source,
)
from cmet_studio.training.losses import (
    CONTRASTIVE_WEIGHT,
    DIRECTION_WEIGHT,
    contrastive_both_ways,
    direction,
    focal,
)
from cmet_studio.training.sampling import SpeechSampler, Utterance


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How long and how large.

    Attributes:
        width: of the connector's tokens.
        steps: batches.
        batch: items; each is trained in both directions.
        rate: highest learning rate, after a warm-up over a twentieth of the steps; it falls to a
            hundredth along a cosine.
        dropout: in the transformer.
        steadiness: weight of the frame-to-frame change of the prediction, which would flicker on a
            face.
    """

    width: int = 192
    layers: int = 4
    heads: int = 4
    steps: int = 1000
    batch: int = 48
    rate: float = 1e-3
    weight_decay: float = 1e-2
    dropout: float = 0.0
    steadiness: float = 1.0
    seed: int = 42


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """B items in both directions.

    Attributes:
        reference, expression, target: (2, B, 5, d); 0 forward, 1 reverse.
        speech: (B, 1, 1024) of the forward direction.
        labels: (B,) int64, the emotion the speech leads to.
        opposite: (B,) bool, items whose two targets are each other's negative.
    """

    reference: Tensor
    expression: Tensor
    target: Tensor
    speech: Tensor
    labels: Tensor
    opposite: Tensor


def make_batch(speech: SpeechSampler, faces: FaceSampler, size: int) -> Batch:
    """Draw a batch."""
    utterances: list[Utterance] = [speech.draw() for _ in range(size)]
    pairs = [faces.draw(utterance) for utterance in utterances]

    def stacked(of: str) -> Tensor:
        ways = [[getattr(pair[way], of) for pair in pairs] for way in (0, 1)]
        return torch.from_numpy(np.array(ways, dtype=np.float32))

    vectors = np.array([u.vector for u in utterances], dtype=np.float32)[:, None]
    opposite = [_opposite(*pair) for pair in pairs]
    return Batch(
        stacked("reference"),
        stacked("expression"),
        stacked("target"),
        torch.from_numpy(vectors),
        torch.tensor([u.target for u in utterances]),
        torch.tensor(opposite),
    )


def _opposite(there: Window, back: Window) -> bool:
    moves = bool(np.abs(there.target).max() > 0.0)
    return moves and bool(np.allclose(there.target, -back.target))


def objective(connector: Connector, batch: Batch, scale: float, steadiness: float) -> Tensor:
    """The paper's loss over a batch: rec + 0.1 cnt + 0.05 dir, plus steadiness in time.

    Args:
        connector: in training mode.
        batch: items.
        scale: of the numbers, see ``ExpressionSource.scale``.
        steadiness: weight of the mean squared frame-to-frame change (scaled).
    """
    there = connector(batch.reference[0], batch.speech, batch.expression[0])
    back = connector(batch.reference[1], -batch.speech, batch.expression[1])
    loss = focal(scale * there.delta, scale * batch.target[0])
    loss = loss + focal(scale * back.delta, scale * batch.target[1])
    ways = contrastive_both_ways(
        there.expression, there.audio, back.expression, back.audio, batch.labels
    )
    loss = loss + CONTRASTIVE_WEIGHT * (ways[0] + ways[1]) / 2.0
    if bool(batch.opposite.any()):
        a, b = there.delta[batch.opposite], back.delta[batch.opposite]
        loss = loss + DIRECTION_WEIGHT * direction(a.flatten(0, 1), b.flatten(0, 1))
    steps = torch.stack([there.delta, back.delta]).diff(dim=2)
    return loss + steadiness * (scale * steps).square().mean()


@contextmanager
def _reproducible(seed: int) -> Iterator[None]:
    """One thread and a seed of its own: the same call gives the same bits."""
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


def _rate_at(step: int, steps: int) -> float:
    warm = max(1, steps // 20)
    if step < warm:
        return (step + 1) / warm
    share = (step - warm) / max(1, steps - warm)
    return 0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * share))


def fit(
    corpus: Corpus,
    source: ExpressionSource,
    settings: TrainingSettings,
    token: CancelToken = NEVER,
    report: Report = silent,
    sampler: type[FaceSampler] = FaceSampler,
) -> tuple[Connector, list[float]]:
    """Train a connector on one thread; with the published tokeniser where it fits (ten numbers).

    Returns: the connector in evaluation mode, and the loss of every step.
    Raises: BadInput if the corpus lacks a basic emotion; Cancelled.
    """
    with _reproducible(settings.seed):
        connector = Connector(
            len(source.units),
            settings.width,
            settings.layers,
            settings.heads,
            tokeniser="published" if len(source.units) == PUBLISHED_DIM else "linear",
            dropout=settings.dropout,
        ).train()
        rng = np.random.default_rng(settings.seed)
        speech, faces = SpeechSampler(corpus, rng), sampler(source, rng)
        optimiser = torch.optim.AdamW(
            connector.parameters(), lr=settings.rate, weight_decay=settings.weight_decay
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: _rate_at(step, settings.steps)
        )
        losses = []
        for step in range(settings.steps):
            token.check()
            report("training the connector", step, settings.steps)
            batch = make_batch(speech, faces, settings.batch)
            loss = objective(connector, batch, source.scale, settings.steadiness)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(connector.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        report("training the connector", settings.steps, settings.steps)
    return connector.eval(), losses


def train_connector(
    embeddings: Path,
    out: Path,
    face_model: str = "mesh",
    expressions: Path | None = None,
    seed: int = 42,
    steps: int | None = None,
    speakers: tuple[str, ...] = (),
    token: CancelToken = NEVER,
    report: Report = silent,
) -> dict[str, float]:
    """Train a connector and write it (float16 safetensors). What ``train connector`` runs.

    Args:
        embeddings: npz, see ``emotion.corpus.load_corpus``.
        out: the file to write.
        face_model: whose action units the FACS prototypes are put in, if ``expressions`` is None.
        expressions: JSON of mean expressions per emotion, see ``json_source``.
        seed: same seed, same bits.
        steps: batches; the default's if None.
        speakers: train on these alone, to measure on the others; all if empty.
        token: stops it between batches.
        report: told every batch.
    Returns: ``loss_first``, ``loss_last`` (means of a twentieth of the steps), ``steps``.
    Raises: BadInput, OutputError, Cancelled.
    """
    corpus = load_corpus(embeddings)
    corpus = corpus.only(*speakers) if speakers else corpus
    source = json_source(expressions) if expressions else _model_source(face_model)
    settings = replace(TrainingSettings(), seed=seed)
    settings = replace(settings, steps=steps or settings.steps)
    connector, losses = fit(corpus, source, settings, token, report)
    write_connector(out, connector, source, settings, corpus)
    tail = max(1, len(losses) // 20)
    return {
        "loss_first": float(np.mean(losses[:tail])),
        "loss_last": float(np.mean(losses[-tail:])),
        "steps": float(len(losses)),
    }


def _model_source(face_model: str) -> ExpressionSource:
    from cmet_studio.engine.registry import make_face_model

    return facs_source(face_model, make_face_model(face_model).info.units)


def write_connector(
    out: Path,
    connector: Connector,
    source: ExpressionSource,
    settings: TrainingSettings,
    corpus: Corpus,
) -> None:
    """Write a connector with what it was made from."""
    metadata = {
        "connector": connector.describe(),
        "face_model": source.name,
        "units": list(source.units),
        "rest": source.rest.tolist(),
        "prototypes": dict(zip(BASIC, source.prototypes.tolist(), strict=True)),
        "mouth": [
            unit for unit, is_mouth in zip(source.units, source.mouth, strict=True) if is_mouth
        ],
        "speakers": list(corpus.speakers),
        "training": asdict(settings),
    }
    save_safetensors(out, connector.state_dict(), metadata)
