"""Emotions' vectors, heard beside the engine thread: new takes must not hold frames up."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow

from cmet_studio.app.planned import Opened
from cmet_studio.app.vectors import Vectors, emotion_vectors
from cmet_studio.core.errors import Cancelled
from cmet_studio.core.progress import CancelToken

_MOMENT_S = 0.05
"""What is known already comes within it."""

Inputs = tuple[object, ...]


def vector_inputs(opened: Opened, used: frozenset[str]) -> Inputs:
    """All that the vectors of some emotions depend on."""
    project = opened.project
    voices = tuple((p.id, p.name, p.neutral) for p in project.performers)
    return opened.path, project.takes, project.emotions, voices, used


class Listening:
    """Vectors of the emotions in use. Called by the engine thread.

    Args:
        heard: called on another thread when vectors have come that were not waited for.
    """

    def __init__(self, heard: Callable[[], None]) -> None:
        self._heard = heard
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="listening")
        self._lock = threading.Lock()
        self._inputs: Inputs | None = None
        self._coming: Future[Vectors] | None = None
        self._token = CancelToken()

    @property
    def busy(self) -> bool:
        """Whether takes are being listened to."""
        coming = self._coming
        return coming is not None and not coming.done()

    def vectors(self, opened: Opened, used: frozenset[str], patient: bool) -> Vectors | None:
        """The vectors of the emotions ``used``.

        Args:
            patient: whether to wait until they are there.

        Returns: None if it takes longer than a moment; ``heard`` is called later.
        Raises: ProjectError, MediaError for takes that cannot be heard.
        """
        inputs = vector_inputs(opened, used)
        if self._coming is None or inputs != self._inputs:
            self._token.cancel()
            self._token = token = CancelToken()
            self._inputs = inputs
            project, folder = opened.project, opened.path.parent
            emotions = [e for e in project.emotions if e.id in used]
            self._coming = self._pool.submit(
                lambda: emotion_vectors(project, folder, emotions, token, bare_as_rest=True)
            )
        coming = self._coming
        try:
            return coming.result(None if patient else _MOMENT_S)
        except TooSlow:
            coming.add_done_callback(self._tell)
            return None
        except Cancelled:
            return None
        except Exception:
            self._coming = None  # asked again, it may be mended
            raise

    def close(self) -> None:
        """Stop."""
        self._token.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _tell(self, coming: "Future[Vectors]") -> None:
        if coming is self._coming and not coming.cancelled():
            self._heard()
