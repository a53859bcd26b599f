"""Edits: functions from project to project.

Each raises BadInput, and then nothing has changed, if a name, id, frame or number is not usable.
Things are named by id here; ``domain.find`` turns what people type into the things themselves.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.edits_keys import (
    add_key,
    move_key,
    move_keys,
    mute_keys,
    paste_keys,
    remove_key,
    remove_keys,
    ripple_keys,
    scale_keys,
    set_key,
    set_keys,
    with_performer,
)
from cmet_studio.domain.edits_marks import (
    add_marker,
    move_marker,
    recolour_marker,
    remove_marker,
    rename_marker,
    set_work_range,
)
from cmet_studio.domain.edits_voices import set_emotion_mix, set_performer_neutral
from cmet_studio.domain.find import emotion_by_id, performer_by_id, take_by_id
from cmet_studio.domain.project import (
    PRESETS,
    Clip,
    Emotion,
    Key,
    Performer,
    Project,
    Take,
)
from cmet_studio.domain.rules import (
    MAX_EMOTIONS,
    MAX_PERFORMERS,
    MAX_TAKES,
    REST_NAME,
    check_box,
    check_frame,
    check_name,
    check_room,
    check_work_range,
    is_colour,
    is_id,
    is_sha256,
    printable,
    same_name,
    stays_inside,
)

__all__ = [
    "PALETTE",
    "Box",
    "add_emotion",
    "add_key",
    "add_marker",
    "add_performer",
    "add_take",
    "move_key",
    "move_keys",
    "move_marker",
    "mute_keys",
    "new_id",
    "next_colour",
    "paste_keys",
    "recolour_marker",
    "relink_clip",
    "remove_emotion",
    "remove_key",
    "remove_keys",
    "remove_marker",
    "remove_performer",
    "remove_take",
    "rename_emotion",
    "rename_marker",
    "rename_performer",
    "ripple_keys",
    "scale_keys",
    "set_anchor",
    "set_emotion_colour",
    "set_emotion_mix",
    "set_emotion_takes",
    "set_export",
    "set_key",
    "set_keys",
    "set_performer_neutral",
    "set_take_trim",
    "set_work_range",
]

PALETTE = (
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#bbbbbb",
)  # fmt: skip
"""Okabe and Ito's colours (2008), told apart by people of every colour vision; grey for black."""

Box = tuple[float, float, float, float]


def new_id(prefix: str, taken: Container[str]) -> str:
    """The first free id of the form prefix + number, from 1."""
    return next(name for n in count(1) if (name := f"{prefix}{n}") not in taken)


def next_colour(project: Project) -> str:
    """The palette's colour that the fewest emotions have; of equals, the first."""
    used = [emotion.colour for emotion in project.emotions]
    return min(PALETTE, key=used.count)


# Performers


def add_performer(project: Project, name: str, anchor_frame: int, anchor_box: Box) -> Project:
    """Add a performer, the last of the new project's, seen in ``anchor_box`` (x, y, w, h)."""
    check_room(project.performers, MAX_PERFORMERS, "performers")
    clean = check_name(name, "performer", (p.name for p in project.performers))
    check_frame(anchor_frame, project.clip, "The performer's frame")
    check_box(anchor_box, project.clip)
    performer_id = new_id("p", {p.id for p in project.performers})
    performer = Performer(performer_id, clean, anchor_frame, anchor_box)
    return replace(project, performers=(*project.performers, performer))


def rename_performer(project: Project, performer_id: str, name: str) -> Project:
    """Give a performer another name."""
    performer = performer_by_id(project, performer_id)
    others = (p.name for p in project.performers if p.id != performer_id)
    return with_performer(project, replace(performer, name=check_name(name, "performer", others)))


def set_anchor(project: Project, performer_id: str, frame: int, box: Box) -> Project:
    """Say anew which face is the performer's; the face is then tracked again."""
    performer = performer_by_id(project, performer_id)
    check_frame(frame, project.clip, "The performer's frame")
    check_box(box, project.clip)
    return with_performer(project, replace(performer, anchor_frame=frame, anchor_box=box))


def remove_performer(project: Project, performer_id: str) -> Project:
    """Remove a performer with all its keys."""
    performer = performer_by_id(project, performer_id)
    kept = (p for p in project.performers if p is not performer)
    return replace(project, performers=tuple(kept))


