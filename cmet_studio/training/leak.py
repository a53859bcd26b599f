"""What the published training's label leak does to a connector: both samplings, side by side.

In the published sampling the target is constant in time and its reference rows are cut from it, so
in 95% of the windows the reference *is* the target (specification, section 7.1): copying is a
perfect answer there, and only windows at a clip's start teach speech. Ours never shows the target.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.emotion.corpus import BASIC, Corpus, load_corpus
from cmet_studio.networks.connector import SPEECH, WINDOW, Connector
from cmet_studio.training.connector import TrainingSettings, fit
from cmet_studio.training.expressions import ExpressionSource, FaceSampler, json_source

Doubles = npt.NDArray[np.float64]

_LEAKS = 0.95
_SHOTS, _DRAWS, _SETTLED = 10, 10, 3
_APART = ("contempt", "neutral")


class LeakingSampler(FaceSampler):
    """Draws windows as the published training does: the reference is the target, or zero."""

    def _reference(self, target: Doubles) -> Doubles:
        rows = np.zeros((WINDOW, len(target)))
        return rows + target if self._rng.random() < _LEAKS else rows


@dataclass(frozen=True, slots=True)
class Learned:
    """What a connector has learned.

    Attributes:
        right: share of unheard speakers' draws (ten takes) whose settled delta lies nearest to the
            right emotion's, of the six that are not neutral nor contempt.
        right_at_once: the same after the first window, whose reference is zero.
        copied: how much of a happy reference comes out again while the speech says nothing;
            1 is all of it.
    """

    right: float
    right_at_once: float
    copied: float


def leak_table(
    embeddings: Path,
    expressions: Path,
    trained_on: tuple[str, ...],
    steps: int | None = None,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> dict[str, Learned]:
    """Train both ways on some speakers and look at the others.

    Args:
        embeddings: see ``load_corpus``.
        expressions: see ``json_source``.
        trained_on: speakers.
        steps: of both trainings; the default's if None.
        token: stops it.
        report: told steps.
    Returns: ``published`` and ``ours``.
    """
    corpus, source = load_corpus(embeddings), json_source(expressions)
    settings = TrainingSettings()
    settings = replace(settings, steps=steps or settings.steps)
    unheard = corpus.only(*(s for s in corpus.speakers if s not in trained_on))
    table = {}
    for name, sampler in (("published", LeakingSampler), ("ours", FaceSampler)):
        connector, _ = fit(corpus.only(*trained_on), source, settings, token, report, sampler)
        table[name] = _learned(connector, source, unheard)
    return table


def _learned(connector: Connector, source: ExpressionSource, unheard: Corpus) -> Learned:
    own = np.broadcast_to(source.rest, (WINDOW, len(source.rest)))
    hits = []
    for emotion, vector in _draws(unheard):
        delta, seen = np.zeros(own.shape), []
        for _ in range(_SETTLED):
            delta = connector.step(delta, vector, own).astype(np.float64)
            seen.append(_nearest(source, delta.mean(axis=0)) == emotion)
        hits.append((seen[-1], seen[0]))
    settled, at_once = np.mean(hits, axis=0)
    happy = source.prototypes[BASIC.index("happy")]
    out = connector.step(np.tile(happy, (WINDOW, 1)), np.zeros(SPEECH), own).mean(axis=0)
    return Learned(float(settled), float(at_once), float(out @ happy / (happy @ happy)))


def _draws(corpus: Corpus) -> Iterator[tuple[str, Doubles]]:
    rng = np.random.default_rng(0)
    for speaker in corpus.speakers:
        neutral = corpus.of(speaker, "neutral").astype(np.float64)
        for emotion in BASIC:
            rows = corpus.of(speaker, emotion).astype(np.float64)
            if emotion in _APART or not len(rows):
                continue
            n = min(_SHOTS, len(rows), len(neutral))
            for _ in range(_DRAWS):
                there = rows[rng.choice(len(rows), n, replace=False)].mean(axis=0)
                yield emotion, there - neutral[rng.choice(len(neutral), n, replace=False)].mean(0)


def _nearest(source: ExpressionSource, delta: Doubles) -> str:
    names = [name for name in BASIC if name != "contempt"]
    table = np.stack([source.prototypes[BASIC.index(name)] for name in names])
    return names[int(np.linalg.norm(table - delta, axis=1).argmin())]
