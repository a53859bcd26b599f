"""What the editor has selected: a value."""

from dataclasses import dataclass, replace

from cmet_studio.domain.project import Project


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
        frames = {key.frame for key in performer.keys} if performer is not None else set()
        kept = replace(
            self,
            performer=None if performer is None else performer.id,
            keys=frozenset() if lost else self.keys & frames,
            emotion=self.emotion if any(e.id == self.emotion for e in project.emotions) else None,
            marker=self.marker if any(m.frame == self.marker for m in project.markers) else None,
        )
        return self if kept == self else kept
