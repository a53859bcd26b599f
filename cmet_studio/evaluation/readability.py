"""Does an edited face read as the emotion? Measured with a classifier that knows nothing of us.

For every clip and emotion: the classifier's probability of the target on frames edited by the FACS
prototype at intensity 1, minus the same on the unedited frames, averaged over frames, then clips.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.emotion.facs import prototype_vector
from cmet_studio.engine.protocol import FaceModel, Patch
from cmet_studio.engine.registry import make_face_model
from cmet_studio.evaluation.fer_classifier import LABELS, FerClassifier, crop_face
from cmet_studio.face.analyse import Anchor, analyse_faces
from cmet_studio.face.discover import discover
from cmet_studio.face.types import FaceTrack
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.picture import Picture
from cmet_studio.media.planes import with_patch
from cmet_studio.media.reader import VideoReader

Floats = npt.NDArray[np.float32]

EMOTIONS = ("happy", "sad", "angry", "surprised", "fear", "disgusted")


@dataclass(frozen=True, slots=True)
class Reading:
    """Mean probability of the target emotion on one clip, before and after the edit."""

    clip: str
    emotion: str
    before: float
    after: float


def measure_readability(
    clips: Sequence[Path],
    weights: Path | None = None,
    *,
    frames: int = 12,
    intensity: float = 1.0,
    emotions: Sequence[str] = EMOTIONS,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> list[Reading]:
    """Edit frames of each clip's largest face with each emotion and ask the classifier.

    Args:
        clips: each shows a face.
        weights: the classifier's, see ``fer_classifier.find_weights``.
        frames: of each clip, spread evenly.
        intensity: of the prototype.
        emotions: names in ``LABELS``.
    """
    judge = FerClassifier(weights)
    model = make_face_model("mesh")
    readings = []
    for clip in clips:
        track, pictures = _shots(clip, frames, token, report)
        expression = model.encode(track)
        before = judge.probabilities(np.stack([_crop(p, track, None) for p in pictures]))
        for emotion in emotions:
            delta = intensity * np.array(prototype_vector(emotion, model.info.units), np.float32)
            crops = []
            for picture in pictures:
                token.check()
                crops.append(_crop(picture, track, _edit(model, picture, track, expression, delta)))
            after = judge.probabilities(np.stack(crops))
            column = LABELS.index(emotion)
            readings.append(
                Reading(
                    clip.stem,
                    emotion,
                    float(before[:, column].mean()),
                    float(after[:, column].mean()),
                )
            )
    return readings


def mean_gains(readings: Sequence[Reading]) -> Mapping[str, float]:
    """Per emotion the gain in probability, averaged over clips."""
    names = dict.fromkeys(reading.emotion for reading in readings)
    return {
        name: float(np.mean([r.after - r.before for r in readings if r.emotion == name]))
        for name in names
    }


def _shots(
    clip: Path, frames: int, token: CancelToken, report: Report
) -> tuple[FaceTrack, list[Picture]]:
    with VideoReader(clip) as reader:
        largest = discover(reader, token, report)[0]
        anchors = [Anchor(largest.frame, largest.box)]
        track = analyse_faces(reader.frames(), len(reader), anchors, token, report)[0]
        usable = np.flatnonzero(track.found & (track.strength > 0.5))
        chosen = usable[np.linspace(0, len(usable) - 1, min(frames, len(usable))).astype(int)]
        return track, [reader.read(int(index)) for index in chosen]


def _edit(
    model: FaceModel, picture: Picture, track: FaceTrack, expression: Floats, delta: Floats
) -> Patch | None:
    face = track.face(picture.index)
    if face is None:
        return None
    return model.render(picture, face, expression[picture.index], delta * face.strength)


def _crop(picture: Picture, track: FaceTrack, patch: Patch | None) -> Floats:
    """What the classifier sees: the same box before and after the edit."""
    if patch is not None:
        picture = with_patch(picture, patch.origins, patch.planes, patch.changed)
    grey = cv2.cvtColor(to_rgb(picture), cv2.COLOR_RGB2GRAY)
    return crop_face(np.asarray(grey, np.uint8), np.asarray(track.landmarks[picture.index]))
