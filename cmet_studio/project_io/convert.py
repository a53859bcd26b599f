"""Between the file's objects and the document's values."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cmet_studio.domain.project import (
    REGIONS,
    Bezier,
    Clip,
    Emotion,
    Extra,
    Fingerprint,
    Key,
    Marker,
    MixPart,
    Performer,
    Project,
    RegionWeights,
    Take,
)
from cmet_studio.domain.time import FrameRate
from cmet_studio.project_io.schema import (
    ClipFile,
    EmotionFile,
    KeyFile,
    MarkerFile,
    PerformerFile,
    ProjectFile,
    TakeFile,
)
from cmet_studio.project_io.text import Json
from cmet_studio.project_io.upgrades import SCHEMA

# From the file


def _clip(file: ClipFile) -> Clip:
    num, _, den = file.rate.partition("/")
    return Clip(
        path=file.path,
        hint=file.hint,
        fingerprint=Fingerprint(file.size, file.sha256),
        width=file.width,
        height=file.height,
        frames=file.frames,
        rate=FrameRate(int(num), int(den or 1)),
        start_timecode=file.start_timecode,
        extra=file.unknown,
    )


def _key(file: KeyFile) -> Key:
    key = Key(
        frame=file.frame,
        mix=tuple(MixPart(emotion, weight) for emotion, weight in file.mix),
        intensity=file.intensity,
        interpolation=file.interpolation,
        muted=file.muted,
        extra=file.unknown,
    )
    if file.bezier is not None:
        key = replace(key, bezier=Bezier(*file.bezier))
    if file.regions is not None:
        regions = RegionWeights(*(getattr(file.regions, region) for region in REGIONS))
        # Regions have no extra of their own: the key keeps what is unknown in them.
        unknown = file.regions.unknown
        key = replace(key, regions=regions, extra={**key.extra, **_unless_empty(unknown)})
    return key


def _unless_empty(unknown_regions: Json) -> Json:
    return {"regions": unknown_regions} if unknown_regions else {}


def _performer(file: PerformerFile) -> Performer:
    keys = sorted(map(_key, file.keys), key=lambda key: key.frame)
    return Performer(
        file.id,
        file.name,
        file.anchor_frame,
        file.anchor_box,
        tuple(keys),
        file.unknown,
        tuple(file.neutral),
    )


def _take(file: TakeFile) -> Take:
    return Take(
        id=file.id,
        path=file.path,
        sha256=file.sha256,
        duration_s=file.duration_s,
        in_s=file.in_s,
        out_s=file.out_s,
        speech_s=file.speech_s,
        source=file.source,
        clip_s=file.clip_s,
        extra=file.unknown,
    )


def _emotion(file: EmotionFile) -> Emotion:
    return Emotion(
        id=file.id,
        name=file.name,
        colour=file.colour,
        preset=file.preset,
        expressive=tuple(file.expressive),
        neutral=tuple(file.neutral),
        mix=tuple(MixPart(part, weight) for part, weight in file.mix),
        extra=file.unknown,
    )


def _markers(files: Sequence[MarkerFile]) -> tuple[Marker, ...]:
    markers = (Marker(m.frame, m.label, m.colour, m.unknown) for m in files)
    return tuple(sorted(markers, key=lambda marker: marker.frame))


def to_project(file: ProjectFile) -> Project:
    """Make the document; keys come sorted by frame."""
    return Project(
        clip=_clip(file.clip),
        performers=tuple(map(_performer, file.performers)),
        takes=tuple(map(_take, file.takes)),
        emotions=tuple(map(_emotion, file.emotions)),
        export=file.export,
        markers=_markers(file.markers),
        work_range=file.work_range,
        extra=file.unknown,
    )


# To the file. Numbers are made plain ones: callers may have them from numpy, or whole for real.


def _sorted(value: object) -> Any:
    """Foreign JSON in one order, so that equal documents give equal files."""
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_sorted(item) for item in value]
    return value


def _with_extra(data: Json, extra: Extra) -> Json:
    return data | {n: _sorted(extra[n]) for n in sorted(extra) if n not in data}


def _clip_data(clip: Clip) -> Json:
    data: Json = {
        "path": clip.path,
        "hint": clip.hint,
        "size": clip.fingerprint.size,
        "sha256": clip.fingerprint.sha256,
        "width": clip.width,
        "height": clip.height,
        "frames": clip.frames,
        "rate": f"{clip.rate.num}/{clip.rate.den}",
        "start_timecode": clip.start_timecode,
    }
    return _with_extra(data, clip.extra)


def _key_data(key: Key) -> Json:
    data: Json = {
        "frame": int(key.frame),
        "mix": [[part.emotion, float(part.weight)] for part in key.mix],
        "intensity": float(key.intensity),
        "interpolation": key.interpolation,
    }
    if key.muted:
        data["muted"] = True
    b = key.bezier
    if b != Bezier():
        data["bezier"] = [float(b.x1), float(b.y1), float(b.x2), float(b.y2)]
    unknown = key.extra.get("regions", {})
    if key.regions != RegionWeights() or unknown:
        regions = {region: float(getattr(key.regions, region)) for region in REGIONS}
        data["regions"] = _with_extra(regions, unknown)
    return _with_extra(data, {n: v for n, v in key.extra.items() if n != "regions"})


def _performer_data(performer: Performer) -> Json:
    data: Json = {
        "id": performer.id,
        "name": performer.name,
        "anchor_frame": int(performer.anchor_frame),
        "anchor_box": [float(number) for number in performer.anchor_box],
        "keys": [_key_data(key) for key in performer.keys],
    }
    if performer.neutral:
        data["neutral"] = list(performer.neutral)
    return _with_extra(data, performer.extra)


def _take_data(take: Take) -> Json:
    data: Json = {
        "id": take.id,
        "path": take.path,
        "sha256": take.sha256,
        "duration_s": float(take.duration_s),
        "in_s": float(take.in_s),
        "out_s": None if take.out_s is None else float(take.out_s),
        "speech_s": float(take.speech_s),
        "source": take.source,
    }
    if take.clip_s is not None:
        data["clip_s"] = float(take.clip_s)
    return _with_extra(data, take.extra)


def _emotion_data(emotion: Emotion) -> Json:
    data: Json = {
        "id": emotion.id,
        "name": emotion.name,
        "colour": emotion.colour,
        "preset": emotion.preset,
        "expressive": list(emotion.expressive),
        "neutral": list(emotion.neutral),
    }
    if emotion.mix:
        data["mix"] = [[part.emotion, float(part.weight)] for part in emotion.mix]
    return _with_extra(data, emotion.extra)


def _marker_data(marker: Marker) -> Json:
    data: Json = {"frame": int(marker.frame), "label": marker.label, "colour": marker.colour}
    return _with_extra(data, marker.extra)


def to_data(project: Project) -> Json:
    """Make what is written; equal documents give equal data in equal order."""
    data: Json = {
        "schema": SCHEMA,
        "clip": _clip_data(project.clip),
        "performers": [_performer_data(p) for p in project.performers],
        "takes": [_take_data(t) for t in project.takes],
        "emotions": [_emotion_data(e) for e in project.emotions],
        "export": _sorted(dict(project.export)),
    }
    # Left out while unused: files then look as older versions of this schema wrote them.
    if project.markers:
        data["markers"] = [_marker_data(m) for m in project.markers]
    if project.work_range is not None:
        data["work_range"] = [int(frame) for frame in project.work_range]
    return _with_extra(data, project.extra)
