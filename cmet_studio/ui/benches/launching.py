"""From the command to a window, and to the first frame of an hour: in a process of its own."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer

from cmet_studio.core.errors import EngineError


def launch(clip: Path) -> dict[str, float]:
    """Start the application with a clip.

    Returns:
        launch_to_window_ms: from starting the process to the window's first paint.
        launch_to_frame_ms: to the first painted frame of the clip.
    """
    command = [sys.executable, "-m", "cmet_studio.ui.benches.launching", str(clip)]
    began = time.time()
    done = subprocess.run(
        [*command, repr(began)], capture_output=True, text=True, env=dict(os.environ), check=False
    )
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        raise EngineError("The window did not come up.", done.stderr[-400:])
    figures: dict[str, float] = json.loads(lines[-1])
    return figures


class _FirstPaint(QObject):
    """Notes when the window was painted first."""

    def __init__(self) -> None:
        super().__init__()
        self.at: float | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # Qt's name
        if self.at is None and event.type() == QEvent.Type.Paint:
            self.at = time.time()
        return False


def _child(clip: Path, began: float) -> int:
    from cmet_studio.ui.launch import forget_window, make_application, present

    app = make_application()
    from cmet_studio.ui.studio import make_window

    window = make_window()
    seen = _FirstPaint()
    window.installEventFilter(seen)
    spare_time = present(window)
    window.open_soon(clip)
    figures: dict[str, float] = {}

    def look() -> None:
        if window.viewer.shown is None and time.time() - began < 60:
            return
        watch.stop()
        figures["launch_to_window_ms"] = round(((seen.at or time.time()) - began) * 1000)
        figures["launch_to_frame_ms"] = round((time.time() - began) * 1000)
        app.quit()

    watch = QTimer()
    watch.setInterval(2)
    watch.timeout.connect(look)
    watch.start()
    app.exec()
    sys.stdout.write(json.dumps(figures) + "\n")
    forget_window(window, spare_time)
    return 0


if __name__ == "__main__":
    sys.exit(_child(Path(sys.argv[1]), float(sys.argv[2])))
