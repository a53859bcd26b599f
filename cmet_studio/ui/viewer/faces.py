"""Faces over the picture: the performers' boxes and meshes, and picking a new performer."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from cmet_studio.app.editing import add_performer
from cmet_studio.domain.project import Performer, Project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.viewer.paint import FaceMark

_LOOK_AFTER_MS = 60
_NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Box = tuple[float, float, float, float]


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


class FaceOverlay(QObject):
    """Asks the engine where faces are, for the frame that stands.

    Signals:
        changed: ``marks`` are new.
    """

    changed = Signal()

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.marks: tuple[FaceMark, ...] = ()
        self.hint = ""
        self._found: list[Box] | None = None  # None: nobody has looked yet
        self._known: dict[str, FaceMark] = {}
        self._asked = 0
        self._automatic = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LOOK_AFTER_MS)
        self._timer.timeout.connect(self._look)
        editor.opened.connect(self._opened)
        editor.playhead_moved.connect(self._moved)
        editor.changed.connect(self._document_changed)
        editor.selection_changed.connect(self._show)
        editor.view.changed.connect(self._view_changed)
        editor.engine.analysis_changed.connect(self._again)

    # When to look

    def _opened(self) -> None:
        self._forget()
        editor = self._editor
        self._automatic = editor.is_open and not editor.project.performers
        if self._automatic:
            editor.view.set(picking=True)
        self._again()

    def _forget(self) -> None:
        self._asked += 1
        self._found, self._known = None, {}
        self._show()

    def _moved(self) -> None:
        if self._found is not None or self._known:
            self._forget()
        self._again()

    def _document_changed(self, before: Project, after: Project) -> None:
        if before.performers != after.performers:
            anchors = [(p.id, p.name, p.anchor_frame, p.anchor_box) for p in before.performers]
            if anchors != [(p.id, p.name, p.anchor_frame, p.anchor_box) for p in after.performers]:
                self._moved()

    def _view_changed(self, before: Any, after: Any) -> None:
        if (before.picking, before.faces, before.mesh) != (after.picking, after.faces, after.mesh):
            if not after.picking:
                self._found, self._automatic = None, False
            self._show()
            self._again()

    def _again(self) -> None:
        view = self._editor.view.view
        if self._editor.is_open and (view.picking or view.faces or view.mesh):
            self._timer.start()

    # Looking

    def _look(self) -> None:
        editor, view = self._editor, self._editor.view.view
        if not editor.is_open or editor.playing:
            return
        self._asked += 1
        asked, frame = self._asked, editor.playhead
        if view.picking:
            editor.engine.call(
                lambda client: client.faces(frame),
                lambda faces: self._faces_found(asked, frame, faces),
                lambda error: self._not_found(asked, error.message),
            )
        if view.faces or view.mesh:
            for performer in editor.project.performers:
                self._look_at(performer, asked, frame)

    def _look_at(self, performer: Performer, asked: int, frame: int) -> None:
        self._editor.engine.call(
            lambda client: client.face(performer.id, frame),
            lambda face: self._face_known(asked, performer, face),
            lambda error: None,  # not tracked yet, or not seen in this frame
        )

    def _face_known(self, asked: int, performer: Performer, face: Mapping[str, Any]) -> None:
        if asked == self._asked and face.get("box"):
            dots = tuple((float(x), float(y)) for x, y, *_ in face.get("landmarks") or ())
            self._known[performer.id] = FaceMark(box_of(face), performer.name, dots=dots)
            self._show()

    def _faces_found(self, asked: int, frame: int, faces: Sequence[Mapping[str, Any]]) -> None:
        if asked != self._asked:
            return
        self._found = [box_of(face) for face in faces]
        if self._automatic and len(self._found) == 1 and not self._editor.project.performers:
            self.pick(0)
            return
        self._show()

    def _not_found(self, asked: int, message: str) -> None:
        if asked == self._asked:
            self.hint = message
            self.changed.emit()

    def pick(self, number: int) -> None:
        """Make a performer of the face that was found under this number, at this frame."""
        if self._found is None or not 0 <= number < len(self._found):
            return
        editor, box = self._editor, self._found[number]
        name, frame = free_name(editor.project), editor.playhead
        alone = self._automatic
        self._automatic = False
        if editor.do(
            self.tr("Pick performer {0}").format(name),
            lambda project: add_performer(project, name, frame, box),
        ):
            editor.view.set(picking=False)
            added = editor.project.performers[-1].id
            editor.select(type(editor.selection)(performer=added))
            if alone:
                message = self.tr("One face found: it is performer {0} now.").format(name)
                hint = self.tr("Pick another with Edit, Pick a Face; undo takes it back.")
                editor.notice.emit(Notice("info", message, hint))
        self._show()

    # Showing

    def _show(self) -> None:
        editor = self._editor
        self.hint = ""
        if not editor.is_open:
            self.marks = ()
        elif editor.view.view.picking:
            self.marks = tuple(FaceMark(box) for box in self._found or ())
            self.hint = self._what_to_do()
        else:
            active = editor.selection.performer
            self.marks = tuple(
                FaceMark(
                    mark.box,
                    mark.label,
                    performer == active,
                    mark.dots if editor.view.view.mesh else (),
                )
                for performer, mark in self._known.items()
            )
        self.changed.emit()

    def _what_to_do(self) -> str:
        if self._found is None:
            return self.tr("Looking for faces…")
        if not self._found:
            return self.tr("No face found here. Go to a frame where the face looks at the camera.")
        return self.tr("Click the face that is to act. Esc ends picking.")
