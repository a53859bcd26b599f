"""The generator as renders use it: batches, what a frame costs, memory that runs out."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cmet_studio.engine.faces.edtalk.network import Network, batch_that_fits
from cmet_studio.networks.edtalk import captured
from cmet_studio.networks.edtalk.captured import PlainCalls
from cmet_studio.networks.edtalk.fast import SourceState
from cmet_studio.networks.edtalk.fast_generator import FastGenerator
from cmet_studio.networks.edtalk.generator import Generator

Floats = npt.NDArray[np.float32]
RNG = np.random.default_rng(8)
CROPS = [RNG.integers(0, 255, (256, 256, 3)).astype(np.uint8) for _ in range(3)]
OWN = RNG.normal(0, 0.3, (3, 36)).astype(np.float32)
EDITED = RNG.normal(0, 0.3, (3, 36)).astype(np.float32)


@pytest.fixture(scope="module")
def generator() -> FastGenerator:
    """Random, but with calm flows: wild ones make chaos of the last bits."""
    torch.manual_seed(3)
    made = Generator()
    for name, weight in made.named_parameters():
        if name.startswith("dec.to_flows.") and name.endswith(".conv.weight"):
            weight.data *= 0.1
    return FastGenerator(made)


def _relative(found: Floats, wanted: Floats) -> float:
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


@pytest.fixture
def network(generator: FastGenerator) -> Network:
    return Network(generator, torch.device("cpu"))


def _gflop(work: Any) -> float:
    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops()) / 1e9


def test_a_moved_key_costs_the_rest_of_the_decoder(network: Network) -> None:
    """Specification, section 2.5: encoder 31.2, conv2 20.8, the rest of the decoder 30.1."""
    first = _gflop(lambda: network.decode(CROPS[:1], OWN[:1], EDITED[:1], shared=True))
    again = _gflop(lambda: network.decode(CROPS[:1], EDITED[1:2], shared=True))
    assert first == pytest.approx(31.2 + 20.8 + 2 * 30.1, abs=0.3)
    assert again == pytest.approx(30.1, abs=0.1)


def test_a_frame_has_the_same_bits_in_any_company(network: Network) -> None:
    (single,) = network.decode(CROPS[1:2], EDITED[1:2])
    network.batch = 2
    (both,) = network.decode(CROPS[:2], EDITED[:2])
    (alone,) = network.decode(CROPS[1:2], EDITED[1:2])
    assert np.array_equal(both[1:], alone)
    assert _relative(alone, single) < 1e-3
    assert np.array_equal(network.measure(CROPS[:2])[1:], network.measure(CROPS[1:2]))


def test_one_source_for_all(network: Network) -> None:
    network.batch = 2
    shared, unedited = network.decode([CROPS[0]] * 2, EDITED[:2], OWN[:2], shared=True)
    (each,) = network.decode([CROPS[0]] * 2, EDITED[:2])
    assert _relative(shared, each) < 1e-3
    assert _relative(shared, unedited) > 0.01


class _Replayed:
    """Stands in for a CUDA graph: does the call again, into the memory of its first result."""

    def __init__(self, results: list[Any], call: Any) -> None:
        results.append(call())
        self._results, self._call = results, call

    def replay(self) -> None:
        kept, new = self._results[-1], self._call()
        if isinstance(kept, torch.Tensor):
            kept.copy_(new)
            return
        kept.wa.copy_(new.wa)
        for name in ("feats", "normed"):
            for ours, theirs in zip(getattr(kept, name), getattr(new, name), strict=True):
                ours.copy_(theirs)


class _Sums(PlainCalls):
    """Calls of the generator's shapes that cost nothing: what goes in can be seen in what comes."""

    def __init__(self) -> None:
        pass

    def measure(self, crops: torch.Tensor) -> torch.Tensor:
        return crops.float().mean(dim=(1, 2, 3))[:, None].expand(-1, 36).clone()

    def source(self, crops: torch.Tensor) -> SourceState:
        mean = self.measure(crops)
        return SourceState(mean, (mean + 1,), (mean + 2,))

    def decode(self, state: SourceState, weights: torch.Tensor) -> torch.Tensor:
        look = state.wa + 2 * state.feats[0] + 3 * state.normed[0]
        return (look.sum(dim=1) + weights.sum(dim=1))[:, None, None, None] * torch.ones(
            1, 256, 256, 3
        )


def test_graphs_keep_their_inputs_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bookkeeping around CUDA graphs, replayed by hand: own sources, others, one for all."""
    monkeypatch.setattr(captured, "_recorded", lambda results, call, pool: _Replayed(results, call))
    monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: None)
    plain = _Sums()
    crops = [torch.from_numpy(np.stack(pair)) for pair in (CROPS[:2], CROPS[1:])]
    weights, other = torch.from_numpy(EDITED[:2]), torch.from_numpy(OWN[:2])
    calls = captured.CapturedCalls(plain, 2, torch.device("cpu"))
    one, two = plain.source(crops[0][:1]), plain.source(crops[1][1:])
    for own, shared in ((crops[0], one), (crops[1], one), (crops[0], two), (crops[0], one)):
        state = calls.source(own)
        drawn, again = calls.decode(state, weights), calls.decode(state, other)
        of_shared = calls.decode(shared, weights)
        assert torch.equal(drawn, plain.decode(plain.source(own), weights))
        assert torch.equal(again, plain.decode(plain.source(own), other))
        assert torch.equal(of_shared, plain.decode(shared, weights))
        assert torch.equal(calls.measure(own), plain.measure(own))


class _SmallDevice(PlainCalls):
    """Computes, but pretends to have room for two frames."""

    def decode(self, state: Any, weights: torch.Tensor) -> torch.Tensor:
        if len(weights) > 2:
            raise torch.OutOfMemoryError("pretended")
        return super().decode(state, weights)


def test_little_memory_gives_the_same_pictures(
    network: Network, generator: FastGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    network.batch = 2
    (wanted,) = network.decode(CROPS[:2], EDITED[:2], shared=True)
    network._plain = _SmallDevice(generator)
    network.batch = 4
    (found,) = network.decode(CROPS[:2], EDITED[:2], shared=True)
    assert network.batch == 2
    assert "batches of 2" in caplog.text
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize(
    ("free_gb", "precision", "batch"),
    [(0.1, "float16", 1), (1, "float16", 4), (1, "float32", 2), (6, "float16", 32),
     (140, "float16", 32)],
)  # fmt: skip
def test_batches_fit_the_free_memory(free_gb: float, precision: str, batch: int) -> None:
    assert batch_that_fits(int(free_gb * 2**30), getattr(torch, precision)) == batch
