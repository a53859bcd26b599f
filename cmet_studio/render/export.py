"""Write the edited clip: this thread decodes, plans and feeds the encoder, a pool renders.

libav's decoder and encoder have threads of their own and let go of the interpreter lock, so all
three run side by side; a bounded queue keeps memory flat whatever the clip's length.
"""

import os
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from cmet_studio.core.errors import OutputError
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.core.unbroken import unbroken
from cmet_studio.engine.device import one_thread_per_worker
from cmet_studio.engine.protocol import FaceModel
from cmet_studio.media.picture import Picture
from cmet_studio.media.reader import VideoReader
from cmet_studio.media.writer import ClipWriter
from cmet_studio.project_io.store import atomic_path
from cmet_studio.render.pipeline import FaceJob, PerformerEdit, edit_pictures, face_jobs

_MOST_WORKERS = 4  # more only wait for the interpreter lock
_BATCH_BYTES = 128 << 20
"""Samples of the pictures that go to a face model together, at most."""

MakeModel = Callable[[], FaceModel]


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """How the file is written.

    Attributes:
        start, stop: half-open range of clip frames.
        codec: ``h264`` or ``ffv1``.
        crf: x264's constant quality, 0..51.
        preset: x264's speed preset.
        overwrite: whether a file that is already there may be replaced.
        sound: another recording in place of the clip's sound.
        batch: faces that the face model likes to be given at once, see ``FaceModelInfo``; frames
            come out the same in any batches.
    """

    start: int
    stop: int
    codec: str = "h264"
    crf: int = 18
    preset: str = "medium"
    overwrite: bool = False
    sound: "Sound | None" = None
    batch: int = 1


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording and when it begins, in seconds from the clip's first frame."""

    path: Path
    at_s: Fraction


@dataclass(slots=True)
class ExportResult:
    """What was done.

    Attributes:
        seconds: time spent per stage, summed over threads: decode, plan, render, encode.
        notes: sentences an editor should read, e.g. on chroma formats hosts may not play.
    """

    frames: int = 0
    frames_edited: int = 0
    wall_s: float = 0.0
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    notes: tuple[str, ...] = ()


def export(
    reader: VideoReader,
    edits: Sequence[PerformerEdit],
    make_model: MakeModel,
    path: Path,
    settings: ExportSettings,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> ExportResult:
    """Render a range of the clip into ``path``, which appears only when complete.

    Raises:
        OutputError: if the place cannot be written to, is taken or becomes full.
        Cancelled: if asked to stop; nothing is left behind.
    """
    result = ExportResult()
    began = time.perf_counter()
    with (
        atomic_path(path, overwrite=settings.overwrite) as unfinished,
        _under_its_name(unfinished, path),
    ):
        writer = ClipWriter(
            unfinished,
            reader.info,
            first_frame=settings.start,
            codec=settings.codec,
            crf=settings.crf,
            preset=settings.preset,
        )
        with writer:
            start_s, end_s = reader.times.seconds(settings.start), _end_of(reader, settings.stop)
            if settings.sound is None:
                writer.copy_audio(reader.info.path, start_s, end_s)
            else:
                writer.replace_audio(settings.sound.path, settings.sound.at_s, start_s, end_s)
            total = settings.stop - settings.start
            # Closed here and not some time later: it waits for its workers.
            rendered = _rendered(reader, edits, make_model, settings, result, token)
            with closing(rendered) as pictures:
                for picture in pictures:
                    with _timed(result, "encode"):
                        writer.write(picture)
                    result.frames += 1
                    report("rendering", result.frames, total)
            with _timed(result, "encode"):
                writer.close()
        result.notes = tuple(writer.notes)
    result.wall_s = time.perf_counter() - began
    return result


@contextmanager
def _under_its_name(unfinished: Path, path: Path) -> Iterator[None]:
    """The writer knows the hidden file alone; the editor is to hear of the one that was asked."""
    try:
        yield
    except OutputError as error:
        message = error.message.replace(str(unfinished), str(path))
        raise OutputError(message, error.hint) from error


def _rendered(
    reader: VideoReader,
    edits: Sequence[PerformerEdit],
    make_model: MakeModel,
    settings: ExportSettings,
    result: ExportResult,
    token: CancelToken,
) -> Generator[Picture, None, None]:
    """Edited pictures in order, rendered side by side."""
    workers = max(1, min(_MOST_WORKERS, os.cpu_count() or 1))
    own = threading.local()

    def work(batch: _Batch) -> list[Picture]:
        began = time.perf_counter()
        if not hasattr(own, "model"):
            one_thread_per_worker()  # torch counts threads per calling thread
            own.model = make_model()
        done = edit_pictures(batch, own.model)
        spent.append(time.perf_counter() - began)
        return done

    waiting: deque[Picture | Future[list[Picture]]] = deque()
    spent: list[float] = []

    def next_in_order() -> Iterator[Picture]:
        first = waiting.popleft()
        if isinstance(first, Picture):
            yield first
        else:
            with unbroken:  # stopped while it holds a lock, the worker would wait for ever
                done = first.result()
            yield from done

    with ThreadPoolExecutor(workers, thread_name_prefix="render") as pool:
        try:
            for batch in _batches(reader, edits, settings, result, token):
                idle = len(batch) == 1 and not batch[0][1]
                waiting.append(batch[0][0] if idle else pool.submit(work, batch))
                if len(waiting) > 2 * workers:
                    yield from next_in_order()
            while waiting:
                token.check()
                yield from next_in_order()
        finally:
            with unbroken:
                pool.shutdown(wait=True, cancel_futures=True)
            result.seconds["render"] += sum(spent)


_Batch = list[tuple[Picture, tuple[FaceJob, ...]]]


def _batches(
    reader: VideoReader,
    edits: Sequence[PerformerEdit],
    settings: ExportSettings,
    result: ExportResult,
    token: CancelToken,
) -> Iterator[_Batch]:
    """Pictures in order with what is to be done in them; one by one where that is nothing."""
    pictures = reader.frames(settings.start, settings.stop)
    batch: _Batch = []
    size = 0
    while True:
        token.check()
        with _timed(result, "decode"):
            picture = next(pictures, None)
        if picture is None:
            break
        with _timed(result, "plan"):
            jobs = face_jobs(edits, picture.index)
        result.frames_edited += bool(jobs)
        if not jobs:
            if batch:
                yield batch
            yield [(picture, jobs)]
            batch, size = [], 0
            continue
        batch.append((picture, jobs))
        size += sum(plane.nbytes for plane in picture.planes)
        if len(batch) >= settings.batch or size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@contextmanager
def _timed(result: ExportResult, stage: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        result.seconds[stage] += time.perf_counter() - began


def _end_of(reader: VideoReader, stop: int) -> Fraction:
    """When the frame before ``stop`` ends, from the first frame's time stamp."""
    if stop < len(reader):
        return reader.times.seconds(stop)
    # The last frame may stand for longer than one frame of the rate (screen recordings).
    return max(reader.times.end_seconds, reader.info.video.duration_s or Fraction(0))
