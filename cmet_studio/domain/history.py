"""Undo and redo. History keeps whole documents, which share what did not change, not inverses."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from cmet_studio.domain.project import Project, Take

Edit = Callable[[Project], Project]


@dataclass(frozen=True, slots=True, eq=False)
class Gesture:
    """One drag, from mouse-down to mouse-up: all its edits are one step. Known by identity.

    Attributes:
        start: the document when the gesture began. Edits of a drag may start from it every time
            (``lambda _: move_key(gesture.start, ...)``), so that what is only passed over is kept.
    """

    start: Project


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the undo list: the document before and after, and what to call the change."""

    label: str
    before: Project
    after: Project
    gesture: Gesture | None = None


class History:
    """The document and the way it came here. Used from one thread."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._saved = project
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def begin(self) -> Gesture:
        """Start a gesture; forget it when the mouse button goes up."""
        return Gesture(self.project)

    def do(self, label: str, edit: Edit, *, gesture: Gesture | None = None) -> bool:
        """Apply an edit. Steps of the same gesture, one right after the other, become one.

        Args:
            label: a verb phrase for the menu, e.g. "Move key".
            edit: may raise; nothing has changed then.
            gesture: of which this edit is part, or None.

        Returns: whether the document changed.
        """
        after = edit(self.project)
        if after == self.project:
            return False
        step = Step(label, self.project, after, gesture)
        if gesture is not None and self._done and self._done[-1].gesture is gesture:
            step = replace(self._done.pop(), after=after)
        self._undone.clear()
        if after == step.before:  # the drag came back to where it began
            self.project = step.before
        else:
            self._done.append(step)
            self.project = after
        return True

    def undo(self) -> bool:
        """Go one step back; False if there is none."""
        if not self._done:
            return False
        step = self._done.pop()
        self._undone.append(step)
        self.project = step.before
        return True

    def redo(self) -> bool:
        """Go one undone step forward; False if there is none."""
        if not self._undone:
            return False
        step = self._undone.pop()
        self._done.append(step)
        self.project = step.after
        return True

    @property
    def undo_label(self) -> str | None:
        """What ``undo`` would take back."""
        return self._done[-1].label if self._done else None

    @property
    def redo_label(self) -> str | None:
        """What ``redo`` would do again."""
        return self._undone[-1].label if self._undone else None

    @property
    def labels(self) -> tuple[str, ...]:
        """All steps that ``undo`` can take back, oldest first."""
        return tuple(step.label for step in self._done)

    @property
    def undone_labels(self) -> tuple[str, ...]:
        """All steps that ``redo`` can do again, the next one first."""
        return tuple(step.label for step in reversed(self._undone))

    @property
    def position(self) -> int:
        """How many steps lead from the start to the document as it is now."""
        return len(self._done)

    def go_to(self, position: int) -> bool:
        """Undo or redo to a position, 0 (the start) to all steps; beyond, as far as it goes."""
        before = self.project
        while len(self._done) > max(0, position) and self.undo():
            pass
        while len(self._done) < position and self.redo():
            pass
        return self.project is not before

    def find(self, project: Project) -> int | None:
        """The position at which the document is this very object, the nearest; None if nowhere."""
        states = [self._done[0].before if self._done else self.project]
        states += [step.after for step in self._done]
        states += [step.after for step in reversed(self._undone)]
        here = len(self._done)
        found = [n for n, state in enumerate(states) if state is project]
        return min(found, key=lambda n: abs(n - here), default=None)

    def copy(self) -> "History":
        """Another history with the same steps."""
        other = History(self.project)
        other._saved = self._saved
        other._done, other._undone = self._done.copy(), self._undone.copy()
        return other

    def takes(self) -> list[Take]:
        """Every take that stands in any of the steps, each once."""
        steps = (*self._done, *self._undone)
        states = (self.project, *(s.before for s in steps), *(s.after for s in steps))
        return list({(t.id, t.sha256): t for state in states for t in state.takes}.values())

    def mapped(self, change: Edit) -> "History":
        """The same steps through other documents: ``change`` is applied to each, once."""
        made: dict[int, Project] = {}

        def of(project: Project) -> Project:
            if id(project) not in made:
                made[id(project)] = change(project)
            return made[id(project)]

        other = History(of(self.project))
        other._saved = of(self._saved)
        for steps, new in ((self._done, other._done), (self._undone, other._undone)):
            new += [replace(s, before=of(s.before), after=of(s.after)) for s in steps]
        return other

    def mark_saved(self, project: Project | None = None) -> None:
        """Remember that ``project``, or the document as it is now, lies on disk."""
        self._saved = self.project if project is None else project

    @property
    def dirty(self) -> bool:
        """Whether there is something to save. Undoing back to what was saved is clean again."""
        return self.project is not self._saved
