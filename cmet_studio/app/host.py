"""Everything that an engine process holds: the open document, its frames, its long work."""

import itertools
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cmet_studio.app.events import EventLog
from cmet_studio.app.face_look import FaceLook
from cmet_studio.app.job_notes import JobNotes
from cmet_studio.app.jobs import JobQueue
from cmet_studio.app.lanes import Superseded
from cmet_studio.app.measured import speech_onsets
from cmet_studio.app.planned import Opened, Shown
from cmet_studio.app.preview import Preview
from cmet_studio.app.source_frames import SourceFrames
from cmet_studio.core.errors import BadInput, ProjectError
from cmet_studio.domain.project import Project
from cmet_studio.project_io.check import Unusable, check_changed, validate
from cmet_studio.project_io.files import leads_inside
from cmet_studio.project_io.relink import find_clip
from cmet_studio.project_io.splice import BadSplice, apply
from cmet_studio.render.cache import FrameCache
from cmet_studio.render.frame_key import UNTOUCHED, FrameKey
from cmet_studio.render.frame_store import FrameStore
from cmet_studio.render.screen import on_screen, screen_width

CACHE_BYTES = 1 << 30
"""Bound of the frames kept for the screen, unless settings say otherwise."""
_MOST_LANES = 64


class Host:
    """The engine's side of one open document. Its methods may be called from any thread.

    Args:
        cache_bytes: bound of the frames kept in memory.
        store: keeps slow ones on disk; None: nothing does.
    """

    def __init__(self, cache_bytes: int = CACHE_BYTES, store: FrameStore | None = None) -> None:
        self.events = EventLog()
        self.cache = FrameCache(cache_bytes, store)
        self.preview = Preview(self.cache, self.events)
        self.jobs = JobQueue(self.events, JobNotes())
        self.face_look = FaceLook()
        self.preview.hold = lambda: self.jobs.busy
        self._putting = threading.Lock()
        self._decoding = threading.Lock()
        self._listening = threading.Lock()
        self._onsets: tuple[SourceFrames, list[int]] | None = None
        self._serials: dict[str, int] = {}
        self._count = itertools.count()
        self._opened: Opened | None = None

    @property
    def opened(self) -> Opened:
        """The newest document.

        Raises: BadInput if none is open.
        """
        if self._opened is None:
            raise BadInput("No document is open.", "Open one first.")
        return self._opened

    def put(self, path: str, revision: int, data: Mapping[str, Any]) -> Opened:
        """Take the document as it is now; what came last is the newest, whatever its number.

        Raises: ProjectError if it is malformed or its clip cannot be found; what was open stays.
        """
        place = _project_path(path)
        project = _validated(place, data)
        with self._putting:
            return self._open(place, revision, project)

    def patch(self, base: int, revision: int, difference: Mapping[str, Any]) -> Opened | None:
        """Take a new revision as what differs from revision ``base``.

        Returns: None if ``base`` is not the revision that is open: the whole has to be put then.
        Raises: ProjectError if it is malformed.
        """
        with self._putting:
            before = self._opened
            if before is None or before.revision != base or revision <= base:
                return None
            try:
                project = apply(before.project, dict(difference))
                check_changed(before.project, project)
            except BadSplice:
                return None
            except (Unusable, ValueError, KeyError, TypeError) as error:  # also pydantic's
                raise _unusable(before.path, error) from error
            if project.takes is not before.project.takes:
                _check_takes(before.path, project)
            return self._open(before.path, revision, project)

    def reopen(self, path: str, data: Mapping[str, Any]) -> Opened:
        """A document as it once was, beside the one that is open; close its source.

        Raises: as ``put``.
        """
        place = _project_path(path)
        project = _validated(place, data)
        return Opened(place, 0, project, self._source(place, project, None))

    def _open(self, path: Path, revision: int, project: Project) -> Opened:
        """Make this the newest document. Called with the lock of ``put`` held."""
        before = self._opened
        opened = Opened(path, revision, project, self._source(path, project, before))
        self._opened = opened
        self.preview.open(opened)
        if before is not None and before.source is not opened.source:
            before.source.close()
        return opened

    def source(self, frame: int, width: int | None, lane: str) -> Shown:
        """The clip's own frame; needs no face model.

        Raises: Superseded if a newer one was asked for in the lane while this one waited.
        """
        opened = self.opened
        self.check_frame(frame)
        wide = screen_width(opened.source.size[0], width)
        key = FrameKey(opened.project.clip.fingerprint.sha256, frame, wide, UNTOUCHED)
        rgb = self.cache.get(key)
        self.preview.touch()
        if rgb is None:
            if len(self._serials) > _MOST_LANES:
                self._serials.clear()  # whoever waits is told that it was superseded
            serial = self._serials[lane] = next(self._count)
            with self._decoding:
                if self._serials.get(lane) != serial:
                    raise Superseded
                picture = opened.source.read(frame)
            rgb = self.cache.put(key, on_screen(picture, wide))
        return Shown(frame, rgb, opened.revision, "source", "", False, "ready")

    def onsets(self) -> list[int]:
        """Frames at which somebody begins to speak; found once a clip."""
        source = self.opened.source
        with self._listening:
            if self._onsets is None or self._onsets[0] is not source:
                self._onsets = (source, speech_onsets(source))
            return self._onsets[1]

    def faces(self, frame: int) -> list[list[float]]:
        """Boxes of the faces that a frame shows, largest first; pixels of the clip."""
        self.check_frame(frame)
        return self.face_look.boxes(self.opened.source.read(frame))

    def check_frame(self, frame: int) -> None:
        """Refuse frames outside the clip.

        Raises: BadInput.
        """
        count = len(self.opened.source)
        if not 0 <= frame < count:
            raise BadInput(
                f"There is no frame {frame} in the clip.", f"Ask for one from 0 to {count - 1}."
            )

    def close(self, timeout_s: float = 5.0) -> bool:
        """Stop everything. Returns whether all threads have ended."""
        self.events.close()
        self.face_look.close()
        ended = self.jobs.close(timeout_s)
        ended = self.preview.close(timeout_s) and ended
        if self.cache.behind is not None:
            ended = self.cache.behind.close(timeout_s) and ended
        if self._opened is not None:
            self._opened.source.close()
            self._opened = None
        return ended

    def _source(self, path: Path, project: Project, before: Opened | None) -> SourceFrames:
        if before is not None and (before.project.clip.fingerprint == project.clip.fingerprint):
            return before.source  # still open, wherever its file has gone
        source = SourceFrames(find_clip(project, path))
        if len(source) != project.clip.frames:
            source.close()
            raise ProjectError(
                f"{source.clip.name} has {len(source)} frames, the project says "
                f"{project.clip.frames}.",
                "Relink the clip.",
            )
        return source


