"""From a project's emotions to their semantic vectors: presets, takes, mixes, what was leant on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import BadInput
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.find import emotion_by_id
from cmet_studio.domain.project import PRESETS, Emotion, Project
from cmet_studio.domain.voices import Neutral, neutral_of

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


@dataclass(frozen=True, slots=True)
class Heard:
    """Takes as one encoder hears them.

    Attributes:
        encoder: its name; empty where no take was asked for.
        by_take: take id -> (1024,).
        notes: sentences, e.g. that takes were heard anew by another encoder.
    """

    encoder: str
    by_take: Mapping[str, Floats]
    notes: tuple[str, ...] = ()

    def rows(self, takes: Iterable[str]) -> Floats:
        """(n, 1024) of some takes."""
        return np.stack([self.by_take[t] for t in takes])


def emotion_vectors(
    project: Project,
    project_folder: Path,
    emotions: Sequence[Emotion],
    token: CancelToken = NEVER,
    report: Report = silent,
    *,
    bare_as_rest: bool = False,
) -> Vectors:
    """Semantic vectors of some of the project's emotions.

    Presets bring theirs; the others are mean(expressive) - mean(neutral) of their takes'
    embeddings (paper, section 3.1), against the performer's neutral takes where an emotion has
    none of its own, else against the shipped neutral; mixes are sums of those.

    Args:
        bare_as_rest: an emotion that has no takes yet asks for nothing, and a note says so (for a
            preview while a bin is being filled).
    Raises: BadInput for an emotion without a voice; ProjectError and MediaError for its takes.
    """
    made = with_parts(project, emotions)
    heard = hear(project, project_folder, made, token, report)
    found = Vectors(notes=list(heard.notes))
    for emotion in made:
        if bare_as_rest and not (emotion.preset or emotion.mix or emotion.expressive):
            found.by_emotion[emotion.id] = np.zeros(1024, np.float32)
            found.notes.append(f"'{emotion.name}' has no expressive takes yet and does nothing.")
        elif not emotion.mix:
            found.by_emotion[emotion.id] = _vector(project, emotion, heard, found.notes)
    for emotion in made:
        if emotion.mix:
            found.by_emotion[emotion.id] = mixed(emotion, found.by_emotion)
    return found


def with_parts(project: Project, emotions: Sequence[Emotion]) -> list[Emotion]:
    """The emotions and what they are mixed from, each once."""
    parts = [emotion_by_id(project, part.emotion) for e in emotions for part in e.mix]
    return list({e.id: e for e in (*emotions, *parts)}.values())


def mixed(emotion: Emotion, vectors: Mapping[str, Floats]) -> Floats:
    """The vector of a mix: sum of weight x vector, added in the order of the parts' ids."""
    total = np.zeros(1024, np.float64)
    for part in sorted(emotion.mix, key=lambda p: p.emotion):
        total += part.weight * vectors[part.emotion].astype(np.float64)
    return total.astype(np.float32)


def hear(
    project: Project,
    project_folder: Path,
    emotions: Sequence[Emotion],
    token: CancelToken = NEVER,
    report: Report = silent,
) -> Heard:
    """Embed all takes that some emotions' vectors depend on, with one encoder."""
    wanted = {t for e in emotions for t in (*e.expressive, *_neutral_takes(project, e))}
    takes = [t for t in project.takes if t.id in wanted]
    if not takes:
        return Heard("", {})
    from cmet_studio.speech.embeddings import embed_takes, heard_by_others
    from cmet_studio.speech.encoders import best_encoder

    encoder = best_encoder()
    anew = heard_by_others(takes, encoder)
    notes: tuple[str, ...] = ()
    if anew:
        notes = (
            f"{anew} take{'s are' if anew > 1 else ' is'} heard anew by {encoder.name}; "
            "vectors of different speech encoders are never mixed.",
        )
    rows = embed_takes(takes, project_folder, encoder, token=token, report=report)
    return Heard(encoder.name, rows, notes)


def _neutral_takes(project: Project, emotion: Emotion) -> tuple[str, ...]:
    return neutral_of(project, emotion).takes if emotion.expressive else ()


def raw_vector(
    project: Project, emotion: Emotion, heard: Heard, notes: list[str]
) -> tuple[Floats, Neutral]:
    """The vector that an emotion's takes give, before anything is leant on, and against what.

    Raises: BadInput if it has no expressive takes.
    """
    from cmet_studio.emotion.presets import neutral_mean
    from cmet_studio.emotion.vectors import semantic_vector

    if not emotion.expressive:
        raise BadInput(
            f"The emotion '{emotion.name}' has no expressive takes.",
            "Record or import a few, or make it a preset.",
        )
    neutral = neutral_of(project, emotion)
    if neutral.kind == "shipped":
        # One for both encoders: the starter is made so that the average neutral take of those
        # it learned from lands there.
        rows = neutral_mean()[None]
        notes.append(
            f"'{emotion.name}' has no neutral takes: the shipped neutral voice stands in. "
            "Three neutral takes of the same speaker make it truer."
        )
    else:
        rows = heard.rows(neutral.takes)
    if neutral.kind == "performer":
        notes.append(
            f"'{emotion.name}' has no neutral takes of its own: those of performer "
            f"{neutral.performer} stand in. They are right if the same person speaks."
        )
    return semantic_vector(heard.rows(emotion.expressive), rows), neutral


def _vector(project: Project, emotion: Emotion, heard: Heard, notes: list[str]) -> Floats:
    if emotion.preset is not None:
        from cmet_studio.emotion.presets import preset_vector

        return preset_vector(emotion.preset)
    vector, _ = raw_vector(project, emotion, heard, notes)
    return _leant(emotion, vector, heard.encoder, notes)


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
