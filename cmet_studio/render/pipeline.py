"""From a decoded frame to the edited one: the only place where pictures change.

Preview and export call the same two functions, so a frame shown is the frame written. A frame
depends on the clip, the analysis and the plan, never on which other frames were rendered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cmet_studio.engine.analysis import PerformerAnalysis
from cmet_studio.engine.plan import Plan
from cmet_studio.engine.protocol import FaceModel, Floats
from cmet_studio.face.types import Face
from cmet_studio.media.picture import Picture
from cmet_studio.media.planes import with_patch
from cmet_studio.media.reader import VideoReader


@dataclass(frozen=True, slots=True, eq=False)
class PerformerEdit:
    """One performer's measured face and planned change."""

    analysis: PerformerAnalysis
    plan: Plan


@dataclass(frozen=True, slots=True, eq=False)
class FaceJob:
    """One face of one frame and what is to change: all a face model needs beside the picture."""

    face: Face
    expression: Floats
    delta: Floats


def face_jobs(edits: Sequence[PerformerEdit], frame: int) -> tuple[FaceJob, ...]:
    """What is to be done in a frame; empty where nothing is. Call from the plan's thread only."""
    jobs = []
    for edit in edits:
        face = edit.analysis.track.face(frame)
        if face is None:
            continue
        delta = edit.plan.delta(frame)
        if delta.any():
            jobs.append(FaceJob(face, edit.analysis.row(frame), delta))
    return tuple(jobs)


def edit_picture(picture: Picture, jobs: Sequence[FaceJob], model: FaceModel) -> Picture:
    """Apply the jobs, in order. Without jobs the very same picture comes back."""
    for job in jobs:
        patch = model.render(picture, job.face, job.expression, job.delta)
        if patch is not None:
            picture = with_patch(picture, patch.origins, patch.planes, patch.changed)
    return picture


class Renderer:
    """Any frame, in any order. Owned by one thread, like the reader and the model it is given."""

    def __init__(
        self, reader: VideoReader, edits: Sequence[PerformerEdit], model: FaceModel
    ) -> None:
        self._reader = reader
        self._edits = edits
        self._model = model

    def render(self, frame: int) -> Picture:
        """The edited frame, at full quality; the decoded one itself where nothing changes."""
        return edit_picture(self._reader.read(frame), face_jobs(self._edits, frame), self._model)
