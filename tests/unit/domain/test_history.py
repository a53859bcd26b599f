"""Undo and redo over whole documents."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cmet_studio.core.errors import BadInput
from cmet_studio.domain import edits
from cmet_studio.domain.history import Gesture, History
from cmet_studio.domain.project import Clip, Fingerprint, Key, Project
from cmet_studio.domain.time import FrameRate


def test_undo_gives_back_the_same_object(project: Project) -> None:
    history = History(project)
    assert history.do("Rename", lambda p: edits.rename_performer(p, "p1", "Anna"))
    after = history.project
    assert history.undo()
    assert history.project is project
    assert history.redo()
    assert history.project is after
    assert not history.redo()


def test_a_failed_or_idle_edit_leaves_no_step(project: Project) -> None:
    history = History(project)
    with pytest.raises(BadInput):
        history.do("Remove", lambda p: edits.remove_performer(p, "p9"))
    assert not history.do("Rename", lambda p: edits.rename_performer(p, "p1", "A"))
    assert history.project is project
    assert not history.undo()


def test_a_drag_is_one_step(project: Project) -> None:
    history = History(project)
    drag = history.begin()
    for frame in (15, 20, 25, 30):
        history.do("Move key", lambda _, f=frame: edits.move_key(drag.start, "p1", 10, f),
                   gesture=drag)  # fmt: skip
    assert [key.frame for key in history.project.performers[0].keys] == [20, 30, 40]
    assert history.labels == ("Move key",)
    history.undo()
    assert history.project is project


def test_a_drag_that_comes_back_leaves_no_step(project: Project) -> None:
    history = History(project)
    drag = history.begin()
    for frame in (15, 10):
        history.do("Move key", lambda _, f=frame: edits.move_key(drag.start, "p1", 10, f),
                   gesture=drag)  # fmt: skip
    assert history.project is project
    assert history.undo_label is None
    assert not history.dirty


def test_gestures_are_told_apart_by_identity(project: Project) -> None:
    history = History(project)
    for frame in (11, 12):
        gesture = history.begin()
        history.do("Add key", lambda p, f=frame: edits.add_key(p, "p1", Key(f)), gesture=gesture)
    assert history.labels == ("Add key", "Add key")


def test_what_was_saved_is_clean(project: Project) -> None:
    history = History(project)
    assert not history.dirty
    history.do("Rename", lambda p: edits.rename_performer(p, "p1", "Anna"))
    assert history.dirty
    history.mark_saved()
    assert not history.dirty
    history.undo()
    assert history.dirty
    history.redo()
    assert not history.dirty


class UndoMachine(RuleBasedStateMachine):
    """A history beside the plain list of documents that it should walk through."""

    def __init__(self) -> None:
        super().__init__()
        clip = Clip("a.mp4", "", Fingerprint(1, "0" * 64), 64, 64, 50, FrameRate(25))
        start = edits.add_performer(Project(clip), "A", 0, (0.0, 0.0, 9.0, 9.0))
        self.history = History(start)
        self.documents = [start]
        self.at = 0
        self.gesture: Gesture | None = None
        self.dragged = False

    def _expect(self) -> None:
        del self.documents[self.at + 1 :]
        self.documents.append(self.history.project)
        self.at += 1

    @rule(frame=st.integers(0, 49), intensity=st.sampled_from([0.0, 0.5, 1.0]))
    def add_key(self, frame: int, intensity: float) -> None:
        self.gesture = None
        key = Key(frame, intensity=intensity)
        if self.history.do("Add", lambda p: edits.add_key(p, "p1", key)):
            self._expect()

    @precondition(lambda self: self.gesture is None)
    @rule()
    def press(self) -> None:
        self.gesture = self.history.begin()
        self.dragged = False

    @precondition(lambda self: self.gesture is not None)
    @rule(width=st.floats(1, 60))
    def drag(self, width: float) -> None:
        gesture = self.gesture
        assert gesture is not None
        box = (0.0, 0.0, width, 9.0)
        edit = lambda _: edits.set_anchor(gesture.start, "p1", 0, box)  # noqa: E731
        if not self.history.do("Drag", edit, gesture=gesture):
            return
        if self.dragged:
            self.at -= 1
        if self.history.project == gesture.start:
            del self.documents[self.at + 1 :]
            self.dragged = False
        else:
            self._expect()
            self.dragged = True

    @rule()
    def undo(self) -> None:
        self.gesture = None
        assert self.history.undo() == (self.at > 0)
        self.at = max(0, self.at - 1)

    @rule()
    def redo(self) -> None:
        self.gesture = None
        assert self.history.redo() == (self.at + 1 < len(self.documents))
        self.at = min(len(self.documents) - 1, self.at + 1)

    @invariant()
    def shows_the_very_document(self) -> None:
        assert self.history.project is self.documents[self.at]
        assert (self.history.undo_label is None) == (self.at == 0)


UndoMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestUndo = UndoMachine.TestCase


def test_documents_share_what_did_not_change(project: Project) -> None:
    after = edits.add_key(project, "p2", Key(3))
    assert after.performers[0] is project.performers[0]
    assert after.emotions is project.emotions
    assert replace(after, performers=project.performers) == project
