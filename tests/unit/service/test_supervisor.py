"""The engine as a child: started, killed, started again, left alone, stopped."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from service_fixtures import FRAMES, Story, until

from cmet_studio.service.client import Engine, EngineGone, EngineProblem, discover
from cmet_studio.service.discovery import discovery_file
from cmet_studio.service.supervisor import EngineProcess

posix = pytest.mark.skipif(os.name == "nt", reason="signals")


def kill(process: EngineProcess) -> int:
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def discovered(pid: int | None) -> bool:
    """Whether the engine of this process number answers."""
    try:
        return bool(json.loads(discovery_file().read_text())["pid"] == pid)
    except (OSError, ValueError):
        return False


def answers(process: EngineProcess, killed: int) -> bool:
    """Whether there is an engine after the one that was killed."""
    try:
        with process.client() as engine:
            return bool(engine.status()["pid"] != killed)
    except (EngineGone, EngineProblem):
        return False


def loaded(pid: int, name: str) -> bool:
    return name in Path(f"/proc/{pid}/maps").read_text()


def test_frames_come_before_any_model(child: EngineProcess) -> None:
    with child.client() as engine:
        frame = engine.frame(3, quality="source")
        assert frame.revision == 7
        assert child.pid is not None
        if sys.platform == "linux" and not engine.status()["models_loaded"]:
            assert not loaded(child.pid, "libtorch")
        engine.frame(3)
        assert engine.status()["models_loaded"]


def test_the_discovery_file_is_for_its_user_only(child: EngineProcess) -> None:
    path = discovery_file()
    if os.name != "nt":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with discover(path) as engine:
        assert engine.status()["pid"] == child.pid == json.loads(path.read_text())["pid"]


def test_the_token_is_nowhere_to_be_read(child: EngineProcess) -> None:
    token = json.loads(discovery_file().read_text())["token"]
    if sys.platform == "linux":
        for name in ("cmdline", "environ"):
            assert token.encode() not in Path(f"/proc/{child.pid}/{name}").read_bytes()
    assert token not in child.log_file.read_text()


@posix
def test_killed_while_a_frame_is_made(child: EngineProcess) -> None:
    gone: list[BaseException] = []

    def ask() -> None:
        with child.client() as engine:
            try:
                engine.frame(12)
            except EngineGone as error:
                gone.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.05)
    began = time.monotonic()
    first = kill(child)
    until(lambda: child.pid is None or child.pid != first, 0.5)
    assert time.monotonic() - began < 0.5
    asking.join()
    assert gone
    until(lambda: child.pid not in (None, first))

    def again() -> bool:
        try:
            with child.client() as engine:
                return bool(engine.status()["revision"] == 7)
        except (EngineGone, EngineProblem):
            return False

    until(again)
    with child.client() as engine:
        assert engine.frame(12).revision == 7


@posix
def test_killed_while_it_exports(child: EngineProcess, story: Story, tmp_path: Path) -> None:
    """The queue comes back, each job with its document of that time; twice is enough."""
    out = tmp_path / "exported"
    out.mkdir()
    with child.client() as engine:
        running = engine.start_job("export", output=str(out / "film.mkv"), codec="ffv1")
        waiting = engine.start_job("export", output=str(out / "later.mkv"), codec="ffv1", stop=16)
        held = engine.start_job("export", output=str(out / "held.mkv"), codec="ffv1")
        engine.pause(held)
        story.with_keys().put(engine, 8)  # edits go on meanwhile
        until(lambda: any(out.iterdir()))
        first = kill(child)
    assert not (out / "film.mkv").exists()
    until(lambda: answers(child, first))
    with child.client() as engine:
        until(lambda: [job["state"] for job in engine.jobs()] == ["done", "done", "paused"])
        told = engine.jobs()
        assert [job["id"] for job in told] == [running, waiting, held]
        assert "begins again" in told[0]["message"]
        assert [job["result"]["frames"] for job in told[:2]] == [FRAMES, 16]
        assert told[0]["result"]["frames_edited"] > 0
        engine.cancel(held)
        until(lambda: engine.jobs()[-1]["state"] == "cancelled")
    assert sorted(path.name for path in out.iterdir()) == ["film.mkv", "later.mkv"]


@posix
def test_an_engine_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("EVERY_S", 0.1), ("WAIT_S", 0.5), ("MISSES", 2)):
        monkeypatch.setattr(f"cmet_studio.service.supervisor._HEALTH_{name}", value)
    process = EngineProcess()
    process.start()
    until(lambda: discovered(process.pid))
    first = process.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    until(lambda: process.pid not in (None, first))
    assert process.stop()


def test_it_ends_when_its_parent_is_gone() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cmet_studio.service"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"x" * 40 + b"\n")
        process.stdin.flush()
        port = json.loads(process.stdout.readline())["port"]
        with Engine(port, "x" * 40) as engine:
            assert engine.status()["state"] == "empty"
        process.stdin.close()
        assert process.wait(20) == 0
        assert process.stdout.read() == b""
    assert not discovery_file().exists()


def test_it_ends_when_it_is_asked_to(story: Story) -> None:
    states: list[str] = []
    process = EngineProcess(lambda state, _: states.append(state))
    process.start()
    until(lambda: "ready" in states)
    assert process.stop()
    assert process.pid is None
    assert states == ["starting", "ready", "stopped"]
    with pytest.raises(EngineGone):
        process.client()


def test_without_a_token_it_does_not_start() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cmet_studio.service"], input=b"short\n", capture_output=True
    )
    assert (done.returncode, done.stdout) == (2, b"")


def test_it_gives_up_on_what_never_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cmet_studio.service.supervisor._BACKOFF_S", (0.0, 0.01))
    states: list[str] = []
    process = EngineProcess(
        lambda state, _: states.append(state), command=[sys.executable, "-c", "raise SystemExit(3)"]
    )
    process.start()
    until(lambda: "failed" in states)
    assert process.starts == 3
    assert process.stop()


def test_starting_it_loads_nothing_of_it() -> None:
    code = (
        "import sys, cmet_studio.service.supervisor, cmet_studio.service.client; "
        "heavy = {'torch', 'numpy', 'av', 'cv2', 'fastapi', 'uvicorn', 'pydantic'}; "
        "sys.exit(','.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_service_starts_without_models() -> None:
    code = (
        "import sys, cmet_studio.service.__main__; "
        "heavy = {'torch', 'mediapipe', 'funasr', 'PySide6'}; "
        "sys.exit(','.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
