"""What an edit put in and took out, as small plain data: the journal writes it for every edit.

A splice is a little project file that holds only what is new, and the places where it goes. Making
one compares by identity first, so that an edit among 10,000 keys costs about as much as one of ten.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from cmet_studio.domain.project import Performer, Project
from cmet_studio.project_io.convert import to_data, to_project
from cmet_studio.project_io.schema import ProjectFile
from cmet_studio.project_io.text import Json

_Item = TypeVar("_Item")
_Cut = tuple[int, int]
"""Where something goes, and how many go out there."""


class BadSplice(Exception):
    """The splice does not fit the project it is put into."""


def _alike(pairs: Iterable[tuple[_Item, _Item]], most: int) -> int:
    """How many pairs are equal before the first that is not."""
    return next((n for n, (a, b) in enumerate(pairs) if a is not b and a != b), most)


def _cut(before: Sequence[_Item], after: Sequence[_Item]) -> tuple[_Cut, tuple[_Item, ...]]:
    """What to take out of ``before``, and what to put there, to get ``after``."""
    short = min(len(before), len(after))
    head = _alike(zip(before, after, strict=False), short)
    tail = _alike(zip(reversed(before), reversed(after), strict=False), short)
    tail = min(tail, short - head)
    return (head, len(before) - head - tail), tuple(after[head : len(after) - tail])


def _put(items: tuple[_Item, ...], cut: object, new: tuple[_Item, ...]) -> tuple[_Item, ...]:
    match cut:
        case [int(at), int(gone)] if at >= 0 and gone >= 0 and at + gone <= len(items):
            return (*items[:at], *new, *items[at + gone :])
    raise BadSplice


def _shell(project: Project) -> Project:
    """The project without what is spliced."""
    return replace(project, performers=(), takes=(), emotions=())


def difference(before: Project, after: Project) -> Json:
    """Plain data from which ``apply`` makes ``after`` out of ``before``.

    Returns: ``new`` (a project file's data with what is put in), ``cuts`` (per list, where) and
        ``keys`` (per performer whose keys alone differ in part, where).
    """
    new = _shell(after)
    cuts: dict[str, _Cut] = {}
    if before.takes is not after.takes:
        cuts["takes"], takes = _cut(before.takes, after.takes)
        new = replace(new, takes=takes)
    if before.emotions is not after.emotions:
        cuts["emotions"], emotions = _cut(before.emotions, after.emotions)
        new = replace(new, emotions=emotions)
    keys: dict[str, _Cut] = {}
    if before.performers is not after.performers:
        cuts["performers"], performers = _cut(before.performers, after.performers)
        old = {p.id: p for p in before.performers}
        spliced = []
        for performer in performers:
            if performer.id in old:
                keys[performer.id], put = _cut(old[performer.id].keys, performer.keys)
                performer = replace(performer, keys=put)
            spliced.append(performer)
        new = replace(new, performers=tuple(spliced))
    return {"new": to_data(new), "cuts": cuts, "keys": keys}


def apply(before: Project, data: Json) -> Project:
    """Do again what ``difference`` saw.

    The result fits the schema; whether its parts fit together is for ``check.validate`` to say.

    Raises: BadSplice if the data does not fit ``before``; pydantic's ValidationError or KeyError
        if it is not what ``difference`` makes.
    """
    new = to_project(ProjectFile.model_validate(data["new"]))
    cuts, key_cuts = _plain(data["cuts"]), _plain(data["keys"])
    old = {p.id: p for p in before.performers}

    def whole(performer: Performer) -> Performer:
        if performer.id not in key_cuts:
            return performer
        if performer.id not in old:
            raise BadSplice
        keys = _put(old[performer.id].keys, key_cuts[performer.id], performer.keys)
        return replace(performer, keys=keys)

    def spliced(old_items: tuple[_Item, ...], part: str, put: tuple[_Item, ...]) -> Any:
        return _put(old_items, cuts[part], put) if part in cuts else old_items

    return replace(
        new,
        performers=spliced(before.performers, "performers", tuple(map(whole, new.performers))),
        takes=spliced(before.takes, "takes", new.takes),
        emotions=spliced(before.emotions, "emotions", new.emotions),
    )


def _plain(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadSplice
    return value
