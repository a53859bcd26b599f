"""What was measured of a clip, in words and numbers that a timeline and a viewer draw."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cmet_studio.app.planned import Opened, Planned, Steps
from cmet_studio.app.source_frames import SourceFrames
from cmet_studio.core.errors import BadInput
from cmet_studio.core.progress import NEVER, CancelToken
from cmet_studio.domain.curves import Curve
from cmet_studio.engine.analysis import PerformerAnalysis

MOST_BOXES = 2000
MOST_POINTS = 20_000
_CHUNK = 100  # frames planned per step, some milliseconds each time
_SPEECH_RATE = 16_000
_SPEECH_CHUNK_S = 60


def ranges(flags: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Half-open runs ``[start, stop]`` of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [[int(a), int(b)] for a, b in edges.reshape(-1, 2)]


def analysis_summary(opened: Opened, planned: Planned | None) -> dict[str, Any]:
    """Cuts, and per performer: state, where the face is found, lost or too far turned, boxes.

    ``fading`` frames are found but carry only a part of an edit; ``extreme`` ones none.
    """
    performers: dict[str, Any] = {}
    cuts: list[int] = []
    for performer in opened.project.performers:
        found = None if planned is None else _known(planned, performer.id)
        if found is None:
            performers[performer.id] = {"state": "analysing"}
            continue
        performers[performer.id] = _summary(found)
        cuts = (np.flatnonzero(np.diff(np.asarray(found.track.shot))) + 1).tolist()
    return {"cuts": cuts, "performers": performers}


def _known(planned: Planned, performer: str) -> PerformerAnalysis | None:
    edit = planned.edit_of(performer)
    return None if edit is None else edit.analysis


def _summary(analysis: PerformerAnalysis) -> dict[str, Any]:
    track = analysis.track
    found, strength = np.asarray(track.found), np.asarray(track.strength)
    every = max(1, -(-len(track) // MOST_BOXES))
    return {
        "state": "ready",
        "found": ranges(found),
        "lost": ranges(~found),
        "extreme": ranges(found & (strength <= 0.0)),
        "fading": ranges(found & (strength > 0.0) & (strength < 1.0)),
        "boxes": {
            "every": every,
            "values": [
                np.round(box, 1).tolist() if here else None
                for box, here in zip(
                    np.asarray(track.boxes[::every]).astype(float), found[::every], strict=True
                )
            ],
        },
    }


def face_in(opened: Opened, planned: Planned | None, performer: str, frame: int) -> dict[str, Any]:
    """Landmarks (478 x 2, pixels of the clip), box and pose of a performer; none where lost."""
    track = _analysis_of(opened, planned, performer).track
    if frame >= len(track) or not track.found[frame]:  # beyond: another clip was opened meanwhile
        return {"found": False, "landmarks": [], "box": None, "pose": None, "strength": 0.0}
    return {
        "found": True,
        "landmarks": np.round(np.asarray(track.landmarks[frame, :, :2], float), 2).tolist(),
        "box": np.round(np.asarray(track.boxes[frame], float), 2).tolist(),
        "pose": np.round(np.asarray(track.pose_deg[frame], float), 2).tolist(),
        "strength": round(float(track.strength[frame]), 4),
    }


def curves_of(planned: Planned, performer: str, start: int, stop: int, step: int) -> Steps:
    """Per frame, how much the face changes and how strong each emotion is. A question's steps.

    ``delta`` is the length of the change in the face model's space, ``largest`` its largest
    component; ``emotions`` are factors of the emotions' vectors, intensity and mix in them.
    """
    found = next((p for p in planned.opened.project.performers if p.id == performer), None)
    if found is None:
        raise BadInput(f"There is no performer '{performer}'.", "Pick the face first.")
    stop = min(stop, len(planned.opened.source))
    step = max(step, -(-max(0, stop - start) // MOST_POINTS))
    frames = range(start, stop, step)
    edit = planned.edit_of(performer)
    curve = Curve(found.keys)
    sizes: list[float] = []
    largest: list[float] = []
    emotions: dict[str, list[float]] = {}
    units = len(planned.session.model.info.units)
    for n, frame in enumerate(frames):
        while edit is not None and not edit.plan.advance(frame):
            yield
        delta = np.zeros(1) if edit is None else edit.plan.delta(frame)[:units]
        sizes.append(round(float(np.linalg.norm(delta)), 5))
        largest.append(round(float(np.abs(delta).max()), 5))
        for emotion, factor in curve.at(frame).coefficients:
            emotions.setdefault(emotion, [0.0] * len(frames))[n] = round(factor, 5)
        if n % _CHUNK == _CHUNK - 1:
            yield
    return {
        "start": start,
        "stop": stop,
        "step": step,
        "revision": planned.opened.revision,
        "delta": sizes,
        "largest": largest,
        "emotions": emotions,
    }


def _analysis_of(opened: Opened, planned: Planned | None, performer: str) -> PerformerAnalysis:
    if performer not in {p.id for p in opened.project.performers}:
        raise BadInput(f"There is no performer '{performer}'.", "Pick the face first.")
    found = None if planned is None else _known(planned, performer)
    if found is None:
        raise BadInput("That face is still being measured.", "Wait a moment.")
    return found


def speech_onsets(source: SourceFrames, token: CancelToken = NEVER) -> list[int]:
    """Frames at which somebody begins to speak in the clip's sound; none if it has none.

    A minute at a time: the sound of a two-hour clip is never in memory.
    """
    from cmet_studio.media.audio import sound_info

    if not sound_info(source.clip):
        return []
    onsets: set[int] = set()
    for start_s, samples in _minutes(source.clip):
        token.check()
        onsets |= {source.times.frame_at(s) for s in _onsets_in(samples, start_s)}
    return sorted(onsets)


def _onsets_in(samples: npt.NDArray[np.float32], start_s: float) -> list[float]:
    from cmet_studio.speech.quality import examine

    begun = [start for start, _ in examine(samples).segments]
    # Speech that a minute begins with began in the minute before.
    return [start_s + start for start in begun if start > 0.1 or start_s == 0.0]


def _minutes(clip: Path) -> Iterator[tuple[float, npt.NDArray[np.float32]]]:
    from cmet_studio.media.audio import sound_blocks

    _, _, blocks = sound_blocks(clip, (_SPEECH_RATE,))
    most = _SPEECH_RATE * _SPEECH_CHUNK_S
    kept: list[npt.NDArray[np.float32]] = []
    held, passed = 0, 0
    for block in blocks:
        kept.append(block.mean(axis=0))
        held += block.shape[1]
        if held >= most:
            yield passed / _SPEECH_RATE, np.concatenate(kept)
            passed += held
            kept, held = [], 0
    if kept:
        yield passed / _SPEECH_RATE, np.concatenate(kept)
