import numpy as np
import pytest
import torch

from cmet_studio.networks.connector import Connector


def _small(dim: int = 7) -> Connector:
    torch.manual_seed(0)
    return Connector(dim, 32, 2, 4, tokeniser="linear").eval()


def test_step_takes_any_size_of_expression_and_leaves_its_inputs() -> None:
    ref, v = np.zeros((5, 7), np.float32), np.ones((5, 7), np.float32)
    for array in (ref, v):
        array.setflags(write=False)
    delta = _small().step(ref, np.ones(1024, np.float32), v)
    assert delta.shape == (5, 7)
    assert delta.dtype == np.float32
    assert np.isfinite(delta).all()
    delta[:] = 0.0  # the caller's own


def test_step_gives_the_same_bits_again_and_does_not_train() -> None:
    connector = _small().train()
    v = np.linspace(-1, 1, 35, dtype=np.float32).reshape(5, 7)
    first = connector.step(v, np.ones(1024), v)
    assert not connector.training
    assert np.array_equal(first, connector.step(v, np.ones(1024), v))


def test_step_equals_the_batched_pass() -> None:
    connector = _small()
    v = np.random.default_rng(1).normal(size=(3, 5, 7)).astype(np.float32)
    s = np.random.default_rng(2).normal(size=(3, 1, 1024)).astype(np.float32)
    with torch.inference_mode():
        batched = connector(torch.zeros(3, 5, 7), torch.from_numpy(s), torch.from_numpy(v)).delta
    one = connector.step(np.zeros((5, 7)), s[1, 0], v[1])
    assert np.abs(batched[1].numpy() - one).max() < 1e-5


def test_a_loud_and_a_soft_vector_are_different_tokens() -> None:
    connector = _small()
    s = torch.randn(1, 1, 1024)
    loud, soft = connector.speaker_encoder(s), connector.speaker_encoder(0.5 * s)
    assert float((loud - soft).detach().abs().max()) > 0.1


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="a window takes"):
        _small().step(np.zeros((5, 7)), np.zeros(1024), np.zeros((4, 7)))


def test_the_published_tokeniser_takes_ten_numbers_only() -> None:
    with pytest.raises(ValueError, match="ten numbers"):
        Connector(32)
