"""Who is not let in, and what is not read."""

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from service_fixtures import TOKEN, Inside, raw

from cmet_studio.service.guard import LARGE_BODY, SMALL_BODY

STATUS = "/v1/status"


def code_of(body: bytes) -> str:
    code: str = json.loads(body)["error"]["code"]
    return code


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", "Bearer wrong", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN,
     f"bearer {TOKEN}", f"Bearer {TOKEN[:-1]}"],
)  # fmt: skip
@pytest.mark.parametrize("path", [STATUS, "/v1/frame/0", "/", "/docs", "/openapi.json"])
def test_without_the_token_nothing_is_said(empty: Inside, given: str, path: str) -> None:
    status, body = raw(empty.port, "GET", path, headers={"Authorization": given})
    assert (status, code_of(body)) == (401, "unauthorised")


def test_the_token_is_not_taken_from_elsewhere(empty: Inside) -> None:
    headers = {"Authorization": "", "Cookie": f"token={TOKEN}"}
    assert raw(empty.port, "GET", f"{STATUS}?token={TOKEN}", headers=headers)[0] == 401


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil:{port}",
     "0.0.0.0:{port}", "[::1]:{port}"],
)  # fmt: skip
def test_another_name_is_refused(empty: Inside, host: str) -> None:
    status, body = raw(empty.port, "GET", STATUS, host=host.format(port=empty.port))
    assert (status, code_of(body)) == (403, "refused")


def test_its_own_names_are_known(empty: Inside) -> None:
    for host in ("127.0.0.1", "localhost", "LOCALHOST"):
        assert raw(empty.port, "GET", STATUS, host=f"{host}:{empty.port}")[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:{port}"])
def test_web_pages_are_refused(empty: Inside, origin: str) -> None:
    headers = {"Origin": origin.format(port=empty.port)}
    assert raw(empty.port, "GET", STATUS, headers=headers)[0] == 403
    preflight = {**headers, "Authorization": "", "Access-Control-Request-Method": "PUT"}
    assert raw(empty.port, "OPTIONS", "/v1/document", headers=preflight)[0] == 403


def test_bodies_that_are_said_to_be_too_large(empty: Inside) -> None:
    for path, most in (("/v1/jobs", SMALL_BODY), ("/v1/shutdown", SMALL_BODY)):
        headers = {"Content-Length": str(most + 1)}
        status, body = raw(empty.port, "POST", path, b"", headers)
        assert (status, code_of(body)) == (413, "too_large")
    headers = {"Content-Length": str(LARGE_BODY + 1)}
    assert raw(empty.port, "PUT", "/v1/document", b"", headers)[0] == 413
    assert raw(empty.port, "GET", STATUS)[0] == 200


def test_bodies_that_turn_out_too_large(empty: Inside) -> None:
    with socket.create_connection(("127.0.0.1", empty.port), timeout=20) as line:
        line.sendall(
            f"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1:{empty.port}\r\n"
            f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
        for _ in range(SMALL_BODY // 0x4000 + 1):
            line.sendall(chunk)
        assert line.recv(64).startswith(b"HTTP/1.1 413")
    assert raw(empty.port, "GET", STATUS)[0] == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"kind": "export"', b"[" * 30_000,
     b'{"kind": "nothing"}', b'{"kind": "export", "more": 1}', b'{"kind": "export", "wish": 3}'],
)  # fmt: skip
def test_malformed_requests(empty: Inside, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    status, said = raw(empty.port, "POST", "/v1/jobs", body, headers)
    assert status in (400, 422)
    assert json.loads(said)["error"]["message"]


@pytest.mark.parametrize("data", [b"GET / HTTP/9\r\n\r\n", b"\x16\x03\x01\x02\x00", b"\0" * 99])
def test_what_is_not_http(empty: Inside, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", empty.port), timeout=20) as line:
        line.sendall(data + b"\r\n\r\n")
        assert not line.recv(999).startswith(b"HTTP/1.1 200")
    assert raw(empty.port, "GET", STATUS)[0] == 200


def test_places_that_are_not_there(empty: Inside) -> None:
    for path in ("/", "/docs", "/openapi.json", "/v1/nothing", "/v1/../etc/passwd", "/v1/frame/x"):
        assert raw(empty.port, "GET", path)[0] in (404, 422)


def test_a_thousand_at_once(empty: Inside) -> None:
    answers: list[int] = []
    stop = threading.Event()
    waits: list[int] = []

    def ask(n: int) -> None:
        try:
            answers.append(raw(empty.port, "GET", "/v1/events?wait_s=0.3")[0])
        except OSError:
            answers.append(0)

    def meanwhile() -> None:
        while not stop.is_set():
            waits.append(raw(empty.port, "GET", STATUS, headers={"Authorization": "x"})[0])

    watcher = threading.Thread(target=meanwhile)
    watcher.start()
    with ThreadPoolExecutor(250) as crowd:
        list(crowd.map(ask, range(1000)))
    stop.set()
    watcher.join()
    assert set(answers) <= {200, 503}
    assert len(answers) == 1000
    assert {200, 503} == set(answers)
    assert set(waits) == {401}
    assert raw(empty.port, "GET", STATUS)[0] == 200
