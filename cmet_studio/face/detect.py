"""Where faces are in a picture: mediapipe's full-range detector on the whole and on tiles."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cmet_studio.core.quiet import quiet_stderr
from cmet_studio.face.crops import Region, reduced
from cmet_studio.face.types import Box
from cmet_studio.media.picture import Picture

_INPUT = 192  # side of the detector's input
_SURE = 0.5
_SMALLEST_PX = 20.0  # narrower faces carry no edit
_SAME = 0.45  # part of the smaller box that two boxes of one face share
_FIRST_SIDE = 1.7  # side of a first look per longer side of a detector's box


@dataclass(frozen=True, slots=True)
class Detection:
    """A face the detector saw.

    Attributes:
        box: from the brows to the chin, in picture pixels.
        score: 0..1.
        roll: radians, clockwise in the picture, from the eyes.
    """

    box: Box
    score: float
    roll: float

    def region(self) -> Region:
        """Where the landmark network should look first."""
        box = self.box
        # The box ends at the brows; the landmarks go up to the hair line.
        up = 0.08 * box.h
        return Region(
            box.x + box.w / 2 + up * float(np.sin(self.roll)),
            box.y + box.h / 2 - up * float(np.cos(self.roll)),
            _FIRST_SIDE * max(box.w, box.h),
            self.roll,
        )


def shared(a: Box, b: Box) -> float:
    """Area of the overlap as a part of the smaller box, 0..1."""
    wide = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    high = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / max(min(a.w * a.h, b.w * b.h), 1e-9)


def overlap(a: Box, b: Box) -> float:
    """Intersection over union, 0..1."""
    wide = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    high = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    if wide <= 0 or high <= 0:
        return 0.0
    common = wide * high
    return common / max(a.w * a.h + b.w * b.h - common, 1e-9)


class Detector:
    """Full-range face detection. One object, one thread; every call stands alone."""

    def __init__(self) -> None:
        with quiet_stderr():
            from mediapipe.python.solutions.face_detection import FaceDetection

            self._net: Any = FaceDetection(model_selection=1, min_detection_confidence=_SURE)
            self._net.process(np.zeros((_INPUT, _INPUT, 3), np.uint8))

    def whole(self, picture: Picture) -> list[Detection]:
        """One look at the whole picture: faces wider than about a fifteenth of it."""
        return self._seen(picture, [(0, 0, picture.width, picture.height)])

    def thorough(self, picture: Picture) -> list[Detection]:
        """The whole, then tiles of half its size, then, if nothing was seen, of a quarter."""
        found = self._seen(picture, _tiles(picture, 1) + _tiles(picture, 2))
        return found or self._seen(picture, _tiles(picture, 4))

    def around(self, picture: Picture, box: Box, reach: float = 4.0) -> list[Detection]:
        """Look near a box only: a square ``reach`` times its longer side."""
        side = max(reach * max(box.w, box.h), 4 * _SMALLEST_PX)
        x0 = int(np.clip(box.x + box.w / 2 - side / 2, 0, picture.width - 2))
        y0 = int(np.clip(box.y + box.h / 2 - side / 2, 0, picture.height - 2))
        x1 = int(np.clip(box.x + box.w / 2 + side / 2, x0 + 2, picture.width))
        y1 = int(np.clip(box.y + box.h / 2 + side / 2, y0 + 2, picture.height))
        return self._seen(picture, [(x0, y0, x1 - x0, y1 - y0)])

    def close(self) -> None:
        """Free the network."""
        if self._net is not None:
            self._net.close()
            self._net = None

    def _seen(self, picture: Picture, windows: list[tuple[int, int, int, int]]) -> list[Detection]:
        """Faces seen in any of the windows, each once; earlier windows win, then higher scores."""
        kept: list[Detection] = []
        for window in windows:
            seen = sorted(self._look(picture, window), key=lambda found: -found.score)
            for new in seen:
                if all(shared(new.box, old.box) < _SAME for old in kept):
                    kept.append(new)
        return kept

    def _look(self, picture: Picture, window: tuple[int, int, int, int]) -> list[Detection]:
        left, top, wide, high = window
        even = 1 << max(picture.layout.log2_chroma_w, picture.layout.log2_chroma_h)
        left, top = left // even * even, top // even * even
        # The network wants 192 x 192; reduced by area here, or small faces alias away in it.
        scale = _INPUT / max(wide, high)
        small = (max(1, round(wide * scale)), max(1, round(high * scale)))
        square = np.zeros((_INPUT, _INPUT, 3), np.uint8)
        square[: small[1], : small[0]] = reduced(
            picture, (left, top, left + wide, top + high), small
        )
        per_x, per_y = wide / small[0] * _INPUT, high / small[1] * _INPUT
        found = []
        for answer in self._net.process(square).detections or []:
            where = answer.location_data
            rough = where.relative_bounding_box
            eyes = where.relative_keypoints
            box = Box(
                left + rough.xmin * per_x,
                top + rough.ymin * per_y,
                rough.width * per_x,
                rough.height * per_y,
            )
            if box.w < _SMALLEST_PX:
                continue
            roll = np.arctan2(
                (eyes[1].y - eyes[0].y) * per_y,
                (eyes[1].x - eyes[0].x) * per_x,
            )
            found.append(Detection(box, float(answer.score[0]), float(roll)))
        return found


def _tiles(picture: Picture, parts: int) -> list[tuple[int, int, int, int]]:
    """Squares with the side of a part of the longer edge, each overlapping the next by half."""
    wide, high = picture.width, picture.height
    if parts == 1:
        return [(0, 0, wide, high)]
    side = max(wide, high) // parts
    if side < _INPUT // 2:  # enlarging further shows nothing new
        return []
    lefts, tops = _starts(wide, side), _starts(high, side)
    return [(x, y, min(side, wide), min(side, high)) for y in tops for x in lefts]


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    steps = -(-2 * (length - side) // side)
    return [round(i * (length - side) / steps) for i in range(steps + 1)]
