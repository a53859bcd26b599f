"""The embedded face model: action units in, edited samples out."""

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.encoder import encode, features_of, load_encoder, swap_sides
from cmet_studio.engine.faces.mesh.eyes import eye_of, hold_eyeball
from cmet_studio.engine.faces.mesh.lid_time import SIDES, usual_openings
from cmet_studio.engine.faces.mesh.lip_time import held_back, opening_share
from cmet_studio.engine.faces.mesh.motion import inside, limited, move
from cmet_studio.engine.faces.mesh.mouth import open_mouth
from cmet_studio.engine.faces.mesh.redraw import redraw
from cmet_studio.engine.faces.mesh.tone import tone_of
from cmet_studio.engine.faces.mesh.units import REGION_OF_UNIT, UNITS
from cmet_studio.engine.faces.mesh.warp import dense
from cmet_studio.engine.protocol import FaceModelInfo, Patch
from cmet_studio.face.types import Face, FaceTrack
from cmet_studio.media.picture import Picture

Floats = npt.NDArray[np.float32]


class MeshFace:
    """FACS action units as displacement fields on a landmark mesh.

    Args:
        device: where pixels are sampled, a torch device name.
    """

    info = FaceModelInfo(
        name="mesh",
        version="5",
        units=UNITS,
        regions=REGION_OF_UNIT,
        connector="starter_connector.safetensors",
        notes=3,
    )

    def __init__(self, device: str = "cpu") -> None:
        import torch

        self._device = torch.device(device)

    def encode(self, track: FaceTrack) -> Floats:
        """Measure the action units of every frame; see ``FaceModel.encode``.

        The notes are how much of an opening the mouth gets, see ``lip_time``, and how wide each
        eye usually stands open, see ``lid_time``.
        """
        return np.column_stack(
            [encode(track, load_encoder()), opening_share(track), usual_openings(track)]
        )

    def features(self, landmarks: Floats) -> Floats:
        """What the encoder reads, see ``encoder.features_of``; for training it."""
        return features_of(landmarks)

    def swapped(self, features: Floats, units: Floats) -> tuple[Floats, Floats]:
        """Features (n, 936) and units (n, 32) as of the mirrored face; for training."""
        return swap_sides(features, units)

    def render(
        self, picture: Picture, face: Face, expression: Floats, delta: Floats
    ) -> Patch | None:
        """Change one face's action units by ``delta``; see ``FaceModel.render``."""
        if not np.any(delta):
            return None
        delta = limited(expression[: len(UNITS)], delta)
        usual_mm: dict[str, float] = {}
        if len(expression) > len(UNITS):
            share, *openings = expression[len(UNITS) :].tolist()
            delta = held_back(delta, share)
            usual_mm = dict(zip(SIDES, openings, strict=True))
        size = (picture.width, picture.height)
        motion = inside(move(face.landmarks, delta, usual_mm), size)
        layout = picture.layout
        align = 1 << max(layout.log2_chroma_w, layout.log2_chroma_h)
        region = dense(motion, delta, size, align)
        if region is None:
            return None
        for side in ("R", "L"):
            eye = eye_of(side, motion.seen, motion.moved)
            if eye.moves():
                hold_eyeball(eye, region, motion.pose.scale)
        tone = tone_of(picture, motion.seen)
        paint = open_mouth(motion, region, tone)
        return redraw(picture, tone, region, paint, self._device)
