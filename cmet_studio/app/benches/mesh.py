"""How fast the mesh engine is: a frame, an export against a plain transcode, a moved key."""

import time
from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from cmet_studio.app import commands
from cmet_studio.app.demo_clip import make_bench_clip
from cmet_studio.app.session import EngineSession
from cmet_studio.app.workspace import Workspace
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Key, MixPart

_ROUNDS = 2


def bench_mesh(
    clip: Path | None = None, token: CancelToken = NEVER, report: Report = silent
) -> dict[str, float]:
    """Measure on ``clip``, or on a 1280x720 clip made here.

    Returns:
        render_fps_720p: frames/s of analysis-done, already decoded frames through
            ``render.pipeline`` in one thread, an edit on every frame.
        export_vs_transcode: export speed / plain decode-and-encode speed of the same clip, both
            libx264 medium crf 18, an active key on every frame, analysis cached; median of rounds.
        key_to_frame_ms: a key moved two seconds before the playhead of a ten-minute clip with a key
            every two seconds, until the decoded frame under the playhead is RGB for the screen;
            median of twenty moves.
        key_to_frame_worst_ms: the slowest of them.
    """
    with TemporaryDirectory(prefix="cmet-bench-") as scratch:
        folder = Path(scratch)
        if clip is None:
            clip = folder / "bench.mp4"
            make_bench_clip(clip, token, report)
        workspace = commands.new_project(clip, folder / "bench.cmet", token=token, report=report)
        with workspace:
            commands.add_emotion(workspace, "happy", preset="happy")
            commands.add_emotion(workspace, "angry", preset="angry")
            happy, angry = workspace.project.emotions
            last = workspace.project.clip.frames - 1
            name = workspace.project.performers[0].name
            commands.add_key(workspace, name, Key(0, (MixPart(happy.id),)))
            commands.add_key(workspace, name, Key(last, (MixPart(angry.id),)))
            session = EngineSession(workspace, "mesh", "auto", token, report)
            report("measuring", 0, 3)
            render_fps = _render_fps(workspace, session, token)
            report("measuring", 1, 3)
            key_ms, worst_ms = _key_to_frame_ms(workspace, session, happy.id, angry.id)
            report("measuring", 2, 3)
            ratio, export_fps, plain_fps = _export_ratio(workspace, session, folder, token)
            report("measuring", 3, 3)
    return {
        "render_fps_720p": round(render_fps, 1),
        "export_vs_transcode": round(ratio, 3),
        "export_fps": round(export_fps, 1),
        "transcode_fps": round(plain_fps, 1),
        "key_to_frame_ms": round(key_ms, 1),
        "key_to_frame_worst_ms": round(worst_ms, 1),
    }


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _render_fps(workspace: Workspace, session: EngineSession, token: CancelToken) -> float:
    from cmet_studio.render.pipeline import edit_picture, face_jobs

    edits = session.edits(workspace.project)
    pictures = [p for p, _ in zip(workspace.reader.frames(), range(60), strict=False)]
    jobs = [face_jobs(edits, p.index) for p in pictures]
    edit_picture(pictures[0], jobs[0], session.model)  # the first one also warms caches up

    def all_frames() -> None:
        for picture, job in zip(pictures, jobs, strict=True):
            token.check()
            edit_picture(picture, job, session.model)

    return len(pictures) / median(_timed(all_frames) for _ in range(_ROUNDS))


def _export_ratio(
    workspace: Workspace, session: EngineSession, folder: Path, token: CancelToken
) -> tuple[float, float, float]:
    from cmet_studio.media.transcode import transcode
    from cmet_studio.render.export import ExportSettings, export

    frames = len(workspace.reader)
    settings = ExportSettings(0, frames, overwrite=True)
    ours, plain = [], []
    for _ in range(_ROUNDS):  # in turn, so that a slow moment of the machine hits both
        token.check()
        plain.append(
            _timed(lambda: transcode(workspace.clip_path, folder / "plain.mp4", 18, "medium"))
        )
        edits = session.edits(workspace.project)
        ours.append(
            _timed(
                lambda edits=edits: export(  # type: ignore[misc]
                    workspace.reader,
                    edits,
                    session.make_model,
                    folder / "ours.mp4",
                    settings,
                    token,
                )
            )
        )
    return median(plain) / median(ours), frames / median(ours), frames / median(plain)


def _key_to_frame_ms(
    workspace: Workspace, session: EngineSession, happy: str, angry: str
) -> tuple[float, float]:
    """The moved key's frame on screen, median and worst of twenty moves, in milliseconds."""
    from cmet_studio.app.vectors import emotion_vectors
    from cmet_studio.domain.time import ClipTimes
    from cmet_studio.engine.analysis import PerformerAnalysis
    from cmet_studio.engine.plan import ModelFrames, Plan
    from cmet_studio.face.types import FaceTrack
    from cmet_studio.media.convert import to_rgb
    from cmet_studio.render.pipeline import PerformerEdit, edit_picture, face_jobs

    (found,) = session.analyses.values()
    rate = workspace.project.clip.rate
    count = int(600 * rate.fps)
    rows = np.arange(count) % len(found.track)
    track = FaceTrack(
        **{
            field.name: np.asarray(getattr(found.track, field.name))[rows]
            for field in fields(FaceTrack)
        }
    )
    track = replace(track, shot=np.zeros(count, np.int32))
    notes = None if found.notes is None else found.notes[rows]
    long = PerformerAnalysis(track, found.expression[rows], notes)
    times = ClipTimes(range(count), Fraction(1) / rate.fps, rate, None)
    frames = ModelFrames(long, times)
    project = workspace.project
    vectors = emotion_vectors(project, workspace.folder, project.emotions).by_emotion
    # A key every two seconds, emotions only: no rest cuts the feedback short.
    step = int(2 * rate.fps)
    keys = tuple(
        Key(at, (MixPart(happy if (at // step) % 2 else angry),)) for at in range(0, count, step)
    )
    picture = workspace.reader.read(10)
    playhead = count // 2 // step * step + int(2 * rate.fps)
    picture = replace(picture, index=playhead)

    def planned(keys: tuple[Key, ...], previous: Plan | None) -> Plan:
        return Plan(
            keys, vectors, frames, long, times, session.model.info, session.connector, previous
        )

    plan = planned(keys, None)
    plan.delta(playhead)
    spent = []
    for move in range(1, 21):
        k = (playhead - int(2 * rate.fps)) // step
        began = time.perf_counter()
        keys = (*keys[:k], replace(keys[k], frame=k * step + move % 7 - 3), *keys[k + 1 :])
        plan = planned(keys, plan)
        jobs = face_jobs([PerformerEdit(long, plan)], playhead)
        to_rgb(edit_picture(picture, jobs, session.model))
        spent.append((time.perf_counter() - began) * 1000)
    return median(spent), max(spent)
