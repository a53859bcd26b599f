"""A short clip of a face that drifts, and a project of it: quick to make, real to the tracker."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.app import commands
from cmet_studio.app.demo_clip import _portrait
from cmet_studio.domain.project import Key, MixPart
from cmet_studio.domain.time import FrameRate
from cmet_studio.media.synth import make_clip

Rgb = npt.NDArray[np.uint8]
Point = tuple[float, float]

SIZE = (480, 270)
"""Width and height of ``push_in``'s frames."""

FACE, FACE_PX = (262.0, 233.0), 203.0
"""Middle of the portrait's face, and its height from the forehead to the chin."""


def push_in(portrait: Rgb, middle: Point, fills: Sequence[float]) -> list[Rgb]:
    """A camera that goes in on the portrait, or out.

    Args:
        portrait: (600, 512, 3).
        middle: what it looks at there.
        fills: height of the face in each frame, in parts of the frame's.
    """
    frames = []
    for fill in fills:
        to_frame = framing(middle, fill)
        to_frame[:, 2] += to_frame[:, :2] @ [0.5, 0.5] - 0.5  # cv2's pixel centres are whole
        how = cv2.INTER_AREA if to_frame[0, 0] < 1 else cv2.INTER_LINEAR
        frame = cv2.warpAffine(portrait, to_frame, SIZE, flags=how, borderMode=cv2.BORDER_REPLICATE)
        frames.append(np.asarray(frame, np.uint8))
    return frames


def framing(middle: Point, fill: float) -> npt.NDArray[np.float64]:
    """The (2, 3) map from the portrait to a frame of ``push_in``, pixel centres at .5."""
    scale = fill * SIZE[1] / FACE_PX
    shift = (side / 2 - scale * at for side, at in zip(SIZE, middle, strict=True))
    return np.column_stack([scale * np.eye(2), [*shift]])


def make_portrait_clip(path: Path, frames: int) -> None:
    """256 x 320 at 25 frames a second, with a tone."""
    face = cv2.resize(_portrait(), (320, 320), interpolation=cv2.INTER_AREA)
    pictures = (
        np.ascontiguousarray(np.roll(face, (n % 5, n % 30), (0, 1))[:, 40:296])
        for n in range(frames)
    )
    seconds = frames / 25
    sound = 0.2 * np.sin(np.arange(int(16000 * seconds)) / 9.0).astype(np.float32)
    make_clip(path, pictures, FrameRate(25), sound, 16000)


def make_portrait_project(folder: Path, frames: int) -> Path:
    """``film.cmet`` beside ``clip.mp4``: a performer, two emotions and three keys."""
    make_portrait_clip(folder / "clip.mp4", frames)
    path = folder / "film.cmet"
    with commands.new_project(folder / "clip.mp4", path) as workspace:
        for name in ("happy", "angry"):
            commands.add_emotion(workspace, name, preset=name)
        for frame, mix in ((4, ()), (12, ("e1",)), (24, ("e2",))):
            key = Key(frame, tuple(MixPart(e) for e in mix))
            commands.add_key(workspace, None, key)
    return path
