"""Follow every face of a shot from frame to frame, from the shot's first frame on.

What is found in a frame depends on the frames of its shot up to it and on nothing else, so it makes
no difference where in the clip a caller is interested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cmet_studio.face.crops import Points, Region, surroundings
from cmet_studio.face.detect import Detection, Detector, overlap, shared
from cmet_studio.face.looks import Looks, describe
from cmet_studio.face.mesh import SIDE, LandmarkNetwork, region_of
from cmet_studio.face.store import LandmarkStore
from cmet_studio.face.types import Box, Floats
from cmet_studio.media.picture import Picture

MOST_FACES = 5
"""Faces followed at once; the largest of those seen when a place is free. Anchored ones always."""

_EVERY = 12  # frames between looks for newcomers
_WITHOUT = 2  # the same while there is no face at all
_PATIENCE = 25  # frames for which a lost face is looked for where it was
_MAYBE = 0.5  # network's face score from which a rough region is worth a closer look
_SURE = 0.9  # and below which a face followed is lost: on faces it says 0.999, on walls up to 0.8
_AGREED = 0.5  # confidence below which the two looks saw different things, so no face
_APART = 0.025  # parts of the region's side that two looks at a face may differ by; mostly 0.005
_GROWTH = 1.6  # largest change of a face's size from one frame to the next
_FAR = 0.06  # parts of the region's side that it may be off by
_CHASES = 2
_SETTLE = 3  # looks from a detector's box until the region no longer moves
_DESCRIBED = (0, 5, 12, 25, 50, 100, 200, 400, 800, 1600)  # frames into a piece


@dataclass(slots=True)
class Piece:
    """One face followed through (a part of) one shot.

    Attributes:
        shot: number of the shot.
        frames: clip frames where it was found, rising; gaps are short.
        rows: where in the store each frame's landmarks are.
        confidence: per frame, 0..1.
        boxes: per frame, x, y, w, h of the landmarks.
        looks: what the person looked like in some of the frames.
    """

    shot: int
    frames: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    looks: list[Looks] = field(default_factory=list)


@dataclass(slots=True)
class _Followed:
    piece: Piece
    points: Points
    step: Floats | None = None  # how far the face moved last, x, y pixels
    lost: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    first: Points
    second: Points
    score: float
    off: float  # how far the first region was off, in parts of its side


def box_of(points: Points | Floats) -> Box:
    """The upright box of (478, 3) landmarks."""
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    return Box(float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))


class Tracker:
    """Follows all faces; give it a clip's pictures in order. One thread.

    Args:
        store: takes the landmarks.
        anchors: boxes that the editor drew, by frame; a face is looked for there harder.
    """

    def __init__(self, store: LandmarkStore, anchors: Mapping[int, Sequence[Box]]) -> None:
        self.pieces: list[Piece] = []
        self._store = store
        self._anchors = anchors
        self._detector = Detector()
        self._network = LandmarkNetwork()
        self._active: list[_Followed] = []
        self._shot = -1
        self._age = 0  # frames since the shot began
        self._frame = -1

    def close(self) -> None:
        """Free the networks."""
        self._detector.close()
        self._network.close()

    def step(self, picture: Picture, new_shot: bool) -> None:
        """Take the next picture."""
        self._frame += 1
        if new_shot:
            self._active = []
            self._shot += 1
            self._age = 0
        for one in self._active:
            self._follow(picture, one)
        self._drop_doubles()
        self._active = [one for one in self._active if one.lost <= _PATIENCE]
        self._welcome(picture)
        for box in self._anchors.get(self._frame, ()):
            self._insist(picture, box)
        self._age += 1

    def _follow(self, picture: Picture, one: _Followed) -> None:
        """Find a face again, from where it was in the frame before."""
        found = None
        if not one.lost:
            found = self._twice(picture, _moved(one.points, one.step), one.points)
        if found is None:
            found = self._search(picture, one.points)
        if found is None:
            one.lost += 1
            one.step = None
            return
        points, confidence = found
        one.step = None if one.lost else _middle(points) - _middle(one.points)
        one.lost = 0
        one.points = points
        self._keep(picture, one, confidence)

    def _twice(
        self, picture: Picture, guess: Points, before: Points | None
    ) -> tuple[Points, float] | None:
        """Look twice, the second time where the first said, and average.

        The two looks differ a little in size and tilt: that averages out what the network gets
        wrong depending on the crop (measured: a third less scatter than one look). The first look
        counts less the further it was off.
        """
        pair = self._pair(picture, guess)
        for _ in range(_CHASES):
            if pair is None or pair.off < _FAR:
                break
            # Moved so far that the first look saw only part of the face.
            pair = self._pair(picture, pair.second)
        if pair is None:
            return None
        side = region_of(pair.second).side
        if before is not None and not 1 / _GROWTH < side / region_of(before).side < _GROWTH:
            return None
        weight = 0.5 * float(np.exp(-((pair.off / 0.04) ** 2)))
        points = weight * pair.first + (1 - weight) * pair.second
        apart = np.sqrt(((pair.first - pair.second)[:, :2] ** 2).mean()) / side
        confidence = pair.score * float(np.exp(-((apart / _APART) ** 2)))
        return (points, confidence) if confidence >= _AGREED else None

    def _pair(self, picture: Picture, guess: Points) -> _Pair | None:
        region = region_of(guess)
        around = surroundings(picture, region, SIDE)
        first, score = self._network.look(around, _varied(region, 0.93, 0.04))
        if score < _SURE:
            return None
        better = region_of(first)
        second, score = self._network.look(around, _varied(better, 1.07, -0.04))
        if score < _SURE:
            return None
        off = float(np.hypot(better.x - region.x, better.y - region.y)) / better.side
        return _Pair(first, second, score, off)

    def _search(self, picture: Picture, last: Points) -> tuple[Points, float] | None:
        """Look for a lost face near where it was last."""
        box, roll = box_of(last), region_of(last).roll
        seen = self._detector.around(picture, box, roll=roll)
        near = [one for one in seen if _near(one.box, box)]
        if not near:  # further away than we thought, or too large for that view
            near = [one for one in self._detector.whole(picture, roll) if _near(one.box, box)]
        if not near:
            return None
        best = min(near, key=lambda one: _distance(one.box, box))
        return self._settle(picture, best.region())

    def _settle(self, picture: Picture, region: Region) -> tuple[Points, float] | None:
        """From a rough region to the landmarks, looking until the region fits."""
        points: Points | None = None
        for _ in range(_SETTLE):
            points, score = self._network.see(picture, region)
            if score < _MAYBE:
                return None
            region = region_of(points)
        return None if points is None else self._twice(picture, points, None)

    def _welcome(self, picture: Picture) -> None:
        """Look for faces that are not followed yet, in some frames."""
        present = [one for one in self._active if not one.lost]
        if len(self._active) >= MOST_FACES:
            return
        if self._age == 0 or (not present and self._age % _EVERY == 0):
            seen = self._detector.thorough(picture)
        elif self._age % (_EVERY if present else _WITHOUT) == 0:
            seen = self._detector.whole(picture)
        else:
            return
        known = [box_of(one.points) for one in present]
        for new in sorted(seen, key=lambda one: -one.box.w * one.box.h):
            if len(self._active) >= MOST_FACES:
                return
            if all(shared(new.box, old) < 0.3 for old in known):
                self._start(picture, new)

    def _insist(self, picture: Picture, anchor: Box) -> None:
        """Make sure that the face in an anchor's box is followed, if there is one."""
        present = [box_of(one.points) for one in self._active if not one.lost]
        if any(overlap(box, anchor) > 0.2 for box in present):
            return
        seen = [
            one
            for one in self._detector.around(picture, anchor, 2.0)
            if shared(one.box, anchor) > 0.3 and all(shared(one.box, old) < 0.3 for old in present)
        ]
        drawn = Detection(anchor, 1.0, 0.0)
        best = max(seen, key=lambda one: overlap(one.box, anchor), default=drawn)
        if not self._start(picture, best) and best is not drawn:
            self._start(picture, drawn)

    def _start(self, picture: Picture, seen: Detection) -> bool:
        """Begin to follow a face; False if there is none."""
        found = self._settle(picture, seen.region())
        if found is None:
            return False
        points, confidence = found
        box = box_of(points)
        for old in self._active:
            if shared(box, box_of(old.points)) < 0.3:
                continue
            if not old.lost:
                return True  # one face, seen twice
            self._active.remove(old)  # the lost one, found by the newcomers' look
            one = _Followed(old.piece, points)
            break
        else:
            one = _Followed(Piece(self._shot), points)
            self.pieces.append(one.piece)
        self._active.append(one)
        self._keep(picture, one, confidence)
        return True

    def _keep(self, picture: Picture, one: _Followed, confidence: float) -> None:
        piece = one.piece
        if len(piece.frames) in _DESCRIBED:
            piece.looks.append(describe(picture, one.points))
        piece.frames.append(self._frame)
        piece.rows.append(self._store.add(one.points.astype(np.float32)))
        piece.confidence.append(confidence)
        piece.boxes.append(box_of(one.points))

    def _drop_doubles(self) -> None:
        """If two have run onto one face, the one followed for longer stays."""
        kept: list[_Followed] = []
        for one in sorted(self._active, key=lambda one: -len(one.piece.frames)):
            box = box_of(one.points)
            double = any(overlap(box, box_of(old.points)) > 0.5 for old in kept if not old.lost)
            if not one.lost and double:
                self._forget_last(one.piece)
            else:
                kept.append(one)
        self._active = kept

    def _forget_last(self, piece: Piece) -> None:
        for column in (piece.frames, piece.rows, piece.confidence, piece.boxes):
            column.pop()
        if not piece.frames:
            self.pieces.remove(piece)


def _varied(region: Region, size: float, tilt: float) -> Region:
    return Region(region.x, region.y, region.side * size, region.roll + tilt)


def _middle(points: Points) -> Floats:
    return np.asarray(points[:, :2].mean(axis=0), dtype=np.float32)


def _moved(points: Points, step: Floats | None) -> Points:
    """Where the face probably is now, if it goes on as before."""
    if step is None:
        return points
    moved = points.copy()
    moved[:, :2] += 0.7 * step
    return moved


def _near(a: Box, b: Box) -> bool:
    size = max(b.w, b.h)
    return _distance(a, b) < 1.2 * size and 0.4 < max(a.w, a.h) / size < 1.6


def _distance(a: Box, b: Box) -> float:
    return float(np.hypot(a.x + a.w / 2 - b.x - b.w / 2, a.y + a.h / 2 - b.y - b.h / 2))
