"""How well a starter speech encoder tells emotions apart on speakers it never heard.

A draw takes k expressive and k neutral takes of one speaker, without replacement, and asks which
of seven preset vectors the difference of their mean embeddings is nearest to, neutral being the
zero vector. For neutral itself both sides are drawn from the speaker's neutral takes, apart. Where
a speaker has fewer takes than asked for, all are used. Chance is one in seven.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import BadInput
from cmet_studio.core.paths import model_file
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.emotion.presets import preset_vector
from cmet_studio.media.audio import read_audio
from cmet_studio.networks.starter_encoder import StarterEncoder, load_starter_encoder
from cmet_studio.speech.corpus import Recording, find_recordings

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

EMOTIONS = ("angry", "disgusted", "fear", "happy", "neutral", "sad", "surprised")
SHOTS = (1, 3, 10)
_RATE = 16000
_STAGE = "listening to strangers"


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Takes and their embeddings (N, 1024)."""

    recordings: Sequence[Recording]
    embeddings: Floats

    def of(self, speaker: str, emotion: str) -> Floats:
        """(n, 1024) of a speaker's takes of an emotion."""
        rows = [
            i
            for i, r in enumerate(self.recordings)
            if r.speaker == speaker and r.emotion == emotion
        ]
        return self.embeddings[rows]


def evaluate_starter_encoder(
    speech: Path,
    weights: Path | None = None,
    held_out: Path | None = None,
    speakers: Sequence[str] = (),
    draws: int = 200,
    seed: int = 0,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> dict[str, Any]:
    """Measure a starter encoder.

    Args:
        speech: folder of labelled recordings, ``collection/emotion/name.flac``.
        weights: the encoder; the shipped one if None.
        held_out: folder of cross-validation encoders: each speaker is heard by
            ``without_<collection>_<speaker>.safetensors`` there, which never learned from them.
        speakers: whom to measure on, as ``collection:name``; all if empty.
        draws: per speaker, emotion and number of shots.
        seed: of the draws.
    Returns: plain values, ready for JSON; ``figure_rows`` says them to people.
    Raises: BadInput for unusable recordings, EngineError for unusable weights, Cancelled.
    """
    recordings = [r for r in find_recordings(speech) if not speakers or r.speaker in speakers]
    if not recordings:
        raise BadInput(
            f"None of the speakers {', '.join(speakers)} is in {speech}.",
            "Name them as collection:speaker.",
        )
    chosen = sorted({r.speaker for r in recordings})
    encoders = {s: load_starter_encoder(_weights_for(s, weights, held_out)) for s in chosen}
    heard = _listen(recordings, encoders, token, report)
    presets = {e: preset_vector(e).astype(np.float64) for e in EMOTIONS}
    found: dict[str, Any] = {
        "weights": (held_out or weights or model_file("starter_encoder.safetensors")).name,
        "strangers": held_out is not None,
        "collections": {},
    }
    for collection in sorted({s.partition(":")[0] for s in chosen}):
        own = [s for s in chosen if s.startswith(f"{collection}:")]
        found["collections"][collection] = score_speakers(heard, own, presets, draws, seed)
    return found


def _weights_for(speaker: str, weights: Path | None, held_out: Path | None) -> Path:
    if held_out is not None:
        return held_out / f"without_{speaker.replace(':', '_')}.safetensors"
    return weights or model_file("starter_encoder.safetensors")


def _listen(
    recordings: Sequence[Recording],
    encoders: Mapping[str, StarterEncoder],
    token: CancelToken,
    report: Report,
) -> Heard:
    rows = []
    for done, recording in enumerate(recordings):
        token.check()
        report(_STAGE, done, len(recordings))
        rows.append(encoders[recording.speaker].embed(read_audio(recording.path, rate=_RATE)))
    report(_STAGE, len(recordings), len(recordings))
    return Heard(recordings, np.stack(rows))


def score_speakers(
    heard: Heard,
    speakers: Sequence[str],
    presets: Mapping[str, Doubles],
    draws: int = 200,
    seed: int = 0,
) -> dict[str, Any]:
    """Share of draws whose vector is nearest to the right preset.

    Returns: ``accuracy`` by shots (mean over speakers of the mean over their emotions),
        ``speakers`` by speaker and shots, and ``confusion`` at the most shots: emotion -> what it
        was taken for, as shares.
    """
    by_speaker: dict[str, dict[str, float]] = {}
    confusion = {e: dict.fromkeys(EMOTIONS, 0.0) for e in EMOTIONS}
    for speaker in speakers:
        by_speaker[speaker] = {}
        for shots in SHOTS:
            right = []
            for emotion in EMOTIONS:
                vectors = draw_vectors(heard, speaker, emotion, shots, draws, seed)
                if not len(vectors):
                    continue
                named = nearest(vectors, presets)
                right.append(named.count(emotion) / len(named))
                if shots == SHOTS[-1]:
                    for name in named:
                        confusion[emotion][name] += 1.0 / len(named)
            by_speaker[speaker][str(shots)] = float(np.mean(right))
    return {
        "accuracy": {
            str(k): float(np.mean([by_speaker[s][str(k)] for s in speakers])) for k in SHOTS
        },
        "speakers": by_speaker,
        "confusion": {
            e: {n: v / max(sum(row.values()), 1e-9) for n, v in row.items() if v}
            for e, row in confusion.items()
        },
    }


def draw_vectors(
    heard: Heard, speaker: str, emotion: str, shots: int, draws: int, seed: int
) -> Doubles:
    """(draws, 1024) semantic vectors of random takes; none if the speaker has no such takes."""
    neutral = heard.of(speaker, "neutral").astype(np.float64)
    expressive = heard.of(speaker, emotion).astype(np.float64)
    rng = np.random.default_rng([seed, shots, EMOTIONS.index(emotion)])
    vectors = []
    for _ in range(draws if len(expressive) else 0):
        rest = neutral[rng.permutation(len(neutral))]
        if emotion == "neutral":
            count = min(shots, len(neutral) // 2)
            if not count:
                break
            taken, rest = rest[:count], rest[count : 2 * count]
        else:
            taken, rest = expressive[rng.permutation(len(expressive))[:shots]], rest[:shots]
        vectors.append(taken.mean(axis=0) - rest.mean(axis=0))
    return np.array(vectors).reshape(-1, heard.embeddings.shape[1])


def nearest(vectors: Doubles, presets: Mapping[str, Doubles]) -> list[str]:
    """Name of the preset nearest to each of the vectors (N, 1024), by Euclidean distance."""
    known = np.stack([presets[e] for e in EMOTIONS])
    # |v - p|^2 without the |v|^2 that all presets share
    away = (known**2).sum(axis=1) - 2.0 * vectors @ known.T
    return [EMOTIONS[i] for i in away.argmin(axis=1)]


def figure_rows(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures as (what, value) for people."""
    whom = "speakers never heard" if figures["strangers"] else "speakers as given"
    rows = []
    for collection, found in figures["collections"].items():
        for shots, value in found["accuracy"].items():
            rows.append((f"{collection}, {whom}, {shots} shots: nearest preset", f"{value:.0%}"))
        for speaker, values in found["speakers"].items():
            text = " / ".join(f"{values[str(k)]:.0%}" for k in SHOTS)
            rows.append((f"  {speaker}, {' / '.join(map(str, SHOTS))} shots", text))
        for emotion, row in found["confusion"].items():
            if row:
                named = sorted(row.items(), key=lambda item: -item[1])
                text = ", ".join(f"{name} {share:.0%}" for name, share in named[:3])
                rows.append((f"  {emotion} is taken for", text))
    return rows
