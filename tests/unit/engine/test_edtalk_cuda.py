"""The generator on a CUDA device: numbers, graphs, transfers. Skipped where there is none."""

import numpy as np
import numpy.typing as npt
import pytest
import torch

from cmet_studio.engine.faces.edtalk.network import Network
from cmet_studio.networks.edtalk.captured import CapturedCalls
from cmet_studio.networks.edtalk.fast_generator import FastGenerator
from cmet_studio.networks.edtalk.generator import Generator

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

Floats = npt.NDArray[np.float32]
RNG = np.random.default_rng(8)
CROPS = [RNG.integers(0, 255, (256, 256, 3)).astype(np.uint8) for _ in range(5)]
OWN = RNG.normal(0, 0.3, (5, 36)).astype(np.float32)
EDITED = RNG.normal(0, 0.3, (5, 36)).astype(np.float32)
BATCH = 4


def _generator() -> FastGenerator:
    torch.manual_seed(3)
    made = Generator()
    for name, weight in made.named_parameters():
        if name.startswith("dec.to_flows.") and name.endswith(".conv.weight"):
            weight.data *= 0.1
    return FastGenerator(made)


@pytest.fixture(scope="module")
def plain() -> Network:
    """On the device, launch by launch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Network, "_capture", lambda self: None)
        network = Network(_generator(), torch.device("cuda"))
    network.batch = BATCH
    return network


@pytest.fixture(scope="module")
def captured() -> Network:
    """On the device, with graphs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Network, "_capture", lambda self: None)
        network = Network(_generator(), torch.device("cuda"))
    network.batch = BATCH
    with torch.inference_mode():
        network._captured = CapturedCalls(network._plain, BATCH, network.device)
    return network


def test_half_precision_is_close_to_the_cpu(plain: Network) -> None:
    (wanted,) = Network(_generator(), torch.device("cpu")).decode(CROPS[:1], EDITED[:1])
    (found,) = plain.decode(CROPS[:1], EDITED[:1])
    error = np.clip(found, -1, 1) - np.clip(wanted, -1, 1)
    assert 10 * np.log10(4 / np.mean(error.astype(np.float64) ** 2)) >= 40


@pytest.mark.parametrize("shared", [False, True])
def test_graphs_give_the_bits_of_the_plain_calls(
    plain: Network, captured: Network, shared: bool
) -> None:
    sources = CROPS[:1] * 5 if shared else CROPS
    for _ in range(2):
        one = plain.decode(sources, OWN, EDITED, shared=shared)
        other = captured.decode(sources, OWN, EDITED, shared=shared)
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert np.array_equal(plain.measure(CROPS), captured.measure(CROPS))


def test_a_frame_has_the_same_bits_in_any_company(captured: Network) -> None:
    (whole,) = captured.decode(CROPS, EDITED)
    (alone,) = captured.decode(CROPS[3:4], EDITED[3:4])
    assert np.array_equal(whole[3:4], alone)


def test_recording_without_memory_leaves_the_plain_calls(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*args: object) -> None:
        raise torch.OutOfMemoryError("pretended")

    monkeypatch.setattr(CapturedCalls, "__init__", full)
    network = Network(_generator(), torch.device("cuda"))
    network._capture()
    assert network._captured is None
    assert "without CUDA graphs" in caplog.text
    assert network.decode(CROPS[:1], EDITED[:1])[0].shape == (1, 256, 256, 3)
