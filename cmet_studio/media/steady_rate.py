"""A stream of sound at another sample rate, block by block."""

import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.float32]


class SteadyRate:
    """Resample without a seam between blocks; does nothing where the rates agree.

    Args:
        source: samples per second of what comes.
        target: samples per second of what goes.
        channels: 1 for (n,) blocks, more for (n, channels).
    """

    def __init__(self, source: int, target: int, channels: int = 1) -> None:
        self._shape = (0,) if channels == 1 else (0, channels)
        self._stream = None
        if source != target:
            self._stream = soxr.ResampleStream(
                source, target, channels, dtype="float32", quality="HQ"
            )

    def more(self, block: Samples) -> Samples:
        """What can be given after another block; may be empty."""
        if self._stream is None:
            return block
        given: Samples = self._stream.resample_chunk(np.ascontiguousarray(block))
        return given

    def rest(self) -> Samples:
        """What was held back; nothing may come after."""
        nothing = np.zeros(self._shape, np.float32)
        if self._stream is None:
            return nothing
        given: Samples = self._stream.resample_chunk(nothing, last=True)
        return given
