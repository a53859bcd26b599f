"""From a decoded frame to the edited one: the only place where pictures change.

Preview and export call the same two functions, so a frame shown is the frame written. A frame
depends on the clip, the analysis and the plan, never on which other frames were rendered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cmet_studio.engine.analysis import PerformerAnalysis
from cmet_studio.engine.plan import Plan
from cmet_studio.engine.protocol import BatchRenderer, FaceModel, FaceRequest, Floats, Patch
from cmet_studio.face.types import Face
from cmet_studio.media.picture import Picture
from cmet_studio.media.planes import with_patch


@dataclass(frozen=True, slots=True, eq=False)
class PerformerEdit:
    """One performer's measured face and planned change.

    Attributes:
        lips: (clip frames, k) of another recording, see ``Dubber``; None: the clip's own.
    """

    analysis: PerformerAnalysis
    plan: Plan
    lips: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FaceJob:
    """One face of one frame and what is to change: all a face model needs beside the picture."""

    face: Face
    expression: Floats
    delta: Floats
    lips: Floats | None = None

    def request(self, picture: Picture) -> FaceRequest:
        """The job in a picture."""
        return FaceRequest(picture, self.face, self.expression, self.delta, self.lips)


def face_jobs(
    edits: Sequence[PerformerEdit], frame: int, draft: bool = False
) -> tuple[FaceJob, ...]:
    """What is to be done in a frame; empty where nothing is. Call from the plan's thread only.

    Args:
        draft: for a look while something is dragged, see ``Plan.delta``; never for a file.
    """
    jobs = []
    for edit in edits:
        face = edit.analysis.track.face(frame)
        if face is None:
            continue
        delta = edit.plan.delta(frame, draft)
        lips = None if edit.lips is None else edit.lips[frame]
        if delta.any() or lips is not None:
            jobs.append(FaceJob(face, edit.analysis.row(frame), delta, lips))
    return tuple(jobs)


def edit_picture(picture: Picture, jobs: Sequence[FaceJob], model: FaceModel) -> Picture:
    """Apply the jobs, in order. Without jobs the very same picture comes back."""
    return edit_pictures([(picture, jobs)], model)[0]


def edit_pictures(
    work: Sequence[tuple[Picture, Sequence[FaceJob]]], model: FaceModel
) -> list[Picture]:
    """``edit_picture`` of several pictures: what can be rendered together is."""
    pictures = [picture for picture, _ in work]
    for round_ in range(max((len(jobs) for _, jobs in work), default=0)):
        due = [at for at, (_, jobs) in enumerate(work) if len(jobs) > round_]
        requests = [work[at][1][round_].request(pictures[at]) for at in due]
        for at, patch in zip(due, _patches(requests, model), strict=True):
            if patch is not None:
                pictures[at] = with_patch(pictures[at], patch.origins, patch.planes, patch.changed)
    return pictures


def _patches(requests: Sequence[FaceRequest], model: FaceModel) -> list[Patch | None]:
    if isinstance(model, BatchRenderer):
        return model.render_many(requests)
    return [model.render(r.picture, r.face, r.expression, r.delta) for r in requests]
