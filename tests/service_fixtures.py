"""What tests of the engine process share: a document to change, a server to ask, waiting."""

import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cmet_studio.app.host import Host
from cmet_studio.domain.project import Key, Project
from cmet_studio.project_io.convert import to_data
from cmet_studio.service.client import Engine

FRAMES = 36
TOKEN = "t" * 43


@dataclass
class Story:
    """A document and the ways to change it."""

    path: Path
    project: Project

    @property
    def data(self) -> dict[str, Any]:
        return to_data(self.project)

    def put(self, engine: Engine, revision: int) -> None:
        engine.put_document(str(self.path), revision, self.data)

    def with_keys(self, *keys: Key) -> "Story":
        performer = replace(self.project.performers[0], keys=keys)
        return Story(self.path, replace(self.project, performers=(performer,)))


def until(true: Callable[[], bool], wait_s: float = 60.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + wait_s
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@dataclass
class Inside:
    """An engine in this process."""

    host: Host
    port: int

    def engine(self, token: str = TOKEN) -> Engine:
        return Engine(self.port, token)


def raw(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    host: str | None = None,
) -> tuple[int, bytes]:
    """Ask without the client: status and body. The token is sent unless ``headers`` says else."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    said = {"Authorization": f"Bearer {TOKEN}", "Host": host or f"127.0.0.1:{port}"}
    said |= headers or {}
    try:
        connection.request(method, path, body, {k: v for k, v in said.items() if v})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
