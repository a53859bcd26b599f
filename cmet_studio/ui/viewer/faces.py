"""Faces over the picture: the performers' boxes and meshes, and choosing a face by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from cmet_studio.app.editing import add_performer, set_anchor
from cmet_studio.domain.project import Performer, Project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.tracking import Box
from cmet_studio.ui.view_state import View
from cmet_studio.ui.viewer.paint import FaceMark
from cmet_studio.ui.viewer.scout import Scout

_LOOK_AFTER_MS = 60
_NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def free_name(project: Project) -> str:
    """The first letter that no performer is called, then numbers."""
    taken = {performer.name.casefold() for performer in project.performers}
    names = (*_NAMES, *(f"Performer {n}" for n in range(27, 100)))
    free: str = next(name for name in names if name.casefold() not in taken)
    return free


def box_of(face: Mapping[str, Any]) -> Box:
    """The box in an answer of the engine: x, y, w, h in clip pixels."""
    x, y, w, h = (float(number) for number in face["box"])
    return x, y, w, h


def same_face(a: Box, b: Box) -> bool:
    """Whether two boxes lie around one face: the middle of each is in the other."""
    return _holds(a, b) and _holds(b, a)


def _holds(a: Box, b: Box) -> bool:
    x, y = b[0] + b[2] / 2, b[1] + b[3] / 2
    return a[0] <= x < a[0] + a[2] and a[1] <= y < a[1] + a[3]


class FaceOverlay(QObject):
    """Where faces are in the frame on screen, which while playing is not the playhead's.

    Signals:
        changed: ``marks`` are new.
    """

    changed = Signal()

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.marks: tuple[FaceMark, ...] = ()
        self.hint = ""
        self._frame = 0  # on screen
        self._found: list[Box] | None = None  # None: nobody has looked yet
        self._known: dict[str, FaceMark] = {}
        self._asked = 0
        self._automatic = False
        self._scout = Scout(editor, self)
        self._scout.ended.connect(self._show)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LOOK_AFTER_MS)
        self._timer.timeout.connect(self._look)
        editor.opened.connect(self._opened)
        editor.changed.connect(self._document_changed)
        editor.selection_changed.connect(self._show)
        editor.view.changed.connect(self._view_changed)
        editor.view.face_chosen.connect(self.pick)
        editor.playing_changed.connect(self._again)
        editor.tracking.changed.connect(self._tracked)

    # When to look

    def _opened(self) -> None:
        editor = self._editor
        self._frame = 0
        self._scout.stop()
        self._forget()
        self._automatic = editor.is_open and not editor.project.performers
        if self._automatic and not editor.project.performers:
            editor.view.set(picking="add")
        self._again()

    def show_frame(self, frame: int) -> None:
        """Another frame is on screen now."""
        if frame != self._frame:
            self._frame = frame
            self._forget()
            self._again()

    def _forget(self) -> None:
        self._asked += 1
        self._found, self._known = None, {}
        self._show()

    def _document_changed(self, before: Project, after: Project) -> None:
        if _anchors(before) != _anchors(after):
            self._forget()
            self._again()

    def _tracked(self) -> None:
        self._show()
        self._again()

    def _view_changed(self, before: View, after: View) -> None:
        if (before.picking, before.faces, before.mesh) != (after.picking, after.faces, after.mesh):
            if not after.picking:
                self._found, self._automatic = None, False
                self._scout.stop()
            self._show()
            self._again()

    def _again(self, *_: object) -> None:
        view = self._editor.view.view
        if self._editor.is_open and (view.picking or view.faces or view.mesh):
            self._timer.start()

    # Looking

    def _look(self) -> None:
        editor, view = self._editor, self._editor.view.view
        if not editor.is_open or editor.playing:
            return
        self._asked += 1
        asked, frame = self._asked, self._frame
        if view.picking and self._found is None:
            editor.engine.call(
                lambda client: client.faces(frame),
                lambda faces: self._faces_found(asked, faces),
                lambda error: self._not_found(asked, error.message),
            )
        for performer in editor.project.performers:
            if view.mesh or editor.tracking.box(performer.id, frame) is None:
                self._look_at(performer, asked, frame)

    def _look_at(self, performer: Performer, asked: int, frame: int) -> None:
        model = self._editor.engine.model
        self._editor.engine.call(
            lambda client: client.face(performer.id, frame, model),
            lambda face: self._face_known(asked, performer, face),
            lambda error: None,  # not tracked yet, or not seen in this frame
        )

    def _face_known(self, asked: int, performer: Performer, face: Mapping[str, Any]) -> None:
        if asked == self._asked and face.get("box"):
            dots = tuple((float(x), float(y)) for x, y, *_ in face.get("landmarks") or ())
            self._known[performer.id] = FaceMark(box_of(face), performer.name, dots=dots)
            self._show()

    def _faces_found(self, asked: int, faces: Sequence[Mapping[str, Any]]) -> None:
        if asked != self._asked:
            return
        self._found = sorted(box_of(face) for face in faces)  # numbered from the left
        automatic = self._automatic and not self._editor.project.performers
        if automatic and len(self._found) == 1:
            self.pick(0)
            return
        if automatic and not self._found:
            self._scout.look_elsewhere()
        self._show()

    def _not_found(self, asked: int, message: str) -> None:
        if asked == self._asked:
            self.hint = message
            self.changed.emit()

    # Choosing

    def pick(self, number: int) -> None:
        """Choose the face that was found under this number, for what ``View.picking`` says."""
        editor, view = self._editor, self._editor.view.view
        if not view.picking or self._found is None or not 0 <= number < len(self._found):
            return
        box, performer = self._found[number], editor.active_performer
        again = view.picking == "again" and performer is not None
        owner = self._owner(box)
        if owner is not None and not (again and owner is performer):
            self._is_taken(owner)
        elif again and performer is not None:
            self._pick_again(performer, box)
        else:
            self._pick_new(box)

    def _owner(self, box: Box) -> Performer | None:
        """The performer whose face this is."""
        for performer in self._editor.project.performers:
            mine = self._box(performer)
            if mine is not None and same_face(mine, box):
                return performer
        return None

    def _box(self, performer: Performer) -> Box | None:
        known = self._known.get(performer.id)
        if known is not None:
            return known.box
        if performer.anchor_frame == self._frame:
            return performer.anchor_box
        return self._editor.tracking.box(performer.id, self._frame)

    def _is_taken(self, owner: Performer) -> None:
        editor = self._editor
        message = self.tr("This face is performer {0} already.").format(owner.name)
        if editor.view.view.picking == "again":
            editor.notice.emit(Notice("info", message, self.tr("Choose another face.")))
            return
        editor.view.set(picking="")
        editor.select(replace(editor.selection, performer=owner.id, keys=frozenset()))
        editor.notice.emit(Notice("info", message, self.tr("It is selected now.")))

    def _pick_again(self, performer: Performer, box: Box) -> None:
        frame = self._frame
        if self._editor.do(
            self.tr("Pick the face of {0}").format(performer.name),
            lambda project: set_anchor(project, performer.id, frame, box),
        ):
            self._editor.view.set(picking="")

    def _pick_new(self, box: Box) -> None:
        editor = self._editor
        name, frame = free_name(editor.project), self._frame
        alone, self._automatic = self._automatic and len(self._found or ()) == 1, False
        if not editor.do(
            self.tr("Pick performer {0}").format(name),
            lambda project: add_performer(project, name, frame, box),
        ):
            return
        editor.view.set(picking="")
        added = editor.project.performers[-1].id
        editor.select(type(editor.selection)(performer=added))
        if alone:
            message = self.tr("One face found: it is performer {0} now.").format(name)
            hint = self.tr("Pick another with Edit, Add a Performer; undo takes it back.")
            editor.notice.emit(Notice("info", message, hint))

    # Showing

    def _show(self) -> None:
        editor = self._editor
        self.hint = ""
        if not editor.is_open:
            self.marks = ()
        elif editor.view.view.picking:
            self.marks = tuple(self._choice(n, box) for n, box in enumerate(self._found or ()))
            self.hint = self._what_to_do()
        elif editor.view.view.faces or editor.view.view.mesh:
            marks = (self._mark(performer) for performer in editor.project.performers)
            self.marks = tuple(mark for mark in marks if mark is not None)
        else:
            self.marks = ()
        self.changed.emit()

    def _choice(self, number: int, box: Box) -> FaceMark:
        owner = self._owner(box)
        active = owner is not None and owner.id == self._editor.selection.performer
        return FaceMark(box, f"{number + 1}  {owner.name}" if owner else f"{number + 1}", active)

    def _mark(self, performer: Performer) -> FaceMark | None:
        editor, known = self._editor, self._known.get(performer.id)
        box = known.box if known else editor.tracking.box(performer.id, self._frame)
        if box is None:
            return None
        active = performer.id == editor.selection.performer
        dots = known.dots if known and editor.view.view.mesh else ()
        return FaceMark(box, performer.name, active, dots)

    def _what_to_do(self) -> str:
        if self._scout.looking:
            return self.tr("No face in the first frame: looking through the clip…")
        if self._found is None:
            return self.tr("Looking for faces…")
        if not self._found:
            return self.tr(
                "No face found in this frame. Go to one that shows it from the front, "
                "at least 20 pixels wide."
            )
        performer = self._editor.active_performer
        if self._editor.view.view.picking == "again" and performer is not None:
            return self.tr("Click {0}'s face or type its number. Its keys stay. Esc ends.").format(
                performer.name
            )
        return self.tr("Click the face that becomes performer {0}, or type its number. "
                       "Esc ends.").format(free_name(self._editor.project))  # fmt: skip


def _anchors(project: Project) -> list[tuple[object, ...]]:
    return [(p.id, p.name, p.anchor_frame, p.anchor_box) for p in project.performers]
