"""Clips of two or three people side by side, each moving for itself, with cuts and departures."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.app.demo_clip import _portrait
from cmet_studio.domain.time import FrameRate
from cmet_studio.media.audio import read_audio, sound_info
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.synth import ClipStyle, make_clip

Rgb = npt.NDArray[np.uint8]
Person = Callable[[int], Rgb]
"""A square picture of somebody at a frame."""

SEAT = 320
"""Side of a seat in pixels; seats stand side by side."""
RATE = FrameRate(25)
_LONGEST = 100

REAL = ("smile_512_25fps_noaudio", "glasses_hands_512_25fps", "speaker_256_crop_25fps")

Stage = tuple[int, tuple[int | None, ...]]
"""Frames, and who sits in which seat; None: nobody. Between stages there is a cut, unless the
seats of those who stay are the same: then somebody just comes or goes."""


def real_people(clips: Path, count: int) -> list[Person]:
    """People of the shared clips, who talk and move as they did."""
    return [_filmed(clips / f"{name}.mp4") for name in REAL[:count]]


def _filmed(path: Path) -> Person:
    frames: list[Rgb] = []

    def at(frame: int) -> Rgb:
        if not frames:
            with VideoReader(path) as reader:
                for picture in reader.frames(0, min(len(reader), _LONGEST)):
                    small = cv2.resize(to_rgb(picture), (SEAT, SEAT), interpolation=cv2.INTER_AREA)
                    frames.append(np.asarray(small, np.uint8))
        there_and_back = frame % (2 * len(frames) - 2)
        return frames[min(there_and_back, 2 * len(frames) - 2 - there_and_back)]

    return at


def painted_people(count: int) -> list[Person]:
    """The demo's portrait as up to three people: mirrored, of other build and other colours."""
    looks = ((False, 1.0, (0, 0, 0)), (True, 1.16, (-30, 12, -44)), (False, 0.88, (16, -26, 30)))
    return [_drifting(*look) for look in looks[:count]]


def _drifting(mirrored: bool, wide: float, tint: tuple[int, int, int]) -> Person:
    face = _portrait()
    face = face[:, ::-1] if mirrored else face
    face = np.clip(face.astype(np.int16) + np.array(tint), 0, 255).astype(np.uint8)
    size = (round(SEAT * wide), SEAT)
    face = cv2.resize(np.ascontiguousarray(face), size, interpolation=cv2.INTER_AREA)
    spare = max(0, SEAT + 16 - size[0])
    face = cv2.copyMakeBorder(face, 8, 8, spare // 2 + 8, spare // 2 + 8, cv2.BORDER_REPLICATE)
    left, way = (face.shape[1] - SEAT) // 2, -1 if mirrored else 1

    def at(frame: int) -> Rgb:
        x = left + round(6 * np.sin(way * frame / 7.0))
        y = 8 + round(5 * np.cos(frame / (9.0 * wide)))
        return np.ascontiguousarray(face[y : y + SEAT, x : x + SEAT])

    return at


def make_company_clip(
    path: Path, people: Sequence[Person], stages: Sequence[Stage], sound: Path | None = None
) -> None:
    """Write the clip, lossless enough that faces stay faces.

    Args:
        sound: its first track, as long as the clip; a tone without one.
    """
    count = sum(frames for frames, _ in stages)
    seconds = count / 25
    samples = np.sin(np.arange(round(seconds * 48000)) / 20.0).astype(np.float32) * 0.2
    if sound is not None and sound_info(sound):
        samples = read_audio(sound, 48000, start_s=0.0)[: len(samples)]
    wall = np.full((SEAT, SEAT, 3), 96, np.uint8)
    wall[:] += np.linspace(0, 40, SEAT).astype(np.uint8)[:, None, None]

    def pictures() -> "list[Rgb]":
        made, frame = [], 0
        for length, seats in stages:
            for _ in range(length):
                made.append(
                    np.hstack([wall if who is None else people[who](frame) for who in seats])
                )
                frame += 1
        return made

    style = ClipStyle(options={"crf": "12", "preset": "fast", "g": "25"})
    make_clip(path, pictures(), RATE, samples, 48000, style)


def seat_of(box: Sequence[float]) -> int:
    """Which seat a box lies in."""
    return int((box[0] + box[2] / 2) // SEAT)
