"""From what people type, or from ids, to the things in a project. All raise BadInput if none is."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.project import Emotion, Key, Performer, Project, Take
from cmet_studio.domain.rules import same_name


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


_Thing = TypeVar("_Thing", bound=_Named)


def _listing(names: Iterable[str], what: str) -> str:
    listed = ", ".join(names)
    return f"There are: {listed}." if listed else f"The project has no {what} yet."


def _missing(what: str, name: str, things: Sequence[_Named]) -> BadInput:
    return BadInput(
        f"There is no {what} '{name}'.", _listing((thing.name for thing in things), what)
    )


def _by_name(things: Sequence[_Thing], name: str, what: str) -> _Thing:
    for thing in things:
        if same_name(thing.name, name.strip()):
            return thing
    raise _missing(what, name, things)


def _by_id(things: Sequence[_Thing], thing_id: str, what: str) -> _Thing:
    for thing in things:
        if thing.id == thing_id:
            return thing
    raise _missing(what, thing_id, things)


def find_performer(project: Project, name: str | None) -> Performer:
    """The performer of that name; with None the only one.

    Raises: BadInput if there is none of that name, or a name is needed.
    """
    if name is not None:
        return _by_name(project.performers, name, "performer")
    if len(project.performers) == 1:
        return project.performers[0]
    if not project.performers:
        raise BadInput("The project has no performer.", "Add one with cmet-studio performer add.")
    names = ", ".join(performer.name for performer in project.performers)
    raise BadInput("The project has several performers.", f"Say which by --performer: {names}.")


def find_emotion(project: Project, name: str) -> Emotion:
    """The emotion of that name, in any letter case."""
    return _by_name(project.emotions, name, "emotion")


def performer_by_id(project: Project, performer_id: str) -> Performer:
    """The performer of that id."""
    return _by_id(project.performers, performer_id, "performer")


def emotion_by_id(project: Project, emotion_id: str) -> Emotion:
    """The emotion of that id."""
    return _by_id(project.emotions, emotion_id, "emotion")


def take_by_id(project: Project, take_id: str) -> Take:
    """The take of that id."""
    for take in project.takes:
        if take.id == take_id:
            return take
    raise BadInput(
        f"There is no take '{take_id}'.", _listing((t.id for t in project.takes), "take")
    )


def key_on(performer: Performer, frame: int) -> Key:
    """The performer's key on exactly that frame."""
    for key in performer.keys:
        if key.frame == frame:
            return key
    shown = [f"f{key.frame}" for key in performer.keys[:8]]
    if len(performer.keys) > len(shown):
        shown.append("...")
    raise BadInput(f"Performer '{performer.name}' has no key on f{frame}.", _listing(shown, "key"))
