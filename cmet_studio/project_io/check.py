"""How the parts of a project file have to fit together. The first problem found is enough."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from pydantic import ValidationError

from cmet_studio.core.errors import BadInput
from cmet_studio.domain import rules
from cmet_studio.domain.project import PRESETS, Clip, Emotion, Key, Performer, Project
from cmet_studio.domain.time import timecode_to_frames
from cmet_studio.project_io.convert import to_project
from cmet_studio.project_io.schema import ProjectFile
from cmet_studio.project_io.text import Json


class Unusable(Exception):
    """The way out to the caller, who knows the file's name: field path and what is wrong."""


def validate(data: Json) -> Project:
    """Make the document out of a file's data, of the current schema.

    Raises: Unusable, e.g. ``performers[0].keys[3].intensity should be less than or equal to 1.5``.
    """
    try:
        project = to_project(ProjectFile.model_validate(data))
    except ValidationError as exc:
        raise Unusable(_first(exc)) from exc
    _check(project)
    return project


def check_changed(before: Project, after: Project) -> None:
    """Check what an edit of the valid ``before`` has made, at the cost of what it changed.

    Raises: Unusable.
    """
    old = {p.id: p.keys for p in before.performers}
    parts = (before.emotions is after.emotions, before.takes is after.takes)
    if all(parts) and before.clip == after.clip:
        count = sum(len(p.keys) for p in after.performers)
        if count > rules.MAX_KEYS:
            raise Unusable(f"performers should have at most {rules.MAX_KEYS} keys together")
        near = [replace(p, keys=_changed(old.get(p.id, ()), p.keys)) for p in after.performers]
        after = replace(after, performers=tuple(near))
    _check(after)


def _changed(before: tuple[Key, ...], after: tuple[Key, ...]) -> tuple[Key, ...]:
    """The keys that differ, and one known one on either side of them."""
    short = min(len(before), len(after))
    head = 0
    while head < short and before[head] is after[head]:
        head += 1
    tail = 0
    while tail < short - head and before[-1 - tail] is after[-1 - tail]:
        tail += 1
    return after[max(0, head - 1) : len(after) - max(0, tail - 1)]


def _field(location: Sequence[int | str]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".") or "it"


def _first(exc: ValidationError) -> str:
    error = exc.errors(include_url=False, include_context=False, include_input=False)[0]
    if error["type"] == "missing":
        return f"{_field(error['loc'])} is missing"
    message = error["msg"]
    for subject in ("Input should", "List should", "Tuple should", "String should", "should"):
        if message.startswith(subject):
            message = "should" + message.removeprefix(subject)
    return f"{_field(error['loc'])} {message}"


@contextmanager
def _at(field: str) -> Iterator[None]:
    try:
        yield
    except BadInput as exc:
        message = exc.message.rstrip(".")
        raise Unusable(f"{field}: {message[0].lower()}{message[1:]}") from exc


def _check(project: Project) -> None:
    _check_clip(project.clip)
    if sum(len(p.keys) for p in project.performers) > rules.MAX_KEYS:
        raise Unusable(f"performers should have at most {rules.MAX_KEYS} keys together")
    for part in ("performers", "takes", "emotions"):
        _all_differ([thing.id for thing in getattr(project, part)], part, "id")
    for part in ("performers", "emotions"):
        _all_differ([rules.fold(thing.name) for thing in getattr(project, part)], part, "name")
    takes = {take.id for take in project.takes}
    for n, take in enumerate(project.takes):
        end = take.duration_s if take.out_s is None else take.out_s
        if not take.in_s < end <= take.duration_s:
            raise Unusable(f"takes[{n}].in_s and out_s do not fit its duration_s")
    for n, emotion in enumerate(project.emotions):
        _check_emotion(emotion, takes, f"emotions[{n}]")
    emotions = {emotion.id for emotion in project.emotions}
    _check_mixes(project)
    for n, performer in enumerate(project.performers):
        _check_performer(performer, project.clip, emotions, f"performers[{n}]")
        _check_neutral(performer, takes, f"performers[{n}].neutral")
    _check_marks(project)
    _check_places(project.export, "export")
    _check_places(project.extra.get("cache"), "cache")


