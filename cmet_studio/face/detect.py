"""Where faces are in a picture: mediapipe's full-range detector on the whole and on tiles.

It does not know faces that fill the picture or are cut by its edge. The short-range detector does,
if the picture is shown to it smaller, on a plain ground: a look that costs half as much more. Of
close-ups whose face is 1.0 to 1.8 times as high as the picture, 79 of 81 are found with it and 38
without when brows and chin are equally far out, 217 of 285 and 93 when they are not.

Both hardly know faces tilted by more than 60 degrees: people who lie are seen in a picture turned
by a quarter.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cmet_studio.core.quiet import quiet_stderr
from cmet_studio.face.crops import Region, Rgb, reduced
from cmet_studio.face.types import Box
from cmet_studio.media.picture import Picture

_INPUT = 192  # side of the detector's input
_CLOSE_INPUT = 128  # and of the short-range one's
_GROUND = 0.35  # plain ground around the picture for that, in parts of the picture's longer side
_FILLS = 0.4  # part of the picture's width or height from which on a face is a close-up
_LYING = np.pi / 8  # how far from a quarter turn a face may be that a turned look is believed
_SURER = 0.1  # by what score it must outdo an upright look: it sees upright faces lying, too
_LEAST = 0.08  # of the picture's longer side: smaller faces are not believed to lie
_SURE = 0.5
_SMALLEST_PX = 20.0  # narrower faces carry no edit
_SAME = 0.45  # part of the smaller box that two boxes of one face share
_FIRST_SIDE = 1.7  # side of a first look per longer side of a detector's box


_Window = tuple[int, int, int, int]  # left, top, width, height


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
    """Face detection at all ranges. One object, one thread; every call stands alone."""

    def __init__(self) -> None:
        with quiet_stderr():
            from mediapipe.python.solutions.face_detection import FaceDetection

            self._net: Any = FaceDetection(model_selection=1, min_detection_confidence=_SURE)
            self._net.process(np.zeros((_INPUT, _INPUT, 3), np.uint8))
            self._close_net: Any = FaceDetection(model_selection=0, min_detection_confidence=_SURE)
            self._close_net.process(np.zeros((_CLOSE_INPUT, _CLOSE_INPUT, 3), np.uint8))

    def whole(self, picture: Picture, roll: float = 0.0) -> list[Detection]:
        """A look at the whole picture: faces from about a fifteenth of its width to close-ups.

        Args:
            picture: where to look.
            roll: how faces are tilted, give or take 60 degrees; radians, clockwise.
        """
        return _each_once(self._whole(picture, _quarters(roll)))

    def thorough(self, picture: Picture) -> list[Detection]:
        """The whole, then tiles of half its size, then, if nothing was seen, of a quarter.

        And people who lie: the whole once more, turned to either side.
        """
        upright = _each_once([*self._whole(picture, 0), *self._tiled(picture, 2)])
        least = _LEAST * max(picture.width, picture.height)
        lying = [
            one
            for quarters in (1, 3)
            for look in self._whole(picture, quarters)
            for one in look
            if abs(abs(one.roll) - np.pi / 2) < _LYING and one.box.w > least
            if all(
                shared(one.box, up.box) < _SAME or one.score > up.score + _SURER for up in upright
            )
        ]
        return _each_once([lying, upright]) or _each_once(self._tiled(picture, 4))

    def around(
        self, picture: Picture, box: Box, reach: float = 4.0, roll: float = 0.0
    ) -> list[Detection]:
        """Look near a box only: a square ``reach`` times its longer side."""
        side = max(reach * max(box.w, box.h), 4 * _SMALLEST_PX)
        x0 = int(np.clip(box.x + box.w / 2 - side / 2, 0, picture.width - 2))
        y0 = int(np.clip(box.y + box.h / 2 - side / 2, 0, picture.height - 2))
        x1 = int(np.clip(box.x + box.w / 2 + side / 2, x0 + 2, picture.width))
        y1 = int(np.clip(box.y + box.h / 2 + side / 2, y0 + 2, picture.height))
        looks = [self._look(picture, (x0, y0, x1 - x0, y1 - y0), _quarters(roll))]
        if _fills(picture, box):
            looks.append(self._look_close(picture, _quarters(roll)))
        return _each_once(looks)

    def close(self) -> None:
        """Free the networks."""
        for net in (self._net, self._close_net):
            if net is not None:
                net.close()
        self._net = self._close_net = None

    def _whole(self, picture: Picture, quarters: int) -> list[list[Detection]]:
        everything = (0, 0, picture.width, picture.height)
        return [self._look(picture, everything, quarters), self._look_close(picture, quarters)]

    def _tiled(self, picture: Picture, parts: int) -> list[list[Detection]]:
        return [self._look(picture, tile) for tile in _tiles(picture, parts)]

    def _look(self, picture: Picture, window: _Window, quarters: int = 0) -> list[Detection]:
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
        per_px = wide / small[0], high / small[1]
        answer = self._net.process(_quarter_turned(square, quarters))
        return _read(answer, quarters, _INPUT, (left, top), per_px)

    def _look_close(self, picture: Picture, quarters: int = 0) -> list[Detection]:
        """Faces that fill the picture."""
        wide, high = picture.width, picture.height
        scale = _CLOSE_INPUT / ((1 + 2 * _GROUND) * max(wide, high))
        small = (max(1, round(wide * scale)), max(1, round(high * scale)))
        x, y = (_CLOSE_INPUT - small[0]) // 2, (_CLOSE_INPUT - small[1]) // 2
        shrunk = reduced(picture, (0, 0, wide, high), small)
        square = np.empty((_CLOSE_INPUT, _CLOSE_INPUT, 3), np.uint8)
        square[:] = shrunk.mean(axis=(0, 1))
        square[y : y + small[1], x : x + small[0]] = shrunk
        per_px = wide / small[0], high / small[1]
        corner = -x * per_px[0], -y * per_px[1]
        answer = self._close_net.process(_quarter_turned(square, quarters))
        found = _read(answer, quarters, _CLOSE_INPUT, corner, per_px)
        return [one for one in found if _fills(picture, one.box)]


def _quarters(roll: float) -> int:
    """How often a picture must be turned anticlockwise for a face tilted so to be upright."""
    return round(roll / (np.pi / 2)) % 4


def _quarter_turned(square: Rgb, quarters: int) -> Rgb:
    """Turned anticlockwise so often."""
    return np.ascontiguousarray(np.rot90(square, quarters)) if quarters else square


def _read(
    answer: Any,
    quarters: int,
    side: int,
    corner: tuple[float, float],
    per_px: tuple[float, float],
) -> list[Detection]:
    """A network's answer, in picture pixels.

    Args:
        answer: what it saw in its turned input.
        quarters: how often that was turned anticlockwise.
        side: of the input in pixels.
        corner: where in the picture the input's top left corner lies, before it was turned.
        per_px: picture pixels per pixel of it, across and down.
    """
    per_x, per_y = per_px[0] * side, per_px[1] * side
    found = []
    for one in answer.detections or []:
        rough = one.location_data.relative_bounding_box
        eyes = one.location_data.relative_keypoints
        x, y, wide, high = _turned_back(rough.xmin, rough.ymin, quarters, rough.width, rough.height)
        box = Box(corner[0] + x * per_x, corner[1] + y * per_y, wide * per_x, high * per_y)
        if box.w < _SMALLEST_PX:
            continue
        right, left = (_turned_back(eyes[k].x, eyes[k].y, quarters) for k in (0, 1))
        roll = np.arctan2((left[1] - right[1]) * per_y, (left[0] - right[0]) * per_x)
        found.append(Detection(box, float(one.score[0]), float(roll)))
    return found


def _turned_back(
    x: float, y: float, quarters: int, wide: float = 0.0, high: float = 0.0
) -> tuple[float, float, float, float]:
    """Where a rectangle of the unit square was before that was turned anticlockwise."""
    for _ in range(quarters):
        x, y, wide, high = 1 - y - high, x, high, wide
    return x, y, wide, high


def _each_once(looks: list[list[Detection]]) -> list[Detection]:
    """Faces seen in any of the looks, each once; earlier looks win, then higher scores."""
    kept: list[Detection] = []
    for look in looks:
        for new in sorted(look, key=lambda found: -found.score):
            if all(shared(new.box, old.box) < _SAME for old in kept):
                kept.append(new)
    return kept


def _fills(picture: Picture, box: Box) -> bool:
    return box.w > _FILLS * picture.width or box.h > _FILLS * picture.height


def _tiles(picture: Picture, parts: int) -> list[_Window]:
    """Squares with the side of a part of the longer edge, each overlapping the next by half."""
    wide, high = picture.width, picture.height
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
