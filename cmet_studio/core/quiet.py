"""Keep what C and C++ libraries print by themselves off the user's terminal."""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()
_STDERR = 2


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send file descriptor 2 to a scratch file while the block runs.

    mediapipe writes to the descriptor itself, whatever the log level, when a graph is made and
    first run; PortAudio does when a device refuses. Python's own ``sys.stderr`` is flushed before,
    so nothing of ours is lost but what other threads write meanwhile; blocks are short. If the
    block raises, what it had written is passed on, since then it explains something. One block at
    a time in the process.
    """
    with _LOCK:
        if sys.stderr is not None:
            sys.stderr.flush()
        with tempfile.TemporaryFile() as scratch:
            try:
                saved = os.dup(_STDERR)
            except OSError:  # no standard error at all (a windowed program): nothing to hide
                yield
                return
            os.dup2(scratch.fileno(), _STDERR)
            try:
                yield
            except BaseException:
                _restore(saved)
                scratch.seek(0)
                os.write(_STDERR, scratch.read())
                raise
            _restore(saved)


def _restore(saved: int) -> None:
    os.dup2(saved, _STDERR)
    os.close(saved)
