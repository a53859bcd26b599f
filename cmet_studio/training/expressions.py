"""Expressions for training a connector: what faces show before and after.

The paper trains on MEAD's footage. A face model's own expressions of that footage are one possible
source; here are the two that ship nothing of it: the FACS prototypes of ``emotion.facs`` and mean
weights per emotion from a JSON file. Around either, faces vary as real ones do: strength, timing,
a lasting offset per person, speech on the lips, the noise of measuring.

**The target** is a difference, target minus base: what the speech asks for is added, what it takes
away is removed, and where the clip's face already shows another emotion than the speech says,
that goes in the measure in which the new one comes. What speech does to the lips stays.

**No reference that gives the target away.** In the published training the target is constant in
time and so equal to the reference rows: the network can copy. Here the reference is zero in half
of the windows, and in the rest it is what was predicted *before t0*: of another strength, partly
of another emotion (the key before), moving and noisy, while the target is that of the window's own
vector. Nothing but speech and face tells the target.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import BadInput
from cmet_studio.emotion.corpus import BASIC
from cmet_studio.emotion.facs import prototype_vector
from cmet_studio.training.sampling import EXPRESSIVE, NEUTRAL, Utterance

Doubles = npt.NDArray[np.float64]

WINDOW = 5
_RATE = 25.0
_EDTALK_RMS = 2.0
"""Root mean square difference between EDTalk's weights of an emotion and of neutral."""
_BEND = 0.5
"""How gently strength saturates, see ``shown``."""
_REMOVED = 0.6
_MOUTH_OPENING = ("AU25", "AU26", "AU27")


def shown(content: Doubles) -> Doubles:
    """How strongly a face shows what speech holds: x (1 + b) / (1 + b |x|), b = 0.5.

    1 stays 1, half becomes 0.6, one and a half 1.29: proportional for small steps, no faces beyond
    the human at the top, and weak speech still reads.
    """
    bent: Doubles = content * (1.0 + _BEND) / (1.0 + _BEND * np.abs(content))
    return bent


@dataclass(frozen=True, slots=True, eq=False)
class ExpressionSource:
    """An expression space and its emotions.

    Attributes:
        name: of the face model.
        units: d names.
        prototypes: (8, d) change from neutral to each of ``BASIC``; zero for neutral.
        rest: (d,) the neutral expression.
        mouth: (d,) bool, units that open the mouth; speech moves them, and they are never removed.
    """

    name: str
    units: tuple[str, ...]
    prototypes: Doubles
    rest: Doubles
    mouth: npt.NDArray[np.bool_]

    @property
    def scale(self) -> float:
        """Factor to EDTalk's size of numbers, for which the losses were made."""
        expressive = self.prototypes[list(EXPRESSIVE)]
        return _EDTALK_RMS / float(np.sqrt(np.mean(expressive**2)))


def facs_source(name: str, units: Sequence[str]) -> ExpressionSource:
    """The FACS prototypes in the units of a face model made of action units."""
    prototypes = np.array([prototype_vector(emotion, units) for emotion in BASIC])
    mouth = np.array([unit in _MOUTH_OPENING for unit in units])
    return ExpressionSource(name, tuple(units), prototypes, np.zeros(len(units)), mouth)


def json_source(path: Path) -> ExpressionSource:
    """Mean expressions from a JSON object: emotion -> list of d numbers, neutral among them.

    Raises: BadInput if the file is not of that form.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        means = _means(data)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadInput(
            f"The expressions {path.name} cannot be used: {error}.",
            "Give a JSON object with a list of numbers for each of the eight emotions.",
        ) from error
    rest = means[NEUTRAL]
    units = tuple(f"e{i}" for i in range(len(rest)))
    return ExpressionSource(
        path.stem.split("_")[0], units, means - rest, rest, np.zeros(len(rest), bool)
    )


def _means(data: object) -> Doubles:
    if not isinstance(data, Mapping):
        raise TypeError("it is not an object")
    missing = [name for name in BASIC if name not in data]
    if missing:
        raise KeyError(f"no {', '.join(missing)}")
    means = np.array([data[name] for name in BASIC], dtype=np.float64)
    if means.ndim != 2 or not np.isfinite(means).all():
        raise ValueError("the lists are not of one length")
    return means


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One training window.

    Attributes:
        reference: (5, d).
        expression: (5, d).
        target: (5, d) change to predict.
    """

    reference: Doubles
    expression: Doubles
    target: Doubles


