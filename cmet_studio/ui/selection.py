"""What the editor has selected: a value."""

from bisect import bisect_left
from dataclasses import dataclass, replace

from cmet_studio.domain.project import Key, Project


def _stands(keys: tuple[Key, ...], frame: int) -> bool:
    """Whether one of the keys, which are sorted, stands on a frame."""
    at = bisect_left(keys, frame, key=lambda key: key.frame)
    return at < len(keys) and keys[at].frame == frame


@dataclass(frozen=True, slots=True)
class Selection:
    """What menus and the inspector act on.

    Attributes:
        performer: id of the active performer, or None.
        keys: frames of the selected keys of that performer.
        emotion: id of the selected emotion, or None.
        marker: frame of the selected marker, or None.
    """

    performer: str | None = None
    keys: frozenset[int] = frozenset()
    emotion: str | None = None
    marker: int | None = None

    def within(self, project: Project) -> "Selection":
        """The selection without what the project no longer has; a performer if there is one."""
        performers = {p.id: p for p in project.performers}
        performer = performers.get(self.performer or "")
        lost = performer is None
        if performer is None and project.performers:
            performer = project.performers[0]
        keys = performer.keys if performer is not None else ()
        kept = replace(
            self,
            performer=None if performer is None else performer.id,
            keys=frozenset() if lost else frozenset(f for f in self.keys if _stands(keys, f)),
            emotion=self.emotion if any(e.id == self.emotion for e in project.emotions) else None,
            marker=self.marker if any(m.frame == self.marker for m in project.markers) else None,
        )
        return self if kept == self else kept
