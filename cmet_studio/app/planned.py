"""One revision of the document under one face model: which frame shows what, and making it."""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from cmet_studio.app.session import EngineSession, face_id
from cmet_studio.app.source_frames import SourceFrames
from cmet_studio.core.errors import CmetError
from cmet_studio.domain.project import Project
from cmet_studio.media.picture import Picture
from cmet_studio.render.cache import FrameCache
from cmet_studio.render.frame_key import UNTOUCHED, FrameKey, digest
from cmet_studio.render.pipeline import PerformerEdit, edit_picture, face_jobs
from cmet_studio.render.reduced import reduced, reduced_jobs
from cmet_studio.render.screen import on_screen, screen_height, screen_width

Rgb = npt.NDArray[np.uint8]
_LARGE = 1.8  # times the width on the screen
State = Literal["empty", "loading", "analysing", "ready", "failed"]
Steps = Generator[None, None, Any]
"""Work on the engine thread in small steps; what it returns is the answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """The document as it was last put, and its clip."""

    path: Path
    revision: int
    project: Project
    source: SourceFrames


@dataclass(frozen=True, slots=True, eq=False)
class FrameWish:
    """A frame that somebody wants to see.

    Attributes:
        width: for the screen; None: the clip's own.
        wait: whether to wait for it to be made.
        lane: a newer wish supersedes older ones of its lane.
    """

    frame: int
    width: int | None = None
    quality: str = "full"
    engine: str = "mesh"
    wait: bool = True
    lane: str = "viewer"


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A frame for the screen.

    Attributes:
        rgb: (h, w, 3) uint8, read-only.
        revision: of the document that it shows.
        quality: what it is, maybe better than what was asked for.
        edited: whether a face in it is changed.
        state: ``ready``, or ``analysing`` while a performer's face is still being measured.
    """

    frame: int
    rgb: Rgb
    revision: int
    quality: str
    engine: str
    edited: bool
    state: str


@dataclass(slots=True, eq=False)
class Planned:
    """What the document asks of one face model. Owned by the engine thread but for ``known``.

    Attributes:
        missing: ids of the performers whose face was still being measured.
        asked: digest of what is to be done, of each frame that was planned; empty: nothing. Other
            threads may look things up in it.
        drafted: the same of drafts.
    """

    opened: Opened
    session: EngineSession
    edits: Sequence[PerformerEdit]
    missing: frozenset[str]
    asked: dict[int, str] = field(default_factory=dict)
    drafted: dict[int, str] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """What frames made now have to say of themselves."""
        waiting = any(p.id in self.missing and p.keys for p in self.opened.project.performers)
        return "analysing" if waiting else "ready"

    @property
    def clip(self) -> str:
        """What the clip's frames are known by."""
        return self.opened.project.clip.fingerprint.sha256

    @property
    def model(self) -> str:
        """All of the face model that pixels depend on."""
        info = self.session.model.info
        return f"{info.name} {info.version} {self.session.device}"

    def known(self, frame: int, width: int | None, quality: str) -> FrameKey | None:
        """The key of a frame that was planned before; None for others."""
        asked = (self.drafted if quality == "draft" else self.asked).get(frame)
        if asked is None:
            return None
        opened = self.opened
        wide = screen_width(opened.source.size[0], width)
        if not asked:
            return FrameKey(self.clip, frame, wide, UNTOUCHED)
        return FrameKey(self.clip, frame, wide, quality, self.model, asked)

    def advance(self, frame: int) -> bool:
        """Do some of the planning that a frame's full key needs; whether it is all done."""
        return frame in self.asked or all(edit.plan.advance(frame) for edit in self.edits)

    def key(self, frame: int, width: int | None, quality: str) -> FrameKey:
        """The key of any frame; plans it if it has to. A draft that is as good is a full one."""
        if quality == "draft":
            near = frame in self.asked or all(edit.plan.is_near(frame) for edit in self.edits)
            if near and not self._is_large(width):
                quality = "full"
            else:
                self.drafted[frame] = digest(face_jobs(self.edits, frame, draft=True))
        if quality == "full" and frame not in self.asked:
            self.asked[frame] = digest(face_jobs(self.edits, frame))
        key = self.known(frame, width, quality)
        assert key is not None
        return key

    def edit_of(self, performer: str) -> PerformerEdit | None:
        """A performer's part of the plan; None while the face is being measured."""
        there = [p.id for p in self.opened.project.performers if p.id not in self.missing]
        return dict(zip(there, self.edits, strict=True)).get(performer)

    def make(self, key: FrameKey, picture: Picture, cache: FrameCache) -> Rgb:
        """Render a decoded frame for the screen and keep it."""
        began = time.perf_counter()
        draft = key.quality == "draft"
        jobs = face_jobs(self.edits, key.frame, draft)
        if draft and self._is_large(key.width):
            jobs = reduced_jobs(jobs, key.width / picture.width)
            picture = reduced(picture, key.width)
        edited = edit_picture(picture, jobs, self.session.model)
        rgb = on_screen(edited, key.width)
        return cache.put(key, rgb, time.perf_counter() - began)

    def at_hand(self, wish: FrameWish, cache: FrameCache) -> Shown | None:
        """What the cache holds for a wish, or better; None if it has to be made. Any thread."""
        for quality in dict.fromkeys(("full", wish.quality)):
            key = self.known(wish.frame, wish.width, quality)
            rgb = None if key is None else cache.get(key)
            if key is not None and rgb is not None:
                return self.shown(key, rgb)
        return None

    def _is_large(self, width: int | None) -> bool:
        """Whether a draft is worth making at the size in which it is shown."""
        return self.opened.source.size[0] >= _LARGE * (width or self.opened.source.size[0])

    def shown(self, key: FrameKey, rgb: Rgb) -> Shown:
        """Label a picture that was made with ``key``."""
        edited = key.quality != UNTOUCHED
        quality = key.quality if edited else "full"
        return Shown(
            key.frame, rgb, self.opened.revision, quality, self.session.engine, edited, self.state
        )


def frame_bytes(source: SourceFrames, width: int | None) -> int:
    """Memory of one frame for the screen."""
    wide = screen_width(source.size[0], width)
    return wide * screen_height(source.size, wide) * 3


def state_of(
    opened: Opened | None, planned: Planned | None, failed: CmetError | None, listening: bool
) -> tuple[State, str]:
    """How far a face model is with a document, and a word on it.

    Args:
        failed: why it cannot be used, or a face not be measured.
        listening: whether takes are being listened to.
    """
    if opened is None:
        return "empty", "No document is open."
    if failed is not None:
        return "failed", str(failed)
    if not opened.project.performers:
        return "ready", "No face has been picked yet."
    if planned is None:
        return "loading", "The engine is getting ready."
    known = {face_id(p) for p in planned.opened.project.performers}
    if planned.missing or not known.issuperset(map(face_id, opened.project.performers)):
        return "analysing", "Faces are being measured."
    if listening:
        return "analysing", "Takes are being listened to."
    return "ready", ""
