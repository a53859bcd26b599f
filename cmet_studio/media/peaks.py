"""The waveform of a clip at any zoom: lowest and highest sample per stretch, in layers.

Made in one pass over the sound with a few megabytes of memory, kept in the cache under the sound's
content, mapped into memory when read: two hours cost nothing to draw. Where single samples matter
(a few seconds wide) the sound itself is read.
"""

import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import CmetError, OutputError
from cmet_studio.core.paths import cache_dir
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.media.sound_reader import SoundReader

Columns = npt.NDArray[np.float32]
_Bins = npt.NDArray[np.int16]

_VERSION = 1
_MAGIC = b"CMETPEAK"
_HEADER = 4096  # bytes; then the layers, finest first
BIN_S = 1 / 500
"""Seconds of the finest stretch that is kept."""
_STEP = 16  # stretches of a layer in one of the next
_BLOCK = 1 << 20
_FULL = 32767.0
_FINE_S = 10.0  # no more than this is ever decoded for a drawing
_PIECE_S = 2.0
_PIECES = 8


class Peaks:
    """The waveform of one file. ``read`` is for one thread; ``build`` may run on another.

    Args:
        path: any media file.
        key: what its content is known by (the clip's fingerprint); default: found out here.
    """

    def __init__(self, path: Path, key: str | None = None) -> None:
        self._path = path
        self._key = key
        self._layers: list[_Bins] | None = None
        self._bin_s = BIN_S
        self._start_s = 0.0
        self._reader: SoundReader | None = None
        self._pieces: dict[int, npt.NDArray[np.float32]] = {}

    @property
    def ready(self) -> bool:
        """Whether it can be read: built now or at any time before."""
        if self._layers is None:
            self._open()
        return self._layers is not None

    @property
    def duration_s(self) -> float:
        """Clip time at which the sound ends; 0 before it is ready."""
        return self._start_s + (len(self._layers[0]) * self._bin_s if self._layers else 0.0)

    def build(self, token: CancelToken = NEVER, report: Report = silent) -> None:
        """Go through the sound once and keep what was found; returns at once if that was done.

        Raises:
            MediaError: if the file holds no sound or is damaged from the start.
            OutputError: if the cache cannot be written.
            Cancelled: by ``token``.
        """
        if self.ready:
            return
        with SoundReader(self._path, None, 1) as reader:
            try:
                self._keep(reader, token, report)
            except OSError as error:
                raise OutputError(
                    f"The waveform of {self._path.name} cannot be kept: {error.strerror or error}.",
                    "Make room on the disk of the cache folder.",
                ) from error
        self._open()

    def read(self, start_s: float, end_s: float, columns: int) -> Columns:
        """Lowest and highest sample of each column of a drawing.

        Args:
            start_s: clip time of the left edge; may lie outside the sound.
            end_s: of the right edge, later.
            columns: pixels between.

        Returns: (columns, 2) float32 in [-1, 1]; zeros where there is no sound or nothing is ready.
        """
        if not self.ready or self._layers is None or columns < 1 or end_s <= start_s:
            return np.zeros((max(columns, 0), 2), np.float32)
        column_s = (end_s - start_s) / columns
        if column_s < self._bin_s and end_s - start_s <= _FINE_S:
            with suppress(CmetError):  # the clip may be gone; its waveform is still here
                return self._from_sound(start_s, end_s, columns)
        layer, width_s = 0, self._bin_s
        while layer + 1 < len(self._layers) and 4 * width_s * _STEP <= column_s:
            layer, width_s = layer + 1, width_s * _STEP
        edges = start_s + column_s * np.arange(columns + 1) - self._start_s
        return _columns(self._layers[layer], edges / width_s) / np.float32(_FULL)

    def close(self) -> None:
        """Let go of the clip."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _keep(self, reader: SoundReader, token: CancelToken, report: Report) -> None:
        target = self._file()
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".peaks.", dir=target.parent)
        try:
            with os.fdopen(handle, "w+b") as file:
                _write(file, reader, token, report)
            Path(name).replace(target)
        finally:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)

    def _from_sound(self, start_s: float, end_s: float, columns: int) -> Columns:
        if self._reader is None:
            self._reader = SoundReader(self._path, None, 1)
        rate = self._reader.rate
        first, last = int(start_s // _PIECE_S), int(end_s // _PIECE_S)
        samples = np.concatenate([self._piece(number) for number in range(first, last + 1)])
        edges = np.linspace(start_s, end_s, columns + 1) - first * _PIECE_S
        both = np.repeat(samples[:, None], 2, axis=1)
        return _columns(both, edges * rate)

    def _piece(self, number: int) -> npt.NDArray[np.float32]:
        """Decoded sound of one ``_PIECE_S``, the last few kept."""
        if self._reader is None:
            raise ValueError("not open")
        if number not in self._pieces:
            if len(self._pieces) >= _PIECES:
                del self._pieces[next(iter(self._pieces))]
            start_s = number * _PIECE_S
            self._pieces[number] = self._reader.stretch(start_s, start_s + _PIECE_S)[:, 0]
        return self._pieces[number]

    def _file(self) -> Path:
        if self._key is None:
            self._key = _content(self._path)
        name = hashlib.sha256(f"{_VERSION} {self._key}".encode()).hexdigest()[:32]
        return cache_dir() / "peaks" / name

    def _open(self) -> None:
        """Map the kept layers; nothing happens if there are none or they are broken."""
        try:
            path = self._file()
            with path.open("rb") as file:
                head = file.read(_HEADER)
            if head[: len(_MAGIC)] != _MAGIC:
                return
            (length,) = struct.unpack_from("<I", head, len(_MAGIC))
            fields = json.loads(head[len(_MAGIC) + 4 : len(_MAGIC) + 4 + length])
            counts = [int(count) for count in fields["layers"]]
            kept = np.memmap(path, np.int16, "r", _HEADER, (sum(counts), 2)) if counts[0] else None
        except (OSError, ValueError, KeyError, IndexError, TypeError, struct.error, CmetError):
            return
        layers, at = [], 0
        for count in counts:
            layers.append(np.zeros((0, 2), np.int16) if kept is None else kept[at : at + count])
            at += count
        self._bin_s, self._start_s = float(fields["bin_s"]), float(fields["start_s"])
        self._layers = layers


def _write(file: BinaryIO, reader: SoundReader, token: CancelToken, report: Report) -> None:
    """Header and layers."""
    per_bin = max(1, round(reader.rate * BIN_S))
    start_s = min(float(reader.offset_s), 0.0)  # silence before a late sound is part of it
    file.write(b"\0" * _HEADER)
    total_s = round(reader.duration_s or 0)
    counts, done = [0], 0
    blocks = reader.blocks(start_s)
    for low_high in _bins((block[:, 0] for block in blocks), per_bin):
        token.check()
        file.write(low_high.tobytes())
        counts[0] += len(low_high)
        seconds = counts[0] * per_bin // reader.rate
        if seconds > done:
            done = seconds
            report("drawing the waveform", min(done, total_s or done), total_s)
    start = _HEADER
    while counts[-1] > _STEP:
        file.flush()
        below: _Bins = np.memmap(file, np.int16, "r", start, (counts[-1], 2))
        start += counts[-1] * 4
        file.seek(0, os.SEEK_END)
        counts.append(0)
        for at in range(0, len(below), _BLOCK):  # a multiple of _STEP
            coarse = _merged(below[at : at + _BLOCK])
            file.write(coarse.tobytes())
            counts[-1] += len(coarse)
        del below
    text = json.dumps(
        {"bin_s": per_bin / reader.rate, "start_s": start_s, "layers": counts}
    ).encode()
    file.seek(0)
    file.write(_MAGIC + struct.pack("<I", len(text)) + text)


def _bins(blocks: Iterator[npt.NDArray[np.float32]], per_bin: int) -> Iterator[_Bins]:
    """(n, 2) lowest and highest of every ``per_bin`` samples, in pieces."""
    kept: list[npt.NDArray[np.float32]] = []
    held = 0
    for block in blocks:
        kept.append(block)
        held += len(block)
        if held >= 256 * per_bin:
            samples = np.concatenate(kept)
            whole = held // per_bin * per_bin
            yield _quantised(samples[:whole].reshape(-1, per_bin))
            kept, held = [samples[whole:]], held - whole
    rest = np.concatenate(kept) if kept else np.zeros(0, np.float32)
    whole = held // per_bin * per_bin
    if whole:
        yield _quantised(rest[:whole].reshape(-1, per_bin))
    if held > whole:
        yield _quantised(rest[whole:][None])


def _quantised(rows: npt.NDArray[np.float32]) -> _Bins:
    both = np.stack([rows.min(axis=1), rows.max(axis=1)], axis=1)
    whole: _Bins = np.rint(np.clip(np.nan_to_num(both), -1.0, 1.0) * _FULL).astype(np.int16)
    return whole


def _merged(bins: _Bins) -> _Bins:
    """Each ``_STEP`` stretches as one; the last may be of fewer."""
    starts = np.arange(0, len(bins), _STEP)
    low = np.minimum.reduceat(bins[:, 0], starts)
    high = np.maximum.reduceat(bins[:, 1], starts)
    return np.stack([low, high], axis=1)


def _columns(bins: npt.NDArray[np.generic], edges: npt.NDArray[np.float64]) -> Columns:
    """Lowest and highest of the stretches that each column touches.

    Args:
        bins: (n, 2).
        edges: (columns + 1,) rising, in stretches; what lies outside is zero.
    """
    out = np.zeros((len(edges) - 1, 2), np.float32)
    starts = np.floor(edges[:-1] + 1e-9).astype(np.int64)
    stops = np.maximum(np.ceil(edges[1:] - 1e-9).astype(np.int64), starts + 1)
    inside = (stops > 0) & (starts < len(bins))
    if not inside.any():
        return out
    starts = np.clip(starts[inside], 0, len(bins) - 1)
    stops = np.clip(stops[inside], starts + 1, len(bins))
    begin, end = int(starts[0]), int(stops[-1])
    part = np.ascontiguousarray(bins[begin:end].T).astype(np.float32)
    # reduceat wants pairs; the value between two columns is thrown away.
    pairs = np.stack([starts, stops], axis=1).ravel() - begin
    padded = np.concatenate([part, part[:, -1:]], axis=1)
    out[inside, 0] = np.minimum.reduceat(padded[0], pairs)[::2]
    out[inside, 1] = np.maximum.reduceat(padded[1], pairs)[::2]
    return out


def _content(path: Path) -> str:
    """Size and a hash over the first, the middle and the last MiB."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        for start in (0, size // 2, max(0, size - _BLOCK)):
            file.seek(start)
            digest.update(file.read(_BLOCK))
    return f"{size} {digest.hexdigest()}"
