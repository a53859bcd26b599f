"""How long exports take on this computer, and how large they get: a guess, then what was seen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmet_studio.core.errors import OutputError
from cmet_studio.core.paths import cache_dir
from cmet_studio.project_io.store import atomic_path

_GUESS = {"mesh": 0.035, "edtalk": 2.0, "edtalk-reference": 4.0}
"""Seconds per edited megapixel frame on two cores; replaced by what was measured."""
_PASS_S = 0.012
"""Seconds per frame and megapixel to decode and encode."""
_BYTES = {"h264": 20_000.0, "ffv1": 700_000.0}
"""Bytes per frame and megapixel; of H.264 at quality 18."""
_HALVED_BY = 6.0  # steps of x264's quality that halve the size
_NEW = 0.5  # how much the newest export counts
_LEAST, _MOST = 0.02, 50.0


@dataclass(frozen=True, slots=True)
class Size:
    """What an export has to do."""

    frames: int
    edited: int
    megapixels: float


def guess_s(engine: str, size: Size) -> float:
    """Seconds an export takes, before anything was measured here."""
    edit_s = _GUESS.get(engine, _GUESS["edtalk"])
    return size.megapixels * (size.frames * _PASS_S + size.edited * edit_s)


def guess_bytes(codec: str, crf: int, size: Size) -> float:
    """Bytes that an export takes, before anything was measured here."""
    per_frame = _BYTES[codec] * (2 ** ((18 - crf) / _HALVED_BY) if codec == "h264" else 1.0)
    return per_frame * size.frames * size.megapixels


class Pace:
    """Factors by engine and codec, kept in the cache folder."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache_dir() / "export_pace.json"

    def _read(self) -> dict[str, float]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {
            str(name): min(max(float(value), _LEAST), _MOST)
            for name, value in found.items()
            if isinstance(value, (int, float))
        }

    def measured(self, engine: str, codec: str) -> bool:
        """Whether an export like this was made here before."""
        return f"{engine} {codec}" in self._read()

    def seconds(self, engine: str, codec: str, size: Size) -> float:
        """How long an export will take."""
        return guess_s(engine, size) * self._read().get(f"{engine} {codec}", 1.0)

    def bytes(self, codec: str, crf: int, size: Size) -> float:
        """How large its file will be; within a factor of a few."""
        return guess_bytes(codec, crf, size) * self._read().get(f"{codec} bytes", 1.0)

    def learn(self, result: Mapping[str, Any]) -> None:
        """Remember what a finished export took; ``result`` is its report."""
        try:
            engine, codec = str(result["engine"]), str(result["codec"])
            size = Size(
                int(result["frames"]), int(result["frames_edited"]), float(result["megapixels"])
            )
            took_s = size.frames / float(result["fps_render"])
            seen = {
                f"{engine} {codec}": took_s / guess_s(engine, size),
                f"{codec} bytes": float(result["bytes"])
                / guess_bytes(codec, int(result["crf"]), size),
            }
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            return
        factors = self._read()
        for name, newest in seen.items():
            mean = newest if name not in factors else _NEW * newest + (1 - _NEW) * factors[name]
            factors[name] = min(max(mean, _LEAST), _MOST)
        try:
            with atomic_path(self._path, overwrite=True) as temp:
                temp.write_text(json.dumps(factors), encoding="utf-8")
        except OutputError:
            return  # a guess is good enough
