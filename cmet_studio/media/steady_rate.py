"""A stream of sound at another sample rate, block by block."""

from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.float32]


class SteadyRate:
    """Resample without a seam between blocks; does nothing where the rates agree.

    Args:
        source: samples per second of what comes.
        target: samples per second of what goes.
        channels: of (n, channels) blocks; None for (n,) ones.
    """

    def __init__(self, source: int, target: int, channels: int | None = None) -> None:
        self._shape = (0,) if channels is None else (0, channels)
        self._stream: Any = None
        if source != target:
            self._stream = soxr.ResampleStream(
                source, target, channels or 1, dtype="float32", quality="HQ"
            )

    def more(self, block: Samples) -> Samples:
        """What can be given after another block; may be empty."""
        if self._stream is None:
            return block
        return self._through(block, False)

    def rest(self) -> Samples:
        """What was held back; nothing may come after."""
        nothing = np.zeros(self._shape, np.float32)
        if self._stream is None:
            return nothing
        return self._through(nothing, True)

    def _through(self, block: Samples, last: bool) -> Samples:
        flat = block[:, 0] if self._shape == (0, 1) else block
        given: Samples = self._stream.resample_chunk(np.ascontiguousarray(flat), last=last)
        return given.reshape(-1, *self._shape[1:])
