import numpy as np
import pytest

from cmet_studio.core.errors import BadInput
from cmet_studio.emotion.corpus import BASIC, Corpus
from cmet_studio.training.sampling import NEUTRAL, Augmentation, SpeechSampler


def _sampler(corpus: Corpus, seed: int = 0) -> SpeechSampler:
    return SpeechSampler(corpus, np.random.default_rng(seed))


def test_any_emotion_goes_to_any_other(made_up_corpus: Corpus) -> None:
    sampler = _sampler(made_up_corpus)
    drawn = [sampler.draw() for _ in range(1500)]
    ways = {(u.source, u.target) for u in drawn if u.content.any()}
    for i in range(len(BASIC)):
        for j in range(len(BASIC)):
            assert i == j or (i, j) in ways
    from_neutral = np.mean([u.source == NEUTRAL for u in drawn])
    assert 0.5 < from_neutral < 0.95


def test_content_is_what_the_vector_holds(made_up_corpus: Corpus) -> None:
    """Noise apart, a vector is the sum of its content's presets (independent here by make)."""
    sampler = SpeechSampler(
        made_up_corpus, np.random.default_rng(1), Augmentation(0.0, 0.0, 0.0, 0.0)
    )
    presets = np.delete(sampler.presets, NEUTRAL, axis=0)
    agreement = []
    for _ in range(200):
        utterance = sampler.draw()
        held, *_ = np.linalg.lstsq(presets.T, utterance.vector, rcond=None)
        content = np.delete(utterance.content, NEUTRAL)
        if np.abs(content).sum() > 0.3:
            agreement.append(np.corrcoef(held, content)[0, 1])
    assert np.median(agreement) > 0.97


def test_some_vectors_say_nothing(made_up_corpus: Corpus) -> None:
    sampler = _sampler(made_up_corpus)
    drawn = [sampler.draw() for _ in range(1000)]
    assert any(not u.vector.any() for u in drawn)
    assert all(not u.content.any() for u in drawn if not u.vector.any())
    assert all(u.content[NEUTRAL] == 0.0 for u in drawn)


def test_the_extended_emotions_never_enter(made_up_corpus: Corpus) -> None:
    without = Corpus({k: rows for k, rows in made_up_corpus.takes.items() if k[0]})
    a, b = _sampler(made_up_corpus), _sampler(without)
    for _ in range(50):
        assert np.array_equal(a.draw().vector, b.draw().vector)


def test_a_corpus_without_an_emotion_is_refused(made_up_corpus: Corpus) -> None:
    takes = {k: rows for k, rows in made_up_corpus.takes.items() if k[1] != "fear"}
    with pytest.raises(BadInput, match="no 'fear' speech"):
        _sampler(Corpus(takes))
