"""Playback against the clock: what plays, how fast, where it stops."""

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from cmet_studio.app.editing import set_work_range
from cmet_studio.core.errors import CmetError, DeviceError
from cmet_studio.ui.action_set import ActionSet
from cmet_studio.ui.catalogue import by_id
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_client import EngineClient
from cmet_studio.ui.keyboard import Keyboard
from cmet_studio.ui.playback.feed import FrameFeed
from cmet_studio.ui.playback.transport import Transport


class HandClock:
    """A clock that is moved by hand and remembers what it was asked."""

    def __init__(self) -> None:
        self.position_s = 0.0
        self.problem: CmetError | None = None
        self.asked: list[tuple[object, ...]] = []

    def play(
        self, start_s: float, speed: float = 1.0, stop_s: float | None = None,
        loop: bool = False, loop_from_s: float | None = None,
    ) -> None:  # fmt: skip
        self.asked.append(("play", start_s, speed, stop_s, loop, loop_from_s))
        self.position_s = start_s

    def stop(self) -> object:
        return None

    def scrub(self, at_s: float) -> None:
        self.asked.append(("scrub", round(at_s, 3)))

    def close(self) -> None:
        pass


@pytest.fixture
def clock(editor: Editor) -> HandClock:
    clock = HandClock()
    editor.transport.use_clock(clock)
    return clock


@pytest.fixture
def transport(editor: Editor, clock: HandClock) -> Transport:
    return editor.transport


def at(editor: Editor, frame: int) -> float:
    return float(editor.times.seconds(frame))


def test_the_picture_follows_the_clock_and_skips_what_is_late(
    editor: Editor, transport: Transport, clock: HandClock, qtbot: QtBot
) -> None:
    transport.play(1)
    assert editor.playing
    clock.position_s = at(editor, 3)
    qtbot.waitUntil(lambda: editor.playhead == 3)
    clock.position_s = at(editor, 9) + 0.001
    qtbot.waitUntil(lambda: editor.playhead == 9)
    assert transport.figures.due == 9
    transport.toggle()
    assert not editor.playing
    assert editor.playhead == 9


def test_it_stops_on_the_last_frame_and_plays_from_the_start_again(
    editor: Editor, transport: Transport, clock: HandClock, qtbot: QtBot
) -> None:
    transport.play(1)
    clock.position_s = float(editor.times.end_seconds) + 1
    qtbot.waitUntil(lambda: not editor.playing)
    assert editor.playhead == editor.last_frame
    transport.play(1)
    assert editor.playhead == 0


def test_l_goes_faster_j_turns_round_k_stops(transport: Transport) -> None:
    speeds: list[int] = []
    transport.speed_changed.connect(speeds.append)
    for _ in range(5):
        transport.shuttle(1)
    transport.shuttle(-1)
    transport.shuttle(-1)
    transport.stop()
    assert speeds == [1, 2, 4, 8, 8, 0] or speeds == [1, 2, 4, 8, 8, -1, -2, 0]


def test_with_k_held_j_and_l_step(editor: Editor, transport: Transport) -> None:
    transport.holding = True
    transport.shuttle(1)
    transport.shuttle(1)
    transport.shuttle(-1)
    assert editor.playhead == 1
    assert not editor.playing


def test_backwards_stops_at_the_start(
    editor: Editor, transport: Transport, clock: HandClock, qtbot: QtBot
) -> None:
    editor.seek(10)
    transport.play(-1)
    clock.position_s = at(editor, 4)
    qtbot.waitUntil(lambda: editor.playhead == 4)
    clock.position_s = -0.01
    qtbot.waitUntil(lambda: not editor.playing)
    assert editor.playhead == 0


def test_in_and_out_bound_it_and_loop_goes_round_in_the_clock(
    editor: Editor, transport: Transport, clock: HandClock, qtbot: QtBot
) -> None:
    assert editor.do("Range", lambda p: set_work_range(p, (5, 15)))
    editor.seek(7)
    transport.set_loop(True)
    transport.play(1)
    assert clock.asked[-1] == ("play", at(editor, 7), 1, at(editor, 15), True, at(editor, 5))
    clock.position_s = at(editor, 14)
    qtbot.waitUntil(lambda: editor.playhead == 14)
    clock.position_s = at(editor, 5)
    qtbot.waitUntil(lambda: editor.playhead == 5)
    assert editor.playing
    transport.set_loop(False)
    clock.position_s = at(editor, 15)
    qtbot.waitUntil(lambda: not editor.playing)
    assert editor.playhead == 14


