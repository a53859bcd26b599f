"""Frames that belong together when a face is measured over time: those of one shot."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cmet_studio.face.types import FaceTrack


def seen_rows(track: FaceTrack) -> Iterator[npt.NDArray[np.int64]]:
    """Per shot the frames in which the face was found, in order; shots without it are left out."""
    found, shot = np.asarray(track.found), np.asarray(track.shot)
    starts = np.flatnonzero(np.diff(shot)) + 1
    for first, last in zip([0, *starts], [*starts, len(track)], strict=True):
        rows = np.arange(first, last)[found[first:last]]
        if len(rows):
            yield rows
