"""Landmarks by the thousand frames, on disk once they are many."""

import tempfile
from collections.abc import Sequence

import numpy as np

from cmet_studio.face.types import LANDMARKS, Floats

_ROW = LANDMARKS * 3 * 4
_IN_MEMORY = 64 << 20


class LandmarkStore:
    """Append rows of (478, 3) float32; read any of them back. Removed with the object."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (close())
        self._rows = 0

    def add(self, points: Floats) -> int:
        """Keep a row; returns its number."""
        self._file.seek(self._rows * _ROW)
        self._file.write(np.ascontiguousarray(points, dtype=np.float32).tobytes())
        self._rows += 1
        return self._rows - 1

    def read(self, rows: Sequence[int]) -> Floats:
        """Rows by number as (k, 478, 3) float32."""
        out = np.empty((len(rows), LANDMARKS, 3), np.float32)
        for k, row in enumerate(rows):
            self._file.seek(row * _ROW)
            out[k] = np.frombuffer(self._file.read(_ROW), np.float32).reshape(LANDMARKS, 3)
        return out

    def close(self) -> None:
        """Remove everything."""
        self._file.close()
