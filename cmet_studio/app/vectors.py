"""From a project's emotions to their semantic vectors: presets, takes, and what was leant on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import PRESETS, Emotion, Project

Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class Vectors:
    """Semantic vectors by emotion id, and what an editor should know about them.

    Attributes:
        by_emotion: (1024,) float32 each.
        notes: sentences.
    """

    by_emotion: dict[str, Floats] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def emotion_vectors(
    project: Project,
    project_folder: Path,
    emotions: Sequence[Emotion],
    token: CancelToken = NEVER,
    report: Report = silent,
) -> Vectors:
    """Semantic vectors of some of the project's emotions.

    Presets bring theirs; the others are mean(expressive) - mean(neutral) of their takes'
    embeddings (paper, section 3.1), against the shipped neutral where an emotion has none.
    """
    from cmet_studio.emotion.presets import neutral_mean, preset_vector
    from cmet_studio.emotion.vectors import semantic_vector

    found = Vectors()
    embeddings = _embeddings(project, project_folder, emotions, token, report)
    for emotion in emotions:
        if emotion.preset is not None:
            found.by_emotion[emotion.id] = preset_vector(emotion.preset)
            continue
        expressive = np.stack([embeddings.by_take[t] for t in emotion.expressive])
        if emotion.neutral:
            neutral = np.stack([embeddings.by_take[t] for t in emotion.neutral])
        else:
            neutral = neutral_mean()[None]
            found.notes.append(
                f"'{emotion.name}' has no neutral takes: the shipped neutral voice stands in. "
                "Three neutral takes of the same speaker make it truer."
            )
        vector = semantic_vector(expressive, neutral)
        found.by_emotion[emotion.id] = _leant(emotion, vector, embeddings.encoder, found.notes)
    return found


@dataclass(frozen=True, slots=True)
class _Embeddings:
    encoder: str
    by_take: dict[str, Floats]


def _embeddings(
    project: Project,
    project_folder: Path,
    emotions: Sequence[Emotion],
    token: CancelToken,
    report: Report,
) -> _Embeddings:
    wanted = {t for e in emotions for t in (*e.expressive, *e.neutral)}
    takes = [t for t in project.takes if t.id in wanted]
    if not takes:
        return _Embeddings("", {})
    from cmet_studio.speech.embeddings import embed_takes
    from cmet_studio.speech.encoders import best_encoder

    encoder = best_encoder()
    return _Embeddings(
        encoder.name, embed_takes(takes, project_folder, encoder, token=token, report=report)
    )


def _leant(emotion: Emotion, vector: Floats, encoder: str, notes: list[str]) -> Floats:
    """The starter encoder knows strength better than kind: a preset's name supplies the kind."""
    name = emotion.name.lower()
    if encoder != "starter" or name not in PRESETS:
        return vector
    from cmet_studio.emotion.presets import preset_vector
    from cmet_studio.speech.starter_lean import lean

    leant, note = lean(name, vector, preset_vector(name))
    notes.append(note)
    return leant
