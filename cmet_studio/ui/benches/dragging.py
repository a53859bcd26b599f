"""A key is dragged for seconds: how soon each move of the hand is seen."""

import time
from itertools import count

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cmet_studio.ui.benches.stage import set_keys, until, until_full
from cmet_studio.ui.timeline.layout import HEADER_PX
from cmet_studio.ui.watchdog import Watchdog
from cmet_studio.ui.window import Window

_HAND_S = 1 / 60
"""A mouse tells of itself sixty times a second."""
_STEP_FRAMES, _SWING_FRAMES = 0.5, 6
"""So far the hand goes from one time to the next, and to each side: the key moves 30 times a second
wherever the window's layout puts it."""


class _Watch:
    """Notes when the hand moved and when which revision was seen."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.hand_at = 0.0
        self.moves: list[tuple[int, float]] = []
        self.painted: list[tuple[int, float]] = []
        self.newest = window.editor.revision

    def changed(self, *_: object) -> None:
        """The document followed the hand."""
        self.moves.append((self._window.editor.revision, self.hand_at))

    def look(self) -> int:
        """See whether another frame was painted; returns the newest revision that was."""
        shown = self._window.viewer.shown
        if shown is not None and shown.revision > self.newest:
            self.newest = shown.revision
            self.painted.append((shown.revision, time.perf_counter()))
        return self.newest


def drag_at_once(window: Window, seconds: float = 4.0) -> dict[str, float]:
    """Drag in the first seconds after a clip was opened, while its faces are still measured.

    Frames come as they are in the clip until then; they must come all the same.

    Returns: ``early_to_pixels_p95_ms``, ``early_blocked``, ``early_worst_block_ms`` of those of
        ``drag_a_key``.
    """
    told = drag_a_key(window, seconds, edited=False)
    return {
        "early_to_pixels_p95_ms": told["drag_to_pixels_p95_ms"],
        "early_blocked": told["blocked"],
        "early_worst_block_ms": told["worst_block_ms"],
    }


def drag_a_key(window: Window, seconds: float = 6.0, edited: bool = True) -> dict[str, float]:
    """Drag the key before the playhead to and fro.

    Args:
        edited: begin when the face is measured, so that every frame is an edited one.

    Returns:
        drag_moves: moves of the mouse that moved the key.
        drag_fps: drafts painted per second.
        drag_to_pixels_ms, drag_to_pixels_p95_ms: from a move of the mouse to a painted frame that
            holds it (or a later one).
        full_after_stop_ms: from the last move to full quality; 100 of them are waiting by intent.
        blocked, worst_block_ms: how often the GUI thread was busy for over 50 ms, and the longest.
    """
    editor = window.editor
    set_keys(window)
    keys = [key.frame for key in editor.project.performers[0].keys]
    middle = keys[len(keys) // 2]
    editor.seek(min(middle + 30, editor.last_frame))
    until_full(window, edited)
    view = window.docks.docks["timeline"].widget().view  # type: ignore[attr-defined]
    start, no_key = _spot(view, middle), Qt.KeyboardModifier.NoModifier
    QTest.mouseMove(view, start)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, no_key, start)
    watch, dog = _Watch(window), Watchdog()
    editor.changed.connect(watch.changed)
    dog.start()
    began = time.perf_counter()
    for step in count():
        watch.hand_at = time.perf_counter()
        if watch.hand_at - began > seconds:
            break
        QTest.mouseMove(view, start + QPoint(round(_swing(step) * float(view.scale.per_frame)), 0))
        while time.perf_counter() - watch.hand_at < _HAND_S:
            QApplication.processEvents()
            watch.look()
            time.sleep(0.001)
    blocked = dog.stop()
    last = editor.revision
    until(lambda: watch.look() >= last, "The last move's frame", 10)
    until_full(window)
    full_ms = (time.perf_counter() - watch.hand_at) * 1000
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, no_key, start)
    editor.changed.disconnect(watch.changed)
    return {
        **_waits(watch.moves, watch.painted, seconds),
        "full_after_stop_ms": round(full_ms, 1),
        "blocked": blocked.times,
        "worst_block_ms": round(blocked.worst_ms, 1),
    }


def _swing(step: int) -> float:
    """Where the hand is, in frames from where it pressed: to and fro at one speed."""
    way = step * _STEP_FRAMES % (4 * _SWING_FRAMES)
    return _SWING_FRAMES - abs((way + 3 * _SWING_FRAMES) % (4 * _SWING_FRAMES) - 2 * _SWING_FRAMES)


def _waits(
    moves: list[tuple[int, float]], painted: list[tuple[int, float]], seconds: float
) -> dict[str, float]:
    revisions = np.array([revision for revision, _ in painted])
    times = np.array([when for _, when in painted])
    waits = []
    for revision, when in moves:
        k = int(np.searchsorted(revisions, revision))
        if k < len(times):
            waits.append((times[k] - when) * 1000)
    half, most = np.percentile(waits, (50, 95)) if waits else (float("nan"), float("nan"))
    return {
        "drag_moves": len(moves),
        "drag_fps": round(len(painted) / seconds, 1),
        "drag_to_pixels_ms": round(float(half), 1),
        "drag_to_pixels_p95_ms": round(float(most), 1),
    }


def _spot(view, frame: int) -> QPoint:  # type: ignore[no-untyped-def]
    """Where the mouse meets the key on a frame."""
    x = round(HEADER_PX + view.scale.x(frame + 0.5))
    for y in range(view.height()):
        found = view.hit(x, y)
        if found.key is not None and found.key.frame == frame:
            return QPoint(x, y + 2)
    raise LookupError(f"the key on frame {frame} is not to be seen")
