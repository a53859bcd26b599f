"""What lies between two states of a project, in words for people."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from cmet_studio.domain.project import Emotion, Key, Performer, Project

T = TypeVar("T", Performer, Emotion)
_MOST_NAMED = 2
_Place = tuple[str, int]
"""A performer's id and a frame: there is at most one key there."""


def what_changed(before: Project, after: Project) -> tuple[str, ...]:
    """Phrases such as ``2 keys added`` or ``emotion Warm changed``; none for equal states."""
    if before == after:
        return ()
    words = _keys(before, after)
    words += _named("performer", before.performers, after.performers, _without_keys)
    words += _named("emotion", before.emotions, after.emotions, lambda emotion: emotion)
    old, new = ({take.id for take in one.takes} for one in (before, after))
    words += _counted("take", len(new - old), len(old - new), 0, 0)
    same = old & new
    if [t for t in before.takes if t.id in same] != [t for t in after.takes if t.id in same]:
        words.append("takes changed")
    parts = (("markers", "markers"), ("work_range", "in and out"), ("clip", "clip"))
    words += [f"{name} changed" for part, name in parts if _differ(part, before, after)]
    if before.export != after.export:
        words.append("export settings changed")
    return tuple(words or ["details changed"])


def _differ(part: str, before: Project, after: Project) -> bool:
    return bool(getattr(before, part) != getattr(after, part))


def _keys(before: Project, after: Project) -> list[str]:
    """Keys by performer and frame; one that is found as it was on another frame has moved."""
    old, new = _by_place(before), _by_place(after)
    changed = sum(1 for place in old.keys() & new.keys() if old[place] != new[place])
    gone = Counter(_facts(place, old[place]) for place in old.keys() - new.keys())
    come = Counter(_facts(place, new[place]) for place in new.keys() - old.keys())
    moved = sum((gone & come).values())
    added, removed = sum(come.values()) - moved, sum(gone.values()) - moved
    return _counted("key", added, removed, moved, changed)


def _by_place(project: Project) -> Mapping[_Place, Key]:
    return {(p.id, key.frame): key for p in project.performers for key in p.keys}


def _facts(place: _Place, key: Key) -> Hashable:
    """All of a key but its frame."""
    return (
        place[0], key.mix, key.intensity, key.interpolation, key.bezier, key.regions, key.muted
    )  # fmt: skip


def _without_keys(performer: Performer) -> Performer:
    return replace(performer, keys=())


def _named(
    kind: str, before: Sequence[T], after: Sequence[T], plain: Callable[[T], T]
) -> list[str]:
    old, new = ({thing.id: plain(thing) for thing in things} for things in (before, after))
    verbs = {
        "added": [new[i].name for i in new if i not in old],
        "removed": [old[i].name for i in old if i not in new],
        "changed": [new[i].name for i in new if i in old and new[i] != old[i]],
    }
    return [
        f"{kind} {' and '.join(names)} {verb}"
        if len(names) <= _MOST_NAMED
        else f"{len(names)} {kind}s {verb}"
        for verb, names in verbs.items()
        if names
    ]


def _counted(kind: str, added: int, removed: int, moved: int, changed: int) -> list[str]:
    counts = {"added": added, "removed": removed, "moved": moved, "changed": changed}
    return [
        f"{count} {kind}{'s' if count > 1 else ''} {verb}"
        for verb, count in counts.items()
        if count
    ]
