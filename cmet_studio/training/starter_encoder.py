"""Making the starter speech encoder from labelled speech.

The network sees differences between a speaker's expressive and neutral takes, so that is what it
is fitted to: ridge regression from the difference of the measurements to the preset vector of the
emotion, in expectation over draws of k takes. In expectation the second moment of such a draw is

    E[x x'] = m m' + (S_e + S_n) / k,      E[x] = m,

with m the difference of the means and S the covariances of the expressive and the neutral takes;
so no draws are made and the result is exact. Neutral is a class like the others, with m = 0 and
target 0. Every speaker is also heard as other voices in other places (``voice_changes``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cmet_studio.core.errors import BadInput
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.emotion.corpus import Corpus, load_corpus
from cmet_studio.media.audio import read_audio
from cmet_studio.networks.starter_encoder import (
    DIM,
    REACH,
    StarterConfig,
    StarterEncoder,
    voice_statistics,
)
from cmet_studio.networks.weights import save_safetensors
from cmet_studio.speech.corpus import Recording, find_recordings
from cmet_studio.training.voice_changes import RATE, apply_change, draw_change

Doubles = npt.NDArray[np.float64]

EMOTIONS = ("angry", "disgusted", "fear", "happy", "neutral", "sad", "surprised")
"""What is learned. Contempt is left out: its embeddings hardly differ from neutral ones."""
_EXPRESSIVE = tuple(e for e in EMOTIONS if e != "neutral")
_ALSO_NAMED = ("contempt",)  # a preset with recordings, but not learned
_PAIRED = "mead"  # the collection that has both recordings and embeddings
_FEWEST = 2  # takes of an emotion by a speaker: one has no scatter
_STAGE = "listening to speech"


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How the map is fitted; chosen on speakers left out.

    Attributes:
        voices: other voices each speaker is heard as, beside their own.
        ridge: on the mean second moment of a measurement.
        noise: the 1/k above.
        paired_weight: of a speaker of the paired collection, against 1 for the others.
        gain: on the map, against the shrinking that a ridge brings.
    """

    voices: int = 8
    ridge: float = 0.3
    noise: float = 0.4
    paired_weight: float = 4.0
    gain: float = 1.8


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Recordings and what was measured of them.

    Attributes:
        recordings: N of them.
        values: (voices + 1, N, P); index 0 is the recording as it is. NaN where not measurable.
    """

    recordings: Sequence[Recording]
    values: Doubles

    def of(self, speaker: str, emotion: str) -> npt.NDArray[np.int64]:
        """Indices of a speaker's takes of an emotion."""
        return np.array(
            [
                i
                for i, r in enumerate(self.recordings)
                if r.speaker == speaker and r.emotion == emotion
            ],
            dtype=np.int64,
        )

    @property
    def speakers(self) -> tuple[str, ...]:
        """All speakers, sorted."""
        return tuple(sorted({r.speaker for r in self.recordings}))


