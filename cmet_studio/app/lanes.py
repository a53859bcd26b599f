"""Mailboxes of one: in each lane only the newest wish waits."""

from collections import OrderedDict
from concurrent.futures import Future
from typing import Any

from cmet_studio.app.planned import FrameWish, Shown

_MOST_LANES = 16


class Superseded(Exception):
    """A newer wish took this one's place."""


class NotReady(Exception):
    """The frame is not made yet, and the wish did not want to wait."""


Answer = Future[Shown]


class Lanes:
    """Wishes that wait, one per lane, oldest lane first. Not thread-safe: guard it with a lock."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, tuple[FrameWish, Answer]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def waiting_in(self, lane: str) -> FrameWish | None:
        """The wish that waits in a lane."""
        found = self._waiting.get(lane)
        return None if found is None else found[0]

    def put(self, wish: FrameWish, answer: Answer) -> Answer | None:
        """Let a wish wait. Returns the answer of the one whose place it took."""
        older = self._waiting.pop(wish.lane, None)
        if older is None and len(self._waiting) >= _MOST_LANES:
            _, older = self._waiting.popitem(last=False)
        self._waiting[wish.lane] = (wish, answer)
        return None if older is None else older[1]

    def take(self) -> tuple[FrameWish, Answer]:
        """The wish whose turn it is."""
        _, found = self._waiting.popitem(last=False)
        return found

    def clear(self) -> list[Answer]:
        """Forget all wishes. Returns their answers."""
        answers = [answer for _, answer in self._waiting.values()]
        self._waiting.clear()
        return answers


def fail(answer: "Future[Any]", error: BaseException) -> None:
    """Answer with an error, unless there is an answer already."""
    if not answer.done() and (answer.running() or answer.set_running_or_notify_cancel()):
        answer.set_exception(error)
