"""What an editor is told about emotions: shots, agreement, strength, what they read as, a map.

Heavy imports stay inside the functions; the values are plain, so that the service sends them and
the window shows them as they are.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cmet_studio.app.vectors import Heard, hear, mixed, raw_vector, with_parts
from cmet_studio.core.errors import BadInput
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.find import emotion_by_id
from cmet_studio.domain.project import PRESETS, Emotion, Project
from cmet_studio.domain.voices import Neutral, neutral_of

if TYPE_CHECKING:
    from cmet_studio.emotion.figures import Plane

Meter = Literal["red", "amber", "green"]


@dataclass(frozen=True, slots=True)
class EmotionFigures:
    """What can be said about one emotion.

    Attributes:
        emotion: its id.
        shots_expressive: number of expressive takes.
        shots_neutral: number of neutral takes its vector is made with; 0 where the shipped
            neutral voice stands in.
        meter: red under 3 takes on either side, amber under 10; presets and mixes are green.
        neutral_kind: whose neutral takes: its "own", a "performer"'s, the "shipped" voice's, or
            "none" for presets and mixes.
        neutral_source: the same in words.
        consistency: mean agreement of the expressive takes, 0..1; None under two takes.
        per_take: take id -> how well it agrees with the others of its side, 0..1.
        outlier: id of the expressive take that fits the others least, if one does.
        outlier_clear: whether it stands out further than takes of one bin usually do.
        strength: length of the vector; 1 is what clearly spoken emotions have, 0 is neutral.
        reads_as: nearest presets and their shares, nearest first.
        encoder: which speech encoder heard the takes; empty for presets.
        notes: sentences that an editor should read.
    """

    emotion: str
    shots_expressive: int = 0
    shots_neutral: int = 0
    meter: Meter = "green"
    neutral_kind: str = "none"
    neutral_source: str = ""
    consistency: float | None = None
    per_take: Mapping[str, float] = field(default_factory=dict)
    outlier: str | None = None
    outlier_clear: bool = False
    strength: float = 0.0
    reads_as: tuple[tuple[str, float], ...] = ()
    encoder: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A point of the map.

    Attributes:
        kind: "take", "neutral" (a neutral take), "emotion" or "preset".
        id: of the take or emotion, or the preset's name.
        name: for people.
        emotion: id of the emotion it belongs to; empty for presets.
        colour: "#rrggbb"; empty for presets.
        x, y: in units of a clearly spoken emotion's length; neutral is at (0, 0).
    """

    kind: str
    id: str
    name: str
    emotion: str
    colour: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class MapData:
    """Takes, emotions and presets in the plane that shows them best.

    Attributes:
        points: presets first, then emotions with their takes.
        explained: share of the spread that lies along x and along y, 0..1 each.
    """

    points: tuple[MapPoint, ...]
    explained: tuple[float, float]


