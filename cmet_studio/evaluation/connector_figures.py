"""What a connector makes of speech: the measurements behind ``cmet-studio evaluate connector``."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from cmet_studio.emotion.corpus import BASIC, Corpus
from cmet_studio.emotion.presets import preset_vector
from cmet_studio.emotion.vectors import cosine, semantic_vector
from cmet_studio.evaluation.subject import CLASSES, SETTLED, Subject
from cmet_studio.networks.connector import SPEECH, WINDOW, Connector

Floats = npt.NDArray[np.float32]


def accuracy(
    subject: Subject, corpus: Corpus, shots: int, draws: int = 60, seed: int = 0
) -> dict[str, float]:
    """Share of draws whose delta is nearest to the right prototype, per class.

    A draw: up to ``shots`` takes of one speaker's emotion, without replacement, against as many of
    the speaker's own neutral takes (for neutral: against others of them). Speakers and emotions
    count alike, however many takes they have. Contempt is nearest to one of eight, its own
    included, and stands apart.

    Returns: emotion -> share, ``balanced`` (mean over the seven) and ``contempt``.
    """
    rng = np.random.default_rng(seed)
    right: dict[str, list[float]] = {}
    for speaker in corpus.speakers:
        for emotion in BASIC:
            rows = corpus.of(speaker, emotion)
            if len(rows):
                vectors = np.stack(
                    [_draw(corpus, speaker, emotion, shots, rng) for _ in range(draws)]
                )
                hits = _hits(subject, emotion, subject.settled(vectors))
                right.setdefault(emotion, []).append(hits)
    figures = {emotion: float(np.mean(shares)) for emotion, shares in right.items()}
    of_seven = [figures[name] for name in CLASSES if name in figures]
    figures["balanced"] = float(np.mean(of_seven))
    return figures


def _draw(
    corpus: Corpus, speaker: str, emotion: str, shots: int, rng: np.random.Generator
) -> Floats:
    neutral = corpus.of(speaker, "neutral")
    order = rng.permutation(len(neutral))
    if emotion == "neutral":
        n = min(shots, len(neutral) // 2)
        return semantic_vector(neutral[order[n : 2 * n]], neutral[order[:n]])
    rows = corpus.of(speaker, emotion)
    n = min(shots, len(rows), len(neutral))
    chosen = rng.choice(len(rows), n, replace=False)
    return semantic_vector(rows[chosen], neutral[order[:n]])


def _hits(subject: Subject, emotion: str, deltas: Floats) -> float:
    if emotion != "contempt":
        return float(np.mean([name == emotion for name in subject.nearest(deltas)]))
    table = np.stack([subject.prototypes[name] for name in BASIC])
    distance = np.linalg.norm(deltas[:, None] - table[None], axis=2)
    return float(np.mean(distance.argmin(axis=1) == BASIC.index("contempt")))


def preset_gains(subject: Subject) -> dict[str, tuple[float, float]]:
    """Gain and cosine of the delta at each basic preset against its prototype.

    The gain is the projection on the prototype, in parts of it: 1 is the prototype itself.
    """
    found = {}
    for name in BASIC:
        if name != "neutral":
            target = subject.prototypes[name]
            delta = subject.settled(preset_vector(name)[None])[0]
            found[name] = (float(delta @ target / (target @ target)), cosine(delta, target))
    return found


def strength_follows(subject: Subject, corpus: Corpus) -> dict[str, float]:
    """Correlation, over single takes, of how strongly a take speaks with how large its delta is.

    How strongly: projection on the preset. How large: length of the delta. Takes of one emotion
    and speaker, against the mean of the speaker's neutral; mean correlation over speakers.
    """
    found = {}
    for emotion in CLASSES:
        if emotion == "neutral":
            continue
        preset = preset_vector(emotion)
        each = []
        for speaker in corpus.speakers:
            rows = corpus.of(speaker, emotion)
            if len(rows) >= 4:
                vectors = rows - corpus.of(speaker, "neutral").mean(axis=0)
                sizes = np.linalg.norm(subject.settled(vectors), axis=1)
                each.append(float(np.corrcoef(vectors @ preset, sizes)[0, 1]))
        if each:
            found[emotion] = float(np.mean(each))
    return found


def intensity_curve(
    subject: Subject, factors: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
) -> dict[str, list[float]]:
    """Length of the delta at scaled presets, in parts of the prototype's length."""
    curves = {}
    for name in BASIC:
        if name != "neutral":
            scaled = np.stack([f * preset_vector(name) for f in factors])
            sizes = np.linalg.norm(subject.settled(scaled), axis=1)
            whole = np.linalg.norm(subject.prototypes[name])
            curves[name] = [float(size / whole) for size in sizes]
    return curves


def steadiness(subject: Subject, windows: int = 100, seed: int = 0) -> dict[str, float]:
    """How steady predictions stay when fed back, at the basic presets and a noisy talking face.

    Returns: ``drift`` (largest distance of a window from the mean of windows 2 to the last, over a
    still face), ``wobble`` (root mean square change from frame to frame within windows, talking
    face), ``steps`` (the same from window mean to window mean), all in parts of the delta's length.
    """
    speech = np.stack([preset_vector(name) for name in BASIC if name != "neutral"])
    still = subject.delta(speech, windows=windows).mean(axis=2)[:, 1:]
    centre = still.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centre, axis=2)
    drift = (np.linalg.norm(still - centre, axis=2) / length).max()
    talking = subject.delta(speech, talking_face(subject, windows, seed), windows)
    within = np.linalg.norm(np.diff(talking, axis=2), axis=3)[:, 1:]
    means = talking.mean(axis=2)
    between = np.linalg.norm(np.diff(means, axis=1), axis=2)[:, 1:]
    return {
        "drift": float(drift),
        "wobble": float(np.sqrt(np.mean((within / length[:, :, None]) ** 2))),
        "steps": float(np.sqrt(np.mean((between / length) ** 2))),
    }


