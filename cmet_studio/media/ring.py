"""A preallocated ring of samples between an audio callback and a thread.

One writer, one reader, no lock: each side moves only its own counter, and Python's integers change
in one step. Samples are addressed by their number since the beginning, so that a reader may also
go back to what is still there (the pre-roll of a take).
"""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]


class Ring:
    """The last ``capacity`` samples of one or more channels.

    Args:
        capacity: samples it holds.
        channels: of each sample.
    """

    def __init__(self, capacity: int, channels: int = 1) -> None:
        if capacity < 1:
            raise ValueError("a ring holds at least one sample")
        self._data: Samples = np.zeros((capacity, channels), np.float32)
        self._capacity = capacity
        self._written = 0

    @property
    def capacity(self) -> int:
        """Samples it holds."""
        return self._capacity

    @property
    def written(self) -> int:
        """Samples put in since the beginning: the number of the next one."""
        return self._written

    def write(self, block: Samples) -> None:
        """Append (n, channels) samples, over the oldest if need be. Copies; allocates no array."""
        count = len(block)
        if count > self._capacity:
            block = block[count - self._capacity :]
        at = (self._written + count - len(block)) % self._capacity
        first = min(len(block), self._capacity - at)
        self._data[at : at + first] = block[:first]
        if first < len(block):
            self._data[: len(block) - first] = block[first:]
        self._written += count

    def copy_out(self, start: int, out: Samples) -> None:
        """Copy samples ``[start, start + len(out))`` into ``out``; they must have been written.

        What is older than the ring's capacity reads as whatever lies over it: ask ``oldest`` first.
        """
        at = start % self._capacity
        first = min(len(out), self._capacity - at)
        out[:first] = self._data[at : at + first]
        if first < len(out):
            out[first:] = self._data[: len(out) - first]

    def oldest(self, margin: int = 0) -> int:
        """Number of the oldest sample that is safe to read.

        Args:
            margin: samples the writer may add while they are being read.
        """
        return max(0, self._written - self._capacity + margin)
