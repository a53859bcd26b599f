"""Published-looking model files with random weights of the true shapes, and a hub of our own."""

import argparse
import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from cmet_studio.networks.audio2lip import Audio2Lip
from cmet_studio.networks.connector import Connector
from cmet_studio.networks.edtalk.generator import Generator

EDTALK = "pretrained_weights/EDTalk.pt"
AUDIO2LIP = "pretrained_weights/Audio2Lip.pt"
CONNECTOR = "checkpoints/_epoch_2105_checkpoint_step000200000.pth"
REPOSITORY = "coldhyuk/C-MET"
COMMIT = "bd384ac" + "0" * 33


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Audio2Lip alone, as an upstream trainer writes it."""
    folder = tmp_path_factory.mktemp("small")
    (folder / AUDIO2LIP).parent.mkdir(parents=True)
    torch.manual_seed(1)
    command_line = argparse.Namespace(lr=1e-4, name="a2l")
    torch.save({"audio2lip": Audio2Lip().state_dict(), "args": command_line}, folder / AUDIO2LIP)
    return folder


@pytest.fixture(scope="session")
def all_models(tmp_path_factory: pytest.TempPathFactory, small_models: Path) -> Path:
    """Generator, connector and Audio2Lip, with optimisers and a discriminator beside them."""
    folder = tmp_path_factory.mktemp("published")
    for name in (EDTALK, CONNECTOR):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(2)
    beside = {"dis": {"w": torch.zeros(3)}, "g_optim": {"state": {}, "param_groups": []}}
    torch.save(
        {"gen": Generator().state_dict(), "args": argparse.Namespace(size=256), **beside},
        folder / EDTALK,
    )
    state = {f"module.{k}": v for k, v in Connector(10).state_dict().items()}
    torch.save(
        {"state_dict": state, "optimizer": {}, "global_step": 200000, "global_epoch": 2105},
        folder / CONNECTOR,
    )
    (folder / AUDIO2LIP).symlink_to(small_models / AUDIO2LIP)
    return folder


@dataclass
class Hub:
    """A server that answers like the hub for the files of a folder.

    Attributes:
        stop_after: bytes after which the connection is cut, once per entry.
        status: answer every request with this status instead.
        page: answer every request with this HTML page instead.
        corrupt: flip a byte of what is sent.
        ranges: the ``Range`` headers that came.
    """

    folder: Path
    stop_after: list[int] = field(default_factory=list)
    status: int = 200
    page: bytes | None = None
    corrupt: bool = False
    ranges: list[str | None] = field(default_factory=list)
    endpoint: str = ""


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:  # noqa: C901
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self.close_connection = True
            hub.ranges.append(self.headers.get("Range"))
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            if hub.status != 200 or hub.page is not None:
                self._say(hub.status, hub.page or b"", body)
                return
            prefix = f"/{REPOSITORY}/resolve/main/"
            path = hub.folder / self.path.removeprefix(prefix)
            if not self.path.startswith(prefix) or not path.is_file():
                self._say(404, b"", body)
                return
            content = path.read_bytes()
            self._send(content, body)

        def _say(self, status: int, page: bytes, body: bool) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            if body:
                self.wfile.write(page)

        def _send(self, content: bytes, body: bool) -> None:
            wanted = self.headers.get("Range")
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and body else 0
            self.send_response(206 if start else 200)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Content-Length", str(len(content) - start))
            if start:
                last = len(content) - 1
                self.send_header("Content-Range", f"bytes {start}-{last}/{len(content)}")
            self.end_headers()
            if not body:
                return
            sent = content[start:]
            if hub.corrupt:
                sent = sent[:-1] + bytes([sent[-1] ^ 1])
            if hub.stop_after:
                sent = sent[: hub.stop_after.pop(0)]
            self.wfile.write(sent)

    return Handler


@pytest.fixture
def hub(small_models: Path) -> Iterator[Hub]:
    """A hub with Audio2Lip."""
    made = Hub(small_models)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.endpoint = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
