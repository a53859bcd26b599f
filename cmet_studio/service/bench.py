"""How fast the engine answers over the wire: starting, putting a revision, dragging, playing."""

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from cmet_studio.app import commands
from cmet_studio.app.demo_clip import make_bench_clip
from cmet_studio.core.errors import EngineError
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Key, MixPart, Project
from cmet_studio.project_io.convert import to_data
from cmet_studio.service.client import Engine
from cmet_studio.service.supervisor import EngineProcess

_MOVES = 120
_SCRUBS = 20
_WIDTH = 960
_START_S = 60.0
_ANALYSIS_S = 600.0


def bench_service(
    clip: Path | None = None, token: CancelToken = NEVER, report: Report = silent
) -> dict[str, float]:
    """Measure on ``clip``, or on a 1280x720 clip made here; the engine runs as it does in the app.

    Returns:
        start_s: from nothing to an engine that answers and knows the document.
        first_source_ms: the first frame of the clip after that.
        first_edited_s: from nothing to the first edited frame, analysis in the cache.
        put_ms, put_p95_ms: a new revision is taken.
        drag_ms, drag_p95_ms: a key is moved, until the frame under the playhead has come, 960 wide;
            every move gives other pixels.
        drag_fps: such frames per second.
        drag_full_size_p95_ms: the same at the clip's own size.
        cached_fps, cached_full_size_fps: frames at hand per second, 960 wide and at full size.
        scrub_source_ms: a frame of the clip anywhere, decoded from the key frame before it.
        made_ahead_fps: frames made ahead per second.
    """
    with TemporaryDirectory(prefix="cmet-bench-") as scratch:
        folder = Path(scratch)
        if clip is None:
            clip = folder / "bench.mp4"
            make_bench_clip(clip, token, report)
        path = folder / "bench.cmet"
        with commands.new_project(clip, path, token=token, report=report) as workspace:
            commands.add_emotion(workspace, "happy", preset="happy")
            commands.add_emotion(workspace, "angry", preset="angry")
            project = workspace.project
        return _measured(path, project, token, report)


def _measured(path: Path, project: Project, token: CancelToken, report: Report) -> dict[str, float]:
    figures: dict[str, float] = {}
    up = threading.Event()
    began = time.perf_counter()
    process = EngineProcess(
        lambda state, _: up.set() if state == "ready" else None,
        lambda engine: _put(engine, path, 0, _keyed(project, 0)),
    )
    process.start()
    try:
        if not up.wait(_START_S):
            raise EngineError("The engine did not start.", f"See {process.log_file}.")
        figures["start_s"] = round(time.perf_counter() - began, 3)
        with process.client() as engine:
            report("measuring the engine", 0, 5)
            first = _ms(lambda: engine.frame(0, _WIDTH, "source"))
            figures["first_source_ms"] = round(first, 1)
            _until_ready(engine, token)
            figures["first_edited_s"] = round(time.perf_counter() - began, 3)
            engine.background(False)
            report("measuring the engine", 1, 5)
            figures |= _drags(engine, path, project, _WIDTH)
            report("measuring the engine", 2, 5)
            full_size = _drags(engine, path, project, None)
            figures["drag_full_size_p95_ms"] = full_size["drag_p95_ms"]
            report("measuring the engine", 3, 5)
            count = min(project.clip.frames, 90)
            figures["cached_fps"] = _cached(engine, count, _WIDTH)
            figures["cached_full_size_fps"] = _cached(engine, count, None)
            report("measuring the engine", 4, 5)
            figures["scrub_source_ms"] = _scrubs(engine, project.clip.frames)
            figures["made_ahead_fps"] = _ahead(engine, path, project, count, token)
            report("measuring the engine", 5, 5)
    finally:
        process.stop()
    return figures


def _put(engine: Engine, path: Path, revision: int, project: Project) -> None:
    engine.put_document(str(path), revision, to_data(project))


def _keyed(project: Project, moved: int) -> Project:
    """Keys two seconds around the middle; the first stands ``moved`` frames further on."""
    happy, angry = project.emotions
    last = project.clip.frames - 1
    keys = (
        Key(moved, (MixPart(happy.id),)),
        Key(max(last // 2, moved + 1), (MixPart(angry.id),)),
        Key(last, (MixPart(happy.id),)),
    )
    performer = replace(project.performers[0], keys=keys)
    return replace(project, performers=(performer, *project.performers[1:]))


def _until_ready(engine: Engine, token: CancelToken) -> None:
    end = time.monotonic() + _ANALYSIS_S
    while not engine.frame(0, _WIDTH).edited:
        token.check()
        if time.monotonic() > end:
            raise EngineError("The engine does not get ready.", json.dumps(engine.status()))
        time.sleep(0.01)


def _drags(engine: Engine, path: Path, project: Project, width: int | None) -> dict[str, float]:
    playhead = project.clip.frames // 3
    puts, whole = [], []
    seen: set[bytes] = set()
    revision = int(engine.status()["revision"])
    for move in range(_MOVES):
        # As a hand does: to and fro, never twice the same place at the same intensity.
        moved = _keyed(project, 1 + move % max(2, playhead - 2))
        keys = moved.performers[0].keys
        keys = (replace(keys[0], intensity=1.0 + move / 1000.0), *keys[1:])
        moved = replace(moved, performers=(replace(moved.performers[0], keys=keys),))
        began = time.perf_counter()
        _put(engine, path, revision + 1 + move, moved)
        puts.append((time.perf_counter() - began) * 1000.0)
        frame = engine.frame(playhead, width, "draft")
        whole.append((time.perf_counter() - began) * 1000.0)
        seen.add(frame.rgb)
    if len(seen) < _MOVES // 2:
        raise EngineError("The moved key does not show in the frames measured.")
    return {
        "put_ms": round(median(puts), 2),
        "put_p95_ms": round(_p95(puts), 2),
        "drag_ms": round(median(whole), 1),
        "drag_p95_ms": round(_p95(whole), 1),
        "drag_fps": round(1000.0 * len(whole) / sum(whole), 1),
    }


def _cached(engine: Engine, count: int, width: int | None) -> float:
    for n in range(count):
        engine.frame(n, width)
    spent = _ms(lambda: [engine.frame(n, width) for n in range(count)])
    return round(1000.0 * count / spent, 1)


def _scrubs(engine: Engine, frames: int) -> float:
    chance = random.Random(1)  # the same places every time, no secret
    places = [chance.randrange(frames) for _ in range(_SCRUBS)]
    # A width of its own: nothing of it is at hand as a picture for the screen.
    return round(median(_ms(lambda n=n: engine.frame(n, 700, "source")) for n in places), 1)  # type: ignore[misc]


def _ahead(engine: Engine, path: Path, project: Project, count: int, token: CancelToken) -> float:
    moved = _keyed(project, 1)
    keys = (replace(moved.performers[0].keys[0], intensity=0.77), *moved.performers[0].keys[1:])
    moved = replace(
        moved, performers=(replace(moved.performers[0], keys=keys),), work_range=(0, count)
    )
    _put(engine, path, int(engine.status()["revision"]) + 1, moved)
    engine.frame(0, 800)
    engine.background(True)
    began = time.perf_counter()
    while engine.cache_states(0, count) != [[0, count, "full"]]:
        token.check()
        if time.perf_counter() - began > _START_S:
            raise EngineError("No frames are made ahead.", json.dumps(engine.status()))
        time.sleep(0.05)
    return round(count / (time.perf_counter() - began), 1)


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000.0


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]
