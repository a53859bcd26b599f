"""A face without a photograph: the canonical head's landmarks over a drawn, textured face."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from cmet_studio.engine.faces.mesh.canonical import load_mesh
from cmet_studio.engine.faces.mesh.model import MeshFace
from cmet_studio.engine.faces.mesh.units import UNITS
from cmet_studio.face.types import Face
from cmet_studio.media.picture import Picture, PixelLayout

LAYOUTS = {
    "yuv420p": PixelLayout("yuv420p", False, 8, 1, 1, False, "bt709"),
    "yuv420p10le": PixelLayout("yuv420p10le", False, 10, 1, 1, False, "bt709"),
    "yuv422p10le": PixelLayout("yuv422p10le", False, 10, 1, 0, False, "bt709"),
    "yuvj444p": PixelLayout("yuvj444p", False, 8, 0, 0, True, "bt601"),
    "gbrp": PixelLayout("gbrp", True, 8, 0, 0, True, "bt709"),
    "gray": PixelLayout("gray", False, 8, 0, 0, True, "bt601"),
}


@dataclass(frozen=True)
class Scene:
    picture: Picture
    face: Face


def _planes(layout: PixelLayout, width: int, height: int) -> tuple[np.ndarray, ...]:
    noise = np.random.default_rng(7)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    luma = 120 + 40 * np.sin(x / 5.0) * np.cos(y / 7.0) + noise.normal(0, 4, (height, width))
    kind = np.uint8 if layout.bits == 8 else np.uint16
    scale = 1 << (layout.bits - 8)
    count = 1 if layout.pix_fmt == "gray" else 3
    planes = []
    for k in range(count):
        plane = luma if k == 0 or layout.rgb else 118 + 10 * k + 6 * np.sin(x / 9.0 + k)
        if k and not layout.rgb:
            plane = plane[:: 1 << layout.log2_chroma_h, :: 1 << layout.log2_chroma_w]
        made = np.clip(plane * scale, 0, (1 << layout.bits) - 1).astype(kind)
        made.flags.writeable = False
        planes.append(made)
    return tuple(planes)


def landmarks(
    centre: tuple[float, float], scale: float, yaw_deg: float = 0.0, gap_mm: float = 0.0
) -> np.ndarray:
    """The canonical head seen by the tracker; ``gap_mm`` opens the mouth."""
    shape = load_mesh().shape.astype(np.float64).copy()
    yaw = np.radians(yaw_deg)
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    lower = [95, 88, 178, 87, 14, 317, 402, 318, 324]
    shape[lower, 1] -= gap_mm
    seen = shape @ turn.T * np.array([1.0, -1.0, -1.0]) * scale
    seen[:, :2] += centre
    return seen.astype(np.float32)


@pytest.fixture
def scene() -> Callable[..., Scene]:
    def make(
        layout: str = "yuv420p",
        size: tuple[int, int] = (320, 360),
        centre: tuple[float, float] = (160.0, 130.0),
        scale: float = 1.4,
        yaw_deg: float = 0.0,
        gap_mm: float = 0.0,
    ) -> Scene:
        picture = Picture(0, 0, Fraction(1, 25), _planes(LAYOUTS[layout], *size), LAYOUTS[layout])
        points = landmarks(centre, scale, yaw_deg, gap_mm)
        return Scene(picture, Face(points, np.array([yaw_deg, 0, 0], np.float32), 1.0, 1.0))

    return make


@pytest.fixture(scope="session")
def model() -> MeshFace:
    return MeshFace()


@pytest.fixture
def delta() -> Callable[..., np.ndarray]:
    """``delta(AU12=1.0)``: both sides where a unit has sides."""

    def make(**units: float) -> np.ndarray:
        made = np.zeros(len(UNITS), np.float32)
        for index, unit in enumerate(UNITS):
            made[index] = units.get(unit, units.get(unit.rstrip("LR"), 0.0))
        return made

    return make
