"""Does the face do what it was asked to? Edit, track the edited frames again, and measure.

Everything an editor's render goes through is in the loop: preset, connector, plan, warp, tracker,
encoder. Only the file is left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.paths import model_file
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Key, MixPart
from cmet_studio.domain.time import ClipTimes
from cmet_studio.emotion.presets import preset_vector
from cmet_studio.engine.analysis import PerformerAnalysis
from cmet_studio.engine.device import one_thread_per_worker
from cmet_studio.engine.plan import ModelFrames, Plan
from cmet_studio.engine.protocol import FaceModel
from cmet_studio.engine.registry import make_face_model
from cmet_studio.face.analyse import Anchor, analyse_faces
from cmet_studio.face.discover import discover
from cmet_studio.face.types import FaceTrack
from cmet_studio.media.picture import Picture
from cmet_studio.media.reader import VideoReader
from cmet_studio.networks.connector import Connector, load_connector
from cmet_studio.render.pipeline import PerformerEdit, edit_picture, face_jobs

Floats = npt.NDArray[np.float32]

EMOTIONS = ("angry", "contempt", "disgusted", "fear", "happy", "sad", "surprised")
_MOVED = 0.2
# Openings of a mouth that stays shut vary by 0.0002, of one that talks by 0.04.
_TALKS = 0.005
_UPPER_LIP, _LOWER_LIP = 13, 14
_EYES = (33, 263)


@dataclass(frozen=True, slots=True)
class Loop:
    """One emotion on one clip.

    Attributes:
        cosine: between the mean asked delta and the mean measured one.
        gain: measured / asked, averaged over the units that were asked to move by 0.2 or more;
            None where none was.
        lips: correlation of the mouth's opening, source against edited, over the frames; None
            where the source's mouth does not move.
        flicker: second differences of the tracked landmarks in time, edited / source.
    """

    clip: str
    emotion: str
    cosine: float
    gain: float | None
    lips: float | None
    flicker: float


def measure_closed_loop(
    clips: Sequence[Path],
    emotions: Sequence[str] = EMOTIONS,
    frames: int = 75,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> list[Loop]:
    """Measure the mesh engine on the largest face of each clip.

    Args:
        clips: talking-face clips.
        emotions: names of presets, each held at intensity 1.
        frames: how many of each clip, from its start.
    """
    one_thread_per_worker()
    model = make_face_model("mesh")
    connector = load_connector(model_file(model.info.connector))
    found = []
    for done, clip in enumerate(clips):
        scene = _scene(clip, frames, model, token)
        for k, emotion in enumerate(emotions):
            report(
                "editing and looking again", done * len(emotions) + k, len(clips) * len(emotions)
            )
            found.append(_loop(scene, emotion, model, connector, token))
    report("editing and looking again", len(found), len(found))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    name: str
    pictures: list[Picture]
    times: ClipTimes
    anchor: Anchor
    analysis: PerformerAnalysis
    frames: ModelFrames


def _scene(clip: Path, frames: int, model: FaceModel, token: CancelToken) -> _Scene:
    with VideoReader(clip) as reader:
        pictures = list(islice(reader.frames(), frames))
        pts = [reader.times.pts[i] for i in range(len(pictures))]
        times = ClipTimes(pts, reader.times.time_base, reader.times.rate, None)
        face = discover(_Start(pictures), token)[0]
    anchor = Anchor(face.frame, face.box)
    track = _tracked(pictures, anchor, token)
    analysis = _analysed(track, model)
    return _Scene(clip.name, pictures, times, anchor, analysis, ModelFrames(analysis, times))


def _analysed(track: FaceTrack, model: FaceModel) -> PerformerAnalysis:
    measured, d = model.encode(track), len(model.info.units)
    return PerformerAnalysis(track, measured[:, :d], measured[:, d:])


@dataclass(frozen=True, slots=True)
class _Start:
    """The first frames of a clip as if they were all of it."""

    pictures: list[Picture]

    def __len__(self) -> int:
        return len(self.pictures)

    def read(self, index: int) -> Picture:
        return self.pictures[index]


def _tracked(pictures: Sequence[Picture], anchor: Anchor, token: CancelToken) -> FaceTrack:
    (track,) = analyse_faces(iter(pictures), len(pictures), [anchor], token=token)
    return track


def _loop(
    scene: _Scene, emotion: str, model: FaceModel, connector: Connector, token: CancelToken
) -> Loop:
    plan = Plan(
        (Key(0, (MixPart("asked"),)),),
        {"asked": preset_vector(emotion)},
        scene.frames,
        scene.analysis,
        scene.times,
        model.info,
        connector,
    )
    edits = [PerformerEdit(scene.analysis, plan)]

    def edited() -> Iterator[Picture]:
        for picture in scene.pictures:
            token.check()
            yield edit_picture(picture, face_jobs(edits, picture.index), model)

    again = _tracked(list(edited()), scene.anchor, token)
    both = scene.analysis.track.found & again.found & (scene.analysis.track.strength > 0)
    asked = np.stack([plan.delta(i) for i in np.flatnonzero(both)]).mean(axis=0)
    measured = _analysed(again, model).expression - scene.analysis.expression
    measured = measured[both].mean(axis=0)
    moved = np.abs(asked) >= _MOVED
    return Loop(
        scene.name,
        emotion,
        float(asked @ measured / (np.linalg.norm(asked) * np.linalg.norm(measured) + 1e-9)),
        float(np.mean(measured[moved] / asked[moved])) if moved.any() else None,
        _in_time(_opening(scene.analysis.track)[both], _opening(again)[both]),
        _jitter(again, both) / _jitter(scene.analysis.track, both),
    )


def _in_time(source: Floats, edited: Floats) -> float | None:
    """Correlation of two series of openings; None where the source's mouth does not move."""
    if source.std() < _TALKS:
        return None
    return float(np.corrcoef(source, edited)[0, 1])


def _opening(track: FaceTrack) -> Floats:
    """Distance of the inner lips in distances of the outer eye corners, per frame."""
    xy = np.asarray(track.landmarks)[..., :2]
    lips = np.linalg.norm(xy[:, _UPPER_LIP] - xy[:, _LOWER_LIP], axis=1)
    eyes = np.linalg.norm(xy[:, _EYES[0]] - xy[:, _EYES[1]], axis=1)
    opening: Floats = (lips / np.maximum(eyes, 1e-6)).astype(np.float32)
    return opening


def _jitter(track: FaceTrack, both: npt.NDArray[np.bool_]) -> float:
    """Mean size of the landmarks' second difference in time, in pixels."""
    steady = both[:-2] & both[1:-1] & both[2:]
    xy = np.asarray(track.landmarks)[..., :2]
    return float(np.linalg.norm(xy[2:] - 2 * xy[1:-1] + xy[:-2], axis=2)[steady].mean())
