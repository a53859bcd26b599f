"""EDTalk with one reference frame, as in the paper: its looks serve the whole clip.

Faster to render again (the source's share of the work is done once), but teeth, light and folds
are the reference's; composition by difference brings back what both reconstructions share.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import EngineError
from cmet_studio.core.paths import cache_dir
from cmet_studio.engine.faces.edtalk.model import EdTalkFace
from cmet_studio.face.types import FaceTrack
from cmet_studio.project_io.store import atomic_path

Floats = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]

_NAME = 3
"""Numbers of 16 bits, exact in float32, that name the reference's file."""


class EdTalkReference(EdTalkFace):
    """The clip's most frontal, surest face is the source of every frame."""

    _name = "edtalk-reference"
    _more_notes = _NAME
    _one_source = True

    def _seen(self, index: int, crop: Rgb, track: FaceTrack, rows: Floats) -> None:
        if index != reference_frame(track):
            return
        digest = hashlib.sha256(crop.tobytes()).digest()
        numbers = np.frombuffer(digest[: 2 * _NAME], np.uint16).astype(np.float32)
        rows[np.asarray(track.found), -_NAME:] = numbers
        path = _place(numbers)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path, overwrite=True) as unfinished, unfinished.open("wb") as file:
            np.save(file, crop)

    def _source(self, crop: Rgb, expression: Floats) -> Rgb:
        return _stored(str(_place(expression[-_NAME:])))


def reference_frame(track: FaceTrack) -> int:
    """The frame whose face looks most straight at the camera, the surest of equals."""
    yaw, pitch, roll = np.asarray(track.pose_deg, np.float64).T
    away = np.abs(yaw) + np.abs(pitch) + 0.5 * np.abs(roll) + 5.0 * (1 - track.confidence)
    return int(np.where(track.found, away, np.inf).argmin())


def _place(numbers: Floats) -> Path:
    name = "".join(f"{int(n):04x}" for n in numbers)
    return cache_dir() / "edtalk" / "sources" / f"{name}.npy"


@lru_cache(maxsize=8)
def _stored(path: str) -> Rgb:
    try:
        crop: Rgb = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise EngineError(
            "The reference frame is gone from the cache.",
            f"Empty the whole cache, {cache_dir()}, and render again.",
        ) from error
    return crop
