"""A short clip of a face that drifts, and a project of it: quick to make, real to the tracker."""

from pathlib import Path

import cv2
import numpy as np

from cmet_studio.app import commands
from cmet_studio.app.demo_clip import _portrait
from cmet_studio.domain.project import Key, MixPart
from cmet_studio.domain.time import FrameRate
from cmet_studio.media.synth import make_clip


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