def talking_face(subject: Subject, windows: int, seed: int = 0, spread: float = 0.5) -> Floats:
    """(windows, 5, d) a face at rest that talks, measured by an imperfect encoder.

    A lasting offset per unit (standard deviation ``spread``), slow and fast noise, the mouth
    opening four times a second; in parts of the largest unit of the prototypes. The sizes are those
    that the mesh model's encoder shows on real clips: offsets of 0.5, movement of 0.2.
    """
    rng = np.random.default_rng(seed)
    n, d = windows * WINDOW, len(subject.units)
    largest = float(np.max([np.abs(p).max() for p in subject.prototypes.values()]))
    slow = np.cumsum(rng.normal(0.0, 0.05, (n, d)), axis=0)
    slow -= slow.mean(axis=0)
    face = rng.normal(0.0, spread, d) + 0.4 * np.tanh(slow) + rng.normal(0.0, 0.05, (n, d))
    opening = 0.5 * np.abs(np.sin(np.arange(n) / 25.0 * 2.0 * np.pi * 2.0))
    face[:, subject.mouth] += opening[:, None]
    shown: Floats = (subject.rest + largest * face).reshape(windows, WINDOW, d).astype(np.float32)
    return shown


def steadfastness(subject: Subject, faces: int = 20) -> float:
    """How far a noisy talking face of some person moves the delta from that of a still face.

    Returns: mean over presets and faces of the distance, in parts of the delta's length.
    """
    speech = np.stack([preset_vector(name) for name in BASIC if name != "neutral"])
    still = subject.settled(speech)
    length = np.linalg.norm(still, axis=1)
    moved = [
        np.linalg.norm(
            subject.delta(speech, talking_face(subject, SETTLED, seed))[:, -1].mean(axis=1) - still,
            axis=1,
        )
        / length
        for seed in range(faces)
    ]
    return float(np.mean(moved))


def removal(subject: Subject, shows: str = "happy", asked: str = "sad") -> float:
    """How much of the emotion a face shows goes when another is asked for.

    Returns: change of the shown emotion's own units (those the asked one lacks), in parts of what
    is shown: -1 is all of it. 0 in a space whose emotions share all their units.
    """
    own, other = subject.prototypes[shows], subject.prototypes[asked]
    units = (np.abs(own) > 0.1) & (np.abs(other) < 0.1) & ~subject.mouth
    if not units.any():
        return 0.0
    face = np.broadcast_to(subject.rest + own, (SETTLED, WINDOW, len(own)))
    delta = subject.delta(preset_vector(asked)[None], face)[0, -1].mean(axis=0)
    still = subject.settled(preset_vector(asked)[None])[0]
    return float((delta - still)[units] @ own[units] / (own[units] @ own[units]))


def extended_faces(subject: Subject, names: Sequence[str], most: int = 6) -> dict[str, list[str]]:
    """The largest units of the delta at each preset, as ``top_units`` words them."""
    return {
        name: top_units(subject.units, subject.settled(preset_vector(name)[None])[0], most)
        for name in names
    }


def top_units(units: Sequence[str], delta: Floats, most: int) -> list[str]:
    """The largest units of a delta, e.g. ``AU12 +0.52``; left and right merged if alike."""
    of = dict(zip(units, delta.tolist(), strict=True))
    merged: dict[str, float] = {}
    for unit, value in of.items():
        twin = unit[:-1] + "R"
        if unit.endswith("L") and twin in of and abs(value - of[twin]) < 0.1:
            merged[unit[:-1]] = (value + of[twin]) / 2.0
        elif not (unit.endswith("R") and unit[:-1] in merged):
            merged[unit] = value
    largest = sorted(merged.items(), key=lambda item: -abs(item[1]))[:most]
    return [f"{unit} {value:+.2f}" for unit, value in largest]


def distances(subject: Subject, names: Sequence[str]) -> dict[tuple[str, str], float]:
    """Distance between the deltas of each two presets, in parts of the prototypes' mean length."""
    deltas = subject.settled(np.stack([preset_vector(name) for name in names]))
    lengths = [
        float(np.linalg.norm(p)) for name, p in subject.prototypes.items() if name != "neutral"
    ]
    return {
        (names[i], names[j]): float(np.linalg.norm(deltas[i] - deltas[j]) / np.mean(lengths))
        for i in range(len(names))
        for j in range(i + 1, len(names))
    }


def milliseconds_per_step(
    connector: Connector, clock: Callable[[], float], steps: int = 200
) -> float:
    """Median time of ``Connector.step`` at the current number of torch threads.

    Args:
        connector: the one to time.
        clock: seconds, e.g. ``time.perf_counter``.
        steps: timed steps, after ten to warm up.
    """
    ref = np.zeros((WINDOW, connector.config.dim), np.float32)
    face, speech = ref.copy(), np.full(SPEECH, 0.3, np.float32)
    taken = []
    for step in range(steps + 10):
        start = clock()
        ref = connector.step(ref, speech, face)
        if step >= 10:
            taken.append(clock() - start)
    return float(np.median(taken)) * 1000.0