def emotion_figures(
    project: Project,
    folder: Path,
    emotion_ids: Collection[str] | None = None,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> dict[str, EmotionFigures]:
    """Figures of some emotions (None: of all), by id.

    An emotion that is not ready (no expressive takes yet) gets its shots meter and a note.

    Args:
        folder: the project's; its takes are relative to it.
    Raises: BadInput for an unknown id; ProjectError and MediaError for takes; Cancelled.
    """
    wanted = _chosen(project, emotion_ids)
    heard = hear(project, folder, with_parts(project, wanted), token, report)
    return {e.id: _figures(project, e, heard) for e in wanted}


def emotion_map(
    project: Project,
    folder: Path,
    emotion_ids: Collection[str] | None = None,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> MapData:
    """The map of some emotions (None: of all), their takes, and the presets."""
    import numpy as np

    from cmet_studio.emotion.figures import plane, reference_strength
    from cmet_studio.emotion.presets import preset_vector

    wanted = _chosen(project, emotion_ids)
    heard = hear(project, folder, with_parts(project, wanted), token, report)
    marks: list[tuple[MapPoint, Any]] = [
        (MapPoint("preset", name, name, "", "", 0.0, 0.0), preset_vector(name)) for name in PRESETS
    ]
    for emotion in wanted:
        marks += _marks(project, emotion, heard)
    rows = np.stack([vector for _, vector in marks])
    found: Plane = plane(rows, (preset_vector("happy"), preset_vector("angry")))
    places = found.place(rows) / reference_strength()
    points = tuple(
        MapPoint(p.kind, p.id, p.name, p.emotion, p.colour, float(x), float(y))
        for (p, _), (x, y) in zip(marks, places, strict=True)
    )
    return MapData(points, found.explained)


def _neutral_words(neutral: Neutral) -> str:
    """Whose neutral speech an emotion is measured against."""
    if neutral.kind == "own":
        return "the same speaker's neutral takes"
    if neutral.kind == "performer":
        return f"the neutral takes of performer {neutral.performer}"
    return "the shipped neutral voice" if neutral.kind == "shipped" else ""


def _chosen(project: Project, ids: Collection[str] | None) -> list[Emotion]:
    if ids is None:
        return list(project.emotions)
    return [emotion_by_id(project, i) for i in ids]


def _figures(project: Project, emotion: Emotion, heard: Heard) -> EmotionFigures:
    from cmet_studio.emotion.figures import reads_as, reference_strength
    from cmet_studio.emotion.presets import preset_vector
    from cmet_studio.emotion.vectors import strength

    if emotion.preset is not None:
        vector = preset_vector(emotion.preset)
        return EmotionFigures(
            emotion.id,
            strength=strength(vector) / reference_strength(),
            reads_as=reads_as(vector),
        )
    if emotion.mix:
        return _mix_figures(project, emotion, heard)
    return _spoken_figures(project, emotion, heard)


def _mix_figures(project: Project, emotion: Emotion, heard: Heard) -> EmotionFigures:
    from cmet_studio.emotion.figures import reads_as, reference_strength
    from cmet_studio.emotion.vectors import strength

    notes: list[str] = list(heard.notes)
    try:
        vector = _plain_vector(project, emotion, heard, notes)
    except BadInput as error:
        return EmotionFigures(emotion.id, meter="red", notes=(str(error),))
    return EmotionFigures(
        emotion.id,
        strength=strength(vector) / reference_strength(),
        reads_as=reads_as(vector, among=_known_kinds(heard.encoder)),
        encoder=heard.encoder,
        notes=tuple(notes),
    )


def _spoken_figures(project: Project, emotion: Emotion, heard: Heard) -> EmotionFigures:
    from cmet_studio.emotion.figures import agreement, meter, outlier, reads_as
    from cmet_studio.emotion.vectors import strength

    neutral = neutral_of(project, emotion)
    shots = len(emotion.expressive), len(neutral.takes)
    words = _neutral_words(neutral)
    if not emotion.expressive:
        note = f"'{emotion.name}' has no expressive takes yet: record or import a few."
        return EmotionFigures(
            emotion.id, *shots, "red", neutral.kind, words, encoder=heard.encoder, notes=(note,)
        )
    notes: list[str] = list(heard.notes)
    vector, _ = raw_vector(project, emotion, heard, notes)
    reference = _reference(heard.encoder)
    rows = heard.rows(emotion.expressive)
    per_take = dict(zip(emotion.expressive, agreement(rows, reference), strict=True))
    if neutral.takes:
        other = agreement(heard.rows(neutral.takes), reference)
        per_take |= dict(zip(neutral.takes, other, strict=True))
    odd = outlier(rows)
    several = len(emotion.expressive) > 1
    if odd is not None and odd.clear:
        notes.append(_outlier_note(project, emotion.expressive[odd.index]))
    return EmotionFigures(
        emotion.id,
        *shots,
        meter(*shots),
        neutral.kind,
        words,
        float(agreement(rows, reference).mean()) if several else None,
        {take: float(value) for take, value in per_take.items()} if several else {},
        None if odd is None else emotion.expressive[odd.index],
        odd is not None and odd.clear,
        strength(vector) / reference,
        reads_as(vector, among=_known_kinds(heard.encoder)),
        heard.encoder,
        tuple(notes),
    )


def _outlier_note(project: Project, take_id: str) -> str:
    source = next((t.source for t in project.takes if t.id == take_id), "") or take_id
    return f"The take {source} ({take_id}) is unlike the others; listen to it again."


def _known_kinds(encoder: str) -> tuple[str, ...] | None:
    """The presets that an encoder can tell apart; None for all."""
    if encoder != "starter":
        return None
    from cmet_studio.speech.starter import LEARNED

    return LEARNED


def _reference(encoder: str) -> float:
    """How long vectors of clearly spoken emotions are with this encoder."""
    from cmet_studio.emotion.figures import reference_strength
    from cmet_studio.emotion.presets import preset_vector
    from cmet_studio.emotion.vectors import strength

    if encoder != "starter":
        return reference_strength()
    from cmet_studio.speech.starter import typical_length

    lengths = {n: typical_length(n, strength(preset_vector(n))) for n in PRESETS if n != "neutral"}
    return reference_strength(lengths)


def _plain_vector(project: Project, emotion: Emotion, heard: Heard, notes: list[str]) -> Any:
    """An emotion's vector before anything is leant on."""
    from cmet_studio.emotion.presets import preset_vector

    if emotion.preset is not None:
        return preset_vector(emotion.preset)
    if emotion.mix:
        parts = [emotion_by_id(project, part.emotion) for part in emotion.mix]
        return mixed(emotion, {p.id: _plain_vector(project, p, heard, notes) for p in parts})
    return raw_vector(project, emotion, heard, notes)[0]


def _marks(project: Project, emotion: Emotion, heard: Heard) -> Iterator[tuple[MapPoint, Any]]:
    """An emotion's own points with their vectors, as differences from its neutral side."""
    try:
        vector = _plain_vector(project, emotion, heard, [])
    except BadInput:
        return  # no takes yet: not on the map
    yield (
        MapPoint("emotion", emotion.id, emotion.name, emotion.id, emotion.colour, 0.0, 0.0),
        vector,
    )
    if emotion.preset is not None or emotion.mix:
        return
    sources = {t.id: t.source or t.id for t in project.takes}
    centre = heard.rows(emotion.expressive).mean(axis=0) - vector
    for kind, takes in (
        ("take", emotion.expressive),
        ("neutral", neutral_of(project, emotion).takes),
    ):
        for take in takes:
            point = MapPoint(kind, take, sources[take], emotion.id, emotion.colour, 0.0, 0.0)
            yield point, heard.by_take[take] - centre
