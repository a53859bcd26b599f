"""Scoring a starter encoder, on embeddings whose answer is known."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from cmet_studio.core.errors import BadInput
from cmet_studio.emotion.presets import preset_vector
from cmet_studio.evaluation.starter_encoder import (
    EMOTIONS,
    Heard,
    draw_vectors,
    evaluate_starter_encoder,
    figure_rows,
    nearest,
    score_speakers,
)
from cmet_studio.speech.corpus import Recording

Doubles = npt.NDArray[np.float64]


def presets() -> dict[str, Doubles]:
    return {e: preset_vector(e).astype(np.float64) for e in EMOTIONS}


def heard(mistake: dict[str, str] | None = None, noise: float = 0.05) -> Heard:
    """Two speakers who sound as the presets say, but for mistakes, plus an offset of their own."""
    rng = np.random.default_rng(0)
    recordings, rows = [], []
    for speaker in ("c:1", "c:2"):
        offset = rng.normal(0.0, 1.0, 1024)
        for emotion in EMOTIONS:
            vector = presets()[(mistake or {}).get(emotion, emotion)]
            for take in range(6):
                recordings.append(Recording(Path("x"), f"c/{emotion}/{take}", speaker, emotion))
                rows.append(offset + vector + rng.normal(0.0, noise, 1024))
    return Heard(recordings, np.array(rows, dtype=np.float32))


def test_a_perfect_encoder_scores_one() -> None:
    found = score_speakers(heard(), ["c:1", "c:2"], presets(), draws=20)
    assert found["accuracy"] == {"1": 1.0, "3": 1.0, "10": 1.0}
    assert found["confusion"]["happy"] == {"happy": 1.0}


def test_a_mistake_costs_its_share_and_is_named() -> None:
    found = score_speakers(heard({"sad": "fear"}), ["c:1", "c:2"], presets(), draws=20)
    assert found["accuracy"]["3"] == pytest.approx(6.0 / 7.0)
    assert found["confusion"]["sad"] == {"fear": 1.0}
    figures = {"strangers": True, "collections": {"c": found}}
    rows = dict(figure_rows(figures))
    assert rows["  sad is taken for"] == "fear 100%"
    assert any("never heard" in what for what in rows)


def test_takes_are_drawn_without_replacement_and_neutral_against_other_neutral() -> None:
    listened = heard(noise=1.0)
    same = draw_vectors(listened, "c:1", "neutral", 10, 5, seed=1)
    neutral = listened.of("c:1", "neutral").astype(np.float64)
    assert same.shape == (5, 1024)
    # Three against the other three: twice the mean of one half is always off the mean of all.
    for vector in same:
        halves = neutral.mean(axis=0) * 2.0
        first = (halves + vector) / 2.0
        assert np.linalg.norm(first - neutral.mean(axis=0)) > 0.1
    happy = draw_vectors(listened, "c:1", "happy", 10, 2, seed=1)
    np.testing.assert_allclose(happy[0], happy[1], atol=1e-5)
    assert draw_vectors(listened, "c:9", "happy", 1, 3, seed=1).shape == (0, 1024)


def test_short_vectors_are_neutral() -> None:
    known = presets()
    vectors = np.stack([known["happy"], 0.1 * known["happy"], np.zeros(1024)])
    assert nearest(vectors, known) == ["happy", "neutral", "neutral"]


def test_the_shipped_encoder_can_be_measured_on_one_speaker(shared_data: Path) -> None:
    figures = evaluate_starter_encoder(shared_data / "speech", speakers=["emodb:03"], draws=20)
    assert figures["strangers"] is False
    assert figures["collections"]["emodb"]["accuracy"]["10"] > 0.6  # it has heard this speaker
    with pytest.raises(BadInput, match="nobody"):
        evaluate_starter_encoder(shared_data / "speech", speakers=["emodb:nobody"])
