"""The generator's calls for one size of batch as CUDA graphs: hundreds of kernels, one launch.

A decoded frame takes some 150 kernels; launched one by one from Python they keep a fast GPU
waiting. The kernels are the ones that the plain calls launch, so the numbers are the same.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch import Tensor

from cmet_studio.networks.edtalk.fast import SourceState
from cmet_studio.networks.edtalk.fast_generator import FastGenerator

T = TypeVar("T")

_SIDE = 256
_WEIGHTS = 36
_WARM_UPS = 3


def as_input(crops: Tensor) -> Tensor:
    """Crops as bytes (B, 256, 256, 3) -> what the networks take, (B, 3, 256, 256) in [-1, 1]."""
    return crops.permute(0, 3, 1, 2).float() / 127.5 - 1.0


def as_images(batch: Tensor) -> Tensor:
    """(B, 3, 256, 256) -> (B, 256, 256, 3) float32."""
    return batch.permute(0, 2, 3, 1).contiguous().float()


class PlainCalls:
    """The generator's three calls as renders make them, kernel by kernel."""

    def __init__(self, generator: FastGenerator) -> None:
        self._generator = generator

    def measure(self, crops: Tensor) -> Tensor:
        """(B, 256, 256, 3) uint8 -> (B, 36) motion weights."""
        return self._generator.encode(as_input(crops))[1]

    def source(self, crops: Tensor) -> SourceState:
        """What frames made of these crops need."""
        return self._generator.source(as_input(crops))[0]

    def decode(self, state: SourceState, weights: Tensor) -> Tensor:
        """Images (B, 256, 256, 3) float32 of the sources doing what ``weights`` say."""
        return as_images(self._generator.decode(state, weights))


class CapturedCalls:
    """The same three calls, recorded for batches of one size. Not thread-safe.

    What a call gives lies in the graphs' own memory, until the next call of the same kind;
    ``decode`` gives copies. A state is either one source that serves the whole batch, or what
    ``source`` gave last.

    Args:
        plain: the calls to record.
        batch: size of every batch that comes.
        device: a CUDA device.
    Raises: RuntimeError (torch.OutOfMemoryError among them) if they cannot be recorded.
    """

    def __init__(self, plain: PlainCalls, batch: int, device: torch.device) -> None:
        self._crops = torch.zeros(batch, _SIDE, _SIDE, 3, dtype=torch.uint8, device=device)
        self._weights = torch.zeros(batch, _WEIGHTS, device=device)
        self._measured: list[Tensor] = []
        self._each: list[SourceState] = []
        self._images: list[Tensor] = []
        self._shared_images: list[Tensor] = []
        self._shared = plain.source(self._crops[:1])
        self._shared_from: SourceState | None = None
        # One pool for all: what a graph gives stays, what lies between is overwritten. Only
        # `decode` reads what another graph gave, right after it and under the caller's lock.
        pool = torch.cuda.graph_pool_handle()

        def recorded(results: list[T], call: Callable[[], T]) -> torch.cuda.CUDAGraph:
            return _recorded(results, call, pool)

        self._measure = recorded(self._measured, lambda: plain.measure(self._crops))
        self._source = recorded(self._each, lambda: plain.source(self._crops))
        self._decode = recorded(self._images, lambda: plain.decode(self._each[-1], self._weights))
        self._decode_shared = recorded(
            self._shared_images, lambda: plain.decode(self._shared, self._weights)
        )

    def measure(self, crops: Tensor) -> Tensor:
        """See ``PlainCalls``."""
        self._crops.copy_(crops)
        self._measure.replay()
        return self._measured[-1].clone()

    def source(self, crops: Tensor) -> SourceState:
        """See ``PlainCalls``; overwritten by the next call."""
        self._crops.copy_(crops)
        self._source.replay()
        return self._each[-1]

    def decode(self, state: SourceState, weights: Tensor) -> Tensor:
        """See ``PlainCalls``."""
        self._weights.copy_(weights)
        if state is self._each[-1]:
            self._decode.replay()
            return self._images[-1].clone()
        if state is not self._shared_from:
            self._shared.wa.copy_(state.wa)
            for ours, theirs in zip(self._shared.feats, state.feats, strict=True):
                ours.copy_(theirs)
            for ours, theirs in zip(self._shared.normed, state.normed, strict=True):
                ours.copy_(theirs)
            self._shared_from = state
        self._decode_shared.replay()
        return self._shared_images[-1].clone()


def _recorded(results: list[T], call: Callable[[], T], pool: Any) -> torch.cuda.CUDAGraph:
    """Record a call; its result goes to the end of ``results``, where replays overwrite it."""
    beside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(_WARM_UPS):  # kernels are chosen and workspaces made outside the record
            call()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, pool=pool, capture_error_mode="thread_local"):
        results.append(call())
    return graph
