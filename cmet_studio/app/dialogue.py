"""Dubbing: lips that speak another recording, and that recording as the clip's sound."""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.find import find_performer
from cmet_studio.domain.project import Project
from cmet_studio.domain.time import ClipTimes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from cmet_studio.engine.protocol import FaceModel
    from cmet_studio.render.pipeline import PerformerEdit

_RATE = 16000
_SILENCE = 10.0 ** (-50.0 / 20.0)
"""A peak below this is no speech; recordings of a silent room lie there."""
_NOTED_S = 0.02
_MODEL = "audio2lip"


@dataclass(frozen=True, slots=True, eq=False)
class Dialogue:
    """A recording that a performer is to speak.

    Attributes:
        path: the recording.
        at_s: when it begins, in seconds from the clip's first frame.
        performer: id of who speaks it.
        wave: (samples,) float32 mono at 16 kHz; of a longer one a second more than the clip has
            room for.
        notes: sentences an editor should read.
    """

    path: Path
    at_s: Fraction
    performer: str
    wave: "npt.NDArray[np.float32]"
    notes: tuple[str, ...]


def require_dubbing(engine: str) -> None:
    """Refuse an engine whose lips cannot follow a recording, before any long work begins.

    Raises: BadInput for such an engine; EngineError if the model that reads the recording is not
        installed.
    """
    from cmet_studio.engine.registry import can_dub
    from cmet_studio.model_store.installed import installed_weights, is_installed

    if can_dub(engine):
        installed_weights(_MODEL)
        return
    missing = [m for m in ("edtalk", "edtalk-connector", _MODEL) if not is_installed(m)]
    install = f"First run: cmet-studio models install {' '.join(missing)}. " if missing else ""
    raise BadInput(
        f"The engine '{engine}' cannot speak another dialogue: it moves the clip's own lips.",
        f"{install}Render with --engine edtalk.",
    )


def open_dialogue(
    path: Path, at_s: Fraction, speaker: str | None, project: Project, times: ClipTimes
) -> Dialogue:
    """Read a recording for a clip.

    Args:
        path: any file with sound; its first track is taken.
        at_s: when it begins, in seconds from the clip's first frame.
        speaker: name of the performer; may be None where there is only one.
        project: of the clip.
        times: of the clip.
    Raises: MediaError if there is no sound in it, BadInput if that is silence or nobody can be
        found to speak it.
    """
    import numpy as np

    from cmet_studio.media.audio import read_audio

    performer = find_performer(project, speaker)
    room_s = times.end_seconds - at_s
    wave = read_audio(path, _RATE, end_s=room_s + 1)
    peak = float(np.abs(wave).max(initial=0.0))
    if peak < _SILENCE:
        raise BadInput(
            f"There is nothing to be heard in {path.name}.", "Name a recording with speech in it."
        )
    left_s = float(room_s) - len(wave) / _RATE
    notes = []
    if left_s < -_NOTED_S:
        notes.append(f"{path.name} is longer than the clip: its end is cut off.")
    elif left_s > _NOTED_S:
        notes.append(f"{path.name} ends {left_s:.2f} s before the clip: the rest is silent.")
    return Dialogue(path, at_s, performer.id, wave, tuple(notes))


def spoken(
    edits: "Sequence[PerformerEdit]",
    project: Project,
    dialogue: Dialogue,
    model: "FaceModel",
    times: ClipTimes,
) -> "list[PerformerEdit]":
    """The edits of all performers, the speaker's with the recording's lips.

    Raises: EngineError if the face model cannot do that.
    """
    from cmet_studio.core.errors import EngineError
    from cmet_studio.engine.protocol import Dubber

    if not isinstance(model, Dubber):
        raise EngineError(
            f"The engine '{model.info.name}' cannot speak another dialogue.",
            "Render with --engine edtalk.",
        )
    moments = [float(times.seconds(n) - dialogue.at_s) for n in range(len(times))]
    lips = model.lips(dialogue.wave, moments)
    return [
        replace(edit, lips=lips) if performer.id == dialogue.performer else edit
        for performer, edit in zip(project.performers, edits, strict=True)
    ]
