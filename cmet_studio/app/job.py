"""One piece of long work: how it is, and the token that holds or stops it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from cmet_studio.core.progress import CancelToken, Report

JobStage = Literal["waiting", "running", "paused", "done", "failed", "cancelled"]
ENDED = ("done", "failed", "cancelled")
Work = Callable[[CancelToken, Report], dict[str, Any]]
"""Does the work of a job; what it returns is kept as its result, plain values for JSON."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work as it is now.

    Attributes:
        stage: what it is doing, a verb phrase.
        done, total: units of the stage; ``total`` is 0 while unknown.
        seconds: that it has been running, pauses left out.
        result: what it made; of an export, the ``path`` is there from the start.
        seconds_left: of the stage; None while nobody can say.
        message, hint: why it failed; or, of one that has not ended, why it begins again.
    """

    id: str
    kind: str
    title: str
    state: JobStage = "waiting"
    stage: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    result: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    hint: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change it any more."""
        return self.state in ENDED

    @property
    def has_begun(self) -> bool:
        """Whether it is or was at work."""
        return self.state == "running" or self.seconds > 0.0


class PausableToken(CancelToken):
    """A token whose ``check`` also holds the work while it is paused."""

    def __init__(self) -> None:
        super().__init__()
        self._going = threading.Event()
        self._going.set()
        self.held_s = 0.0

    def pause(self) -> None:
        """Hold the work at its next check."""
        self._going.clear()

    def resume(self) -> None:
        """Let it go on."""
        self._going.set()

    def cancel(self) -> None:
        """Stop the work at its next check, even while it is held."""
        super().cancel()
        self._going.set()

    def check(self) -> None:
        """Wait while paused; raise ``Cancelled`` if somebody asked to stop."""
        if not self._going.is_set() and not self.cancelled:
            began = time.monotonic()
            self._going.wait()
            self.held_s += time.monotonic() - began
        super().check()


def as_data(job: Job) -> dict[str, Any]:
    """A job as plain values."""
    return {name: getattr(job, name) for name in Job.__dataclass_fields__}
