"""Two people in one clip, in the real window with its real engine."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from company import SEAT, make_company_clip, painted_people, seat_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cmet_studio.app import editing
from cmet_studio.domain.project import Key, MixPart
from cmet_studio.ui.studio import make_window
from cmet_studio.ui.window import Window

_CUT, _END = 12, 20
_CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Window]:
    """The window with a new clip of two people, who change seats at a cut."""
    monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path / "home"))
    clip = tmp_path / "two.mp4"
    make_company_clip(clip, painted_people(2), ((_CUT, (0, 1)), (_END - _CUT, (1, 0))))
    window = make_window()
    qapp.installEventFilter(window.keyboard)
    window.show()
    window.open(clip)
    yield window
    qapp.removeEventFilter(window.keyboard)
    window.close()
    assert window.shut_down()
    window.deleteLater()
    qapp.processEvents()


def _faces(window: Window, qtbot: QtBot) -> list[str]:
    """What stands at the faces that can be chosen, from the left."""
    pictures = window.viewer.canvas.pictures
    qtbot.waitUntil(lambda: len(pictures.marks) == 2, timeout=60_000)
    return [mark.label for mark in pictures.marks]


def _click(window: Window, qtbot: QtBot, seat: int) -> None:
    canvas = window.viewer.canvas
    x, y, wide, high = canvas.pictures.marks[seat].box
    at = canvas.layout_now.to_panel(x + wide / 2, y + high / 2)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(at[0]), round(at[1])))


def _edited(window: Window, qtbot: QtBot, frame: int) -> npt.NDArray[np.uint8]:
    """The frame at its best, as it is edited now."""
    editor = window.editor
    editor.seek(frame)

    def shows() -> bool:
        shown = window.viewer.shown
        return shown is not None and (shown.number, shown.quality, shown.state, shown.revision) == (
            frame, "full", "ready", editor.revision,
        )  # fmt: skip

    qtbot.waitUntil(shows, timeout=60_000)
    shown = window.viewer.shown
    assert shown is not None
    return np.frombuffer(shown.rgb, np.uint8).reshape(shown.height, shown.width, 3)


def _changed_seats(one: npt.NDArray[np.uint8], two: npt.NDArray[np.uint8]) -> list[int]:
    middle = one.shape[1] // 2
    sides = (np.s_[:, :middle], np.s_[:, middle:])
    return [seat for seat, part in enumerate(sides) if not np.array_equal(one[part], two[part])]


def test_two_people_have_a_face_and_a_lane_each(window: Window, qtbot: QtBot) -> None:
    editor = window.editor
    qtbot.waitUntil(lambda: editor.is_open, timeout=20_000)
    assert _faces(window, qtbot) == ["1", "2"]
    _click(window, qtbot, 1)
    editor.view.pick("add")
    assert _faces(window, qtbot) == ["1", "2  A"]
    qtbot.keyClick(window.viewer.canvas, Qt.Key.Key_1)
    first, second = editor.project.performers
    assert [seat_of(p.anchor_box) for p in (first, second)] == [1, 0]
    lanes = window.docks.docks["timeline"].widget().view.lanes  # type: ignore[union-attr]
    assert lanes.lane_of("emotion", first.id) is not lanes.lane_of("emotion", second.id)

    qtbot.waitUntil(lambda: editor.tracking.of(second.id).get("state") == "ready", timeout=60_000)
    before, after_cut = (_edited(window, qtbot, n).copy() for n in (6, _CUT + 3))
    happy = Key(0, (MixPart("e1"),))
    assert editor.do("Emotion", lambda p: editing.add_emotion(p, "Happy", preset="happy"))
    assert editor.do("Key", lambda p: editing.add_key(p, first.id, happy))
    assert _changed_seats(before, _edited(window, qtbot, 6)) == [1]
    assert _changed_seats(after_cut, _edited(window, qtbot, _CUT + 3)) == [0]

    # Whoever sits left now acts with A's keys.
    editor.seek(6)
    assert editor.do("Remove B", lambda p: editing.remove_performer(p, second.id))
    editor.view.pick("again")
    assert _faces(window, qtbot) == ["1", "2  A"]
    qtbot.keyClick(window.viewer.canvas, Qt.Key.Key_1)
    (again,) = editor.project.performers
    assert (again.id, again.keys) == (first.id, (happy,))
    assert again.anchor_box[0] < SEAT
    assert _changed_seats(before, _edited(window, qtbot, 6)) == [0]
    editor.undo()
    assert _changed_seats(before, _edited(window, qtbot, 6)) == [1]