def test_play_around_comes_back(
    editor: Editor, transport: Transport, clock: HandClock, qtbot: QtBot
) -> None:
    editor.seek(20)
    transport.play_around()
    assert editor.playhead == 0  # the clip is shorter than two seconds before
    clock.position_s = float(editor.times.end_seconds)
    qtbot.waitUntil(lambda: not editor.playing)
    assert editor.playhead == 20


def test_a_click_elsewhere_plays_on_from_there(
    editor: Editor, transport: Transport, clock: HandClock
) -> None:
    transport.play(1)
    editor.seek(12)
    assert editor.playing
    assert clock.asked[-1][1] == at(editor, 12)


def test_steps_sound_unless_they_are_not_to(
    editor: Editor, transport: Transport, clock: HandClock
) -> None:
    transport.jog(1)
    assert clock.asked == [("scrub", round(at(editor, 1), 3))]
    transport.scrubs = False
    transport.jog(1)
    assert len(clock.asked) == 1
    assert editor.playhead == 2


def test_what_becomes_of_the_sound_is_said_once(
    transport: Transport, clock: HandClock, qtbot: QtBot
) -> None:
    said: list[object] = []
    transport.sound_changed.connect(said.append)
    transport.play(1)
    lost = DeviceError("The loudspeaker 'Desk' stopped.")
    clock.problem = lost
    qtbot.waitUntil(lambda: said == [lost])
    qtbot.wait(30)
    clock.problem = None
    qtbot.waitUntil(lambda: said == [lost, None])
    transport.stop()
    assert said == [lost, None]


def test_sound_that_comes_late_does_not_stop_what_plays(
    editor: Editor, transport: Transport
) -> None:
    transport.play(2)
    editor.seek(20)
    late = HandClock()
    transport.use_clock(late)
    assert transport.speed == 2
    assert late.asked[-1][:3] == ("play", at(editor, 20), 2)
    transport.stop()


def test_space_ends_a_take_instead_of_playing(editor: Editor, transport: Transport) -> None:
    taking = [True]
    transport.interrupt = lambda: bool(taking) and taking.pop()
    transport.toggle()
    assert transport.speed == 0
    assert not editor.playing
    transport.toggle()
    assert transport.speed == 1
    transport.stop()


