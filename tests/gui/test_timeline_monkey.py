"""A monkey at the timeline: whatever it does, the document stays one that can be saved."""

from random import Random

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from timeline_fixtures import Hand, film

from cmet_studio.project_io.check import validate
from cmet_studio.project_io.convert import to_data
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.timeline.actions import ACTIONS
from cmet_studio.ui.timeline.panel import TimelinePanel
from cmet_studio.ui.timeline.state import state_of

_KEYS = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def _somewhere(random: Random, hand: Hand, editor: Editor) -> QPoint:
    """A pixel: often on a key, sometimes anywhere, also outside."""
    widget = hand.widget
    keys = [k.frame for p in editor.project.performers for k in p.keys]
    if keys and random.random() < 0.5:
        where = random.choice(["keys", "80%", "50%", "ruler", "range", "marker"])
        performer = editor.selection.performer if widget is not hand.view else "p1"
        if widget is hand.view or where in ("keys", "80%", "50%"):
            return hand.at(random.choice(keys), where, performer or "p1")
    x = random.randint(-30, widget.width() + 30)
    return QPoint(x, random.randint(-10, widget.height() + 10))


@pytest.mark.parametrize("seed", range(4))
def test_the_document_survives(
    panel: TimelinePanel, film_editor: Editor, qapp: QApplication, seed: int
) -> None:
    random = Random(seed)
    heard: list[Notice] = []
    film_editor.notice.connect(heard.append)
    state_of(film_editor).switch("graph", True)
    panel.resize(1100, 640)
    qapp.processEvents()
    hands = [Hand(panel), Hand(panel), Hand(panel, panel.graph)]
    asking = ("marker.edit", "timeline.graph", "key.interp.choose")
    actions = [a for a in ACTIONS if a.id not in asking]
    for _ in range(60):
        hand, keys = random.choice(hands), random.choice(_KEYS)
        if random.random() < 0.45:
            random.choice(actions).run(film_editor)
            film_editor.seek(random.randrange(1000))
        else:
            hand.press(_somewhere(random, hand, film_editor), keys)
            for _ in range(random.randint(0, 4)):
                hand.move(_somewhere(random, hand, film_editor), keys)
            if random.random() < 0.2:
                QTest.keyClick(hand.widget, Qt.Key.Key_Escape)
            hand.release(_somewhere(random, hand, film_editor), keys)
        validate(to_data(film_editor.project))
        assert panel.view.gesture is None
        assert panel.graph.gesture is None
        selection = film_editor.selection
        assert selection.within(film_editor.project) == selection
    panel.grab()
    assert all(notice.hint or notice.message for notice in heard)
    assert film_editor.document is not None
    film_editor.document.go_to(0)
    assert film_editor.project == film()
