"""The generator on a device: precision, batches that fit, sources kept for a while."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from cmet_studio.core.errors import EngineError
from cmet_studio.networks.edtalk.fast import SourceState
from cmet_studio.networks.edtalk.fast_generator import FastGenerator

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]

T = TypeVar("T")

_SOURCES = 3
"""States kept; 64 MB each in float32."""
_BYTES_PER_FRAME = {torch.float32: 160 << 20, torch.float16: 96 << 20}
"""Working memory of one frame in a batch, rounded up."""
_LARGEST_BATCH = 32


def usable_device(wanted: str) -> torch.device:
    """The device, or the CPU with a warning where there is no such one."""
    kind = wanted.split(":")[0]
    there = kind == "cpu"
    if kind == "cuda":
        there = torch.cuda.is_available()
    elif kind == "mps":
        there = torch.backends.mps.is_available()
    if not there:
        log.warning("There is no %s here: EDTalk runs on the CPU, about a frame a second.", kind)
        return torch.device("cpu")
    return torch.device(wanted)


def precision_of(device: torch.device) -> torch.dtype:
    """Half on GPUs (57 dB against float32 on the parity fixture), float32 on the CPU."""
    return torch.float32 if device.type == "cpu" else torch.float16


def to_batch(crops: Sequence[Rgb], device: torch.device) -> Tensor:
    """Crops (256, 256, 3) uint8 -> (B, 3, 256, 256) float32 in [-1, 1], uploaded as bytes."""
    pixels = torch.from_numpy(np.stack(crops))
    if device.type == "cuda":
        pixels = pixels.pin_memory()
    sent = pixels.to(device, non_blocking=True)
    return sent.permute(0, 3, 1, 2).float() / 127.5 - 1.0


def to_images(batch: Tensor) -> Floats:
    """(B, 3, 256, 256) -> (B, 256, 256, 3) float32 on the CPU."""
    images: Floats = batch.permute(0, 2, 3, 1).contiguous().float().cpu().numpy()
    return images


def _settle_threads() -> None:
    """Let this thread compute with the number of threads that was set for all.

    A thread that Python started learns of that number only when torch is first asked for it;
    convolutions before that run on all cores, and other partitions of a sum give other bits.
    """
    torch.get_num_threads()


class Network:
    """One generator on one device, shared by the threads that render. Thread-safe.

    Args:
        generator: filled; placed on ``device`` here.
        device: see ``usable_device``.
    """

    def __init__(self, generator: FastGenerator, device: torch.device) -> None:
        self.device = device
        self.precision = precision_of(device)
        self._generator = generator.place(device, self.precision)
        self._sources: OrderedDict[bytes, tuple[SourceState, Tensor]] = OrderedDict()
        self._lock = threading.Lock()
        self.batch = self._first_batch()

    def _first_batch(self) -> int:
        """Frames at once: one on a CPU, where larger batches only cost memory traffic."""
        if self.device.type != "cuda":
            return 1
        free, _ = torch.cuda.mem_get_info(self.device)
        return max(1, min(_LARGEST_BATCH, int(0.5 * free) // _BYTES_PER_FRAME[self.precision]))

    def measure(self, crops: Sequence[Rgb]) -> Floats:
        """Motion weights (n, 36) lip, pose, expression of crops."""

        def some(part: Sequence[Rgb]) -> Floats:
            with torch.inference_mode():
                weights = self._generator.encode(to_batch(part, self.device))[1]
                return np.asarray(weights.cpu().numpy(), np.float32)

        return self._in_batches(some, crops)

    def decode(self, source: Rgb, weights: Floats) -> Floats:
        """Images (n, 256, 256, 3) in [-1, 1] of ``source`` doing what ``weights`` (n, 36) say."""
        state = self._source(source)

        def some(part: Sequence[Floats]) -> Floats:
            with torch.inference_mode():
                sent = torch.from_numpy(np.stack(part)).to(self.device)
                return to_images(self._generator.decode(state, sent))

        return self._in_batches(some, list(weights))

    def _source(self, crop: Rgb) -> SourceState:
        _settle_threads()
        key = crop.tobytes()
        with self._lock:
            if key in self._sources:
                self._sources.move_to_end(key)
                return self._sources[key][0]
        with torch.inference_mode():
            made = self._generator.source(to_batch([crop], self.device))
        with self._lock:
            self._sources[key] = made
            while len(self._sources) > _SOURCES:
                self._sources.popitem(last=False)
        return made[0]

    def _in_batches(self, work: Callable[[Sequence[T]], Floats], items: Sequence[T]) -> Floats:
        """Do ``work`` on parts of ``items``; where memory runs out, on half as many."""
        _settle_threads()
        done: list[Floats] = []
        at = 0
        while at < len(items):
            size = min(self.batch, len(items) - at)
            try:
                done.append(work(items[at : at + size]))
            except torch.OutOfMemoryError as error:
                if size == 1:
                    raise EngineError(
                        f"The {self.device.type} device has no memory for one frame of EDTalk.",
                        "Close other programs that use it, or render with --device cpu.",
                    ) from error
                self.batch = max(1, size // 2)
                log.warning("Out of memory: EDTalk goes on with batches of %d.", self.batch)
                self._let_go()
                continue
            at += size
        return np.concatenate(done)

    def _let_go(self) -> None:
        with self._lock:
            self._sources.clear()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()


_LOADING = threading.Lock()


def shared_network(device: torch.device, weights_hash: str) -> Network:
    """The network of the installed weights; one per device, however many threads render."""
    with _LOADING:
        return _network(str(device), weights_hash)


@lru_cache(maxsize=1)
def _network(device: str, weights_hash: str) -> Network:
    from cmet_studio.model_store.convert import load_generator

    generator, bank = load_generator()
    return Network(FastGenerator(generator, bank), torch.device(device))
