"""The generator on a device: precision, batches that fit, sources kept for a while."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from cmet_studio.core.errors import EngineError
from cmet_studio.engine.faces.edtalk.transfer import Transfer
from cmet_studio.networks.edtalk.captured import CapturedCalls, PlainCalls
from cmet_studio.networks.edtalk.fast import SourceState
from cmet_studio.networks.edtalk.fast_generator import FastGenerator

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]

T = TypeVar("T")

_SOURCES = 3
"""States of single sources kept; 64 MB each in float32."""
_BYTES_PER_FRAME = {torch.float32: 160 << 20, torch.float16: 96 << 20}
"""Working memory of one frame in a batch, its own source's state included, rounded up."""
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
    """Half on GPUs (57 dB against float32 on the parity fixture), float32 on the CPU.

    Half is for the maps and the convolutions that touch them; latents, modulation, statistics,
    sampling grids, flow and image stay float32 everywhere.
    """
    return torch.float32 if device.type == "cpu" else torch.float16


def batch_that_fits(free: int, precision: torch.dtype) -> int:
    """Frames at once in half of the free memory (bytes), a power of two."""
    fits = max(1, min(_LARGEST_BATCH, free // 2 // _BYTES_PER_FRAME[precision]))
    return 1 << (fits.bit_length() - 1)


def _settle_threads() -> None:
    """Let this thread compute with the number of threads that was set for all.

    A thread that Python started learns of that number only when torch is first asked for it;
    convolutions before that run on all cores, and other partitions of a sum give other bits.
    """
    torch.get_num_threads()


class Network:
    """One generator on one device, shared by the threads that render. Thread-safe.

    Every batch on a GPU is filled up to the same size, so a frame has the same bits in whatever
    company it comes.

    Args:
        generator: filled; placed on ``device`` here.
        device: see ``usable_device``.

    Attributes:
        batch: frames at once; halved for good where memory runs out.
    """

    def __init__(self, generator: FastGenerator, device: torch.device) -> None:
        self.device = device
        self.precision = precision_of(device)
        self._plain = PlainCalls(generator.place(device, self.precision))
        self._transfer = Transfer(device)
        self._sources: OrderedDict[bytes, SourceState] = OrderedDict()
        self._lock = threading.Lock()  # of the sources kept
        # Kernels are queued by one thread at a time; on a CPU threads compute side by side.
        self._queueing: AbstractContextManager[Any] = (
            threading.Lock() if device.type == "cuda" else nullcontext()
        )
        self._captured: CapturedCalls | None = None
        self.batch = self._first_batch()
        if device.type == "cuda":
            # The chosen algorithm must depend on shapes alone, and give the same bits every time.
            torch.backends.cudnn.benchmark = False
            torch.backends.cudnn.deterministic = True
            threading.Thread(target=self._capture, name="edtalk warm-up").start()

    def _first_batch(self) -> int:
        """One on a CPU, where larger batches only cost memory traffic."""
        if self.device.type != "cuda":
            return 1
        return batch_that_fits(torch.cuda.mem_get_info(self.device)[0], self.precision)

    def _capture(self) -> None:
        """Record the calls for the present batch; without that they work on, launch by launch."""
        try:
            with self._queueing, torch.inference_mode(), torch.cuda.device(self.device):
                batch = self.batch
                made = CapturedCalls(self._plain, batch, self.device)
            with self._lock:
                self._captured = made if self.batch == batch else None
        except RuntimeError as error:
            log.warning("EDTalk runs without CUDA graphs: %s", str(error).splitlines()[0])

    def measure(self, crops: Sequence[Rgb]) -> Floats:
        """Motion weights (n, 36) lip, pose, expression of crops."""

        def some(part: Sequence[Rgb]) -> Floats:
            with torch.inference_mode():
                sent = self._transfer.crops(part)
                with self._queueing:
                    weights = (self._captured or self._plain).measure(sent)
                return self._transfer.back(weights)

        return self._in_batches(some, crops)

    def decode(
        self, sources: Sequence[Rgb], *weights: Floats, shared: bool = False
    ) -> tuple[Floats, ...]:
        """Draw sources as several rows of weights say.

        Args:
            sources: n crops (256, 256, 3).
            weights: each (n, 36).
            shared: whether the sources are n times the same one.
        Returns: for each of ``weights`` images (n, 256, 256, 3), nominally in [-1, 1].
        """
        if not len(sources):
            return tuple(np.zeros((0, 256, 256, 3), np.float32) for _ in weights)

        def some(part: Sequence[int]) -> Floats:
            with torch.inference_mode():
                sent = [self._transfer.rows(rows[part]) for rows in weights]
                if shared or len(part) == 1:
                    state = self._source(sources[part[0]])
                    with self._queueing:
                        calls = self._captured or self._plain
                        drawn = [calls.decode(state, rows) for rows in sent]
                else:
                    crops = self._transfer.crops([sources[i] for i in part])
                    with self._queueing:
                        calls = self._captured or self._plain
                        state = calls.source(crops)
                        drawn = [calls.decode(state, rows) for rows in sent]
                return np.stack([self._transfer.back(image) for image in drawn], axis=1)

        found = self._in_batches(some, range(len(sources)))
        return tuple(found[:, k] for k in range(len(weights)))

    def _source(self, crop: Rgb) -> SourceState:
        key = crop.tobytes()
        with self._lock:
            if key in self._sources:
                self._sources.move_to_end(key)
                return self._sources[key]
        sent = self._transfer.crops([crop])
        with self._queueing:
            made = self._plain.source(sent)
        with self._lock:
            self._sources[key] = made
            while len(self._sources) > _SOURCES:
                self._sources.popitem(last=False)
        return made

    def _in_batches(self, work: Callable[[Sequence[T]], Floats], items: Sequence[T]) -> Floats:
        """Do ``work`` on parts of ``items``; where memory runs out, on half as many.

        Parts are as long as the batch, the last is filled up with its last entry.
        """
        _settle_threads()
        done: list[Floats] = []
        at = 0
        while at < len(items):
            tried = self.batch
            size = min(tried, len(items) - at)
            part = [*items[at : at + size], *[items[at + size - 1]] * (tried - size)]
            try:
                done.append(work(part)[:size])
            except torch.OutOfMemoryError as error:
                if tried == 1:
                    raise EngineError(
                        f"The {self.device.type} device has no memory for one frame of EDTalk.",
                        "Close other programs that use it, or render with --device cpu.",
                    ) from error
                self._halve(tried)
                continue
            at += size
        return np.concatenate(done)

    def _halve(self, tried: int) -> None:
        """Go on with half of the batch that failed, unless another thread has seen to it."""
        with self._lock:
            if self.batch == tried:
                self._captured = None
                self.batch = tried // 2
                log.warning("Out of memory: EDTalk goes on with batches of %d.", self.batch)
        self._let_go()

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
