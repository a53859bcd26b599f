"""Start the engine, notice when it dies, start it again. For the process that wants an engine.

Imports nothing heavy: the window's process never loads what the engine needs.
"""

import contextlib
import json
import logging
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from cmet_studio.core.paths import data_dir
from cmet_studio.core.processes import step_back
from cmet_studio.service.client import Engine, EngineGone, EngineProblem

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "cmet_studio.service")
_START_S = 60.0  # a cold disk, a busy machine
_BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 4.0)
_CALM_S = 60.0  # after so long without a crash, the next one counts as the first
_HEALTH_EVERY_S = 3.0
_HEALTH_WAIT_S = 5.0
_HEALTH_MISSES = 3
_LOG_BYTES = 2 << 20

OnState = Callable[[str, str], None]
OnReady = Callable[[Engine], None]


class EngineProcess:
    """A supervised engine.

    Callbacks come from the supervisor's thread; they must not block for long.

    Args:
        on_state: called with ``starting``, ``ready``, ``restarting``, ``failed`` or ``stopped``
            and a sentence for people.
        on_ready: called with a connection before ``ready`` is said, after every start: the place
            to put the document again.
    """

    def __init__(
        self,
        on_state: OnState = lambda state, message: None,
        on_ready: OnReady = lambda engine: None,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._on_state, self._on_ready = on_state, on_ready
        self._command = list(command)
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self._token = ""
        self._stopping = threading.Event()
        self._again = threading.Event()
        self._thread: threading.Thread | None = None
        self.starts = 0
        self.log_file: Path = data_dir() / "logs" / "engine.log"

    @property
    def pid(self) -> int | None:
        """The engine's process number while it runs."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def start(self) -> None:
        """Begin; returns at once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
            self._thread.start()

    def client(self, timeout_s: float = 30.0) -> Engine:
        """A new connection to the engine of the moment; one per thread.

        Raises: EngineGone while there is none.
        """
        if not self._port or self.pid is None:
            raise EngineGone("The engine is not running.")
        return Engine(self._port, self._token, timeout_s)

    def restart(self) -> None:
        """Start once more, after the supervisor gave up, or end a hanging engine."""
        self._again.set()
        process = self._process
        if process is not None:
            process.kill()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End the engine, kindly if it listens. Returns whether it has ended in time."""
        self._stopping.set()
        self._again.set()
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError, ValueError):
                if process.stdin is not None:
                    process.stdin.close()  # the engine ends when its parent lets go of the pipe
            try:
                process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout_s)
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)
            return not thread.is_alive()
        return True

    # The supervisor's thread

    def _run(self) -> None:
        crashes = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            again = self.starts > 0
            self._tell(
                "restarting" if again else "starting",
                "The engine stopped and is being started again." if again else "",
            )
            if self._begin():
                self._watch()
            if self._stopping.is_set():
                break
            crashes = 1 if time.monotonic() - began > _CALM_S else crashes + 1
            if crashes > len(_BACKOFF_S):
                self._tell("failed", f"The engine does not stay up; see {self.log_file}.")
                self._again.clear()
                self._again.wait()
                crashes = 0
                continue
            self._stopping.wait(_BACKOFF_S[crashes - 1])
        self._let_go()
        self._tell("stopped", "")

    def _begin(self) -> bool:
        """Start a process and wait until it answers."""
        self._let_go()
        self.starts += 1
        self._token = secrets.token_urlsafe(32)
        try:
            with self._log() as errors:
                self._process = process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    text=True,
                )
        except OSError as error:
            log.warning("The engine could not be started: %s.", error)
            return False
        step_back(process.pid)
        assert process.stdin is not None
        assert process.stdout is not None
        too_slow = threading.Timer(_START_S, process.kill)
        too_slow.daemon = True
        too_slow.start()
        try:
            process.stdin.write(self._token + "\n")
            process.stdin.flush()
            self._port = int(json.loads(process.stdout.readline())["port"])
        except (OSError, ValueError, KeyError, TypeError):
            process.kill()
            process.wait()
            return False
        finally:
            too_slow.cancel()
        if self._stopping.is_set():
            return False
        return self._greet()

    def _greet(self) -> bool:
        try:
            with Engine(self._port, self._token) as engine:
                self._on_ready(engine)
        except EngineGone:
            return False
        except EngineProblem as error:  # e.g. the clip is away: the engine itself is well
            log.warning("The document was refused: %s", error.message)
        self._tell("ready", "")
        return True

    def _watch(self) -> None:
        """Wait for the process's end; end it if it no longer answers."""
        process = self._process
        assert process is not None
        misses = 0
        while not self._stopping.is_set():
            if _ended(process, _HEALTH_EVERY_S):
                if not self._stopping.is_set():
                    log.warning("The engine ended with status %s.", process.returncode)
                return
            misses = 0 if self._answers() else misses + 1
            if misses >= _HEALTH_MISSES:
                log.warning("The engine hangs and is ended.")
                process.kill()

    def _answers(self) -> bool:
        try:
            with Engine(self._port, self._token, _HEALTH_WAIT_S) as engine:
                engine.status()
        except EngineGone:
            return False
        except EngineProblem:  # busy is alive
            return True
        return True

    def _let_go(self) -> None:
        process, self._process, self._port = self._process, None, 0
        if process is None:
            return
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _log(self) -> IO[bytes]:
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        large = self.log_file.exists() and self.log_file.stat().st_size > _LOG_BYTES
        return self.log_file.open("wb" if large else "ab")

    def _tell(self, state: str, message: str) -> None:
        try:
            self._on_state(state, message)
        except Exception:  # a listener's mistake must not end the supervision
            log.exception("A listener failed")


def _ended(process: "subprocess.Popen[str]", wait_s: float) -> bool:
    try:
        process.wait(wait_s)
    except subprocess.TimeoutExpired:
        return False
    return True
