"""Numbers to the device and back; on CUDA beside the computation, through pinned memory."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Floats = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]


class Transfer:
    """Uploads and downloads of one device. Thread-safe.

    On CUDA each direction has a stream of its own, so that a batch comes and another goes while
    the kernels of a third run; elsewhere they are plain copies.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        cuda = device.type == "cuda"
        self._up = torch.cuda.Stream(device) if cuda else None  # type: ignore[no-untyped-call]
        self._down = torch.cuda.Stream(device) if cuda else None  # type: ignore[no-untyped-call]

    def crops(self, crops: Sequence[Rgb]) -> Tensor:
        """Send crops (256, 256, 3) uint8 as bytes: (B, 256, 256, 3) uint8 on the device."""
        return self._sent(torch.from_numpy(np.stack(crops)))

    def rows(self, rows: Floats) -> Tensor:
        """Send (B, k) float32."""
        return self._sent(torch.from_numpy(np.ascontiguousarray(rows, np.float32)))

    def _sent(self, values: Tensor) -> Tensor:
        if self._up is None:
            return values.to(self._device)
        with torch.cuda.stream(self._up):
            there = values.pin_memory().to(self._device, non_blocking=True)
        computing = torch.cuda.current_stream(self._device)
        computing.wait_stream(self._up)
        there.record_stream(computing)
        return there

    def back(self, values: Tensor) -> Floats:
        """Fetch a float32 tensor; waits for it, not for what was queued after it."""
        if self._down is None:
            return np.asarray(values.float().cpu().numpy(), np.float32)
        ready = torch.cuda.Event()  # type: ignore[no-untyped-call]
        ready.record(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(self._down):
            self._down.wait_event(ready)
            host = torch.empty(values.shape, dtype=torch.float32, pin_memory=True)
            host.copy_(values, non_blocking=True)
            values.record_stream(self._down)
            done = torch.cuda.Event()  # type: ignore[no-untyped-call]
            done.record(self._down)
        done.synchronize()
        return np.array(host.numpy(), np.float32)
