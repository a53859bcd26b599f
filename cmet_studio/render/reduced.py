"""Smaller pictures to look at: reduced plane by plane, before anything else is done to them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import cv2
import numpy as np

from cmet_studio.media.picture import Picture, Plane
from cmet_studio.render.pipeline import FaceJob


def reduced(picture: Picture, width: int) -> Picture:
    """A picture shrunk to ``width`` pixels, its height in proportion, in the same format."""
    if width >= picture.width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    layout = picture.layout
    planes = []
    for n, plane in enumerate(picture.planes):
        chroma = not layout.rgb and len(picture.planes) >= 3 and n in (1, 2)
        across, down = (layout.log2_chroma_w, layout.log2_chroma_h) if chroma else (0, 0)
        planes.append(_shrunk(plane, -(-width >> across), -(-height >> down)))
    return replace(picture, planes=tuple(planes))


def reduced_jobs(jobs: Sequence[FaceJob], factor: float) -> tuple[FaceJob, ...]:
    """The same jobs in a picture shrunk by ``factor`` (0..1)."""
    return tuple(
        replace(job, face=replace(job.face, landmarks=job.face.landmarks * np.float32(factor)))
        for job in jobs
    )


def _shrunk(plane: Plane, width: int, height: int) -> Plane:
    # Averaging areas costs ten times as much and shows only where several samples become one.
    way = cv2.INTER_AREA if plane.shape[1] >= 2 * width else cv2.INTER_LINEAR
    small = cv2.resize(np.ascontiguousarray(plane), (width, height), interpolation=way)
    small.flags.writeable = False
    return cast("Plane", small)
