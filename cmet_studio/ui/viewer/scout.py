"""Where the first frame shows no face: look through the clip for one that does."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice

_LOOKS = 16


class Scout(QObject):
    """Asks the engine about frames spread over the clip until one shows a face, and goes there.

    Attributes:
        looking: whether it is at it.

    Signals:
        ended.
    """

    ended = Signal()

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._frames: list[int] = []
        self._asked = 0
        self._from = 0
        self.looking = False

    def look_elsewhere(self) -> None:
        """Begin, after the frame under the playhead; the editor's hand ends it."""
        editor = self._editor
        last, here = editor.last_frame, editor.playhead
        spread = {round(n * last / _LOOKS) for n in range(1, _LOOKS + 1)}
        self._frames = sorted(spread - {here})
        self._from = here
        self.looking = True
        self._next()

    def stop(self) -> None:
        """Look no further."""
        self._asked += 1
        if self.looking:
            self.looking = False
            self.ended.emit()

    def _next(self) -> None:
        if not self._frames:
            self.stop()
            self._editor.notice.emit(
                Notice(
                    "warning",
                    self.tr("No face was found in this clip."),
                    self.tr("Go to a frame that shows one from the front, at least 20 pixels "
                            "wide, and choose Edit, Add a Performer."),
                )
            )  # fmt: skip
            return
        self._asked += 1
        asked, frame = self._asked, self._frames.pop(0)
        self._editor.engine.call(
            lambda client: client.faces(frame),
            lambda faces: self._answered(asked, frame, faces),
            lambda error: self._answered(asked, frame, ()),
        )

    def _answered(self, asked: int, frame: int, faces: Sequence[Mapping[str, Any]]) -> None:
        if asked != self._asked or not self.looking:
            return
        if self._editor.playhead != self._from:
            self.stop()
        elif faces:
            self.stop()
            self._editor.seek(frame)
        else:
            self._next()
