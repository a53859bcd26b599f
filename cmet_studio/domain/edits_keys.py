"""Edits of keys: functions from project to project, reached through ``domain.edits``.

Each raises BadInput, and then nothing has changed, if a key is missing or a number not usable.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.find import emotion_by_id, key_on, performer_by_id
from cmet_studio.domain.project import Key, Performer, Project
from cmet_studio.domain.rules import MAX_KEYS, check_frame, check_key


def with_performer(project: Project, performer: Performer) -> Project:
    """Put a performer in the place of the one with its id."""
    others = (performer if p.id == performer.id else p for p in project.performers)
    return replace(project, performers=tuple(others))


def _with_keys(project: Project, performer: Performer, keys: Mapping[int, Key]) -> Project:
    others = sum(len(p.keys) for p in project.performers if p.id != performer.id)
    if len(keys) > len(performer.keys) and others + len(keys) > MAX_KEYS:
        raise BadInput(f"A project holds at most {MAX_KEYS} keys.", "Remove some first.")
    ordered = tuple(keys[frame] for frame in sorted(keys))
    return with_performer(project, replace(performer, keys=ordered))


def _by_frame(performer: Performer) -> dict[int, Key]:
    return {key.frame: key for key in performer.keys}


def _on(performer: Performer, frames: Collection[int]) -> list[Key]:
    """The keys on ``frames``, in order. Raises: BadInput if one is missing."""
    keys = _by_frame(performer)
    # key_on names what is missing; it walks all keys, so only then.
    return [keys[f] if f in keys else key_on(performer, f) for f in sorted(set(frames))]


def _check_keys(project: Project, keys: Iterable[Key]) -> None:
    for key in keys:
        check_key(key, project.clip)
        for part in key.mix:
            emotion_by_id(project, part.emotion)


def add_key(project: Project, performer_id: str, key: Key) -> Project:
    """Set an emotion key, as editors do: where the performer has a key already, it is overwritten.

    All values become those of ``key``; only the old key's unknown fields (``extra``) stay.
    """
    _check_keys(project, (key,))
    performer = performer_by_id(project, performer_id)
    keys = _by_frame(performer)
    if old := keys.get(key.frame):
        key = replace(key, extra={**old.extra, **key.extra})
    return _with_keys(project, performer, keys | {key.frame: key})


def set_keys(
    project: Project, performer_id: str, frames: Collection[int], change: Callable[[Key], Key]
) -> Project:
    """Change values of the keys on ``frames`` by a function that leaves their frames alone.

    Raises: BadInput if one is missing or its new values are not usable.
    """
    performer = performer_by_id(project, performer_id)
    changed = [replace(change(key), frame=key.frame) for key in _on(performer, frames)]
    _check_keys(project, changed)
    return _with_keys(
        project, performer, _by_frame(performer) | {key.frame: key for key in changed}
    )


def set_key(
    project: Project, performer_id: str, frame: int, change: Callable[[Key], Key]
) -> Project:
    """Change values of the key on ``frame`` by a function that leaves its frame alone.

    For example ``lambda key: replace(key, intensity=0.5)``.

    Raises: BadInput if there is no key on ``frame`` or the new values are not usable.
    """
    return set_keys(project, performer_id, (frame,), change)


def mute_keys(
    project: Project, performer_id: str, frames: Collection[int], muted: bool = True
) -> Project:
    """Take keys out of the schedule, or put them back, without losing them."""
    return set_keys(project, performer_id, frames, lambda key: replace(key, muted=muted))


def _replaced(
    project: Project, performer: Performer, moving: Sequence[Key], to: Sequence[int]
) -> Project:
    """Take ``moving`` from their frames and put them on the frames ``to``, over what is there."""
    for frame in to:
        check_frame(frame, project.clip, "The key's new place")
    keys = _by_frame(performer)
    for key in moving:
        del keys[key.frame]
    keys.update({frame: replace(key, frame=frame) for key, frame in zip(moving, to, strict=True)})
    return _with_keys(project, performer, keys)


def move_keys(project: Project, performer_id: str, frames: Collection[int], by: int) -> Project:
    """Move the keys on ``frames`` together; keys they land on are overwritten, as in other editors.

    A drag that should not eat the keys it passes over starts every time from the project that was
    there when it began (see ``history.Gesture``).

    Raises: BadInput if a key is missing or would leave the clip.
    """
    performer = performer_by_id(project, performer_id)
    moving = _on(performer, frames)
    return _replaced(project, performer, moving, [key.frame + by for key in moving])


def move_key(project: Project, performer_id: str, frame: int, to_frame: int) -> Project:
    """Move one key; see ``move_keys``."""
    return move_keys(project, performer_id, (frame,), to_frame - frame)


def scaled_frame(frame: int, pivot: int, factor: Fraction | float) -> int:
    """Where a frame comes to lie when the distance to ``pivot`` is scaled; halves round up."""
    return pivot + (2 * (frame - pivot) * Fraction(factor) + 1) // 2


def scale_keys(
    project: Project,
    performer_id: str,
    frames: Collection[int],
    pivot: int,
    factor: Fraction | float,
) -> Project:
    """Scale the distances of the keys on ``frames`` to ``pivot``; overwrites as ``move_keys`` does.

    Raises: BadInput if a key is missing or would leave the clip, the factor is not positive, or two
        of the keys would come to lie on one frame.
    """
    if not 0 < factor < 1e6:
        raise BadInput(f"Keys cannot be scaled by {float(factor):g}.", "Give a positive factor.")
    performer = performer_by_id(project, performer_id)
    moving = _on(performer, frames)
    to = [scaled_frame(key.frame, pivot, factor) for key in moving]
    if len(set(to)) < len(to):
        raise BadInput("Two keys would come to lie on one frame.", "Scale them down less.")
    return _replaced(project, performer, moving, to)


def ripple_keys(project: Project, performer_id: str, from_frame: int, by: int) -> Project:
    """Move every key from ``from_frame`` on, as when time is put in (``by`` > 0) or taken out.

    Raises: BadInput if a key would leave the clip or reach one before ``from_frame``.
    """
    performer = performer_by_id(project, performer_id)
    moving = [key for key in performer.keys if key.frame >= from_frame]
    before = [key.frame for key in performer.keys if key.frame < from_frame]
    if moving and before and moving[0].frame + by <= before[-1]:
        raise BadInput(
            f"The key on f{moving[0].frame} would reach the one on f{before[-1]}.",
            "Move the keys less far.",
        )
    return _replaced(project, performer, moving, [key.frame + by for key in moving])


def paste_keys(project: Project, performer_id: str, keys: Sequence[Key], at: int) -> Project:
    """Put copies of ``keys`` in, the earliest on frame ``at``; overwrites as ``move_keys`` does.

    Raises: BadInput if there is nothing to paste, a copy would leave the clip or an emotion of one
        is not in this project.
    """
    if not keys:
        raise BadInput("There are no keys to paste.", "Copy keys first.")
    performer = performer_by_id(project, performer_id)
    by = at - min(key.frame for key in keys)
    copies = {key.frame + by: replace(key, frame=key.frame + by) for key in keys}
    _check_keys(project, copies.values())
    return _with_keys(project, performer, _by_frame(performer) | copies)


def remove_keys(project: Project, performer_id: str, frames: Collection[int]) -> Project:
    """Remove the keys on ``frames``.

    Raises: BadInput if there is none on one of them.
    """
    performer = performer_by_id(project, performer_id)
    gone = {key.frame for key in _on(performer, frames)}
    kept = {k.frame: k for k in performer.keys if k.frame not in gone}
    return _with_keys(project, performer, kept)


def remove_key(project: Project, performer_id: str, frame: int) -> Project:
    """Remove one key; see ``remove_keys``."""
    return remove_keys(project, performer_id, (frame,))
