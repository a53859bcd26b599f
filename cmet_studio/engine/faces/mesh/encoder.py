"""From landmarks to action units: a linear reading of the pose-free shape of the face.

What makes it linear is also what makes it honest: the difference between two frames of one face
reads the same whoever's face it is, so an edit reads as what was asked, also where it lasts for a
whole clip. The level does depend on whose face it is (a short nose looks like a wrinkled one): a
caller who wants a performer's change only subtracts what the clip shows most of the time.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import EngineError
from cmet_studio.core.paths import model_file
from cmet_studio.engine.faces.mesh.canonical import BASE, load_mesh
from cmet_studio.engine.faces.mesh.geometry import fit_pose
from cmet_studio.engine.faces.mesh.units import UNITS
from cmet_studio.face.types import FaceTrack
from cmet_studio.networks.weights import load_safetensors

Floats = npt.NDArray[np.float32]

WEIGHTS = "mesh_encoder.safetensors"
FEATURES = 2 * BASE
_LEAST, _MOST = -3.0, 3.0  # beyond, the landmarks are wrong


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """``intensity = weight @ (features - neutral)``.

    Attributes:
        weight: (32, 936) float32, intensity per millimetre.
        neutral: (936,) float32, the features of a neutral face.
    """

    weight: Floats
    neutral: Floats

    def read(self, features: Floats) -> Floats:
        """Intensities (n, 32) of shapes (n, 936)."""
        return np.asarray((features - self.neutral) @ self.weight.T, np.float32)


def features_of(landmarks: Floats) -> Floats:
    """The face's shape without its pose and size: (936,) float32, x and y in mm, head frame.

    Depth is left out: the tracker only guesses it.
    """
    return fit_pose(landmarks).unproject(landmarks[:BASE])[:, :2].reshape(-1)


def swap_sides(features: Floats, units: Floats) -> tuple[Floats, Floats]:
    """The same for the mirrored face: (n, 936) features and (n, 32) units."""
    points = features.reshape(-1, BASE, 2)[:, load_mesh().mirror[:BASE]]
    other = {"L": "R", "R": "L"}
    partner = [
        UNITS.index(unit[:-1] + other[unit[-1]]) if unit[-1] in other else index
        for index, unit in enumerate(UNITS)
    ]
    flipped = points * np.array([-1.0, 1.0], np.float32)
    return flipped.reshape(len(features), -1), units[:, partner]


@cache
def load_encoder() -> Encoder:
    """Read the shipped weights.

    Raises: EngineError if they are missing or made for other units.
    """
    tensors, metadata = load_safetensors(model_file(WEIGHTS))
    if tuple(metadata.get("units", ())) != UNITS or tensors["weight"].shape != (
        len(UNITS),
        FEATURES,
    ):
        raise EngineError(
            f"The weights {WEIGHTS} are for other action units than this program's.",
            "Install the program again, or make the file again as its card says.",
        )
    return Encoder(tensors["weight"].numpy(), tensors["neutral"].numpy())


def encode(track: FaceTrack, encoder: Encoder) -> Floats:
    """Intensities of every frame, (n, 32) float32; zeros where the face is lost."""
    units = np.zeros((len(track), len(UNITS)), np.float32)
    found = np.flatnonzero(track.found)
    if not len(found):
        return units
    features = np.stack([features_of(np.asarray(track.landmarks[frame])) for frame in found])
    read = encoder.read(features)
    units[found] = np.clip(read, _LEAST, _MOST)
    return units
