"""What the tracker says about faces. Coordinates are pixels of the *display-oriented* picture."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

LANDMARKS = 478
"""mediapipe FaceMesh with refined irises: 468 mesh points, then 5 + 5 iris points."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; ``x, y`` is its top left corner."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face in one frame.

    Attributes:
        landmarks: (478, 3) float32, x right, y down, z away from the camera (mediapipe's z, scaled
            to pixels like x); pixel centres at .5, i.e. x in [0, width].
        pose_deg: (3,) float32 yaw, pitch, roll in degrees. Yaw > 0: the face turns to the picture's
            right; pitch > 0: it looks up; roll > 0: it tilts clockwise in the picture.
        confidence: 0..1.
        strength: 0..1, how much of an edit this frame can carry (fades to 0 at gaps and
            extreme poses; exactly 0 where the face is lost).
    """

    landmarks: Floats
    pose_deg: Floats
    confidence: float
    strength: float


@dataclass(frozen=True, slots=True, eq=False)
class FaceTrack:
    """One face through the whole clip; arrays have one row per clip frame.

    Attributes:
        found: (n,) bool.
        landmarks: (n, 478, 3) float32, smoothed without lag; zeros where not found. May be a
            read-only memory map.
        boxes: (n, 4) float32 x, y, w, h of the landmarks; zeros where not found.
        pose_deg: (n, 3) float32.
        confidence: (n,) float32.
        strength: (n,) float32, see ``Face.strength``.
        shot: (n,) int32, the number of the shot each frame belongs to, from 0.
    """

    found: Bools
    landmarks: Floats
    boxes: Floats
    pose_deg: Floats
    confidence: Floats
    strength: Floats
    shot: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.found)

    def face(self, frame: int) -> Face | None:
        """The face in ``frame``, or None where it is lost or cannot carry an edit."""
        if not self.found[frame] or self.strength[frame] <= 0.0:
            return None
        return Face(
            np.asarray(self.landmarks[frame]),
            np.asarray(self.pose_deg[frame]),
            float(self.confidence[frame]),
            float(self.strength[frame]),
        )
