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
from cmet_studio.networks.connector import WINDOW, Connector
from cmet_studio.training.connector import TrainingSettings, fit
from cmet_studio.training.expressions import ExpressionSource, FaceSampler, json_source

Doubles = npt.NDArray[np.float64]

_LEAKS = 0.95
_SHOTS, _DRAWS, _SETTLED = 10, 10, 3
_TOLD = tuple(name for name in BASIC if name not in ("contempt", "neutral"))


class LeakingSampler(FaceSampler):
    """Draws windows as the published training does: the reference is the target, or zero."""

    def _reference(self, target: Doubles) -> Doubles:
        rows = np.zeros((WINDOW, len(target)))
        return rows + target if self._rng.random() < _LEAKS else rows


@dataclass(frozen=True, slots=True)
class Learned:
    """What a connector has learned, from unheard speakers' draws of ten takes.

    Attributes:
        right: share of draws whose settled delta lies nearest to the right emotion's, of the six
            that are not neutral nor contempt.
        right_at_once: the same after the first window, whose reference is zero.
        right_after_another: the same after the first window where the reference is another
            emotion's change, as at a key that follows another without a rest.
        copied: how much of that other emotion is in this window's delta; 1 is all of it.
    """

    right: float
    right_at_once: float
    right_after_another: float
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
    found = []
    for n, (emotion, vector) in enumerate(_draws(unheard)):
        delta, seen = np.zeros(own.shape), []
        for _ in range(_SETTLED):
            delta = connector.step(delta, vector, own).astype(np.float64)
            seen.append(_nearest(source, delta.mean(axis=0)) == emotion)
        others = [name for name in _TOLD if name != emotion]
        other = source.prototypes[BASIC.index(others[n % len(others)])]
        after = connector.step(np.tile(other, (WINDOW, 1)), vector, own).mean(axis=0)
        asked = source.prototypes[BASIC.index(emotion)]
        shares, *_ = np.linalg.lstsq(np.stack([asked, other], axis=1), after, rcond=None)
        found.append((seen[-1], seen[0], _nearest(source, after) == emotion, shares[1]))
    return Learned(*(float(mean) for mean in np.mean(found, axis=0)))


def _draws(corpus: Corpus) -> Iterator[tuple[str, Doubles]]:
    rng = np.random.default_rng(0)
    for speaker in corpus.speakers:
        neutral = corpus.of(speaker, "neutral").astype(np.float64)
        for emotion in BASIC:
            rows = corpus.of(speaker, emotion).astype(np.float64)
            if emotion not in _TOLD or not len(rows):
                continue
            n = min(_SHOTS, len(rows), len(neutral))
            for _ in range(_DRAWS):
                there = rows[rng.choice(len(rows), n, replace=False)].mean(axis=0)
                yield emotion, there - neutral[rng.choice(len(neutral), n, replace=False)].mean(0)


def _nearest(source: ExpressionSource, delta: Doubles) -> str:
    names = [name for name in BASIC if name != "contempt"]
    table = np.stack([source.prototypes[BASIC.index(name)] for name in names])
    return names[int(np.linalg.norm(table - delta, axis=1).argmin())]
