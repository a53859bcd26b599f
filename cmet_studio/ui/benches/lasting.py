"""An hour's edits in minutes: what the application's own process holds before and after."""

from itertools import count

from PySide6.QtTest import QTest

from cmet_studio.app import editing
from cmet_studio.core.processes import resident_mb
from cmet_studio.ui.window import Window

_EDITS_AN_HOUR = 3600


def hour_of_edits(window: Window, edits: int = _EDITS_AN_HOUR) -> dict[str, float]:
    """One edit a second for an hour, done as fast as they go: drags, undo, redo, seeks, saves.

    Returns:
        memory_mb: of the application's process after the first sixth.
        memory_growth_mb: what came on top until the end.
    """
    editor = window.editor
    performer = editor.project.performers[0].id
    early = 0.0
    for n in count():
        if n >= edits:
            break
        keys = [key.frame for key in editor.project.performers[0].keys]
        frame, to = keys[n % len(keys)], keys[n % len(keys)] + (1 if n % 2 else -1)
        editor.do("Move key", lambda p, f=frame, t=to: editing.move_key(p, performer, f, t))  # type: ignore[misc]
        if n % 5 == 3:
            editor.undo()
            editor.redo()
        editor.seek(n * 7 % editor.last_frame)
        if n % 60 == 59:
            editor.save()
        QTest.qWait(1)
        if n == edits // 6:
            early = resident_mb()
    late = resident_mb()
    return {"memory_mb": round(early, 1), "memory_growth_mb": round(late - early, 1)}
