"""What a picture on the screen is made from, as a value."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cmet_studio.render.pipeline import FaceJob

UNTOUCHED = "source"


@dataclass(frozen=True, slots=True)
class FrameKey:
    """Everything that a picture on the screen depends on.

    Attributes:
        clip: sha256 of the clip's fingerprint.
        width: of the picture for the screen, in pixels.
        quality: ``draft`` or ``full``; ``source`` for a frame in which nothing is changed.
        model: name, version and device of the face model; empty for an untouched frame.
        asked: digest of faces, expressions and deltas; empty for an untouched frame.
    """

    clip: str
    frame: int
    width: int
    quality: str
    model: str = ""
    asked: str = ""


def digest(jobs: Sequence[FaceJob]) -> str:
    """What is to be done in a frame, bit for bit; empty if nothing is."""
    if not jobs:
        return ""
    found = hashlib.blake2b(digest_size=16)
    for job in jobs:
        face = job.face
        for part in (face.landmarks, face.pose_deg, job.expression, job.delta):
            found.update(np.ascontiguousarray(part, np.float32).data)
        if job.lips is not None:
            found.update(b"lips" + np.ascontiguousarray(job.lips, np.float32).tobytes())
        found.update(np.array([face.confidence, face.strength], np.float64).data)
    return found.hexdigest()