def _validated(path: Path, data: Mapping[str, Any]) -> Project:
    try:
        project = validate(dict(data))
    except Unusable as error:
        raise _unusable(path, error) from error
    _check_takes(path, project)
    return project


def _unusable(path: Path, error: Exception) -> ProjectError:
    what = str(error).partition("\n")[0].rstrip(".")
    return ProjectError(f"{path.name} is not a usable project: {what}.", "Undo the last edit.")


def _check_takes(path: Path, project: Project) -> None:
    for take in project.takes:
        if not leads_inside(path.parent, take.path):
            raise ProjectError(
                f"The take {take.path} leads out of the project's folder.", "Import the take again."
            )


def _project_path(path: str) -> Path:
    """The place of a project file that a request names.

    Raises: BadInput unless it is an absolute local path to a ``.cmet`` without ways up.
    """
    place = Path(path)
    if "\0" in path or path.startswith(("//", "\\\\")) or ".." in place.parts:
        raise BadInput("That is no place for a project.", "Give a plain path on this machine.")
    if not place.is_absolute() or place.suffix.lower() != ".cmet":
        raise BadInput(
            f"{place.name} is no project file.", "Give the absolute path of a .cmet file."
        )
    if not place.parent.is_dir():
        raise BadInput(f"There is no folder {place.parent}.", "Save the project elsewhere.")
    return place
