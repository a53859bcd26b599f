"""Who is who: which pieces of track belong to the performer that an anchor points at.

Within a shot a face followed without a break is one person. Pieces are joined, across breaks and
cuts, by looks; two faces seen at the same time are two people, so whoever is seen beside
the performer is somebody else, and looks like somebody else. Where it stays unclear the performer
counts as lost: an edit on the wrong face is worse than none. Each anchor is decided on its own,
so that a performer's track does not depend on which others were picked.
"""

from collections.abc import Sequence

import numpy as np

from cmet_studio.core.errors import NoFace
from cmet_studio.face.detect import overlap, shared
from cmet_studio.face.looks import ALIKE, distance
from cmet_studio.face.track import Piece
from cmet_studio.face.types import Box

_MARGIN = 0.12  # how much more alike the performer must be than anybody else
_STAYED = 0.6  # factor on the distance of a face that comes back where one was just lost
_BACK_SOON = 60  # frames
_TOGETHER = 2  # frames seen together that make two people
_BRIEF = 3  # shorter pieces are taken for false alarms unless anchored


class Company:
    """Everybody that a clip shows, in pieces of track.

    Args:
        pieces: of all faces in all shots.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = list(pieces)
        self._known: dict[tuple[int, int], float] = {}

    def person_at(self, frame: int, box: Box) -> list[Piece]:
        """The pieces of the person who is in ``box`` in ``frame``, the anchored one first.

        Raises: NoFace if nobody is there.
        """
        mine = [_anchored(self._pieces, frame, box)]
        others: list[Piece] = []
        open_ = [one for one in self._pieces if one is not mine[0] and len(one.frames) >= _BRIEF]
        newest: Piece | None = mine[0]
        while newest is not None:
            seen_with = [piece for piece in open_ if _together(piece, newest)]
            others += seen_with
            open_ = [piece for piece in open_ if all(piece is not one for one in seen_with)]
            newest = self._most_alike(mine, others, open_)
            if newest is not None:
                mine.append(newest)
                open_ = [piece for piece in open_ if piece is not newest]
        return mine

    def _most_alike(
        self, mine: list[Piece], others: list[Piece], open_: list[Piece]
    ) -> Piece | None:
        """Of the undecided, the one that is surest to be the performer, if any is sure enough."""
        away = [(self._away(mine, piece), piece) for piece in open_]
        for near, piece in sorted(away, key=lambda one: one[0]):
            if near >= ALIKE:
                return None
            rivals = [self._away([other], piece) for other in others]
            rivals += [far for far, one in away if one is not piece and _together(piece, one)]
            if all(near + _MARGIN <= rival for rival in rivals):
                return piece
        return None

    def _away(self, group: Sequence[Piece], piece: Piece) -> float:
        apart = float(np.quantile([self._apart(one, piece) for one in group], 0.25))
        return apart * _STAYED if any(_came_back(one, piece) for one in group) else apart

    def _apart(self, a: Piece, b: Piece) -> float:
        key = (min(id(a), id(b)), max(id(a), id(b)))
        if key not in self._known:
            self._known[key] = distance(a.looks, b.looks)
        return self._known[key]


def _anchored(pieces: Sequence[Piece], frame: int, box: Box) -> Piece:
    there = [
        (overlap(piece.boxes[piece.frames.index(frame)], box), piece)
        for piece in pieces
        if frame in piece.frames
    ]
    fit, best = max(there, key=lambda one: one[0], default=(0.0, None))
    if best is None or fit <= 0.0:
        raise NoFace(
            f"There is no face at {box.x:.0f},{box.y:.0f} ({box.w:.0f} x {box.h:.0f} pixels) "
            f"in frame {frame}.",
            "Point at a face that can be seen there.",
        )
    return best


def _came_back(a: Piece, b: Piece) -> bool:
    """Whether one begins in the same shot soon after the other was lost, and where it was."""
    if a.shot != b.shot:
        return False
    first, second = sorted((a, b), key=lambda piece: piece.frames[0])
    gap = second.frames[0] - first.frames[-1]
    return 0 < gap <= _BACK_SOON and shared(first.boxes[-1], second.boxes[0]) > 0.3


def _together(a: Piece, b: Piece) -> bool:
    if a.shot != b.shot:
        return False
    if a.frames[-1] < b.frames[0] or b.frames[-1] < a.frames[0]:
        return False
    return len(set(a.frames) & set(b.frames)) >= _TOGETHER
