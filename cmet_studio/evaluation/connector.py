"""All figures of a connector, as a dict and as rows for people: ``evaluate connector``."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cmet_studio.core.paths import model_file
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.emotion.corpus import EXTENDED, Corpus, load_corpus
from cmet_studio.evaluation.connector_figures import (
    accuracy,
    distances,
    extended_faces,
    intensity_curve,
    milliseconds_per_step,
    preset_gains,
    removal,
    steadfastness,
    steadiness,
    strength_follows,
)
from cmet_studio.evaluation.subject import Subject, load_subject

SHOTS = (10, 3, 1)
_STAGE = "measuring the connector"


def evaluate_connector(
    embeddings: Path,
    connector: Path | None = None,
    speakers: tuple[str, ...] = (),
    token: CancelToken = NEVER,
    report: Report = silent,
) -> dict[str, Any]:
    """Measure a connector.

    Whether the speakers are strangers to it is the caller's matter: the result names those it was
    trained on and those it was measured on.

    Args:
        embeddings: npz whose keys look like ``mead/happy/M030_level_3_001``.
        connector: the weights; the starter's if None.
        speakers: whom to measure on; all with neutral speech if empty.
        token: stops it between parts.
        report: told part by part.
    Returns: plain values, ready for JSON; see ``figure_rows`` for what they mean.
    Raises: BadInput for unusable embeddings, EngineError for unusable weights, Cancelled.
    """
    path = connector or model_file("starter_connector.safetensors")
    subject = load_subject(path)
    corpus = load_corpus(embeddings)
    corpus = corpus.only(*speakers) if speakers else corpus
    figures: dict[str, Any] = {"connector": path.name, "speakers": list(corpus.speakers)}
    parts = list(_parts(subject, corpus))
    for done, (name, measure) in enumerate(parts):
        token.check()
        report(_STAGE, done, len(parts))
        figures[name] = measure()
    report(_STAGE, len(parts), len(parts))
    return figures


def _parts(subject: Subject, corpus: Corpus) -> Iterator[tuple[str, Any]]:
    for shots in SHOTS:
        yield f"accuracy_{shots}_shots", lambda shots=shots: accuracy(subject, corpus, shots)
    yield (
        "preset_gain_and_cosine",
        lambda: {name: list(pair) for name, pair in preset_gains(subject).items()},
    )
    yield "strength_correlation", lambda: strength_follows(subject, corpus)
    yield "size_at_intensity", lambda: intensity_curve(subject)
    yield "steadiness", lambda: steadiness(subject)
    yield "moved_by_the_face", lambda: steadfastness(subject)
    yield "smile_removed_by_sad", lambda: -removal(subject, "happy", "sad")
    yield "extended_units", lambda: extended_faces(subject, EXTENDED, 6)
    yield (
        "extended_distances",
        lambda: {f"{a}-{b}": value for (a, b), value in distances(subject, EXTENDED).items()},
    )
    yield "ms_per_step", lambda: milliseconds_per_step(subject.connector, time.perf_counter)


def figure_rows(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures as rows of a table: what was measured, and its value."""
    rows = [("measured on speakers", ", ".join(figures["speakers"]))]
    for shots in SHOTS:
        found = figures[f"accuracy_{shots}_shots"]
        each = ", ".join(f"{k} {v:.0%}" for k, v in found.items() if k != "balanced")
        rows.append((f"right of seven, {shots} shots", f"{found['balanced']:.1%} ({each})"))
    gains = figures["preset_gain_and_cosine"].items()
    rows.append(
        ("gain (cosine) at presets", ", ".join(f"{k} {g:.2f} ({c:.3f})" for k, (g, c) in gains))
    )
    rows.append(
        ("stronger take, larger delta: correlation", _listed(figures["strength_correlation"]))
    )
    for name, sizes in figures["size_at_intensity"].items():
        rows.append((f"size at intensity 0..1.5, {name}", " ".join(f"{x:.2f}" for x in sizes)))
    steady = figures["steadiness"]
    rows.append(("drift over 100 windows, largest", f"{steady['drift']:.2%} of the delta"))
    rows.append(
        ("wobble from frame to frame, talking face", f"{steady['wobble']:.2%} of the delta")
    )
    rows.append(("step from window to window, talking face", f"{steady['steps']:.2%} of the delta"))
    rows.append(("moved by another face", f"{figures['moved_by_the_face']:.1%} of the delta"))
    rows.append(("of a smile removed by sad", f"{figures['smile_removed_by_sad']:.0%}"))
    rows += [(name, ", ".join(units)) for name, units in figures["extended_units"].items()]
    rows.append(("distances of extended emotions", _listed(figures["extended_distances"])))
    rows.append(("ms per window", f"{figures['ms_per_step']:.2f}"))
    return rows


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in values.items())