class FaceSampler:
    """Draws windows that go with utterances.

    Args:
        source: the expression space.
        rng: every draw comes from it.
    """

    def __init__(self, source: ExpressionSource, rng: np.random.Generator) -> None:
        self._source = source
        self._rng = rng
        self._unit = _EDTALK_RMS / source.scale
        """RMS of the prototypes: the size that noise is measured in."""

    def draw(self, utterance: Utterance) -> tuple[Window, Window]:
        """A forward window for the utterance and a reverse one for its negative.

        The forward face shows what the speech starts from, as in the paper; in a quarter of the
        windows with neutral speech as the start it shows another emotion all the same, as a clip
        may. The reverse face shows what the speech leads to.
        """
        base = np.maximum(-utterance.content, 0.0)
        if utterance.source == NEUTRAL and self._rng.random() < 0.25:
            base[int(self._rng.choice(EXPRESSIVE))] += self._rng.uniform(0.2, 1.2)
        reached = np.maximum(utterance.content, 0.0)
        return self._window(utterance.content, base), self._window(-utterance.content, reached)

    def _window(self, content: Doubles, base: Doubles) -> Window:
        target = self.change(content, base)
        steady = np.broadcast_to(target, (WINDOW, len(target)))
        return Window(self._reference(target), self._face(base), steady)

    def change(self, content: Doubles, base: Doubles) -> Doubles:
        """The change that speech asks of a face.

        Args:
            content: (8,) of the utterance.
            base: (8,) how much of each emotion the face shows, not negative.
        Returns: (d,).
        """
        asked: Doubles = shown(content) @ self._source.prototypes
        left = np.maximum(base - np.maximum(-content, 0.0), 0.0)
        # What the speech asks for and the face already has stays in part: a smile is not deepened
        # to twice its depth, nor is it taken away to be put back.
        kept = np.where(content > 0.0, 0.5, 0.0)
        come = min(1.0, float(np.maximum(content, 0.0).sum()))
        removed: Doubles = (shown(left) * (1.0 - kept)) @ self._source.prototypes
        removed = np.where(self._source.mouth, 0.0, removed)
        change: Doubles = asked - _REMOVED * come * removed
        return change

    def _reference(self, target: Doubles) -> Doubles:
        kind = self._rng.random()
        before = np.zeros((WINDOW, len(target)))
        if kind < 0.5:
            return before
        if kind < 0.7:
            earlier = self._rng.normal(1.0, 0.3) * target
        elif kind < 0.85:
            earlier = self._rng.uniform(0.0, 1.0) * target
        else:
            other = int(self._rng.choice(EXPRESSIVE))
            earlier = self._rng.uniform(0.0, 1.3) * self._source.prototypes[other]
        wave = 1.0 + self._waves(1, 0.3, 1.5)[:, 0] * self._rng.uniform(0.0, 0.2)
        noise = self._rng.normal(0.0, 0.1 * self._unit * self._rng.random(), before.shape)
        reference: Doubles = wave[:, None] * earlier + noise
        return reference

    def _face(self, base: Doubles) -> Doubles:
        """(5, d) what the encoder of a face model says of a face that shows ``base``."""
        source, rng = self._source, self._rng
        d = len(source.units)
        timing = 1.0 + rng.uniform(0.0, 0.3) * self._waves(1, 0.2, 1.5)
        person = rng.normal(0.0, 2.5 * self._unit * rng.random(), d)
        noise = rng.normal(0.0, 0.5 * self._unit * rng.random(), (WINDOW, d))
        sway = rng.uniform(0.0, 1.0) * self._unit * self._waves(d, 0.3, 4.0)
        face: Doubles = source.rest + timing * (shown(base) @ source.prototypes)
        face = face + person + noise + sway
        speech = rng.uniform(0.0, 0.8) * np.abs(self._waves(int(source.mouth.sum()), 2.0, 6.0))
        face[:, source.mouth] += speech
        return face

    def _waves(self, count: int, slowest_hz: float, fastest_hz: float) -> Doubles:
        """(5, count) sines of random frequency and phase, amplitude 1."""
        hz = self._rng.uniform(slowest_hz, fastest_hz, count)
        phase = self._rng.uniform(0.0, 2.0 * np.pi, count)
        time = np.arange(WINDOW)[:, None] / _RATE
        waves: Doubles = np.sin(2.0 * np.pi * hz * time + phase)
        return waves
