"""Pictures with faces: the portrait that matplotlib ships, and pieces of the real clips."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from cmet_studio.face.detect import Detector
from cmet_studio.face.mean_shape import portrait
from cmet_studio.face.mesh import LandmarkNetwork
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.picture import Picture, PixelLayout
from cmet_studio.media.reader import VideoReader

Rgb = npt.NDArray[np.uint8]
Pictures = Callable[[Sequence[Rgb]], list[Picture]]
Excerpt = Callable[..., list[Rgb]]

_LAYOUT = PixelLayout("gbrp", True, 8, 0, 0, True, "bt709")


def _pictures(frames: Sequence[Rgb]) -> list[Picture]:
    made = []
    for i, rgb in enumerate(frames):
        planes = tuple(np.ascontiguousarray(rgb[..., k]) for k in range(3))
        for plane in planes:
            plane.setflags(write=False)
        made.append(Picture(i, i, Fraction(1, 25), planes, _LAYOUT))
    return made


@pytest.fixture(scope="session")
def pictures() -> Pictures:
    """Makes pictures, 25 per second, of (h, w, 3) arrays."""
    return _pictures


@pytest.fixture(scope="session")
def person() -> Rgb:
    """A frontal face, about 190 pixels wide, in 512 x 600."""
    return np.ascontiguousarray(portrait())


@pytest.fixture
def network() -> Iterator[LandmarkNetwork]:
    made = LandmarkNetwork()
    yield made
    made.close()


@pytest.fixture
def detector() -> Iterator[Detector]:
    made = Detector()
    yield made
    made.close()


@pytest.fixture(scope="session")
def clips(shared_data: Path) -> list[Path]:
    """The eight real clips."""
    return sorted((shared_data / "clips").glob("*.mp4"))


@pytest.fixture(scope="session")
def excerpt(shared_data: Path) -> Excerpt:
    """``excerpt(name, start, stop, size)``: frames of a real clip as RGB, resized."""

    def read(name: str, start: int, stop: int, size: tuple[int, int] = (360, 360)) -> list[Rgb]:
        (path,) = (shared_data / "clips").glob(f"{name}*.mp4")
        with VideoReader(path) as clip:
            return [
                np.asarray(cv2.resize(to_rgb(p), size, interpolation=cv2.INTER_AREA), np.uint8)
                for p in clip.frames(start, stop)
            ]

    return read
