"""Unedited reconstructions on disk: they do not depend on keys, so each is made once.

Named by everything they are made from, so nothing is ever stale; 16 bits a sample, 393 kB a frame;
the oldest go when the bound is reached.
"""

import hashlib
import os
import secrets
import threading
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.paths import cache_dir

Floats = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]

BOUND = 4 << 30
_REACH = 2.0
_STEPS = 65535


def rounded(image: Floats) -> Floats:
    """An image as it comes back from the cache: clamped to [-2, 2], in steps of 6e-5."""
    return _unpacked(_packed(image))


def _packed(image: Floats) -> npt.NDArray[np.uint16]:
    unit = (np.clip(image, -_REACH, _REACH) + _REACH) * (_STEPS / (2 * _REACH))
    packed: npt.NDArray[np.uint16] = np.rint(unit).astype(np.uint16)
    return packed


def _unpacked(stored: npt.NDArray[np.uint16]) -> Floats:
    image: Floats = stored.astype(np.float32) * np.float32(2 * _REACH / _STEPS) - np.float32(_REACH)
    return image


class PlainCache:
    """A bounded folder of images. Thread-safe; see ``shared_plain_cache``.

    Args:
        version: of the network, its weights and its precision.
        bound: bytes.
    """

    def __init__(self, version: str, bound: int = BOUND) -> None:
        self._folder = cache_dir() / "edtalk" / version
        self._folder.mkdir(parents=True, exist_ok=True)
        self._bound = bound
        self._lock = threading.Lock()  # of what is held
        self._held = sum(size for _, size, _ in self._files())

    def name(self, source: Rgb, weights: Floats) -> str:
        """What a reconstruction with ``source``'s looks and these motion weights is called."""
        digest = hashlib.sha256(source.tobytes())
        digest.update(weights.tobytes())
        return digest.hexdigest()[:32]

    def get(self, name: str) -> Floats | None:
        """A stored image, (256, 256, 3), or None."""
        path = self._folder / f"{name}.npy"
        try:
            stored = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):  # not there, or cut off by a crash: make it again
            return None
        if stored.dtype != np.uint16 or stored.ndim != 3:
            return None
        return _unpacked(stored)

    def put(self, name: str, image: Floats) -> None:
        """Store an image. A cache that cannot be written to is no error: work goes on without."""
        path = self._folder / f"{name}.npy"
        unfinished = self._folder / f".{name}.{secrets.token_hex(4)}"
        try:
            with unfinished.open("wb") as file:
                np.save(file, _packed(image))
            size = unfinished.stat().st_size
            unfinished.replace(path)
            with self._lock:
                self._held += size
                if self._held > self._bound:
                    self._shrink()
        except OSError:
            unfinished.unlink(missing_ok=True)

    def _files(self) -> list[tuple[float, int, Path]]:
        files = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                try:
                    facts = entry.stat()
                except FileNotFoundError:  # another process tidied up
                    continue
                files.append((facts.st_mtime, facts.st_size, Path(entry.path)))
        return files

    def _shrink(self) -> None:
        files = sorted(self._files())
        held = sum(size for _, size, _ in files)
        for _, size, path in files:
            if held <= 0.8 * self._bound:
                break
            path.unlink(missing_ok=True)
            held -= size
        self._held = held


_MAKING = threading.Lock()


def shared_plain_cache(version: str) -> PlainCache:
    """The cache of a version: one for all threads that render, or each would count for itself."""
    with _MAKING:
        return _cache_in(cache_dir(), version)


@lru_cache(maxsize=4)
def _cache_in(_: Path, version: str) -> PlainCache:
    return PlainCache(version)
