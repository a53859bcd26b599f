"""What is said about takes: agreement, the odd one out, shares, the map."""

from pathlib import Path

import numpy as np
import pytest

from cmet_studio.emotion.corpus import load_corpus
from cmet_studio.emotion.figures import (
    agreement,
    apart,
    meter,
    outlier,
    plane,
    reads_as,
    reference_strength,
)
from cmet_studio.emotion.presets import preset_vector


def test_the_meter_shows_the_worse_side() -> None:
    assert [meter(n, 10) for n in (0, 2, 3, 9, 10)] == ["red", "red", "amber", "amber", "green"]
    assert meter(10, 2) == "red"


def test_agreement_is_one_among_equals_and_half_an_emotion_away() -> None:
    rows = np.ones((4, 1024))
    assert agreement(rows, 10.0).tolist() == [1.0] * 4
    assert agreement(rows[:1], 10.0).tolist() == [1.0]
    away = np.zeros((2, 1024))
    away[1, 0] = 10.0
    np.testing.assert_allclose(agreement(away, 10.0), 0.5)
    assert apart(away).tolist() == [10.0, 10.0]


def test_the_odd_take_is_named_and_equals_are_not() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(0.0, 0.1, (6, 1024))
    rows[4, :3] += 9.0
    odd = outlier(rows)
    assert odd is not None
    assert odd.index == 4
    assert odd.clear
    assert outlier(np.ones((5, 1024))) is None
    assert outlier(rows[3:5]) is None


def test_an_angry_take_among_happy_ones_is_named(shared_data: Path) -> None:
    corpus = load_corpus(shared_data / "speech" / "emotion2vec_plus_large.npz")
    happy, angry = corpus.of("M003", "happy"), corpus.of("M003", "angry")
    named = [outlier(np.vstack([happy[:6], take[None]])) for take in angry]
    assert sum(odd is not None and odd.index == 6 for odd in named) >= 0.9 * len(named)


def test_presets_read_as_themselves() -> None:
    for name in ("angry", "happy", "sad"):
        shares = reads_as(preset_vector(name))
        assert shares[0][0] == name
        assert len(shares) == 3
        assert 0.0 < sum(share for _, share in shares) <= 1.0
    assert reads_as(np.zeros(1024)) == ()
    assert [n for n, _ in reads_as(preset_vector("romantic"), among=("sad",))] == ["sad"]
    assert reads_as(preset_vector("sad"), among=()) == ()
    assert reference_strength({"a": 2.0, "b": 4.0, "c": 9.0}) == 4.0


def test_the_map_keeps_neutral_at_the_origin_and_does_not_flip() -> None:
    happy, angry = preset_vector("happy"), preset_vector("angry")
    found = plane(np.stack([happy, angry, 0.5 * happy]), (happy, angry))
    assert found.place(np.zeros((1, 1024))).tolist() == [[0.0, 0.0]]
    assert found.place(happy[None])[0, 0] > 0.0
    assert found.place(angry[None])[0, 1] > 0.0
    assert sum(found.explained) == pytest.approx(1.0)
    one = plane(happy[None])
    assert one.explained == (1.0, 0.0)
    assert one.place(happy[None]).shape == (1, 2)
