"""The Library's panel, for tests of it by hand."""

import pytest
from pytestqt.qtbot import QtBot

from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library.panel import LibraryPanel


@pytest.fixture(name="panel")
def library_panel(qtbot: QtBot, editor: Editor) -> LibraryPanel:
    panel = LibraryPanel(editor)
    qtbot.addWidget(panel)
    panel.resize(300, 700)
    panel.show()
    yield panel
    panel._opened()


def idle(qtbot: QtBot, panel: LibraryPanel) -> None:
    qtbot.waitUntil(lambda: not panel.work.busy, timeout=20_000)
