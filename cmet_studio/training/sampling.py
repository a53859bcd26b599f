"""Speech for training a connector: semantic vectors of known content.

As in the paper, a vector is the mean of expressive takes minus the mean of neutral ones, from one
to ten of each (ten in the paper; fewer here too, because an editor may have one), and any emotion i
may go to any emotion j. Beyond the paper, since there are few speakers: mixtures of two emotions,
scaled vectors, noise of the kinds by which speakers and takes differ.

Every vector comes with its **content**: how much of each emotion it holds, 1 = as much as that
emotion's preset, negative for what it takes away. That is what the face has to show.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmet_studio.emotion.corpus import BASIC, Corpus
from cmet_studio.emotion.vectors import SPEECH
from cmet_studio.training.presets import preset_vectors

Doubles = npt.NDArray[np.float64]

NEUTRAL = BASIC.index("neutral")
EXPRESSIVE = tuple(i for i, name in enumerate(BASIC) if name != "neutral")
MOST_SHOTS = 10
STRONGEST = 1.6
"""Largest factor of a vector while training, a little beyond the largest intensity of a key."""


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How speech is varied.

    Attributes:
        take_noise: of the covariance of takes about their mean, added again to every mean.
        isotropic: length of noise in all directions, in parts of the vector's length.
        per_number: standard deviation of a factor on each of the 1024 numbers.
        dropped: largest share of the 1024 numbers set to zero (the others grow accordingly).
    """

    take_noise: float = 0.5
    isotropic: float = 0.1
    per_number: float = 0.15
    dropped: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """A semantic vector and what it says.

    Attributes:
        vector: (1024,).
        content: (8,) in the order of ``BASIC``; neutral's is 0.
        source: index of the emotion it starts from (neutral in most).
        target: index of the emotion it leads to; its label.
    """

    vector: Doubles
    content: Doubles
    source: int
    target: int


class SpeechSampler:
    """Draws utterances from a corpus.

    Args:
        corpus: only its speakers with neutral speech and the eight basic emotions are used: the
            extended emotions never enter training.
        rng: every draw comes from it.
        augmentation: how much noise.
    """

    def __init__(
        self, corpus: Corpus, rng: np.random.Generator, augmentation: Augmentation | None = None
    ) -> None:
        self._rng = rng
        self._noise = augmentation or Augmentation()
        presets = preset_vectors(corpus)
        self.presets: Doubles = np.stack([presets[name] for name in BASIC])
        lengths = np.maximum(np.sum(self.presets**2, axis=1), 1e-9)
        self._measure: Doubles = self.presets / lengths[:, None]
        self._takes = {
            (speaker, i): corpus.of(speaker, name).astype(np.float64)
            for speaker in corpus.speakers
            for i, name in enumerate(BASIC)
            if len(corpus.of(speaker, name))
        }
        self._speakers = corpus.speakers
        scatter = np.concatenate([rows - rows.mean(axis=0) for rows in self._takes.values()])
        # Few takes span few directions: their singular vectors make correlated noise cheap.
        _, size, axes = np.linalg.svd(scatter / np.sqrt(len(scatter)), full_matrices=False)
        keep = size > 1e-3 * size[0]
        self._scatter: Doubles = size[keep, None] * axes[keep]

    def draw(self) -> Utterance:
        """One utterance: takes of a speaker, a preset, a mixture of two, or nothing."""
        kind = self._rng.random()
        if kind < 0.50:
            return self._scaled(self._from_takes())
        if kind < 0.70:
            return self._scaled(self._from_preset())
        if kind < 0.93:
            return self._mixture()
        return self._nothing()

    def _from_takes(self) -> Utterance:
        """mean_j - mean_i over takes of one speaker; i is neutral in two of three."""
        speaker = self._speakers[self._rng.integers(len(self._speakers))]
        spoken = [i for s, i in self._takes if s == speaker and i != NEUTRAL]
        source = NEUTRAL
        if self._rng.random() < 0.35:
            source = int(self._rng.choice(spoken))
        others = [i for i in (*spoken, NEUTRAL) if i != source]
        target = int(self._rng.choice(others))
        shots = self._shots()
        neutral = self._takes[speaker, NEUTRAL].mean(axis=0)
        there = self._mean(speaker, target, shots)
        here = self._mean(speaker, source, shots)
        content = np.zeros(len(BASIC))
        content[target] += self._amount(there - neutral, target)
        content[source] -= self._amount(here - neutral, source)
        content[NEUTRAL] = 0.0
        return Utterance(self._varied(there - here), content, source, target)

    def _shots(self) -> int:
        """One to ten, one of them in a third of the draws: single takes are the hard ones."""
        return 1 if self._rng.random() < 0.33 else int(self._rng.integers(2, MOST_SHOTS + 1))

    def _mean(self, speaker: str, emotion: int, shots: int) -> Doubles:
        rows = self._takes[speaker, emotion]
        chosen = self._rng.choice(len(rows), min(shots, len(rows)), replace=False)
        own: Doubles = rows[chosen].mean(axis=0)
        spread = self._noise.take_noise * self._rng.random() / np.sqrt(len(chosen))
        noise: Doubles = self._rng.standard_normal(len(self._scatter)) @ self._scatter
        own += spread * noise
        return own

    def _amount(self, vector: Doubles, emotion: int) -> float:
        """How much of an emotion a vector of that emotion holds: its projection on the preset."""
        if emotion == NEUTRAL:
            return 0.0
        least = 0.0 if BASIC[emotion] == "contempt" else 0.55
        return float(np.clip(vector @ self._measure[emotion], least, 1.6))

    def _from_preset(self) -> Utterance:
        target = int(self._rng.choice(EXPRESSIVE))
        content = np.zeros(len(BASIC))
        content[target] = 1.0
        light = self._rng.random() < 0.5
        vector = self.presets[target]
        return Utterance(vector if light else self._varied(vector), content, NEUTRAL, target)

    def _mixture(self) -> Utterance:
        a, b = self._scaled(self._from_either()), self._scaled(self._from_either())
        share = self._rng.random()
        first = share * np.abs(a.content).sum() >= (1 - share) * np.abs(b.content).sum()
        main = a if first else b
        return Utterance(
            share * a.vector + (1 - share) * b.vector,
            share * a.content + (1 - share) * b.content,
            main.source,
            main.target,
        )

    def _from_either(self) -> Utterance:
        return self._from_takes() if self._rng.random() < 0.5 else self._from_preset()

    def _nothing(self) -> Utterance:
        """The zero vector, or the difference of two draws of neutral speech."""
        content = np.zeros(len(BASIC))
        if self._rng.random() < 0.4:
            return Utterance(np.zeros(SPEECH), content, NEUTRAL, NEUTRAL)
        speaker = self._speakers[self._rng.integers(len(self._speakers))]
        shots = self._shots()
        a, b = self._mean(speaker, NEUTRAL, shots), self._mean(speaker, NEUTRAL, shots)
        return Utterance(self._varied(a - b), content, NEUTRAL, NEUTRAL)

    def _scaled(self, utterance: Utterance) -> Utterance:
        """Most as spoken, the rest at another strength: a key's intensity scales the vector."""
        factor = 1.0 if self._rng.random() < 0.4 else float(self._rng.uniform(0.0, STRONGEST))
        return Utterance(
            factor * utterance.vector,
            factor * utterance.content,
            utterance.source,
            utterance.target,
        )

    def _varied(self, vector: Doubles) -> Doubles:
        """Noise by which one speaker's vector differs from another's."""
        noise = self._noise
        factors = 1.0 + noise.per_number * self._rng.random() * self._rng.standard_normal(SPEECH)
        away = self._rng.standard_normal(SPEECH) / np.sqrt(SPEECH)
        size = noise.isotropic * self._rng.random() * np.linalg.norm(vector)
        dropped = noise.dropped * self._rng.random()
        kept = (self._rng.random(SPEECH) >= dropped) / (1.0 - dropped)
        result: Doubles = (vector * factors + size * away) * kept
        return result
