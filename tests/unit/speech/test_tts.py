"""Synthetic voices: the robot on this machine, and a server's answers, good and bad."""

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from cmet_studio.app.say import say_takes
from cmet_studio.core.errors import BadInput, Cancelled, EngineError
from cmet_studio.core.progress import CancelToken
from cmet_studio.core.settings import Tts
from cmet_studio.speech import tts
from cmet_studio.speech.tts import Endpoint, make_provider, prompt


class Server(HTTPServer):
    """A speech endpoint that answers as it is told, and remembers what it was asked."""

    status = 200
    body = b""
    asked: list[dict[str, Any]]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append(
            {
                "path": self.path,
                "key": self.headers["Authorization"],
                "wish": json.loads(self.rfile.read(length)),
            }
        )
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.asked = []
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def endpoint(server: Server, **changes: Any) -> Endpoint:
    address = f"http://127.0.0.1:{server.server_port}/v1/"
    return Endpoint(Tts(address, "secret", "sage", "tts-2", **changes), timeout_s=5.0)


def test_the_endpoint_is_asked_as_it_expects(
    server: Server, tmp_path: Path, shared_data: Path
) -> None:
    sound = next((shared_data / "speech" / "mead" / "sad").glob("M003*.flac"))
    server.body = sound.read_bytes()
    found = say_takes(
        endpoint(server), "tender", ["  Come   here. "], tmp_path, tmp_path / "p.media"
    )
    (asked,) = server.asked
    assert (asked["path"], asked["key"]) == ("/v1/audio/speech", "Bearer secret")
    wish = asked["wish"]
    assert wish["input"] == "Come here."
    assert wish["instructions"] == prompt("Come here.", "tender")
    assert wish["instructions"] == "say with tender voice: Come here."
    assert (wish["voice"], wish["model"], wish["response_format"]) == ("sage", "tts-2", "wav")
    (take,) = found.takes
    assert take.source == "endpoint: Come here."
    assert (tmp_path / take.path).read_bytes() == server.body
    assert "voice 'sage' of 127.0.0.1" in found.notes[0]


@pytest.mark.parametrize(
    ("status", "body", "said", "hint"),
    [
        (401, b'{"error": {"message": "bad key"}}', "401: bad key", "key"),
        (404, b"<html>", r"refused \(404\)", "/v1"),
        (429, b'{"error": "slow down"}', "429: slow down", "Wait"),
        (500, b"", "500", "later"),
        (302, b"", "302", ""),
        (200, b"", "sent no sound", ""),
    ],
)
def test_what_the_server_refuses_is_said(
    server: Server, tmp_path: Path, status: int, body: bytes, said: str, hint: str
) -> None:
    server.status, server.body = status, body
    with pytest.raises(EngineError, match=said) as caught:
        endpoint(server).say("Hello.", "sad", tmp_path / "a.wav")
    assert hint in caught.value.hint


def test_an_answer_that_is_no_sound_leaves_no_take(server: Server, tmp_path: Path) -> None:
    server.body = b'{"message": "not a sound"}'
    with pytest.raises(EngineError, match="is no take"):
        say_takes(endpoint(server), "sad", ["Hello."], tmp_path, tmp_path / "p.media")
    assert not (tmp_path / "p.media").exists()


def test_too_much_sound_is_stopped(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tts, "_MAX_BYTES", 1000)
    server.body = b"x" * 2000
    with pytest.raises(EngineError, match="no end"):
        endpoint(server).say("Hello.", "sad", tmp_path / "a.wav")


def test_nobody_there_and_nobody_speaking(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        with pytest.raises(EngineError, match="does not answer"):
            Endpoint(Tts(f"http://127.0.0.1:{port}")).say("Hello.", "sad", tmp_path / "a.wav")
        silent.listen()
        with pytest.raises(EngineError, match="does not answer"):
            Endpoint(Tts(f"http://127.0.0.1:{port}"), 0.2).say("Hi.", "sad", tmp_path / "a.wav")


@pytest.mark.parametrize(
    "address", ["ftp://a/v1", "nonsense", "https://", "https://u:p@a/v1", "https://a/v1?x=1", "//a"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match="no address"):
        Endpoint(Tts(address))


def test_it_is_off_until_configured_and_keeps_keys_from_open_lines() -> None:
    with pytest.raises(BadInput, match="No speech endpoint"):
        make_provider("endpoint", Tts())
    with pytest.raises(BadInput, match="not encrypted"):
        Endpoint(Tts("http://voices.example/v1", "secret"))
    with pytest.raises(BadInput, match="no voice provider 'parrot'"):
        make_provider("parrot", Tts())


@pytest.mark.parametrize("sentence", ["", "  ", "...", "word " * 200])
def test_a_sentence_has_words_but_is_no_speech(
    server: Server, tmp_path: Path, sentence: str
) -> None:
    with pytest.raises(BadInput, match="sentence"):
        say_takes(endpoint(server), "sad", ["Fine.", sentence], tmp_path, tmp_path / "p.media")
    assert server.asked == []


def test_it_can_be_stopped(server: Server, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        endpoint(server).say("Hello.", "sad", tmp_path / "a.wav", token)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="no espeak-ng here")
def test_the_robot_fills_takes_and_is_labelled(tmp_path: Path) -> None:
    robot = make_provider("espeak", Tts())
    found = say_takes(
        robot, "happy", ["I never thought that I would see you here again; --help"],
        tmp_path, tmp_path / "p.media",
    )  # fmt: skip
    assert found.takes[0].speech_s > 1.0
    assert "a robot's voice, to try things out" in found.notes[0]


def test_without_the_robot_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineError, match="not installed"):
        make_provider("espeak", Tts())


@pytest.mark.parametrize("key", ["pasted\n", "with \u20ac in it"])
def test_a_key_that_no_header_can_hold_is_told(server: Server, key: str, tmp_path: Path) -> None:
    port = server.server_address[1]
    endpoint = Endpoint(Tts(f"http://127.0.0.1:{port}/v1", key))
    with pytest.raises(EngineError, match="cannot be asked") as caught:
        endpoint.say("Hello there.", "happy", tmp_path / "a.wav")
    assert key.strip() not in str(caught.value)
    assert not server.asked
