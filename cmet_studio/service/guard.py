"""Who is let in: checked before anything of a request is read, whatever it asks for.

Loopback is shared with every program and every web page of the machine. So a request needs the
token; its Host header has to be ours (a page that points its own name at 127.0.0.1 sends its own
name); and no page may be its origin. Bodies are counted while they come, and only so many requests
are worked on at once: the others are told to come back, which costs next to nothing.
"""

import hmac
import json
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cmet_studio.service.wire import Problem

MOST_AT_ONCE = 48
"""Requests that are worked on at once."""
LARGE_BODY = 64 << 20
"""Bytes of a document; ``project_io.text.MAX_BYTES``."""
SMALL_BODY = 64 << 10
"""Bytes of any other body."""
_LARGE = {("PUT", "/v1/document"), ("PATCH", "/v1/document")}


class _TooLarge(Exception):
    """A body without a stated length went over its limit."""


class Guard:
    """Refuses what must not reach the application."""

    def __init__(self, app: ASGIApp, token: str, most_at_once: int = MOST_AT_ONCE) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()
        self._most = most_at_once
        self._at_once = 0
        self.port = 0  # known once the socket is bound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no web sockets here
        refused = self._refusal(scope)
        if refused is None and self._at_once >= self._most:
            refused = 503, Problem(code="busy", message="The engine has too much to do at once.")
        if refused is not None:
            await _answer(send, *refused)
            return
        self._at_once += 1
        try:
            await self._counted(scope, receive, send)
        finally:
            self._at_once -= 1

    def _refusal(self, scope: Scope) -> tuple[int, Problem] | None:
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.lower(), []).append(value)
        hosts = headers.get(b"host", [])
        ours = {f"{name}:{self.port}".encode() for name in ("127.0.0.1", "localhost")}
        if len(hosts) != 1 or hosts[0].lower() not in ours:
            return 403, Problem(code="refused", message="The engine has another name.")
        if b"origin" in headers:
            return 403, Problem(code="refused", message="The engine serves no web pages.")
        given = headers.get(b"authorization", [])
        # Compared even when nothing was given, and in a time that tells nothing.
        if not hmac.compare_digest(given[0] if len(given) == 1 else b"", self._expected):
            return 401, Problem(code="unauthorised", message="The engine needs its token.")
        length = headers.get(b"content-length", [b"0"])[0]
        if not length.isdigit() or int(length[:20]) > _limit(scope):
            return 413, _too_large(scope)
        return None

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0
        answered = False

        async def counting() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > _limit(scope):
                raise _TooLarge
            return message

        async def sending(message: Message) -> None:
            nonlocal answered
            if taken <= _limit(scope):
                await send(message)
            elif not answered:  # whatever the application made of a body that broke off
                answered = True
                await _answer(send, 413, _too_large(scope))

        with suppress(_TooLarge):
            await self._app(scope, counting, sending)


def _limit(scope: Scope) -> int:
    return LARGE_BODY if (scope["method"], scope["path"]) in _LARGE else SMALL_BODY


def _too_large(scope: Scope) -> Problem:
    return Problem(code="too_large", message=f"The request is larger than {_limit(scope)} bytes.")


async def _answer(send: Send, status: int, problem: Problem) -> None:
    content = json.dumps({"error": problem.model_dump()}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
        (b"connection", b"close"),  # an unread body must not be taken for the next request
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