# Takes


def add_take(project: Project, take: Take) -> Project:
    """Add a take whose file is already in the project's media folder.

    Its id must be free: ask ``new_id("t", ...)`` before the file is named.
    """
    check_room(project.takes, MAX_TAKES, "takes")
    if not is_id(take.id) or any(t.id == take.id for t in project.takes):
        raise BadInput(f"The take's id '{take.id}' is taken or not usable.")
    if not stays_inside(take.path):
        raise BadInput(f"The take's path '{take.path}' leaves the project's folder.")
    if not is_sha256(take.sha256):
        raise BadInput(f"The take '{take.id}' has no SHA-256 digest.")
    _check_trim(take)
    shown = replace(take, source=printable(take.source))
    return replace(project, takes=(*project.takes, shown))


def _check_trim(take: Take) -> None:
    end = take.duration_s if take.out_s is None else take.out_s
    if not 0.0 <= take.in_s < end <= take.duration_s:
        raise BadInput(
            f"The trim {take.in_s:g}s to {end:g}s does not fit the {take.duration_s:g}s take "
            f"'{take.source or take.id}'.",
            "Give an in-point before the out-point, both inside the take.",
        )


def set_take_trim(
    project: Project, take_id: str, in_s: float, out_s: float | None, speech_s: float
) -> Project:
    """Trim a take; ``speech_s`` is the speech found in what is left (``speech.quality``)."""
    trimmed = replace(take_by_id(project, take_id), in_s=in_s, out_s=out_s, speech_s=speech_s)
    _check_trim(trimmed)
    return replace(project, takes=tuple(trimmed if t.id == take_id else t for t in project.takes))


def remove_take(project: Project, take_id: str, force: bool = False) -> Project:
    """Remove a take (the file stays); with ``force`` also out of the emotions that use it.

    Raises: BadInput if emotions use it and ``force`` is not given.
    """
    take = take_by_id(project, take_id)
    users = [e for e in project.emotions if take_id in e.expressive or take_id in e.neutral]
    voices = [p for p in project.performers if take_id in p.neutral]
    if (users or voices) and not force:
        named = [e.name for e in users] + [p.name for p in voices]
        names = ", ".join(f"'{name}'" for name in named)
        hint = "Take it out of them first, or add --force to do that with it."
        raise BadInput(f"The take '{take_id}' is used by {names}.", hint)

    def without(emotion: Emotion) -> Emotion:
        expressive = tuple(t for t in emotion.expressive if t != take_id)
        neutral = tuple(t for t in emotion.neutral if t != take_id)
        return replace(emotion, expressive=expressive, neutral=neutral)

    emotions = tuple(without(e) if e in users else e for e in project.emotions)
    people = project.performers
    if voices:
        people = tuple(
            replace(p, neutral=tuple(t for t in p.neutral if t != take_id)) for p in people
        )
    takes = tuple(t for t in project.takes if t is not take)
    return replace(project, emotions=emotions, performers=people, takes=takes)


# Emotions


def _emotion_name(project: Project, name: str, own_id: str = "") -> str:
    clean = check_name(name, "emotion", (e.name for e in project.emotions if e.id != own_id))
    if same_name(clean, REST_NAME):
        raise BadInput(
            f"No emotion can be called '{clean}': it means no edit.", "Choose another name."
        )
    return clean


def _with_emotion(project: Project, emotion: Emotion) -> Project:
    kept = (emotion if e.id == emotion.id else e for e in project.emotions)
    return replace(project, emotions=tuple(kept))


def _check_takes(project: Project, expressive: Iterable[str], neutral: Iterable[str]) -> None:
    used = [*expressive, *neutral]
    for take_id in used:
        take_by_id(project, take_id)
    if len(set(used)) != len(used):
        raise BadInput("A take stands in an emotion twice.", "Name every take once.")


