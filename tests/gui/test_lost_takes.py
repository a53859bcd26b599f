"""A project is opened after the program was killed while it recorded."""

import numpy as np
from pytestqt.qtbot import QtBot
from sound_files import speech_like

from cmet_studio.media.bwf import RATE, BwfWriter, TakeNote
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library.panel import LibraryPanel
from cmet_studio.ui.notices import Notice


def test_lost_takes_come_back_in_one_step(
    qtbot: QtBot, editor: Editor, notices: list[Notice]
) -> None:
    media = editor.document.media_folder
    sound = speech_like(2.5)
    at = np.arange(round(2.5 * RATE)) / 3.0
    voice = np.interp(at, np.arange(len(sound)), sound).astype(np.float32)
    for number, (folder, emotion) in enumerate((("recorded", "Longing"), ("recordings", "New"))):
        writer = BwfWriter(media / folder / f"{emotion}_T01.wav", TakeNote(1, emotion))
        writer.write(voice[number * 100 :])
        writer._close()  # what a kill does
    panel = LibraryPanel(editor)
    qtbot.addWidget(panel)
    editor.opened.emit()
    qtbot.waitUntil(lambda: len(editor.project.takes) == 4, timeout=20_000)
    qtbot.waitUntil(lambda: not panel.work.busy, timeout=20_000)
    assert [notice.message for notice in notices] == ["2 takes were recovered."]
    assert [len(e.expressive) for e in editor.project.emotions] == [0, 3, 1]
    assert editor.document.history.undo_label == "Recover takes"
    panel.lost_takes.look()
    assert not panel.work.busy
    panel._opened()
