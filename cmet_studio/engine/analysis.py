"""What is measured of a clip once: every performer's face and its expression, frame by frame.

Kept on disk by content: a track depends on the clip, the anchor and the tracker only, its
expression also on the face model. So picking another engine does not track again, and neither
does moving a key.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import numpy as np

from cmet_studio.core.disk_cache import ANALYSES_BYTES, mark_used, trim
from cmet_studio.core.errors import OutputError
from cmet_studio.core.paths import cache_dir
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Fingerprint, Performer
from cmet_studio.engine.protocol import FaceModel, Floats, PictureEncoder
from cmet_studio.face.types import FaceTrack
from cmet_studio.project_io.store import atomic_path

if TYPE_CHECKING:
    from cmet_studio.media.reader import VideoReader


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class PerformerAnalysis:
    """One performer: where the face is and what it does.

    Attributes:
        track: see ``FaceTrack``; n rows.
        expression: (n, d) float32 in the face model's space; zero rows where no face is.
        notes: (n, k) float32, what else the face model wants to know when it renders a frame.
    """

    track: FaceTrack
    expression: Floats
    notes: Floats | None = None

    def row(self, frame: int) -> Floats:
        """(d + k,) everything measured of a frame."""
        row: Floats = self.expression[frame]
        return row if self.notes is None else np.concatenate([row, self.notes[frame]])


def analyse(
    reader: "VideoReader",
    fingerprint: Fingerprint,
    performers: Sequence[Performer],
    model: FaceModel,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> dict[str, PerformerAnalysis]:
    """Track and encode every performer, or read it from the cache.

    Returns: one analysis per performer id.
    """
    folders = {p.id: _track_folder(fingerprint, p) for p in performers}
    missing = [p for p in performers if not _usable(folders[p.id], len(reader))]
    if missing:
        _track_into_cache(reader, missing, folders, token, report)
        trim(cache_dir() / "tracks", ANALYSES_BYTES, in_use=folders.values())
    result = {}
    for performer in performers:
        mark_used(folders[performer.id])
        track = _load_track(folders[performer.id])
        measured = _measured(folders[performer.id], track, model, reader, token, report)
        d = len(model.info.units)
        result[performer.id] = PerformerAnalysis(
            track, measured[:, :d], measured[:, d:] if model.info.notes else None
        )
    return result


def _usable(folder: Path, frames: int) -> bool:
    """Whether a track lies in ``folder``; a damaged one is thrown away, to be made again."""
    if not folder.is_dir():
        return False
    try:
        if len(_load_track(folder)) == frames:
            return True
    except (OSError, ValueError):
        pass
    log.warning("The kept track %s is damaged; the clip is tracked again.", folder.name)
    shutil.rmtree(folder, ignore_errors=True)
    return False


def _track_folder(fingerprint: Fingerprint, performer: Performer) -> Path:
    from cmet_studio.face.analyse import TRACKER_VERSION

    asked = json.dumps(
        [
            fingerprint.size,
            fingerprint.sha256,
            performer.anchor_frame,
            list(performer.anchor_box),
            TRACKER_VERSION,
        ]
    )
    return cache_dir() / "tracks" / hashlib.sha256(asked.encode()).hexdigest()[:32]


def _track_into_cache(
    reader: "VideoReader",
    performers: Sequence[Performer],
    folders: dict[str, Path],
    token: CancelToken,
    report: Report,
) -> None:
    from cmet_studio.face.analyse import Anchor, analyse_faces
    from cmet_studio.face.types import Box

    anchors = [Anchor(p.anchor_frame, Box(*p.anchor_box)) for p in performers]
    tracks = analyse_faces(reader.frames(), len(reader), anchors, token=token, report=report)
    for performer, track in zip(performers, tracks, strict=True):
        _store_track(folders[performer.id], track)


def _store_track(folder: Path, track: FaceTrack) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(dir=folder.parent, prefix=".unfinished-"))
    try:
        _save(unfinished, track)
        try:
            unfinished.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another program has just kept the same
                raise
    except OSError as error:
        raise OutputError(
            f"The analysis cannot be kept in {folder.parent}: {error.strerror or error}.",
            "Make room there, or move it with the environment variable CMET_STUDIO_HOME.",
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _save(folder: Path, track: FaceTrack) -> None:
    for field in fields(track):
        np.save(folder / f"{field.name}.npy", np.asarray(getattr(track, field.name)))


def _load_track(folder: Path) -> FaceTrack:
    # Mapped, not read: the landmarks of a ten-minute clip are 100 MB.
    return FaceTrack(
        **{
            field.name: np.load(folder / f"{field.name}.npy", mmap_mode="r", allow_pickle=False)
            for field in fields(FaceTrack)
        }
    )


def _measured(
    folder: Path,
    track: FaceTrack,
    model: FaceModel,
    reader: "VideoReader",
    token: CancelToken,
    report: Report,
) -> Floats:
    path = folder / f"expression-{model.info.name}-{model.info.version}.npy"
    if path.is_file():
        with suppress(OSError, ValueError):  # damaged: measured again below
            stored: Floats = np.load(path, allow_pickle=False)
            return stored
    if model.info.reads_pictures and isinstance(model, PictureEncoder):
        measured = model.encode_pictures(reader.frames(), track, token, report)
    else:
        measured = model.encode(track)
    try:
        with atomic_path(path, overwrite=True) as unfinished:
            np.save(unfinished, measured)
    except (OSError, OutputError) as error:  # it only costs measuring again
        log.warning("The expressions cannot be kept: %s", error)
    return measured
