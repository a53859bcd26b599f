"""What the window knows of the engine process, as types and values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from cmet_studio.core.errors import Cancelled, CmetError, EngineError
from cmet_studio.domain.project import Project
from cmet_studio.project_io.convert import to_data
from cmet_studio.project_io.splice import difference as changes
from cmet_studio.service.client import Engine, EngineGone, EngineProblem, Frame, Superseded

EngineClient = Engine
Quality = Literal["source", "draft", "full"]
T = TypeVar("T")


class EngineProcess(Protocol):
    """The running child process (``service.supervisor``)."""

    def client(self, timeout_s: float = 30.0) -> EngineClient:
        """A new connection. Raises EngineGone while the process is not up."""

    def restart(self) -> object:
        """End it and start it again."""

    def stop(self, timeout_s: float) -> object:
        """End it."""


class EngineUnreachable(EngineError):
    """The process does not answer: it starts, has crashed, or is being stopped."""


class EngineBehind(EngineError):
    """The engine does not know the revision that was asked for: it has to be sent again."""


class NotMade(EngineError):
    """The frame is not made yet, and nobody wanted to wait for it."""


def ask(function: Callable[[EngineClient], T], client: EngineClient) -> T:
    """Ask the engine something in the terms of this program.

    Raises:
        EngineUnreachable: if nobody answers.
        EngineBehind: if it lacks the revision.
        CmetError: what the engine says is wrong.
        Cancelled: if a newer wish took this one's place.
    """
    try:
        return function(client)
    except Superseded as stale:
        raise Cancelled from stale
    except EngineGone as gone:
        raise EngineUnreachable("The engine does not answer.", "It is started again.") from gone
    except EngineProblem as problem:
        if problem.code == "unknown_revision":
            raise EngineBehind(problem.message, problem.hint) from problem
        if problem.code == "not_ready":
            raise NotMade(problem.message, problem.hint) from problem
        raise CmetError(problem.message, problem.hint) from problem


Sent = tuple[int, Project]
"""A revision that the engine knows."""


def send(
    client: EngineClient, path: str, revision: int, project: Project, known: Sent | None
) -> None:
    """Have the engine know a revision: as what differs from the known one if that will do.

    A key dragged among thousands then costs milliseconds. Raises as ``ask``.
    """
    if known is not None and known[0] < revision:
        difference = changes(known[1], project)
        try:
            client.patch_document(known[0], revision, difference)
        except (EngineProblem, EngineGone):
            pass  # told properly when the whole is put
        else:
            return
    data = to_data(project)
    ask(lambda c: c.put_document(path, revision, data), client)


@dataclass(frozen=True, slots=True)
class FrameResult:
    """A frame for the viewer.

    Attributes:
        number: clip frame.
        revision: of the document it was made from.
        quality: ``source`` (nothing edited), ``draft`` or ``full``.
        state: ``ready``, or ``analysing`` while a performer's face cannot be changed yet.
        rgb: height * width * 3 bytes.
    """

    number: int
    width: int
    height: int
    revision: int
    quality: str
    engine: str
    edited: bool
    state: str
    rgb: bytes


def fetch(
    client: EngineClient,
    frame: int,
    width: int | None,
    quality: Quality,
    revision: int | None,
    lane: str,
    model: str = "mesh",
) -> FrameResult:
    """Fetch one frame. A newer wish of the same ``lane`` supersedes this one. Raises as ``ask``."""
    return _result(
        ask(lambda c: c.frame(frame, width, quality, model, revision=revision, lane=lane), client)
    )


def at_hand(
    client: EngineClient, frame: int, width: int | None, revision: int, model: str
) -> FrameResult | None:
    """The edited frame if it is made already; nothing is made. Raises as ``ask``."""
    try:
        return _result(
            ask(
                lambda c: c.frame(
                    frame, width, "full", model, revision=revision, wait=False, lane="viewer"
                ),
                client,
            )
        )
    except NotMade:
        return None


def _result(got: Frame) -> FrameResult:
    return FrameResult(
        got.n, got.width, got.height, got.revision, got.quality, got.engine, got.edited,
        got.state, got.rgb,
    )  # fmt: skip
