"""Figures of takes, on embeddings whose answer is known."""

from pathlib import Path

import numpy as np
import pytest

from cmet_studio.core.errors import BadInput
from cmet_studio.emotion.corpus import BASIC, Corpus
from cmet_studio.evaluation.speech import (
    closeness,
    evaluate_speech,
    nearest_preset,
    planted_outliers,
    presets_without,
)


def corpus(noise: float = 1.0) -> Corpus:
    """Two speakers with an offset each, who sound alike otherwise."""
    rng = np.random.default_rng(0)
    centres = {e: rng.normal(0.0, 0.3, 1024) if e != "neutral" else np.zeros(1024) for e in BASIC}
    takes = {}
    for speaker in ("A", "B"):
        offset = rng.normal(0.0, 1.0, 1024)
        for emotion, centre in centres.items():
            rows = offset + centre + rng.normal(0.0, noise / 32.0, (12, 1024))
            takes[speaker, emotion] = rows.astype(np.float32)
    return Corpus(takes)


def test_presets_hold_nothing_of_the_speaker_left_out() -> None:
    known = corpus()
    changed = Corpus({k: v + (5.0 if k == ("A", "happy") else 0.0) for k, v in known.takes.items()})
    for name, vector in presets_without(known, "A").items():
        np.testing.assert_array_equal(vector, presets_without(changed, "A")[name])
    assert not np.array_equal(
        presets_without(known, "B")["happy"], presets_without(changed, "B")["happy"]
    )
    assert not presets_without(known, "A")["neutral"].any()


def test_what_is_far_apart_is_told_apart() -> None:
    found = nearest_preset(corpus(), draws=5, seed=0)
    assert [found[k]["mean"] for k in ("10", "3", "1")] == [1.0, 1.0, 1.0]
    assert set(found["10"]["emotions"]) == set(BASIC) - {"contempt"}
    blurred = nearest_preset(corpus(noise=20.0), draws=20, seed=0)
    assert blurred["10"]["mean"] > blurred["1"]["mean"]


def test_more_shots_come_closer() -> None:
    rows = closeness(corpus(noise=8.0), draws=20, seed=0)
    assert len(rows) == 14
    for row in rows:
        assert row["distance"]["10"] < row["distance"]["3"] < row["distance"]["1"]
        assert row["shots"] == {"10": 9, "3": 3, "1": 1}
    few = Corpus({k: v[:7] for k, v in corpus().takes.items()})
    assert closeness(few, draws=2, seed=0) == []


def test_planted_takes_are_named() -> None:
    found = planted_outliers(corpus(), seed=0)
    assert found["named"] == 1.0
    assert found["cases"] == 2 * 8 * 3 * 42
    assert found["honest_named_clearly"] == 0.0


def test_real_embeddings_reach_what_was_promised(shared_data: Path) -> None:
    from cmet_studio.emotion.corpus import load_corpus

    real = load_corpus(shared_data / "speech" / "emotion2vec_plus_large.npz")
    assert nearest_preset(real, draws=20, seed=1)["10"]["mean"] >= 0.8
    for row in closeness(real, draws=30, seed=1):
        assert row["distance"]["10"] < row["distance"]["3"] < row["distance"]["1"], row
    assert planted_outliers(real, seed=1)["named"] >= 0.9


def test_one_speaker_is_too_few(tmp_path: Path) -> None:
    row = np.zeros(1024, np.float32)
    np.savez(tmp_path / "emotion2vec_plus_large.npz", **{"mead/neutral/A_1": row})
    with pytest.raises(BadInput, match="fewer than two"):
        evaluate_speech(tmp_path)
