"""How well faces are tracked: ``python -m cmet_studio.evaluation.tracking CLIP... `` writes JSON.

Jitter is the scatter of the landmarks against the mean of their neighbours in time (rms over
landmarks, x and y, divided by the square root of 1.5, so white noise gives its own deviation), in
thousandths of the face's width; the median over the stiller half of the frames. It
contains what the face really does from frame to frame. Times are processor time of one core.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cmet_studio.face.assemble import runs
from cmet_studio.face.pose import fit
from cmet_studio.face.shots import with_cuts
from cmet_studio.face.smooth import smooth
from cmet_studio.face.store import LandmarkStore
from cmet_studio.face.track import Tracker
from cmet_studio.face.types import Floats
from cmet_studio.media.reader import VideoReader

_UPPER_LIDS, _LOWER_LIDS = [159, 386], [145, 374]
_CORNERS = [(33, 133), (263, 362)]
_CLOSED = 0.55  # of the median aperture: a blink


def measure(path: Path | str) -> dict[str, Any]:
    """Track the longest-seen face of a clip and measure it; see the module for the figures."""
    store = LandmarkStore()
    tracker = Tracker(store, {})
    shots: list[int] = []
    spent = 0.0
    with VideoReader(path) as clip:
        for picture, cut in with_cuts(clip.frames()):
            shots.append(shots[-1] + cut if shots else 0)
            began = time.process_time()
            tracker.step(picture, cut)
            spent += time.process_time() - began
    tracker.close()
    piece = max(tracker.pieces, key=lambda one: len(one.frames), default=None)
    found = np.zeros(len(shots), np.bool_)
    figures: dict[str, Any] = {
        "clip": Path(path).name,
        "frames": len(shots),
        "shots": shots[-1] + 1,
        "tracking_ms": round(1000 * spent / len(shots), 2),
    }
    if piece is not None:
        found[piece.frames] = True
        start, stop = max(runs(found, np.array(shots, np.int32)), key=lambda run: run[1] - run[0])
        raw = store.read(piece.rows)[np.searchsorted(piece.frames, np.arange(start, stop))]
        figures |= _compare(raw)
    store.close()
    return figures | {"found_percent": round(100 * float(found.mean()), 1)}


def _compare(raw: Floats) -> dict[str, float]:
    """What smoothing does to an unbroken run of (n, 478, 3) landmarks."""
    began = time.process_time()
    steady = smooth(raw)
    spent = time.process_time() - began
    still = _still(raw)
    blinks = _blinks(_aperture(raw))
    apart = _aperture(steady)
    shallower = [
        (apart[max(t - 1, 0) : t + 2].min() - _aperture(raw)[t]) / np.median(apart) for t in blinks
    ]
    return {
        "jitter_raw": _median(_jitter(raw)[still]),
        "jitter_smoothed": _median(_jitter(steady)[still]),
        "own_jitter_raw": _median(_jitter(_own(raw))[still]),
        "own_jitter_smoothed": _median(_jitter(_own(steady))[still]),
        "blinks": len(blinks),
        "blinks_shallower_percent": round(100 * float(max(shallower, default=0.0)), 1),
        "mouth_correlation": round(float(np.corrcoef(_mouth(raw), _mouth(steady))[0, 1]), 4),
        "smoothing_ms": round(1000 * spent / len(raw), 2),
    }


def _own(landmarks: Floats) -> Floats:
    """Landmarks in the head's frame: what is left when the head's motion is taken out."""
    head = fit(landmarks)
    own = np.einsum("nki,nij->nkj", landmarks - head.shift[:, None], head.rotation)
    return np.asarray(own / head.scale[:, None, None], dtype=np.float32)


def _width(landmarks: Floats) -> npt.NDArray[np.float64]:
    return np.asarray(fit(landmarks).scale, dtype=np.float64)


def _jitter(landmarks: Floats) -> npt.NDArray[np.float64]:
    off = (landmarks[1:-1] - (landmarks[:-2] + landmarks[2:]) / 2)[..., :2]
    scatter = np.sqrt((off.astype(np.float64) ** 2).mean(axis=(1, 2)) / 1.5)
    return np.asarray(1000 * scatter / _width(landmarks)[1:-1], dtype=np.float64)


def _still(landmarks: Floats) -> npt.NDArray[np.bool_]:
    speed = np.sqrt(((landmarks[2:] - landmarks[:-2])[..., :2] ** 2).mean(axis=(1, 2)))
    return np.asarray(speed <= np.median(speed), dtype=np.bool_)


def _aperture(landmarks: Floats) -> npt.NDArray[np.float64]:
    """How far the eyes are open, mean of both, in parts of their width."""
    both = [
        np.linalg.norm((landmarks[:, up] - landmarks[:, down])[:, :2], axis=1)
        / np.linalg.norm((landmarks[:, a] - landmarks[:, b])[:, :2], axis=1)
        for up, down, (a, b) in zip(_UPPER_LIDS, _LOWER_LIDS, _CORNERS, strict=True)
    ]
    return np.asarray(np.mean(both, axis=0), dtype=np.float64)


def _blinks(aperture: npt.NDArray[np.float64]) -> list[int]:
    closed = aperture < _CLOSED * np.median(aperture)
    return [
        t
        for t in range(2, len(aperture) - 2)
        if closed[t] and aperture[t] == aperture[t - 2 : t + 3].min()
    ]


def _mouth(landmarks: Floats) -> npt.NDArray[np.float64]:
    gap = np.linalg.norm((landmarks[:, 13] - landmarks[:, 14])[:, :2], axis=1)
    return np.asarray(gap / _width(landmarks), dtype=np.float64)


def _median(values: npt.NDArray[np.float64]) -> float:
    return round(float(np.median(values)), 3)


if __name__ == "__main__":
    json.dump([measure(path) for path in sys.argv[1:]], sys.stdout, indent=1)
    sys.stdout.write("\n")
