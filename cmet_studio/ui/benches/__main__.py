"""Measure the window and print the figures as JSON."""

import argparse
import gc
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from cmet_studio.core.errors import CmetError


def main() -> int:
    """Run the benches that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--long", action="store_true", help="five minutes of playback, an hour")
    asked = parser.parse_args()
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with TemporaryDirectory(prefix="cmet-bench-") as scratch:
        os.environ.setdefault("CMET_STUDIO_HOME", str(Path(scratch) / "home"))
        try:
            figures = _measure(Path(scratch), asked.clip, asked.long)
        except CmetError as error:
            sys.stderr.write(f"{error}\n")
            return error.exit_code
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _measure(folder: Path, clip: Path | None, long: bool) -> dict[str, float]:
    from cmet_studio.ui.benches.clips import make_clips
    from cmet_studio.ui.benches.dragging import drag_a_key, drag_at_once
    from cmet_studio.ui.benches.lasting import hour_of_edits
    from cmet_studio.ui.benches.launching import launch
    from cmet_studio.ui.benches.playing import play_cached
    from cmet_studio.ui.benches.stage import window_on
    from cmet_studio.ui.benches.timeline import timeline_paint
    from cmet_studio.ui.launch import make_application

    clip, hour = make_clips(folder, clip)
    first = launch(hour)  # nobody has opened that clip before; then as on a second start
    (folder / "hour.cmet").unlink(missing_ok=True)
    figures = {"first_launch_to_frame_ms": first["launch_to_frame_ms"], **launch(hour)}
    app = make_application()
    gc.enable()  # see ``present``: this window is long in coming
    painted = timeline_paint()
    figures |= {f"timeline_{name}": painted[name] for name in ("p50_ms", "p95_ms", "cpu_p95_ms")}
    with window_on(clip) as window:
        figures |= drag_at_once(window)
        figures |= drag_a_key(window)
        figures |= play_cached(window, 300 if long else 15)
        if long:
            figures |= hour_of_edits(window)
    app.quit()
    return figures


if __name__ == "__main__":
    sys.exit(main())