def _all_differ(values: Sequence[str], part: str, field: str) -> None:
    seen: dict[str, int] = {}
    for n, value in enumerate(values):
        if value in seen:
            raise Unusable(f"{part}[{n}].{field} is the same as {part}[{seen[value]}].{field}")
        seen[value] = n


def _check_clip(clip: Clip) -> None:
    if clip.start_timecode is not None:
        with _at("clip.start_timecode"):
            timecode_to_frames(clip.start_timecode, clip.rate)


def _check_emotion(emotion: Emotion, takes: set[str], field: str) -> None:
    if rules.same_name(emotion.name, rules.REST_NAME):
        raise Unusable(f"{field}.name should not be '{rules.REST_NAME}', which means no edit")
    if emotion.preset is not None and emotion.preset not in PRESETS:
        raise Unusable(f"{field}.preset is none that this version knows")
    used = (*emotion.expressive, *emotion.neutral)
    if emotion.preset is not None and used:
        raise Unusable(f"{field} should be a preset or have takes, not both")
    for kind in ("expressive", "neutral"):
        for n, take in enumerate(getattr(emotion, kind)):
            if take not in takes:
                raise Unusable(f"{field}.{kind}[{n}] names a take that is not there, '{take}'")
    if len(set(used)) != len(used):
        raise Unusable(f"{field} names a take twice")


def _check_mixes(project: Project) -> None:
    kinds = {emotion.id: bool(emotion.mix) for emotion in project.emotions}
    for n, emotion in enumerate(project.emotions):
        if not emotion.mix:
            continue
        field = f"emotions[{n}]"
        if emotion.preset is not None or emotion.expressive or emotion.neutral:
            raise Unusable(f"{field} should be a mix, or have a preset or takes, not both")
        with _at(f"{field}.mix"):
            rules.check_mix(emotion.mix)
        for part in emotion.mix:
            if kinds.get(part.emotion, True):
                raise Unusable(
                    f"{field}.mix names no emotion with a voice of its own, '{part.emotion}'"
                )


def _check_neutral(performer: Performer, takes: set[str], field: str) -> None:
    for n, take in enumerate(performer.neutral):
        if take not in takes:
            raise Unusable(f"{field}[{n}] names a take that is not there, '{take}'")
    if len(set(performer.neutral)) != len(performer.neutral):
        raise Unusable(f"{field} names a take twice")


def _check_performer(performer: Performer, clip: Clip, emotions: set[str], field: str) -> None:
    with _at(f"{field}.anchor_frame"):
        rules.check_frame(performer.anchor_frame, clip, "The frame")
    with _at(f"{field}.anchor_box"):
        rules.check_box(performer.anchor_box, clip)
    last = -1
    for n, key in enumerate(performer.keys):
        where = f"{field}.keys[{n}]"
        if key.frame == last:
            raise Unusable(f"{where}.frame is that of another key, f{last}")
        last = key.frame
        with _at(f"{where}.frame"):
            rules.check_frame(key.frame, clip, "The key at")
        with _at(f"{where}.mix"):
            rules.check_mix(key.mix)
        for part in key.mix:
            if part.emotion not in emotions:
                raise Unusable(f"{where}.mix names an emotion that is not there, '{part.emotion}'")


def _check_marks(project: Project) -> None:
    last = -1
    for n, marker in enumerate(project.markers):
        if marker.frame == last:
            raise Unusable(f"markers[{n}].frame is that of another marker, f{last}")
        last = marker.frame
        with _at(f"markers[{n}].frame"):
            rules.check_frame(marker.frame, project.clip, "The marker at")
    if project.work_range is not None:
        with _at("work_range"):
            rules.check_work_range(project.work_range, project.clip)


def _check_places(value: object, field: str) -> None:
    """Settings name codecs and numbers; a place among them has to stay in the project's folder."""
    if isinstance(value, dict):
        for name in value:
            _check_places(value[name], f"{field}.{name[:40]}")
    elif isinstance(value, list):
        for n, item in enumerate(value):
            _check_places(item, f"{field}[{n}]")
    elif isinstance(value, str) and value and not _leads_nowhere_else(value):
        raise Unusable(f"{field} leads out of the project's folder")


def _leads_nowhere_else(text: str) -> bool:
    return rules.is_relative(text) and ".." not in text.split("/") and text[0] != "~"