def test_a_second_is_a_second_at_every_rate(editor: Editor, transport: Transport) -> None:
    rate = editor.project.clip.rate
    transport.jog_seconds(1)
    assert editor.playhead == min(editor.last_frame, rate.num // rate.den)


# Keys


@pytest.fixture
def keyed(editor: Editor, clock: HandClock, qtbot: QtBot) -> QMainWindow:
    editor.actions = by_id()
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = ActionSet(editor, window)
    keyboard = Keyboard(editor, window)
    keyboard.use(actions.keys)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    return window


def test_keys_play_and_step(keyed: QMainWindow, editor: Editor, qtbot: QtBot) -> None:
    qtbot.keyClick(keyed, Qt.Key.Key_Space)
    assert editor.playing
    qtbot.keyClick(keyed, Qt.Key.Key_K)
    assert not editor.playing
    qtbot.keyClick(keyed, Qt.Key.Key_Right)
    qtbot.keyClick(keyed, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert editor.playhead == 6
    qtbot.keyClick(keyed, Qt.Key.Key_Home)
    assert editor.playhead == 0


def test_k_and_l_together_step(keyed: QMainWindow, editor: Editor, qtbot: QtBot) -> None:
    qtbot.keyPress(keyed, Qt.Key.Key_K)
    qtbot.keyClick(keyed, Qt.Key.Key_L)
    qtbot.keyClick(keyed, Qt.Key.Key_L)
    assert editor.playhead == 2
    assert not editor.playing
    qtbot.keyRelease(keyed, Qt.Key.Key_K)
    qtbot.keyClick(keyed, Qt.Key.Key_L)
    assert editor.playing


def test_b_bypasses_only_while_it_is_held(keyed: QMainWindow, editor: Editor, qtbot: QtBot) -> None:
    qtbot.keyPress(keyed, Qt.Key.Key_B)
    assert editor.view.view.bypass
    qtbot.keyRelease(keyed, Qt.Key.Key_B)
    assert not editor.view.view.bypass


def test_escape_ends_picking_wherever_the_focus_is(
    keyed: QMainWindow, editor: Editor, qtbot: QtBot
) -> None:
    editor.view.pick("add")
    qtbot.keyClick(keyed, Qt.Key.Key_Escape)
    assert not editor.view.view.picking


def test_a_number_chooses_a_face_only_while_one_is_picked(
    keyed: QMainWindow, editor: Editor, qtbot: QtBot
) -> None:
    chosen: list[int] = []
    editor.view.face_chosen.connect(chosen.append)
    qtbot.keyClick(keyed, Qt.Key.Key_2)
    assert chosen == []
    editor.view.pick("add")
    qtbot.keyClick(keyed, Qt.Key.Key_2)
    assert chosen == [1]


def test_a_list_keeps_its_arrows_and_gives_the_rest(
    keyed: QMainWindow, editor: Editor, qtbot: QtBot
) -> None:
    from PySide6.QtWidgets import QLineEdit, QListWidget

    names = QListWidget()
    names.addItems(["a", "b", "c"])
    keyed.setCentralWidget(names)
    names.show()
    names.setFocus()
    qtbot.waitUntil(names.hasFocus)
    names.setCurrentRow(0)
    qtbot.keyClick(names, Qt.Key.Key_Down)
    assert names.currentRow() == 1
    assert editor.playhead == 0
    qtbot.keyClick(names, Qt.Key.Key_Space)
    assert editor.playing
    editor.transport.stop()
    line = QLineEdit()
    keyed.setCentralWidget(line)
    line.show()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    qtbot.keyClicks(line, "jklb ")
    assert line.text() == "jklb "
    assert not editor.playing
    assert not editor.view.view.bypass


# Frames fetched ahead


def test_the_feed_fetches_ahead_in_order_and_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    from cmet_studio.ui.engine_client import FrameResult
    from cmet_studio.ui.playback import feed as module

    fetched: list[int] = []

    def fetch(
        client: object,
        n: int,
        width: int | None,
        quality: str,
        revision: int | None,
        lane: str,
        model: str,
    ) -> FrameResult:
        fetched.append(n)
        return FrameResult(n, 1, 1, revision or 0, quality, "mesh", False, "ready", b"abc")

    monkeypatch.setattr(module, "fetch", fetch)
    feed = FrameFeed(lambda: EngineClient(1, "x"))
    feed.begin(6, 1, (4, 9), 100, "draft", loops=True)
    wait(lambda: len(fetched) >= 5)
    assert fetched[:5] == [6, 7, 8, 4, 5]
    found = feed.take(6)
    assert found is not None
    assert found.number == 6
    feed.set_revision(3)
    assert feed.take(7) is None or feed.take(7).revision == 3  # type: ignore[union-attr]
    feed.halt()
    assert feed.close()


def test_a_late_frame_is_better_than_a_picture_that_stands_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import threading

    from cmet_studio.ui.engine_client import FrameResult
    from cmet_studio.ui.playback import feed as module

    go, asked = threading.Semaphore(0), threading.Event()

    def fetch(client: object, n: int, *more: object) -> FrameResult:
        asked.set()
        go.acquire(timeout=5)
        return FrameResult(n, 1, 1, 0, "draft", "mesh", False, "ready", b"abc")

    monkeypatch.setattr(module, "fetch", fetch)
    feed = FrameFeed(lambda: EngineClient(1, "x"))
    feed.begin(0, 1, (0, 100), None, "draft", frame_s=1000.0)
    assert asked.wait(5)
    assert feed.take(3) is None
    go.release()  # frame 0 comes when 3 is due
    wait(lambda: bool(feed._frames))
    found = feed.take(3)
    assert found is not None
    assert found.number == 0
    assert feed.take(3) is None  # once is enough
    feed.halt()
    go.release(50)
    assert feed.close()


def test_the_feed_lives_through_an_engine_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    from cmet_studio.ui.playback import feed as module

    asked: list[int] = []

    def fetch(client: object, n: int, *more: object) -> None:
        asked.append(n)
        raise CmetError("no")

    monkeypatch.setattr(module, "fetch", fetch)
    feed = FrameFeed(lambda: EngineClient(1, "x"))
    feed.begin(0, 1, (0, 5), None, "draft")
    wait(lambda: len(asked) >= 2)
    assert feed.close()


def wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)
