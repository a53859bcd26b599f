"""What the editor has selected: a value."""

from bisect import bisect_left
from dataclasses import dataclass, replace

from cmet_studio.domain.project import Key, Project

_FEW = 50  # of more keys than that nobody asks what emotion they share


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

    def with_emotion_of_keys(self, project: Project) -> "Selection":
        """The selection with the emotion that its keys share, if they share one."""
        performer = next((p for p in project.performers if p.id == self.performer), None)
        if performer is None or not 0 < len(self.keys) <= _FEW:
            return self
        found: set[str] = set()
        for frame in self.keys:
            at = bisect_left(performer.keys, frame, key=lambda key: key.frame)
            if at < len(performer.keys) and performer.keys[at].frame == frame:
                found.update(part.emotion for part in performer.keys[at].mix[:1])
        return replace(self, emotion=found.pop()) if len(found) == 1 else self
