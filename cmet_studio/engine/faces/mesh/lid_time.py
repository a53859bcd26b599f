"""How wide each eye usually stands open around a frame: what raised lids are measured by.

A raised lid must not raise a blink's lid too, so how far it goes depends on how open the eye is.
Measured by the frame alone, the tracker's noise in that opening comes back enlarged, and an eye
that is widened trembles. So the frames around say how open the eye is, and the frame itself only
whether it blinks (``lids``). Reaches the renderer in the frame's note.
"""

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.canonical import EYE_LOWER, EYE_UPPER
from cmet_studio.engine.faces.mesh.geometry import fit_pose
from cmet_studio.engine.faces.mesh.runs import seen_rows
from cmet_studio.face.types import FaceTrack

Floats = npt.NDArray[np.float32]

SIDES = ("R", "L")
_AROUND = 25  # frames to either side; the middle value of so many is no blink
_CALM = 8.0  # frames; the median goes in steps
_CALM_REACH = 20


def usual_openings(track: FaceTrack) -> Floats:
    """The lids' usual distance, right and left eye: (n, 2) float32, mm; 0 where no face is.

    Depends on the frames of the same shot within 45.
    """
    usual = np.zeros((len(track), len(SIDES)), np.float32)
    for rows in seen_rows(track):
        openings = np.stack([opening_mm(np.asarray(track.landmarks[row])) for row in rows])
        usual[rows] = np.column_stack([_calm(_median(eye)) for eye in openings.T])
    return usual


def opening_mm(landmarks: Floats) -> Floats:
    """How far both eyes' lids stand apart where they do most, (2,) float32, mm of the head."""
    scale = fit_pose(landmarks).scale
    return np.array(
        [
            np.linalg.norm(
                landmarks[list(EYE_LOWER[side]), :2] - landmarks[list(EYE_UPPER[side]), :2], axis=1
            ).max()
            / scale
            for side in SIDES
        ],
        np.float32,
    )


def _median(values: Floats) -> Floats:
    padded = np.pad(values, _AROUND, mode="reflect" if len(values) > _AROUND else "edge")
    views = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1)
    return np.asarray(np.median(views, axis=1), np.float32)


def _calm(values: Floats) -> Floats:
    reach = np.arange(-_CALM_REACH, _CALM_REACH + 1)
    bell = np.exp(-0.5 * (reach / _CALM) ** 2)
    padded = np.pad(values, _CALM_REACH, mode="edge")
    return np.asarray(np.convolve(padded, bell / bell.sum(), "valid"), np.float32)
