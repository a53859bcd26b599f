"""Talk to a CMET Studio engine. Standard library only, one file: copy it wherever it is needed.

``Engine`` holds one connection and belongs to one thread. A window is given port and token by its
supervisor; a plug-in host reads them with ``discover``.

EngineProblem      the engine said no: ``status``, ``code``, ``message``, ``hint``
├── Superseded     a newer wish for a frame came; ask again if it is still news
└── Busy           too many requests at once; try again
EngineGone         nobody answers there
"""

import http.client
import json
import os
import socket
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

PROTOCOL = 1
_PREFIX = "X-Cmet-"
_IDLE_S = 10.0  # the engine hangs up after 30


class EngineProblem(Exception):
    """The engine refused a request or failed at it."""

    def __init__(self, status: int, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.hint = status, code, message, hint


class Superseded(EngineProblem):
    """A newer request for a frame took this one's place."""


class Busy(EngineProblem):
    """The engine has too many requests at once."""


class EngineGone(ConnectionError):
    """The engine does not answer: it has ended, or never was there."""


@dataclass(frozen=True)
class Frame:
    """A picture for the screen.

    Attributes:
        n: frame of the clip.
        rgb: height * width * 3 bytes, rows from the top, no padding.
        revision: of the document that it shows.
        quality: what it is, which may be better than what was asked for.
        edited: whether a face in it was changed.
        state: ``ready``, or ``analysing`` while a performer's face cannot be changed yet.
    """

    n: int
    width: int
    height: int
    revision: int
    quality: str
    engine: str
    edited: bool
    state: str
    rgb: bytes


def discover(path: "str | os.PathLike[str]", timeout_s: float = 30) -> "Engine":
    """Connect to the engine that a discovery file names.

    Raises: EngineGone if there is no such file.
    """
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123  # as plain as can be
            found = json.load(file)
        return Engine(int(found["port"]), str(found["token"]), timeout_s)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineGone("CMET Studio is not running.") from error


class Engine:
    """One connection to an engine. Use one object per thread.

    Every call raises ``EngineProblem`` if the engine says no and ``EngineGone`` if nobody answers.
    """

    def __init__(self, port: int, token: str, timeout_s: float = 30) -> None:
        self._port, self._token, self._timeout_s = port, token, timeout_s
        self._connection: http.client.HTTPConnection | None = None
        self._used_at = 0.0

    def close(self) -> None:
        """Hang up. The next call dials again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    # The document

    def status(self) -> dict[str, Any]:
        """How the engine is: state, message, revision, planned, cache_bytes, ..."""
        return self._json("GET", "/v1/status")

    def put_document(self, path: str, revision: int, project: Mapping[str, Any]) -> dict[str, Any]:
        """Say what the document is now; frames asked for after this show it."""
        body = {"path": path, "revision": revision, "project": project}
        return self._json("PUT", "/v1/document", body)

    def patch_document(
        self, base: int, revision: int, difference: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Say what differs from revision ``base`` (``project_io.splice.difference``).

        Raises: EngineProblem with code ``unknown_revision`` if another one is open: put it whole.
        """
        body = {"base": base, "revision": revision, "difference": difference}
        return self._json("PATCH", "/v1/document", body)

    def shutdown(self) -> None:
        """Ask the engine to end."""
        self._json("POST", "/v1/shutdown", {})
        self.close()

    # Pictures

    def frame(
        self,
        n: int,
        width: int | None = None,
        quality: str = "draft",
        engine: str = "mesh",
        revision: int | None = None,
        wait: bool = True,
        lane: str = "viewer",
    ) -> Frame:
        """A frame for the screen.

        Args:
            width: in pixels; the height follows. The clip's own by default; never enlarged.
            quality: ``draft``, ``full``, or ``source`` for the clip's own picture.
            revision: which document it has to show at least; the newest by default.
            wait: False: answer at once, or refuse with code ``not_ready``.
            lane: a newer request supersedes older ones of its lane only.

        Raises: Superseded.
        """
        wish = {"quality": quality, "engine": engine, "wait": str(wait).lower(), "lane": lane}
        if width is not None:
            wish["width"] = str(width)
        if revision is not None:
            wish["revision"] = str(revision)
        said, rgb = self._ask("GET", f"/v1/frame/{n}?{urlencode(wish)}")

        def of(name: str) -> str:
            return str(said[_PREFIX + name])

        return Frame(
            int(of("Frame")), int(of("Width")), int(of("Height")), int(of("Revision")),
            of("Quality"), of("Engine"), of("Edited") == "1", of("State"), rgb,
        )  # fmt: skip

    def cache_states(self, start: int, stop: int, engine: str = "mesh") -> list[list[Any]]:
        """Runs ``[start, stop, "none"|"draft"|"full"|"disk"|"failed"]`` that cover the range."""
        wish = urlencode({"start": start, "stop": stop, "engine": engine})
        states: list[list[Any]] = self._json("GET", f"/v1/cache?{wish}")["runs"]
        return states

    def limit_cache(self, size_bytes: int) -> None:
        """Let frames for the screen take so much memory, 16 MiB at least."""
        self._json("PUT", "/v1/cache", {"bytes": size_bytes})

    def background(self, on: bool) -> None:
        """Let the engine render frames ahead, or not."""
        self._json("POST", "/v1/background", {"on": on})

    # What was measured

    def analysis(self, engine: str = "mesh") -> dict[str, Any]:
        """Cuts, and per performer: state, found ranges, extreme-pose ranges, boxes."""
        return self._json("GET", f"/v1/analysis?{urlencode({'engine': engine})}")

    def curves(
        self, performer: str, start: int, stop: int, step: int = 1, engine: str = "mesh"
    ) -> dict[str, Any]:
        """Per frame: ``delta`` (how much the face changes) and ``emotions`` (id -> intensity)."""
        wish = {"performer": performer, "start": start, "stop": stop, "step": step}
        return self._json("GET", f"/v1/curves?{urlencode({**wish, 'engine': engine})}")

    def face(self, performer: str, frame: int, engine: str = "mesh") -> dict[str, Any]:
        """A performer's face in a frame: ``landmarks`` (478 x 2), ``box``, ``pose``."""
        wish = {"performer": performer, "frame": frame, "engine": engine}
        return self._json("GET", f"/v1/face?{urlencode(wish)}")

    def faces(self, frame: int) -> list[dict[str, Any]]:
        """The faces that a frame shows, largest first; to pick a performer."""
        found: list[dict[str, Any]] = self._json("GET", f"/v1/faces?frame={frame}")["faces"]
        return found

    def onsets(self) -> list[int]:
        """Frames at which somebody begins to speak in the clip's sound."""
        found: list[int] = self._json("GET", "/v1/onsets")["frames"]
        return found

    def emotion_figures(self, ids: Iterable[str]) -> dict[str, Any]:
        """What is known of emotions: shots, consistency, outlier, strength, reads_as, ..."""
        return self._json("POST", "/v1/emotions/figures", {"ids": list(ids)})

    # Long work

    def start_job(self, kind: str, **wish: Any) -> str:
        """Queue an ``export``, ``analyse`` or ``embed``; returns the job's id."""
        return str(self._json("POST", "/v1/jobs", {"kind": kind, "wish": wish})["id"])

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs, in the order of the queue, finished ones first."""
        found: list[dict[str, Any]] = self._json("GET", "/v1/jobs")["jobs"]
        return found

    def cancel(self, job: str) -> None:
        """Stop a job; it leaves nothing behind."""
        self._json("POST", f"/v1/jobs/{quote(job)}/cancel", {})

    def pause(self, job: str) -> None:
        """Hold a job until ``resume``."""
        self._json("POST", f"/v1/jobs/{quote(job)}/pause", {})

    def resume(self, job: str) -> None:
        """Let a paused job go on."""
        self._json("POST", f"/v1/jobs/{quote(job)}/resume", {})

    def move(self, job: str, position: int) -> None:
        """Give a waiting job another place in the queue, from 0."""
        self._json("POST", f"/v1/jobs/{quote(job)}/move", {"position": position})

    def events(self, after: int, wait_s: float = 20.0) -> dict[str, Any]:
        """What happened since event ``after``: ``{"last": n, "missed": bool, "events": [...]}``.

        Waits up to ``wait_s`` for something to happen. Use a connection of its own.
        """
        return self._json("GET", f"/v1/events?after={after}&wait_s={wait_s:g}")

    # The wire

    def _json(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        _, content = self._ask(method, path, body)
        answer: dict[str, Any] = json.loads(content)
        return answer

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[http.client.HTTPMessage, bytes]:
        content = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        headers = {"Authorization": f"Bearer {self._token}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if time.monotonic() - self._used_at > _IDLE_S:
            self.close()  # the engine may be about to hang up, just when we speak
        try:
            answer = self._send(method, path, content, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise EngineGone("The engine does not answer.") from error
        self._used_at = time.monotonic()
        response, found = answer
        if response.status != 200:
            raise _problem(response.status, found)
        return response.headers, found

    def _send(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        if self._connection is None:
            connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=self._timeout_s
            )
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection = connection
        self._connection.request(method, path, content, dict(headers))
        response = self._connection.getresponse()
        return response, response.read()


def _problem(status: int, content: bytes) -> EngineProblem:
    try:
        said = json.loads(content)["error"]
        code, message, hint = str(said["code"]), str(said["message"]), str(said.get("hint", ""))
    except (ValueError, KeyError, TypeError):
        code = "busy" if status == 503 else "failed"
        message, hint = f"The engine answered with status {status}.", ""
    kind = {"superseded": Superseded, "busy": Busy}.get(code, EngineProblem)
    return kind(status, code, message, hint)
