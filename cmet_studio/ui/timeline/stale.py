"""Which cached frames an edit makes old: guessed at once, the engine knows a moment later."""

from collections.abc import Sequence

from cmet_studio.domain.project import Key, Project
from cmet_studio.ui.timeline.curve import shared
from cmet_studio.ui.timeline.facts import CacheState

Run = tuple[int, int, CacheState]


def _touched(before: tuple[Key, ...], after: tuple[Key, ...], end: int) -> tuple[int, int]:
    """Frames between the keys that both lists begin and end with."""
    head = shared(before, after)
    tail = min(shared(before[::-1], after[::-1]), len(before) - head, len(after) - head)
    first = before[head - 1].frame if head else 0
    return first, before[len(before) - tail].frame if tail else end


def stale_frames(before: Project, after: Project) -> list[tuple[int, int]]:
    """Half-open ranges that moved, new or removed keys are felt in; cheap, by identity."""
    end = after.clip.frames
    old = {p.id: p for p in before.performers}
    ranges = []
    for performer in after.performers:
        known = old.pop(performer.id, None)
        if known is None or known.anchor_box != performer.anchor_box:
            ranges.append((0, end))
        elif known.keys is not performer.keys:
            ranges.append(_touched(known.keys, performer.keys, end))
    return [(0, end)] if old else ranges


def without(runs: Sequence[Run], start: int, stop: int) -> tuple[Run, ...]:
    """The runs with no frame of a range rendered."""
    kept: list[Run] = []
    for first, last, state in runs:
        if last <= start or first >= stop or state == "none":
            kept.append((first, last, state))
            continue
        if first < start:
            kept.append((first, start, state))
        kept.append((max(first, start), min(last, stop), "none"))
        if last > stop:
            kept.append((stop, last, state))
    return tuple(kept)
