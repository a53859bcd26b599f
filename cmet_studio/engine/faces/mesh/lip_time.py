"""Lips keep time: how much of what opens the mouth a frame of speech gets.

A surprised "m" is still an "m". Where somebody talks, what parts the lips (AU25) is taken away
while they are closed and comes back as they open, though never quite; of a dropped jaw (AU26) a
quarter stays. A mouth that stays closed anyway, since nobody talks, opens in full. It takes a look
at the frames around, so it is measured with the expression and handed to the renderer as the
frame's note.
"""

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.canonical import load_mesh
from cmet_studio.engine.faces.mesh.runs import seen_rows
from cmet_studio.engine.faces.mesh.units import UNITS
from cmet_studio.face.types import FaceTrack

Floats = npt.NDArray[np.float32]

_CLOSED = {"AU25": 0.0, "AU26": 0.28}  # what the closed lips of a talking mouth get of each
_FULLEST = 0.8  # the share of a mouth that talks at its widest: words need room to move in
_SILENT_MM, _TALKING_MM = 1.5, 4.5  # how far a mouth opens that is, or isn't, at rest
_AROUND = 25  # frames to either side that say whether somebody talks
_REFERENCE = 125  # and that say how wide this mouth opens when it does: a quiet word stays quiet
_INNER_LIPS = (13, 14)
_IRISES = (468, 473)
_BRIDGE = (10, 168)
_OPENING = [UNITS.index(name) for name in _CLOSED]
_CALM = 2.6  # frames; the jaw follows speech, not each syllable's edge: quicker, its swing flickers
_CALM_REACH = 6


def opening_share(track: FaceTrack) -> Floats:
    """How much of an opening each frame's mouth gets, 0..1; 1 where nobody talks or no face is.

    Depends on the frames of the same shot within ``_REFERENCE`` and six more.
    """
    share = np.ones(len(track), np.float32)
    for rows in seen_rows(track):
        share[rows] = _shares(_apart_mm(np.asarray(track.landmarks[rows])))
    return share


def held_back(delta: Floats, share: float) -> Floats:
    """``delta`` (32,) with the ``share`` 0..1 of what opens the mouth, and what closed lips get.

    What closes a mouth (both units below 0) is for those that don't talk.
    """
    held = delta.copy()
    closed = np.array(list(_CLOSED.values()), np.float32)
    gets = closed + (1.0 - closed) * np.float32(share)
    silent = np.clip((np.float32(share) - _FULLEST) / (1.0 - _FULLEST), 0.0, 1.0)
    held[_OPENING] *= np.where(held[_OPENING] > 0, gets, silent)
    return held


def _shares(apart_mm: Floats) -> Floats:
    x = (_widest(apart_mm, _AROUND) - _SILENT_MM) / (_TALKING_MM - _SILENT_MM)
    x = np.clip(x, 0.0, 1.0)
    talking = x * x * (3.0 - 2.0 * x)
    open_ = apart_mm / np.maximum(_widest(apart_mm, _REFERENCE), _TALKING_MM)
    share = 1.0 - talking * (1.0 - _FULLEST * open_)
    reach = np.arange(-_CALM_REACH, _CALM_REACH + 1)
    bell = np.exp(-0.5 * (reach / _CALM) ** 2)
    padded = np.pad(share, _CALM_REACH, mode="edge")
    return np.asarray(np.convolve(padded, bell / bell.sum(), "valid"), np.float32)


def _widest(apart_mm: Floats, around: int) -> Floats:
    """The largest value within ``around`` frames of each."""
    padded = np.pad(apart_mm, around, mode="edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * around + 1)
    return np.asarray(views.max(axis=1), np.float32)


def _apart_mm(landmarks: Floats) -> Floats:
    """(n, 478, 3) -> distance of the inner lips, in millimetres of the canonical head."""
    vertices = load_mesh().vertices

    def per_mm(pair: tuple[int, int]) -> Floats:
        a, b = pair
        apart = np.linalg.norm(landmarks[:, a, :2] - landmarks[:, b, :2], axis=1)
        return np.asarray(apart / np.linalg.norm(vertices[a, :2] - vertices[b, :2]), np.float32)

    # A turned head looks narrow, a lowered one short: the larger of the two scales is the true one.
    scale = np.maximum(np.maximum(per_mm(_IRISES), per_mm(_BRIDGE)), 1e-6)
    lips = landmarks[:, _INNER_LIPS[0], :2] - landmarks[:, _INNER_LIPS[1], :2]
    return np.asarray(np.linalg.norm(lips, axis=1) / scale, np.float32)
