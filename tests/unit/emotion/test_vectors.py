import numpy as np
import pytest

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.project import PRESETS
from cmet_studio.emotion.presets import nearest_presets, neutral_mean, preset_names, preset_vector
from cmet_studio.emotion.vectors import cosine, semantic_vector, strength


def test_a_semantic_vector_is_the_difference_of_means() -> None:
    expressive = np.stack([np.full(1024, 1.0), np.full(1024, 3.0)])
    vector = semantic_vector(expressive, np.full((3, 1024), 0.5))
    assert vector.dtype == np.float32
    assert np.all(vector == 1.5)


def test_the_order_of_takes_does_not_matter() -> None:
    takes = np.random.default_rng(0).normal(size=(10, 1024)).astype(np.float32)
    neutral = takes[::-1] * 0.3
    assert np.array_equal(
        semantic_vector(takes, neutral),
        semantic_vector(takes[::-1], neutral[[*range(5, 10), *range(5)]]),
    )


@pytest.mark.parametrize(
    "takes", [np.zeros((0, 1024)), np.zeros((2, 768)), np.zeros(1024), np.full((1, 1024), np.nan)]
)
def test_unusable_embeddings_are_refused(takes: np.ndarray) -> None:
    with pytest.raises(BadInput, match="expressive takes"):
        semantic_vector(takes, np.zeros((1, 1024)))


def test_every_preset_is_nearest_to_itself() -> None:
    for name in preset_names():
        if name != "neutral":
            near = nearest_presets(2.0 * preset_vector(name))
            assert near[0][0] == name
            assert near[0][1] == pytest.approx(1.0, abs=1e-3)
            assert len(near) == len(PRESETS) - 1


def test_presets_are_as_strong_as_speech_and_neutral_is_rest() -> None:
    assert not preset_vector("neutral").any()
    for name in preset_names():
        if name != "neutral":
            assert 6.0 < strength(preset_vector(name)) < 17.0
    assert 10.0 < strength(neutral_mean()) < 14.0


def test_presets_are_told_apart() -> None:
    names = [name for name in preset_names() if name != "neutral"]
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            assert cosine(preset_vector(a), preset_vector(b)) < 0.98


def test_presets_cannot_be_changed_by_a_caller() -> None:
    with pytest.raises(ValueError, match="read-only"):
        preset_vector("sad")[0] = 1.0


def test_an_unknown_preset_is_named() -> None:
    with pytest.raises(BadInput, match="no preset 'bored'"):
        preset_vector("bored")


def test_the_cosine_with_nothing_is_zero() -> None:
    assert cosine(np.zeros(4), np.ones(4)) == 0.0
