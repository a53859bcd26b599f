"""What real embeddings of speech show about emotions made from takes: ``evaluate speech``.

All on speakers whom the presets used here don't know: each speaker's presets are made of the
others alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import BadInput
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.emotion.corpus import BASIC, Corpus, load_corpus
from cmet_studio.emotion.figures import outlier
from cmet_studio.emotion.vectors import cosine, semantic_vector, strength
from cmet_studio.evaluation.suspicions import suspicion_figures

Floats = npt.NDArray[np.float32]

SEVEN = tuple(name for name in BASIC if name != "contempt")
"""Contempt hardly differs from neutral in this embedding, and is left out as in the cards."""
SHOTS = (10, 3, 1)
EMBEDDINGS = "emotion2vec_plus_large.npz"
_GROUP = 8  # takes a group needs to be in the closeness table
_REFERENCE = 3  # takes of a group that its shots are compared with
_PLANTED = 6  # takes of each other emotion that are planted into a bin
_BINS = (3, 5, 8)  # takes of the bin they are planted into
_STAGE = "measuring speech"


def evaluate_speech(
    data: Path,
    draws: int = 60,
    seed: int = 0,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> dict[str, Any]:
    """Measure what takes are good for.

    Args:
        data: folder with ``collection/emotion/name.flac`` and ``emotion2vec_plus_large.npz``.
        draws: random draws per speaker, emotion and number of shots.
        seed: of the draws.
    Returns: plain values, ready for JSON; ``figure_rows`` says them to people.
    Raises: BadInput for unusable data; MediaError for a recording; Cancelled.
    """
    corpus = load_corpus(data / EMBEDDINGS)
    if len(corpus.speakers) < 2:
        raise BadInput(
            f"{EMBEDDINGS} holds fewer than two speakers.", "One has to be left out of the presets."
        )
    parts: Sequence[tuple[str, Callable[[], Any]]] = (
        ("nearest_preset", lambda: nearest_preset(corpus, draws, seed)),
        ("closeness", lambda: closeness(corpus, draws, seed)),
        ("outliers", lambda: planted_outliers(corpus, seed)),
        ("suspicions", lambda: suspicion_figures(data, seed, token)),
    )
    found: dict[str, Any] = {"speakers": list(corpus.speakers)}
    for done, (name, measure) in enumerate(parts):
        token.check()
        report(_STAGE, done, len(parts))
        found[name] = measure()
    report(_STAGE, len(parts), len(parts))
    return found


def presets_without(corpus: Corpus, speaker: str) -> dict[str, Floats]:
    """Presets of the seven emotions made of all other speakers; neutral is zero."""
    others = [s for s in corpus.speakers if s != speaker]
    made = {"neutral": np.zeros(1024, np.float32)}
    for emotion in SEVEN:
        own = [
            semantic_vector(corpus.of(s, emotion), corpus.of(s, "neutral"))
            for s in others
            if len(corpus.of(s, emotion)) and emotion != "neutral"
        ]
        if own:
            made[emotion] = np.mean(own, axis=0, dtype=np.float64).astype(np.float32)
    return made


def _drawn(expressive: Floats, neutral: Floats, shots: int, rng: np.random.Generator) -> Floats:
    """The vector of up to ``shots`` takes of each side, without replacement."""
    return semantic_vector(
        expressive[rng.permutation(len(expressive))[:shots]],
        neutral[rng.permutation(len(neutral))[:shots]],
    )


def nearest_preset(corpus: Corpus, draws: int, seed: int) -> dict[str, Any]:
    """Share of draws whose vector is nearest to the right one of seven presets.

    Each speaker against presets that don't hold them. For neutral both sides are neutral takes,
    apart. Emotions of which a speaker has fewer takes than shots give all they have.

    Returns: by shots: ``mean`` over speakers and emotions, and every emotion's mean.
    """
    result: dict[str, Any] = {}
    for shots in SHOTS:
        right: dict[str, list[float]] = {}
        for speaker in corpus.speakers:
            presets = presets_without(corpus, speaker)
            names, known = list(presets), np.stack(list(presets.values())).astype(np.float64)
            rng = np.random.default_rng([seed, shots])
            for emotion in names:
                rows, neutral = corpus.of(speaker, emotion), corpus.of(speaker, "neutral")
                if not len(rows):
                    continue
                hits = 0
                for _ in range(draws):
                    if emotion == "neutral":
                        order = rng.permutation(len(neutral))
                        half = len(order) // 2
                        rows, neutral = neutral[order[:half]], neutral[order[half:]]
                    vector = _drawn(rows, neutral, shots, rng).astype(np.float64)
                    hits += names[int(((known - vector) ** 2).sum(axis=1).argmin())] == emotion
                    neutral = corpus.of(speaker, "neutral")
                right.setdefault(emotion, []).append(hits / draws)
        every = [share for shares in right.values() for share in shares]
        result[str(shots)] = {
            "mean": float(np.mean(every)),
            "emotions": {e: float(np.mean(s)) for e, s in sorted(right.items())},
        }
    return result


def closeness(corpus: Corpus, draws: int, seed: int) -> list[dict[str, Any]]:
    """How near the vector of few shots comes to that of takes which are not among them.

    The paper's figure 8, for each group of eight takes or more of one speaker and emotion. Three of
    its takes (against half of the neutral ones) make the reference, the shots come from the
    others; where fewer than ten are left, all are used and said.

    Returns: rows with ``speaker``, ``emotion``, ``takes``, ``shots`` (used), and by shots
        ``distance`` (mean, in the embedding's units) and ``cosine``.
    """
    rows = []
    for (speaker, emotion), takes in sorted(corpus.takes.items()):
        if len(takes) < _GROUP or not speaker or emotion == "neutral":
            continue
        rows.append(_group_closeness(corpus, speaker, emotion, draws, seed))
    return rows


def _group_closeness(
    corpus: Corpus, speaker: str, emotion: str, draws: int, seed: int
) -> dict[str, Any]:
    takes, neutral = corpus.of(speaker, emotion), corpus.of(speaker, "neutral")
    rng = np.random.default_rng(seed)
    away: dict[int, list[float]] = {shots: [] for shots in SHOTS}
    near: dict[int, list[float]] = {shots: [] for shots in SHOTS}
    for _ in range(draws):
        own, rest = rng.permutation(len(takes)), rng.permutation(len(neutral))
        half = len(rest) // 2
        reference = semantic_vector(takes[own[:_REFERENCE]], neutral[rest[:half]])
        for shots in SHOTS:
            vector = semantic_vector(takes[own[_REFERENCE:][:shots]], neutral[rest[half:][:shots]])
            away[shots].append(strength(vector - reference))
            near[shots].append(cosine(vector, reference))
    return {
        "speaker": speaker,
        "emotion": emotion,
        "takes": len(takes),
        "shots": {str(k): min(k, len(takes) - _REFERENCE) for k in SHOTS},
        "distance": {str(k): float(np.mean(away[k])) for k in SHOTS},
        "cosine": {str(k): float(np.mean(near[k])) for k in SHOTS},
    }


def planted_outliers(corpus: Corpus, seed: int) -> dict[str, Any]:
    """How often a take of another emotion, put into a bin, is the one that is named.

    Every bin of 3, 5 and 8 takes of one speaker's emotion gets takes of all the speaker's other
    emotions, one at a time, contempt and neutral among them.

    Returns: ``cases``; ``named`` share; ``named_clearly`` share named and said to stand out;
        ``named_without_contempt``, where neither bin nor take is contempt; ``honest_named_clearly``
        share of bins with nothing planted in which a take is said to stand out.
    """
    rng = np.random.default_rng(seed)
    planted: list[tuple[bool, bool, bool]] = []
    honest: list[bool] = []
    for bin_rows, strangers, contempt in _bins(corpus, rng):
        odd = outlier(bin_rows)
        honest.append(odd is not None and odd.clear)
        for stranger, is_contempt in strangers:
            odd = outlier(np.vstack([bin_rows, stranger[None]]))
            hit = odd is not None and odd.index == len(bin_rows)
            planted.append((hit, hit and odd is not None and odd.clear, contempt or is_contempt))
    return {
        "cases": len(planted),
        "named": float(np.mean([hit for hit, _, _ in planted])),
        "named_clearly": float(np.mean([clear for _, clear, _ in planted])),
        "named_without_contempt": float(np.mean([hit for hit, _, odd in planted if not odd])),
        "honest_named_clearly": float(np.mean(honest)),
    }


def _bins(
    corpus: Corpus, rng: np.random.Generator
) -> Iterator[tuple[Floats, list[tuple[Floats, bool]], bool]]:
    for speaker in corpus.speakers:
        for emotion in BASIC:
            rows = corpus.of(speaker, emotion)
            strangers = [
                (take, other == "contempt")
                for other in BASIC
                if other != emotion
                for take in corpus.of(speaker, other)[:_PLANTED]
            ]
            for size in _BINS:
                if len(rows) >= size:
                    chosen = rows[rng.permutation(len(rows))[:size]]
                    yield chosen, strangers, emotion == "contempt"


def figure_rows(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures as (what, value) for people."""
    rows = [("speakers, each left out of the presets in turn", ", ".join(figures["speakers"]))]
    for shots, found in figures["nearest_preset"].items():
        worst = sorted(found["emotions"].items(), key=lambda item: item[1])[:2]
        said = ", ".join(f"{name} {share:.0%}" for name, share in worst)
        rows.append((f"nearest of seven presets, {shots} shots", f"{found['mean']:.1%} ({said})"))
    for group in figures["closeness"]:
        used = " / ".join(str(group["shots"][str(k)]) for k in SHOTS)
        away = " > ".join(f"{group['distance'][str(k)]:.2f}" for k in reversed(SHOTS))
        near = " < ".join(f"{group['cosine'][str(k)]:.3f}" for k in reversed(SHOTS))
        name = f"{group['speaker']} {group['emotion']} ({group['takes']} takes), {used} shots"
        rows.append((name, f"distance {away}, cosine {near}  (fewest shots first)"))
    odd = figures["outliers"]
    rows += [
        (f"planted takes named, of {odd['cases']}", f"{odd['named']:.1%}"),
        ("  bins and takes of contempt apart", f"{odd['named_without_contempt']:.1%}"),
        ("  named and said to stand out clearly", f"{odd['named_clearly']:.1%}"),
        ("honest bins with a take said to stand out", f"{odd['honest_named_clearly']:.1%}"),
    ]
    for name, found in figures["suspicions"].items():
        rows.append((name, f"{found['share']:.1%} of {found['cases']}"))
    return rows
