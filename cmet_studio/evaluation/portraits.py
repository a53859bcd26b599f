"""The faces that are measured: the largest of a clip, every one of a still picture."""

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from cmet_studio.core.errors import MediaError, NoFace
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.face.analyse import Anchor, analyse_faces
from cmet_studio.face.discover import discover
from cmet_studio.face.types import FaceTrack
from cmet_studio.media.picture import Picture, PixelLayout
from cmet_studio.media.reader import VideoReader
from cmet_studio.project_io.fingerprint import open_regular

STILLS = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"})
"""Suffixes of still pictures; everything else is opened as a clip."""

_CARRIES = 0.5  # strength of a track from which a frame is measured
_MOST_BYTES = 64 << 20
_RGB = PixelLayout("gbrp", True, 8, 0, 0, True, "bt709")


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """One face in the pictures that it is measured on.

    Attributes:
        name: the file's without suffix; ``name#0``, ``name#1``, ... where a still shows several.
        track: through the whole clip; a still is a clip of one frame.
        pictures: of frames that can carry an edit, at least one.
    """

    name: str
    track: FaceTrack
    pictures: tuple[Picture, ...]


def find_portraits(
    path: Path, frames: int, token: CancelToken = NEVER, report: Report = silent
) -> tuple[list[Portrait], list[str]]:
    """Find and track the faces of a clip or a still picture.

    Args:
        path: a clip, or a picture with a suffix of ``STILLS``.
        frames: at most so many pictures of a clip, spread evenly.

    Returns: the faces that can be measured, and the names of those that cannot, because they are
        turned too far; the file's name, without suffix, if it shows no face.

    Raises: BadInput if the file cannot be read.
    """
    try:
        if path.suffix.lower() in STILLS:
            return _of_still(path, token, report)
        return _of_clip(path, frames, token, report)
    except NoFace:
        return [], [path.stem]


def _of_clip(
    path: Path, frames: int, token: CancelToken, report: Report
) -> tuple[list[Portrait], list[str]]:
    with VideoReader(path) as reader:
        largest = discover(reader, token, report)[0]
        anchors = [Anchor(largest.frame, largest.box)]
        (track,) = analyse_faces(reader.frames(), len(reader), anchors, token, report)
        usable = _usable(track)
        if not usable:
            return [], [path.stem]
        chosen = np.linspace(0, len(usable) - 1, min(frames, len(usable))).astype(int)
        pictures = tuple(reader.read(usable[i]) for i in chosen)
    return [Portrait(path.stem, track, pictures)], []


def _of_still(path: Path, token: CancelToken, report: Report) -> tuple[list[Portrait], list[str]]:
    still = _Still(_read_still(path))
    faces = discover(still, token, report)
    portraits, left_out = [], []
    for number, face in enumerate(faces):
        name = f"{path.stem}#{number}" if len(faces) > 1 else path.stem
        try:  # one by one: the tracker does not believe in every face that was discovered
            (track,) = analyse_faces([still.picture], 1, [Anchor(0, face.box)], token)
        except NoFace:
            left_out.append(name)
            continue
        if _usable(track):
            portraits.append(Portrait(name, track, (still.picture,)))
        else:
            left_out.append(name)
    return portraits, left_out


def _usable(track: FaceTrack) -> list[int]:
    return [int(index) for index in np.flatnonzero(track.found & (track.strength > _CARRIES))]


@dataclass(frozen=True, slots=True)
class _Still:
    """A clip of one picture, for the face finder."""

    picture: Picture

    def __len__(self) -> int:
        return 1

    def read(self, index: int) -> Picture:
        return self.picture


def _read_still(path: Path) -> Picture:
    """Upright where its EXIF says how, without alpha, 8 bits, sRGB taken for granted."""
    with os.fdopen(open_regular(path, MediaError), "rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise MediaError(f"{path.name} is over {_MOST_BYTES >> 20} MiB.", "Make it smaller.")
    try:
        bgr = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # nothing in it, or a size that nobody has memory for
        bgr = None
    if bgr is None:
        raise MediaError(f"{path.name} is not a picture we can read.", "Use a JPEG or PNG.")
    planes = tuple(np.ascontiguousarray(bgr[:, :, channel], np.uint8) for channel in (2, 1, 0))
    return Picture(0, 0, Fraction(1, 25), planes, _RGB)
