"""The embedded face model: action units in, edited samples out."""

from typing import cast

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.encoder import encode, features_of, load_encoder, swap_sides
from cmet_studio.engine.faces.mesh.eyes import eye_of, hold_eyeball
from cmet_studio.engine.faces.mesh.motion import Motion, limited, move
from cmet_studio.engine.faces.mesh.mouth import Paint, open_mouth
from cmet_studio.engine.faces.mesh.tone import Tone, tone_of
from cmet_studio.engine.faces.mesh.units import REGION_OF_UNIT, UNITS
from cmet_studio.engine.faces.mesh.warp import Region, dense, reduced, sample
from cmet_studio.engine.protocol import FaceModelInfo, Patch
from cmet_studio.face.types import Face, FaceTrack
from cmet_studio.media.picture import Picture, Plane

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

_SHIFT_SEEN_PX = 0.01
_FOLD_SEEN = 0.001


class MeshFace:
    """FACS action units as displacement fields on a landmark mesh.

    Args:
        device: where pixels are sampled, a torch device name.
    """

    info = FaceModelInfo(
        name="mesh",
        version="1",
        units=UNITS,
        regions=REGION_OF_UNIT,
        connector="starter_connector.safetensors",
    )

    def __init__(self, device: str = "cpu") -> None:
        import torch

        self._device = torch.device(device)

    def encode(self, track: FaceTrack) -> Floats:
        """Measure the action units of every frame; see ``FaceModel.encode``."""
        return encode(track, load_encoder())

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
        delta = limited(expression, delta)
        motion = move(face.landmarks, delta)
        layout = picture.layout
        align = 1 << max(layout.log2_chroma_w, layout.log2_chroma_h)
        region = dense(motion, delta, (picture.width, picture.height), align)
        if region is None:
            return None
        for side in ("R", "L"):
            eye = eye_of(side, motion.seen, motion.moved)
            if eye.moves():
                hold_eyeball(eye, region, motion.pose.scale)
        paint = open_mouth(motion, region)
        return self._paint(picture, motion, region, paint)

    def _paint(
        self, picture: Picture, motion: Motion, region: Region, paint: Paint | None
    ) -> Patch | None:
        layout = picture.layout
        count = min(len(picture.planes), 3)
        if count == 2:  # grey with alpha
            count = 1
        tone = tone_of(picture, motion.seen, count)
        origins, planes, changed = [], [], []
        for k in range(count):
            chroma = k > 0 and not layout.rgb
            shrink = (layout.log2_chroma_w, layout.log2_chroma_h) if chroma else (0, 0)
            origin, new, where = self._plane(
                picture, k, _at_resolution(region, shrink), paint, shrink, tone
            )
            origins.append(origin)
            planes.append(new)
            changed.append(where)
        if not any(where.any() for where in changed):
            return None
        return Patch(tuple(origins), tuple(planes), tuple(changed))

    def _plane(
        self,
        picture: Picture,
        index: int,
        region: Region,
        paint: Paint | None,
        shrink: tuple[int, int],
        tone: Tone,
    ) -> tuple[tuple[int, int], Plane, Bools]:
        plane = picture.planes[index]
        chroma = index > 0 and not picture.layout.rgb
        x, y = region.origin
        height = min(region.dx.shape[0], plane.shape[0] - y)
        width = min(region.dx.shape[1], plane.shape[1] - x)
        dx, dy = region.dx[:height, :width], region.dy[:height, :width]
        where = dx * dx + dy * dy > _SHIFT_SEEN_PX**2
        new = sample(plane, (x, y), dx, dy, self._device, sharp=not chroma)
        if region.folds is not None and not chroma:
            folds = region.folds[:height, :width]
            black = tone.black[index]
            new = black + (new - black) * np.exp(folds)
            where |= np.abs(folds) > _FOLD_SEEN
        if paint is not None:
            _lay_over(new, where, paint, shrink, index, tone, rgb=picture.layout.rgb)
        rounded = cast("Plane", np.clip(np.rint(new), 0, tone.top).astype(plane.dtype))
        return (x, y), rounded, where


def _at_resolution(region: Region, shrink: tuple[int, int]) -> Region:
    """The region in samples of a plane with ``2**shrink`` fewer columns and rows."""
    if shrink == (0, 0):
        return region
    across, down = 1 << shrink[0], 1 << shrink[1]
    dx = reduced(region.dx, across, down) / np.float32(across)
    dy = reduced(region.dy, across, down) / np.float32(down)
    origin = (region.origin[0] >> shrink[0], region.origin[1] >> shrink[1])
    return Region(origin, dx, dy, None)


def _lay_over(
    new: Floats,
    where: Bools,
    paint: Paint,
    shrink: tuple[int, int],
    index: int,
    tone: Tone,
    *,
    rgb: bool,
) -> None:
    """Blend paint over a region's samples. Changes ``new`` and ``where``."""
    across, down = 1 << shrink[0], 1 << shrink[1]
    (x, y), (height, width) = paint.corner, paint.cover.shape
    # Widen the part to whole blocks of the plane's samples.
    before = ((y % down, -(y + height) % down), (x % across, -(x + width) % across))
    cover, level, colour = (
        reduced(np.pad(part, before, mode="edge" if part is not paint.cover else "constant"),
                across, down)
        for part in (paint.cover, paint.level, paint.colour)
    )  # fmt: skip
    x, y = x // across, y // down
    part = new[y : y + cover.shape[0], x : x + cover.shape[1]]
    cover, level, colour = (a[: part.shape[0], : part.shape[1]] for a in (cover, level, colour))
    part += (tone.painted(index, level, colour, rgb=rgb) - part) * cover
    where[y : y + part.shape[0], x : x + part.shape[1]] |= cover > 0.0