def measure(
    speech: Path,
    voices: int,
    seed: int,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> Measured:
    """Measure all recordings in a folder, as they are and as other voices.

    Raises: BadInput if the folder holds none, MediaError for one that cannot be read, Cancelled.
    """
    recordings = find_recordings(speech)
    waves = [read_audio(r.path, rate=RATE) for r in recordings]
    speakers = sorted({r.speaker for r in recordings})
    levels = {
        s: float(
            np.mean(
                [
                    10.0 * np.log10(np.mean(np.square(w, dtype=np.float64)) + 1e-9)
                    for w, r in zip(waves, recordings, strict=True)
                    if r.speaker == s
                ]
            )
        )
        for s in speakers
    }
    rows: list[npt.NDArray[np.float32]] = []
    for version in range(voices + 1):
        changes = {
            s: draw_change(np.random.default_rng([seed, version, i]))
            for i, s in enumerate(speakers)
        }
        for index, (wave, recording) in enumerate(zip(waves, recordings, strict=True)):
            token.check()
            report(_STAGE, len(rows), (voices + 1) * len(recordings))
            heard = wave
            if version:
                rng = np.random.default_rng([seed, version, len(speakers), index])
                speaker = recording.speaker
                heard = apply_change(wave, changes[speaker], levels[speaker], rng)
            rows.append(voice_statistics(heard))
    report(_STAGE, len(rows), len(rows))
    values = np.array(rows, dtype=np.float64).reshape(voices + 1, len(recordings), -1)
    return Measured(recordings, values)


def class_vectors(corpus: Corpus) -> dict[str, Doubles]:
    """Targets: mean over speakers of mean(emotion) - mean(neutral); zero for neutral."""
    vectors = {"neutral": np.zeros(DIM)}
    for emotion in _EXPRESSIVE:
        own = [
            corpus.of(s, emotion).mean(axis=0, dtype=np.float64)
            - corpus.of(s, "neutral").mean(axis=0, dtype=np.float64)
            for s in corpus.speakers
            if len(corpus.of(s, emotion))
        ]
        if not own:
            raise BadInput(
                f"The embeddings have no '{emotion}' speech beside neutral speech.",
                "Every emotion needs a speaker who also speaks neutrally.",
            )
        vectors[emotion] = np.mean(own, axis=0)
    return vectors


def fit(
    measured: Measured, corpus: Corpus, speakers: Sequence[str], settings: FitSettings
) -> StarterEncoder:
    """Fit a starter encoder to some of the speakers.

    Args:
        measured: recordings of these and perhaps other speakers.
        corpus: embeddings of the paired speakers among them, and of nobody else.
        speakers: whom to learn from.
        settings: how.
    """
    chosen = [i for i, r in enumerate(measured.recordings) if r.speaker in speakers]
    plain = measured.values[0, chosen]
    plain = np.where(np.isfinite(plain).any(axis=0), plain, 0.0)  # else all-NaN columns
    centre, spread = np.nanmedian(plain, axis=0), np.nanstd(plain, axis=0) + 1e-6
    score = np.nan_to_num((measured.values - centre) / spread).clip(-REACH, REACH)
    vectors = class_vectors(corpus)
    basis = np.linalg.svd(np.stack([vectors[e] for e in _EXPRESSIVE]), full_matrices=False)[2]
    count = score.shape[2]
    second, cross, total = np.zeros((count, count)), np.zeros((count, len(basis))), 0.0
    for speaker in speakers:
        paired = speaker.startswith(f"{_PAIRED}:")
        for emotion in EMOTIONS:
            takes = measured.of(speaker, emotion)
            if len(takes) < _FEWEST:
                continue
            weight = settings.paired_weight if paired else 1.0
            neutral = measured.of(speaker, "neutral")
            outer, mean = _moments(score[:, takes], score[:, neutral], settings.noise)
            second += weight * outer
            cross += weight * np.outer(mean, basis @ vectors[emotion])
            total += weight
    if not cross.any():
        raise BadInput(
            "No speaker has two takes of an expressive emotion and two neutral ones.",
            "Add recordings; ten takes of each are good.",
        )
    second /= total
    second[np.diag_indices(count)] += settings.ridge * np.trace(second) / count
    weight_matrix = settings.gain * np.linalg.solve(second, cross / total).T
    return _encoder(
        centre, spread, weight_matrix, basis, corpus, _neutral(score, measured, speakers)
    )


def _moments(expressive: Doubles, neutral: Doubles, noise: float) -> tuple[Doubles, Doubles]:
    """E[x x'] over draws and voices, and E[x]; see the module's head.

    Args:
        expressive: (voices, takes, P).
        neutral: (voices, takes, P).
        noise: 1/k.
    """
    count = expressive.shape[2]
    outer, mean = np.zeros((count, count)), np.zeros(count)
    for a, b in zip(expressive, neutral, strict=True):
        difference = a.mean(axis=0) - b.mean(axis=0)
        scatter = np.cov(a.T, bias=True) + np.cov(b.T, bias=True)
        outer += np.outer(difference, difference) + noise * scatter
        mean += difference
    return outer / len(expressive), mean / len(expressive)


def _neutral(score: Doubles, measured: Measured, speakers: Sequence[str]) -> Doubles:
    """(P,) mean over speakers of their mean neutral take."""
    means = [score[0, measured.of(s, "neutral")].mean(axis=0) for s in speakers]
    return np.asarray(np.mean(means, axis=0), dtype=np.float64)


def _encoder(
    centre: Doubles,
    spread: Doubles,
    weight: Doubles,
    basis: Doubles,
    corpus: Corpus,
    neutral_score: Doubles,
) -> StarterEncoder:
    """Put the numbers in place; the average neutral take lands on the corpus's neutral mean."""
    encoder = StarterEncoder(StarterConfig(measurements=len(centre), rank=len(basis)))
    neutral = np.mean(
        [corpus.of(s, "neutral").mean(axis=0, dtype=np.float64) for s in corpus.speakers], axis=0
    )
    state = {
        "centre": centre,
        "scale": spread,
        "weight": weight,
        "basis": basis,
        "origin": neutral - neutral_score @ weight.T @ basis,
    }
    encoder.load_state_dict({k: torch.tensor(v, dtype=torch.float32) for k, v in state.items()})
    return encoder.eval()


def train_starter_encoder(
    speech: Path,
    embeddings: Path,
    out: Path,
    held_out: Path | None = None,
    settings: FitSettings | None = None,
    seed: int = 42,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> None:
    """Make the starter encoder, and with ``held_out`` those it is judged by.

    Args:
        speech: folder of labelled recordings, ``collection/emotion/name.flac``.
        embeddings: npz of emotion2vec+ large embeddings, keyed ``collection/emotion/name``.
        out: the weights to write (float16 safetensors).
        held_out: folder for one more encoder per speaker, who is left out of it, recordings and
            embeddings alike: ``without_<collection>_<speaker>.safetensors``.
        settings: how to fit.
        seed: same seed, same weights.
    Raises: BadInput for unusable data, OutputError if a file cannot be written, Cancelled.
    """
    settings = settings or FitSettings()
    corpus = load_corpus(embeddings)
    measured = measure(speech, settings.voices, seed, token, report)
    folds: dict[str, StarterEncoder] = {}
    for done, speaker in enumerate(measured.speakers):
        token.check()
        report("leaving speakers out", done, len(measured.speakers))
        others = [s for s in measured.speakers if s != speaker]
        folds[speaker] = fit(measured, _without(corpus, speaker), others, settings)
    typical = typical_lengths(measured, folds)
    response = _response(typical, class_vectors(corpus))
    whole = fit(measured, corpus, measured.speakers, settings)
    _save(out, whole, typical, response, measured.speakers)
    if held_out is not None:
        held_out.mkdir(parents=True, exist_ok=True)
        for speaker, encoder in folds.items():
            name = f"without_{speaker.replace(':', '_')}.safetensors"
            rest = [s for s in measured.speakers if s != speaker]
            _save(held_out / name, encoder, typical, response, rest)


def _without(corpus: Corpus, speaker: str) -> Corpus:
    return corpus.only(*(s for s in corpus.speakers if s != speaker.partition(":")[2]))


def typical_lengths(measured: Measured, folds: Mapping[str, StarterEncoder]) -> dict[str, float]:
    """Emotion -> mean length of its vector over speakers, each heard by an encoder without them."""
    lengths: dict[str, list[float]] = {}
    for speaker, encoder in folds.items():
        with torch.no_grad():
            heard = encoder(torch.tensor(measured.values[0], dtype=torch.float32)).numpy()
        neutral = heard[measured.of(speaker, "neutral")].mean(axis=0)
        for emotion in (*_EXPRESSIVE, *_ALSO_NAMED):
            takes = measured.of(speaker, emotion)
            if len(takes) >= _FEWEST:
                length = float(np.linalg.norm(heard[takes].mean(axis=0) - neutral))
                lengths.setdefault(emotion, []).append(length)
    return {emotion: float(np.mean(found)) for emotion, found in sorted(lengths.items())}


def _response(typical: Mapping[str, float], vectors: Mapping[str, Doubles]) -> float:
    """Mean over emotions of the usual length over that of the real vector."""
    return float(
        np.mean([typical[e] / np.linalg.norm(vectors[e]) for e in _EXPRESSIVE if e in typical])
    )


def _save(
    path: Path,
    encoder: StarterEncoder,
    typical: Mapping[str, float],
    response: float,
    speakers: Sequence[str],
) -> None:
    metadata = {
        "measurements": encoder.config.measurements,
        "rank": encoder.config.rank,
        "typical": {emotion: round(value, 3) for emotion, value in typical.items()},
        "response": round(response, 4),
        "speakers": list(speakers),
    }
    save_safetensors(path, encoder.state_dict(), metadata)
