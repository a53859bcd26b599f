"""From pieces of track to a finished one: gaps bridged, landmarks smoothed, pose, strength."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cmet_studio.face import strength as fading
from cmet_studio.face.pose import head_pose
from cmet_studio.face.smooth import smooth
from cmet_studio.face.store import LandmarkStore
from cmet_studio.face.track import Piece
from cmet_studio.face.types import LANDMARKS, Bools, FaceTrack, Floats

BRIDGED = 3
"""Longest gap in frames, inside a shot, over which landmarks are interpolated."""

_CHUNK = 1024  # frames read at once
_BRIDGE_TRUST = 0.8  # confidence in a bridged frame, as a part of its neighbours'


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """What the clip's frames are.

    Attributes:
        shot: (n,) int32 number of the shot.
        seconds: (n,) float64 presentation times.
        width, height: in pixels.
    """

    shot: npt.NDArray[np.int32]
    seconds: npt.NDArray[np.float64]
    width: int
    height: int


def assemble(pieces: Sequence[Piece], store: LandmarkStore, frames: Frames) -> FaceTrack:
    """Make one performer's track from its pieces; where they overlap in time the first wins."""
    n = len(frames.shot)
    found = np.zeros(n, np.bool_)
    landmarks = np.zeros((n, LANDMARKS, 3), np.float32)
    confidence = np.zeros(n, np.float32)
    for piece in pieces:
        new = [k for k, frame in enumerate(piece.frames) if not found[frame]]
        where = np.array([piece.frames[k] for k in new], dtype=np.intp)
        for some in range(0, len(new), _CHUNK):
            part = slice(some, some + _CHUNK)
            landmarks[where[part]] = store.read([piece.rows[k] for k in new[part]])
        confidence[where] = [piece.confidence[k] for k in new]
        found[where] = True
    _bridge(found, landmarks, confidence, frames.shot)
    pose = np.zeros((n, 3), np.float32)
    boxes = np.zeros((n, 4), np.float32)
    inside = np.zeros(n, np.float32)
    for start, stop in runs(found, frames.shot):
        landmarks[start:stop] = smooth(landmarks[start:stop])
        pose[start:stop] = head_pose(landmarks[start:stop])
        low = landmarks[start:stop, :, :2].min(axis=1)
        boxes[start:stop, :2] = low
        boxes[start:stop, 2:] = landmarks[start:stop, :, :2].max(axis=1) - low
        for t in range(start, stop):
            inside[t] = fading.inside(landmarks[t], frames.width, frames.height)
    strong = fading.strength(found, pose, confidence, inside, frames.shot, frames.seconds)
    return FaceTrack(found, landmarks, boxes, pose, confidence, strong, frames.shot)


def runs(found: Bools, shot: npt.NDArray[np.int32]) -> list[tuple[int, int]]:
    """Unbroken stretches of found frames within one shot, as (start, stop)."""
    stretches: list[tuple[int, int]] = []
    start: int | None = None
    for t in range(len(found) + 1):
        ends = t == len(found) or not found[t] or (t > 0 and shot[t] != shot[t - 1])
        if start is not None and ends:
            stretches.append((start, t))
            start = None
        if t < len(found) and found[t] and start is None:
            start = t
    return stretches


def _bridge(
    found: Bools, landmarks: Floats, confidence: Floats, shot: npt.NDArray[np.int32]
) -> None:
    """Fill short gaps in place, straight from one side to the other."""
    stretches = runs(found, shot)
    for (_, stop), (start, _) in pairwise(stretches):
        if not 0 < start - stop <= BRIDGED or shot[stop - 1] != shot[start]:
            continue
        a, b = stop - 1, start
        for t in range(stop, start):
            u = np.float32((t - a) / (b - a))
            landmarks[t] = (1 - u) * landmarks[a] + u * landmarks[b]
            confidence[t] = _BRIDGE_TRUST * min(confidence[a], confidence[b])
            found[t] = True