def add_emotion(
    project: Project,
    name: str,
    *,
    preset: str | None = None,
    expressive: tuple[str, ...] = (),
    neutral: tuple[str, ...] = (),
    colour: str | None = None,
) -> Project:
    """Add an emotion, the last of the new project's: a preset, or takes (by id, also later)."""
    check_room(project.emotions, MAX_EMOTIONS, "emotions")
    clean = _emotion_name(project, name)
    if preset is not None and preset not in PRESETS:
        raise BadInput(f"There is no preset '{preset}'.", f"There are: {', '.join(PRESETS)}.")
    if preset is not None and (expressive or neutral):
        raise BadInput(
            f"The emotion '{clean}' cannot be both a preset and made from takes.",
            "Give a preset, or expressive and neutral takes.",
        )
    _check_takes(project, expressive, neutral)
    emotion_id = new_id("e", {e.id for e in project.emotions})
    emotion = Emotion(
        emotion_id, clean, next_colour(project), preset, tuple(expressive), tuple(neutral)
    )
    added = replace(project, emotions=(*project.emotions, emotion))
    return added if colour is None else set_emotion_colour(added, emotion_id, colour)


def rename_emotion(project: Project, emotion_id: str, name: str) -> Project:
    """Give an emotion another name; keys follow, since they know it by id."""
    emotion = emotion_by_id(project, emotion_id)
    return _with_emotion(project, replace(emotion, name=_emotion_name(project, name, emotion_id)))


def set_emotion_colour(project: Project, emotion_id: str, colour: str) -> Project:
    """Colour an emotion; ``colour`` reads ``#rrggbb``."""
    if not is_colour(colour.lower()):
        raise BadInput(f"'{colour}' is not a colour.", "Write it as #rrggbb.")
    return _with_emotion(
        project, replace(emotion_by_id(project, emotion_id), colour=colour.lower())
    )


def set_emotion_takes(
    project: Project, emotion_id: str, expressive: tuple[str, ...], neutral: tuple[str, ...]
) -> Project:
    """Say what takes (by id) an emotion is made from; a preset then becomes an ordinary emotion."""
    _check_takes(project, expressive, neutral)
    made = replace(
        emotion_by_id(project, emotion_id),
        preset=None,
        mix=(),
        expressive=tuple(expressive),
        neutral=tuple(neutral),
    )
    return _with_emotion(project, made)


def remove_emotion(project: Project, emotion_id: str, force: bool = False) -> Project:
    """Remove an emotion; with ``force`` also every key whose mix it is part of.

    Raises: BadInput if keys use it and ``force`` is not given, or another emotion is mixed from it.
    """
    emotion = emotion_by_id(project, emotion_id)
    for other in project.emotions:
        if any(part.emotion == emotion_id for part in other.mix):
            raise BadInput(
                f"The emotion '{other.name}' is mixed from '{emotion.name}'.",
                f"Remove '{other.name}' first.",
            )

    def uses(key: Key) -> bool:
        return any(part.emotion == emotion_id for part in key.mix)

    users = sum(uses(key) for performer in project.performers for key in performer.keys)
    if users and not force:
        keys = "1 key uses" if users == 1 else f"{users} keys use"
        raise BadInput(
            f"{keys} the emotion '{emotion.name}'.",
            "Remove them first, or add --force to remove them with it.",
        )
    performers = project.performers
    if users:
        performers = tuple(
            replace(p, keys=tuple(k for k in p.keys if not uses(k))) for p in performers
        )
    kept = tuple(e for e in project.emotions if e is not emotion)
    return replace(project, emotions=kept, performers=performers)


# The rest of the document


def set_export(project: Project, settings: Mapping[str, Any]) -> Project:
    """Remember export settings (JSON values); those not named stay."""
    return replace(project, export={**project.export, **settings})


def relink_clip(project: Project, clip: Clip) -> Project:
    """Put another file in the clip's place, for example the same footage in a better encoding.

    Raises: BadInput if a key, a marker, the in/out range or a performer's frame lies beyond the new
        clip's end, or its picture has another size (the performers' boxes are in pixels).
    """
    old = project.clip
    if project.performers and (clip.width, clip.height) != (old.width, old.height):
        raise BadInput(
            f"The project is made for a {old.width} x {old.height} clip; {clip.path} is "
            f"{clip.width} x {clip.height}.",
            "Link a clip of the same size, or start a new project.",
        )
    for performer in project.performers:
        check_frame(performer.anchor_frame, clip, f"The frame of performer '{performer.name}'")
        for key in performer.keys:
            check_frame(key.frame, clip, f"A key of performer '{performer.name}' at")
    for marker in project.markers:
        check_frame(marker.frame, clip, "A marker at")
    if project.work_range is not None:
        check_work_range(project.work_range, clip)
    return replace(project, clip=replace(clip, extra={**old.extra, **clip.extra}))
