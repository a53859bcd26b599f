"""What goes over the wire: version, requests, headers. ``docs/service.md`` tells it in words.

A change of anything here that an older client would notice raises ``PROTOCOL``; the golden test
``tests/unit/service/test_wire.py`` makes such a change visible.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

PROTOCOL = 1
HEADERS = "X-Cmet-"
"""Prefix of a frame's headers: Frame, Width, Height, Revision, Quality, Engine, Edited, State."""

MOST_FRAMES = 1 << 24
MOST_WIDTH = 16384

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Quality = Literal["draft", "full", "source"]
JobKind = Literal["export", "analyse", "embed"]
CacheState = Literal["none", "draft", "full", "disk", "failed"]


class Request(BaseModel):
    """A request's body: unknown fields are refused, so that a misspelt wish is noticed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PutDocument(Request):
    """The document as it is now.

    Attributes:
        path: absolute path of its ``.cmet`` file; relative paths in ``project`` start there.
        revision: grows with every change.
        project: what the file would hold, schema of this version.
    """

    path: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    revision: Annotated[int, Field(ge=0, le=1 << 53)]
    project: dict[str, Any]


class PatchDocument(Request):
    """A new revision as what differs from one that is known.

    Attributes:
        base: the revision that is known.
        difference: ``new``, ``cuts`` and ``keys`` of ``project_io.splice.difference``.
    """

    base: Annotated[int, Field(ge=0, le=1 << 53)]
    revision: Annotated[int, Field(ge=0, le=1 << 53)]
    difference: dict[str, Any]


class StartJob(Request):
    """Long work for the queue; ``wish`` depends on the kind."""

    kind: JobKind
    wish: dict[str, Any] = Field(default_factory=dict)


class ExportWish(Request):
    """What to write, and where.

    Attributes:
        output: absolute path of a local file; its suffix has to fit the codec.
        start, stop: half-open range of frames; the whole clip by default.
        overwrite: whether a file that is there may be replaced; the clip and the project never.
        dialogue: absolute path of a recording that takes the place of the clip's sound, from
            frame ``dialogue_at`` on, spoken by the performer named ``speaker``.
        restorer: improves drawn faces; none if empty.
    """

    output: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    engine: Name = "mesh"
    codec: Literal["h264", "ffv1"] = "h264"
    crf: Annotated[int, Field(ge=0, le=51)] = 18
    preset: Name = "medium"
    start: Annotated[int, Field(ge=0, le=MOST_FRAMES)] | None = None
    stop: Annotated[int, Field(ge=1, le=MOST_FRAMES)] | None = None
    overwrite: bool = False
    dialogue: Annotated[str, StringConstraints(min_length=1, max_length=4096)] | None = None
    dialogue_at: Annotated[int, Field(ge=0, le=MOST_FRAMES)] | None = None
    speaker: Name | None = None
    restorer: Annotated[str, StringConstraints(max_length=64)] = ""


class AnalyseWish(Request):
    """Which performers to track; all of them by default."""

    performers: list[Name] | None = None
    engine: Name = "mesh"


class EmbedWish(Request):
    """Which emotions' takes to embed; all of them by default."""

    emotions: list[Name] | None = None


class MoveJob(Request):
    """A waiting job's new place in the queue, from 0."""

    position: Annotated[int, Field(ge=0, le=10_000)]


class Background(Request):
    """Whether frames nobody asked for yet may be rendered ahead."""

    on: bool


class CacheLimit(Request):
    """How much memory frames for the screen may take."""

    bytes: Annotated[int, Field(ge=16 << 20, le=1 << 40)]


class Emotions(Request):
    """Ids of emotions."""

    ids: Annotated[list[Name], Field(max_length=1000)]


class Problem(BaseModel):
    """Why a request was not answered.

    Attributes:
        code: for programs: ``unauthorised``, ``refused``, ``too_large``, ``busy``, ``superseded``,
            ``no_document``, ``unknown_revision``, ``not_ready``, ``bad_request``, ``not_found``,
            ``bad_input``, ``failed``.
        message: one sentence for people.
        hint: the way out; may be empty.
    """

    code: str
    message: str
    hint: str = ""


class Status(BaseModel):
    """How the engine is.

    Attributes:
        state: ``empty`` (no document), ``loading``, ``analysing``, ``ready`` or ``failed``.
        message: for people; says what is going on or wrong.
        document: path of the open project or None.
        revision: newest revision received, or None.
        planned: newest revision that frames can show, or None.
        cache_bytes: held by rendered frames.
        models_loaded: whether a face model is in memory.
    """

    protocol: int = PROTOCOL
    version: str
    pid: int
    state: Literal["empty", "loading", "analysing", "ready", "failed"]
    message: str = ""
    document: str | None = None
    revision: int | None = None
    planned: int | None = None
    cache_bytes: int = 0
    cache_limit: int = 0
    models_loaded: bool = False
    engines: list[str] = Field(default_factory=list)


class JobState(BaseModel):
    """One piece of long work.

    Attributes:
        state: ``waiting``, ``running``, ``paused``, ``done``, ``failed`` or ``cancelled``.
        stage: what it is doing, a verb phrase.
        done, total: units of the stage; ``total`` is 0 while unknown.
        seconds_left: of the stage, or None while nobody can say.
        result: what it made, when it is done; of an export, the ``path`` is there from the start.
        message, hint: why it failed; or, of one that has not ended, why it begins again.
    """

    id: str
    kind: str
    title: str
    state: Literal["waiting", "running", "paused", "done", "failed", "cancelled"]
    stage: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    result: dict[str, Any] = Field(default_factory=dict)
    message: str = ""
    hint: str = ""


class Event(BaseModel):
    """Something that happened.

    Attributes:
        n: rises by one.
        topic: ``job``, ``analysis``, ``state`` or ``cache``.
        data: a ``JobState`` for ``job``; else small facts, see ``docs/service.md``.
    """

    n: int
    topic: str
    data: dict[str, Any]


class Events(BaseModel):
    """What happened since; ``missed`` if older events had to be forgotten."""

    last: int
    missed: bool
    events: list[Event]
