"""The clips that are measured with, made by a process of its own.

Drawing faces loads what the window never does; the process that is measured must be as light as the
application's own.
"""

import os
import subprocess
import sys
from pathlib import Path

from cmet_studio.core.errors import EngineError
from cmet_studio.core.processes import step_back

_HOUR_S = 3600


def make_clips(folder: Path, clip: Path | None) -> tuple[Path, Path]:
    """A short clip with sound, unless there is one, and an hour of it without.

    Raises: EngineError if they could not be made.
    """
    own, hour = clip or folder / "bench.mp4", folder / "hour.mp4"
    command = [sys.executable, "-m", "cmet_studio.ui.benches.clips", str(own), str(hour)]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ))
    step_back(child.pid)
    _, told = child.communicate()
    if child.returncode:
        raise EngineError("The clips to measure with could not be made.", told[-400:])
    return own, hour


def _child(own: Path, hour: Path) -> None:
    from cmet_studio.app.demo_clip import make_bench_clip
    from cmet_studio.media.loop import loop_clip

    if not own.exists():
        make_bench_clip(own)
    loop_clip(own, hour, _HOUR_S)


if __name__ == "__main__":
    _child(Path(sys.argv[1]), Path(sys.argv[2]))
