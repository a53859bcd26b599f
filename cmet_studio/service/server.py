"""The engine's server: one socket on loopback, one guard before everything."""

import socket
import threading
from collections.abc import Callable

import anyio.to_thread
import uvicorn
from fastapi import FastAPI

from cmet_studio.app.host import Host
from cmet_studio.service import answers
from cmet_studio.service.document_routes import document_routes
from cmet_studio.service.frame_routes import frame_routes
from cmet_studio.service.guard import MOST_AT_ONCE, Guard
from cmet_studio.service.job_routes import job_routes
from cmet_studio.service.measured_routes import measured_routes

_MOST_CONNECTIONS = 2000
_KEEP_ALIVE_S = 30


def make_app(host: Host, stop: Callable[[], None]) -> FastAPI:
    """The application without its guard."""
    # No pages about itself: nobody but our client reads them.
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    answers.install(app)
    app.include_router(document_routes(host, stop))
    app.include_router(frame_routes(host))
    app.include_router(job_routes(host))
    app.include_router(measured_routes(host))
    return app


class EngineServer:
    """Serves a host until it is told to stop.

    Attributes:
        port: where it listens, on 127.0.0.1.
    """

    def __init__(self, host: Host, token: str, most_at_once: int = MOST_AT_ONCE) -> None:
        """Bind a free port."""
        # Said to be TCP, or asyncio leaves Nagle's algorithm on: 40 ms for every answer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._guard = Guard(make_app(host, self.stop), token, most_at_once)
        self._guard.port = self.port
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._guard,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                http="h11",
                backlog=_MOST_CONNECTIONS,
                limit_concurrency=_MOST_CONNECTIONS,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=1,
                server_header=False,
                date_header=False,
            )
        )

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until ``stop``. ``ready`` is called when requests are answered."""
        import asyncio

        async def serve() -> None:
            # Every request that is let in may wait in a thread: none must wait for a thread.
            anyio.to_thread.current_default_thread_limiter().total_tokens = MOST_AT_ONCE + 8
            watcher = asyncio.create_task(started())
            await self._server.serve([self._socket])
            await watcher

        async def started() -> None:
            while not self._server.started and not self._server.should_exit:
                await asyncio.sleep(0.005)
            ready()

        asyncio.run(serve())

    def stop(self) -> None:
        """End soon. May be called from any thread."""
        self._server.should_exit = True


def raise_file_limit() -> None:
    """Let a burst of connections be refused politely instead of for want of descriptors."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _MOST_CONNECTIONS + 256
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def in_background(work: Callable[[], None], name: str) -> threading.Thread:
    """Run ``work`` on a thread that does not keep the process alive."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread
