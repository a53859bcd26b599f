"""What differs between two versions of the document: the one event that views and the plan get."""

from collections.abc import Iterator
from dataclasses import dataclass

from cmet_studio.domain.project import Emotion, Key, Performer, Project
from cmet_studio.domain.voices import neutral_of

FrameRange = tuple[int, int]
"""First frame and the frame after the last."""


@dataclass(frozen=True, slots=True)
class PerformerChange:
    """How a performer's part of the picture may differ.

    Attributes:
        performer: id.
        frames: half-open range outside which the schedule (coefficients, regions and semantic
            vectors) is the same as before; None if it is the same everywhere.
        track: another face, or a new performer: it has to be tracked first.
        removed: the performer is gone.
    """

    performer: str
    frames: FrameRange | None
    track: bool = False
    removed: bool = False


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What differs between two documents.

    Attributes:
        clip: other footage (content, size or times): nothing that was computed still holds.
        performers: those whose picture may differ, in document order, removed ones last.
        emotions: ids of the emotions whose semantic vector may differ, removed ones among them.
        anything: whether the documents differ at all, if only in names, colours or settings.
    """

    clip: bool
    performers: tuple[PerformerChange, ...]
    emotions: frozenset[str]
    anything: bool


def _vector_inputs(project: Project, emotion: Emotion) -> tuple[object, ...]:
    """All that the emotion's semantic vector depends on."""
    trims = {t.id: (t.sha256, t.in_s, t.out_s) for t in project.takes}
    return (
        emotion.preset,
        # A vector is a mean: order does not count. A missing take is a value of its own.
        sorted(str(trims.get(t)) for t in emotion.expressive),
        sorted(str(trims.get(t)) for t in neutral_of(project, emotion).takes),
        # The starter encoder leans on the preset that an emotion is called after.
        emotion.name if emotion.preset is None else None,
        sorted((part.emotion, part.weight) for part in emotion.mix),
    )


def _neutrals(project: Project) -> list[tuple[str, ...]]:
    return [p.neutral for p in project.performers]


def _emotions_changed(before: Project, after: Project) -> frozenset[str]:
    same = before.emotions is after.emotions and before.takes is after.takes
    if same and _neutrals(before) == _neutrals(after):
        return frozenset()
    old = {e.id: _vector_inputs(before, e) for e in before.emotions}
    new = {e.id: _vector_inputs(after, e) for e in after.emotions}
    changed = frozenset(e for e in old.keys() | new.keys() if old.get(e) != new.get(e))
    mixed = (e.id for e in after.emotions if any(part.emotion in changed for part in e.mix))
    return changed.union(mixed)


def _heard(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """Those that the schedule is made of."""
    return tuple(key for key in keys if not key.muted)


def _meaning(key: Key) -> tuple[object, ...]:
    """What of a key matters to the schedule."""
    bezier = key.bezier if key.interpolation == "bezier" else None
    mix = () if key.is_rest else tuple(sorted((p.emotion, p.weight) for p in key.mix))
    intensity = 0.0 if key.is_rest else key.intensity
    return key.frame, mix, intensity, key.interpolation, bezier, key.regions


def _common(a: tuple[object, ...], b: tuple[object, ...]) -> int:
    """Length of the common start."""
    short = min(len(a), len(b))
    return next((i for i in range(short) if a[i] != b[i]), short)


def _keys_changed(before: tuple[Key, ...], after: tuple[Key, ...], end: int) -> FrameRange | None:
    """Where the curves of two key lists may differ: a key reaches to its neighbours."""
    if before is after:
        return None
    before, after = _heard(before), _heard(after)
    old, new = (tuple(map(_meaning, keys)) for keys in (before, after))
    if old == new:
        return None
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    return before[head - 1].frame if head else 0, before[-tail].frame if tail else end


def _reach(keys: tuple[Key, ...], emotions: frozenset[str], end: int) -> Iterator[FrameRange]:
    """Where keys that use one of ``emotions`` are felt."""
    for i, key in enumerate(keys):
        if not key.is_rest and any(part.emotion in emotions for part in key.mix):
            first = keys[i - 1].frame if i else 0
            yield first, keys[i + 1].frame if i + 1 < len(keys) else end


def _schedule_changed(
    old: Performer, new: Performer, emotions: frozenset[str], end: int
) -> FrameRange | None:
    ranges: list[FrameRange] = []
    if emotions:
        for keys in (_heard(old.keys), _heard(new.keys)):
            ranges.extend(_reach(keys, emotions, end))
    if own := _keys_changed(old.keys, new.keys, end):
        ranges.append(own)
    if not ranges:
        return None
    return min(first for first, _ in ranges), max(stop for _, stop in ranges)


def _performers_changed(
    before: Project, after: Project, emotions: frozenset[str]
) -> Iterator[PerformerChange]:
    end = after.clip.frames
    old_by_id = {p.id: p for p in before.performers}
    for new in after.performers:
        old = old_by_id.pop(new.id, None)
        if old is None:
            yield PerformerChange(new.id, (0, end), track=True)
            continue
        track = (old.anchor_frame, old.anchor_box) != (new.anchor_frame, new.anchor_box)
        frames = (0, end) if track else _schedule_changed(old, new, emotions, end)
        if frames:
            yield PerformerChange(new.id, frames, track)
    for gone in old_by_id:
        yield PerformerChange(gone, (0, end), removed=True)


def changes(before: Project, after: Project) -> ChangeSet:
    """Compare two documents. Cheap where they share values, as neighbours in a history do."""
    clip = before.clip is not after.clip and (
        (before.clip.fingerprint, before.clip.frames, before.clip.rate)
        != (after.clip.fingerprint, after.clip.frames, after.clip.rate)
    )
    emotions = _emotions_changed(before, after)
    if clip:
        everywhere = (0, after.clip.frames)
        gone = {p.id for p in before.performers} - {p.id for p in after.performers}
        performers = tuple(PerformerChange(p.id, everywhere, track=True) for p in after.performers)
        performers += tuple(PerformerChange(i, everywhere, removed=True) for i in sorted(gone))
    else:
        performers = tuple(_performers_changed(before, after, emotions))
    return ChangeSet(clip, performers, emotions, before != after)
