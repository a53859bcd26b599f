"""How fast clips are read and written, and how much memory a long render takes."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cmet_studio.app.demo_clip import make_bench_clip
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent

if TYPE_CHECKING:
    from cmet_studio.engine.protocol import FaceModel

_LONG_S = 600


def bench_io(
    clip: Path | None = None,
    *,
    long: bool = False,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> dict[str, float]:
    """Measure on ``clip``, or on a 1280x720 clip made here.

    Returns:
        decode_fps: sequential decoding into pictures.
        seek_ms: a random frame, mean of 20.
        to_rgb_ms: one picture to RGB.
        transcode_fps: plain decode-and-encode, libx264 medium crf 18.
        passthrough_vs_transcode: the same through pictures, unedited / plain, in one run.
        peak_rss_mb_10min: with ``long``, peak memory of a process that renders ten minutes of
            the clip with an active key on every frame (tracking included).
    """
    with TemporaryDirectory(prefix="cmet-bench-") as scratch:
        folder = Path(scratch)
        if clip is None:
            clip = folder / "bench.mp4"
            make_bench_clip(clip, token, report)
        report("measuring", 0, 1)
        metrics = {**_reading(clip), **_writing(clip, folder)}
        report("measuring", 1, 1)
        if long:
            metrics["peak_rss_mb_10min"] = _long_render_mb(clip, folder, token, report)
    return {name: round(value, 3) for name, value in metrics.items()}


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _reading(clip: Path) -> dict[str, float]:
    from cmet_studio.media.convert import to_rgb
    from cmet_studio.media.reader import VideoReader

    with VideoReader(clip) as reader:
        n = len(reader)
        decode = _seconds(lambda: [None for _ in reader.frames()])
        places = [(i * 7919) % n for i in range(20)]
        seek = _seconds(lambda: [reader.read(i) for i in places])
        picture = reader.read(0)
        rgb = _seconds(lambda: [to_rgb(picture) for _ in range(50)])
    return {"decode_fps": n / decode, "seek_ms": seek * 50, "to_rgb_ms": rgb * 20}


def _writing(clip: Path, folder: Path) -> dict[str, float]:
    from cmet_studio.media.reader import VideoReader
    from cmet_studio.media.transcode import transcode
    from cmet_studio.render.export import ExportSettings, export

    with VideoReader(clip) as reader:
        n = len(reader)

        def ours() -> None:
            settings = ExportSettings(0, n, overwrite=True)
            export(reader, [], _no_model, folder / "ours.mp4", settings)

        plain = min(
            _seconds(lambda: transcode(clip, folder / "plain.mp4", 18, "medium")) for _ in range(2)
        )
        through = min(_seconds(ours) for _ in range(2))
    return {"transcode_fps": n / plain, "passthrough_vs_transcode": plain / through}


def _no_model() -> "FaceModel":
    raise AssertionError("a clip without edits needs no face model")


def _long_render_mb(clip: Path, folder: Path, token: CancelToken, report: Report) -> float:
    """Render ten minutes in another process and ask the system for its peak."""
    from cmet_studio.media.loop import loop_clip

    long = folder / "long.mp4"
    loop_clip(clip, long, _LONG_S)
    report("rendering ten minutes", 0, 0)
    script = "import sys; from cmet_studio.cli.main import run; sys.exit(run(sys.argv[1:]))"

    def command(*words: object) -> None:
        token.check()
        subprocess.run(
            [sys.executable, "-c", script, *map(str, words)], check=True, capture_output=True
        )

    project = folder / "long.cmet"
    command("new", long, "-o", project)
    command("emotion", "add", project, "happy", "--preset", "happy")
    command("key", "add", project, "--at", "f0", "--emotion", "happy")
    command(
        "render",
        project,
        "-o",
        folder / "out.mp4",
        "--preset",
        "veryfast",
        "--report",
        folder / "report.json",
    )
    return float(json.loads((folder / "report.json").read_text())["peak_rss_mb"])
