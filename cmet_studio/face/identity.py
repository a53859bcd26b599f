"""Who is who."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cmet_studio.core.errors import NoFace
from cmet_studio.face.detect import overlap
from cmet_studio.face.types import Box, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    v: Floats


def describe(picture, points):
    return Looks(np.zeros(3, np.float32))


def choose(pieces, anchors):
    out = []
    for frame, box in anchors:
        best = max(
            (p for p in pieces if frame in p.frames),
            key=lambda p: overlap(p.boxes[p.frames.index(frame)], box),
            default=None,
        )
        if best is None:
            raise NoFace(f"There is no face in frame {frame}.")
        out.append(
            [best] + [p for p in pieces if p is not best and not set(p.frames) & set(best.frames)]
        )
    return out
