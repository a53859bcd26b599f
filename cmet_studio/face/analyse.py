"""Track the chosen faces through a clip, in one pass over its pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cmet_studio.core.errors import BadInput
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.face.assemble import Frames, assemble
from cmet_studio.face.identity import Company
from cmet_studio.face.shots import with_cuts
from cmet_studio.face.store import LandmarkStore
from cmet_studio.face.track import Tracker
from cmet_studio.face.types import Box, FaceTrack
from cmet_studio.media.picture import Picture

TRACKER_VERSION = "9"
"""Changes whenever the same clip would give other tracks; caches of analyses carry it."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Which face: the one that is in ``box`` (display pixels) in clip frame ``frame``."""

    frame: int
    box: Box


def analyse_faces(
    pictures: Iterable[Picture],
    count: int,
    anchors: Sequence[Anchor],
    token: CancelToken = NEVER,
    report: Report = silent,
) -> list[FaceTrack]:
    """Track faces through a whole clip.

    Args:
        pictures: all pictures of the clip in order, from frame 0.
        count: how many there are.
        anchors: one per face.

    Returns: one track per anchor, in their order, ``count`` frames long each.

    Raises:
        NoFace: if there is no face at an anchor.
        BadInput: if the number of pictures is not ``count``.
        Cancelled: if the token says so.
    """
    by_frame: dict[int, list[Box]] = {}
    for anchor in anchors:
        by_frame.setdefault(anchor.frame, []).append(anchor.box)
    store = LandmarkStore()
    tracker = Tracker(store, by_frame)
    shots: list[int] = []
    seconds: list[float] = []
    width = height = 0
    try:
        for picture, cut in with_cuts(pictures):
            token.check()
            tracker.step(picture, cut)
            shots.append(shots[-1] + cut if shots else 0)
            seconds.append(float(picture.pts * picture.time_base))
            width, height = picture.width, picture.height
            report("tracking faces", len(shots), count)
        if len(shots) != count:
            raise BadInput(
                f"The clip was said to have {count} frames but {len(shots)} could be read.",
                "The file may be damaged; copy it again.",
            )
        frames = Frames(np.array(shots, np.int32), np.array(seconds), width, height)
        company = Company(tracker.pieces)
        tracks = []
        for anchor in anchors:
            token.check()
            mine = company.person_at(anchor.frame, anchor.box)
            tracks.append(assemble(mine, store, frames))
        return tracks
    finally:
        tracker.close()
        store.close()
