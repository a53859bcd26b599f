"""What the window asks of the engine process, as types that ``service.client.Engine`` fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Quality = Literal["source", "draft", "full"]


class WireFrame(Protocol):
    """A frame as the service answers it: RGB, 8 bit, rows without gaps."""

    @property
    def n(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def revision(self) -> int: ...
    @property
    def quality(self) -> str: ...
    @property
    def engine(self) -> str: ...
    @property
    def edited(self) -> bool: ...
    @property
    def rgb(self) -> bytes: ...


class EngineClient(Protocol):
    """One connection to the service; each thread has its own."""

    def status(self) -> Mapping[str, Any]: ...
    def put_document(
        self, path: str, revision: int, project: dict[str, Any]
    ) -> Mapping[str, Any]: ...
    def frame(
        self,
        n: int,
        width: int | None = None,
        quality: str = "draft",
        engine: str = "mesh",
        revision: int | None = None,
        wait: bool = True,
    ) -> WireFrame: ...
    def curves(self, performer: str, start: int, stop: int, step: int = 1) -> Mapping[str, Any]: ...
    def analysis(self) -> Mapping[str, Any]: ...
    def face(self, performer: str, frame: int) -> Mapping[str, Any]: ...
    def faces(self, frame: int) -> Sequence[Mapping[str, Any]]: ...
    def cache_states(self, start: int, stop: int) -> Sequence[Sequence[Any]]: ...
    def start_job(self, kind: str, **wish: Any) -> str: ...
    def jobs(self) -> Sequence[Mapping[str, Any]]: ...
    def cancel(self, job_id: str) -> object: ...
    def pause(self, job_id: str) -> object: ...
    def resume(self, job_id: str) -> object: ...
    def events(self, after: int, wait_s: float) -> Mapping[str, Any]: ...
    def emotion_figures(self, ids: Sequence[str]) -> Mapping[str, Any]: ...
    def close(self) -> None: ...


class EngineProcess(Protocol):
    """The running child process."""

    def client(self) -> EngineClient:
        """A new connection. Raises EngineError while the process is not up."""

    def stop(self, timeout_s: float) -> object: ...


@dataclass(frozen=True, slots=True)
class FrameResult:
    """A frame for the viewer.

    Attributes:
        number: clip frame.
        revision: of the document it was made from.
        quality: ``source`` (nothing edited), ``draft`` or ``full``.
        rgb: height * width * 3 bytes.
    """

    number: int
    width: int
    height: int
    revision: int
    quality: str
    engine: str
    edited: bool
    rgb: bytes
