"""The thread that keeps the engine's document current and fetches the frame to look at."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from cmet_studio.core.errors import Cancelled, CmetError
from cmet_studio.domain.project import Project
from cmet_studio.ui.engine_client import (
    EngineBehind,
    EngineClient,
    EngineUnreachable,
    FrameResult,
    Quality,
    Sent,
    at_hand,
    fetch,
    send,
)

_PAUSE_S = 0.2
_SLOW_S = 0.25
"""An edited frame that takes longer to come is preceded by the clip's own picture."""


@dataclass(frozen=True, slots=True)
class _Document:
    path: str
    revision: int
    project: Project


@dataclass(frozen=True, slots=True)
class _Wish:
    frame: int
    width: int | None
    quality: Quality
    source: bool


class PreviewWorker:
    """Two mailboxes of one, served by one thread: a revision always goes before its frames.

    Attributes:
        model: face model that frames are rendered with.

    Args:
        client: waits for the thread's connection; None ends the work.
        on_frame, on_failure: called on the worker's thread.
    """

    def __init__(
        self,
        client: Callable[[], EngineClient | None],
        on_frame: Callable[[FrameResult], None],
        on_failure: Callable[[int, CmetError], None],
    ) -> None:
        self.model = "mesh"
        self._client = client
        self._on_frame = on_frame
        self._on_failure = on_failure
        self._changed = threading.Condition()
        self._document: _Document | None = None
        self._unsent = False
        self._owes = False  # until the answer: the engine does not know the newest revision
        self._wish: _Wish | None = None
        self._closed = False
        self._known: Sent | None = None  # what the engine is sure to have
        self._source_sent: tuple[int, int | None] | None = None
        self._last_frame = -1
        self._took_s = 0.0  # for an edited frame that was not at hand

    def put_document(self, path: str, revision: int, project: Project) -> None:
        """Send this revision next, whatever waited to be sent."""
        with self._changed:
            if self._document is None or self._document.path != path:
                self._source_sent = self._wish = None
                self._known = None
            self._document = _Document(path, revision, project)
            self._unsent = self._owes = True
            self._changed.notify_all()

    def send_again(self) -> None:
        """The engine is a new process: it knows no document."""
        with self._changed:
            self._known = None
            self._unsent = self._owes = self._document is not None
            self._changed.notify_all()

    def wait_until_sent(self, timeout_s: float) -> None:
        """Wait until the engine knows the newest revision, for questions about the document."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._owes, timeout_s)

    def wish(self, frame: int, width: int | None, quality: Quality, source: bool = False) -> None:
        """Fetch this frame next, whatever waited; with ``source`` also as it is in the clip."""
        with self._changed:
            self._wish = _Wish(frame, width, quality, source)
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread at its next chance."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def run(self) -> None:
        """Serve until closed."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._unsent or self._wish)
                if self._closed:
                    return
            client = self._client()
            if client is None:
                return
            if self._send(client):
                self._fetch(client)

    def _send(self, client: EngineClient) -> bool:
        with self._changed:
            document, unsent = self._document, self._unsent
            known, self._known = self._known, None
            self._unsent = False
        if document is None or not unsent:
            self._known = known
            return document is not None
        try:
            send(client, document.path, document.revision, document.project, known)
        except EngineUnreachable as error:  # it is started again
            with self._changed:
                self._unsent = True
                self._changed.wait_for(lambda: self._closed, _PAUSE_S)
            self._on_failure(-1, error)
            return False
        except CmetError as error:  # refused: the next revision may be better
            with self._changed:
                self._owes = False
                self._changed.notify_all()
            self._on_failure(-1, error)
            return False
        with self._changed:
            if self._document is not None and self._document.path == document.path:
                self._known = (document.revision, document.project)
            self._owes = self._unsent
            self._changed.notify_all()
        return True

    def _fetch(self, client: EngineClient) -> None:
        with self._changed:
            if self._unsent:
                return  # a newer revision came meanwhile: it goes first
            wish, self._wish = self._wish, None
            document = self._document
        if wish is None or document is None:
            return
        frame, width, revision = wish.frame, wish.width, document.revision
        try:
            found = self._edited(client, wish, document)
            self._deliver(found, document)
            if wish.source and (frame, width) != self._source_sent:
                self._source_sent = frame, width
                self._deliver(fetch(client, frame, width, "source", revision, "source"), document)
        except Cancelled:
            return  # a newer wish is on its way
        except EngineUnreachable as error:  # it is started again; the wish still stands
            self._put_back(wish)
            self._on_failure(frame, error)
        except EngineBehind:  # somebody else told it another: ours is what counts here
            self.send_again()
            self._put_back(wish)
        except CmetError as error:
            self._on_failure(frame, error)

    def _edited(self, client: EngineClient, wish: _Wish, document: _Document) -> FrameResult:
        """The frame; where that takes long, the clip's own picture of it is delivered before."""
        frame, width, revision = wish.frame, wish.width, document.revision
        slow = self._took_s > _SLOW_S and wish.quality == "draft" and not wish.source
        if slow and frame != self._last_frame:
            found = at_hand(client, frame, width, revision, self.model)
            if found is not None:
                return found
            self._deliver(fetch(client, frame, width, "source", revision, "source"), document)
        self._last_frame = frame
        began = time.monotonic()
        found = fetch(client, frame, width, wish.quality, revision, "viewer", self.model)
        if found.edited:
            self._took_s = time.monotonic() - began
        return found

    def _deliver(self, frame: FrameResult, document: _Document) -> None:
        with self._changed:
            news = self._document is not None and self._document.path == document.path
        if news:
            self._on_frame(frame)

    def _put_back(self, wish: _Wish) -> None:
        with self._changed:
            if self._wish is None:
                self._wish = wish
            self._changed.wait_for(lambda: self._closed, _PAUSE_S)
