"""The window's parts offscreen, with a real document and no engine process."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import hashlib
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sound_files import speech_like, write_wav
from timeline_fixtures import film_editor, hand, panel  # noqa: F401  # fixtures

from cmet_studio.app.document import Document
from cmet_studio.domain import edits
from cmet_studio.domain.project import Key, MixPart, Take
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_link import EngineLink
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.studio import make_window
from cmet_studio.ui.window import Window


@pytest.fixture(scope="session", autouse=True)
def _dressed(qapp: QApplication) -> None:
    theme.apply(qapp)


@pytest.fixture(autouse=True)
def _nothing_left_alive() -> Iterator[None]:
    """A test that leaves a thread behind fails and names it."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(3.0)
    assert [thread.name for thread in left if thread.is_alive()] == []


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[Window]:
    """The window without an engine process."""
    window = make_window(None)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()
    assert window.shut_down()
    window.deleteLater()


@pytest.fixture
def spoken(tmp_path: Path) -> list[Path]:
    """Three recordings that sound like speech."""
    names = ("anna_1.wav", "anna_2.wav", "anna_3.wav")
    return [write_wav(tmp_path / "in" / name, speech_like(2.5, n)) for n, name in enumerate(names)]


@pytest.fixture
def project_file(tmp_path: Path, numbered_clip: Path) -> Path:
    """``film.cmet``: performer A with three keys, a preset emotion, one with two takes."""
    shutil.copy(numbered_clip, tmp_path / "clip.mp4")
    path = tmp_path / "film.cmet"
    document = Document.create(tmp_path / "clip.mp4", path)
    project = edits.add_performer(document.project, "A", 0, (10.0, 10.0, 60.0, 60.0))
    project = edits.add_emotion(project, "Happy", preset="happy")
    for n in (1, 2):
        name = f"film.media/takes/take{n}.wav"
        file = write_wav(tmp_path / name, speech_like(2.0 + n, n))
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        take = Take(
            f"t{n}", f"film.media/takes/take{n}.wav", digest, 2.0 + n, source=f"take{n}.wav"
        )
        project = edits.add_take(project, take)
    project = edits.add_emotion(project, "Longing", expressive=("t1", "t2"))
    for frame, mix in ((5, ()), (15, (MixPart("e1"),)), (30, (MixPart("e2"),))):
        project = edits.add_key(project, "p1", Key(frame, mix))
    document.do("Begin", lambda _: project)
    document.save()
    document.close()
    return path


@pytest.fixture
def editor(qapp: QApplication, project_file: Path) -> Iterator[Editor]:
    """An editor with the project open; its engine is not started."""
    editor = Editor(EngineLink())
    editor.open_document(Document.open(project_file), project_file.parent / "clip.mp4")
    yield editor
    assert editor.close()


@pytest.fixture
def notices(editor: Editor) -> list[Notice]:
    """What the editor was told."""
    heard: list[Notice] = []
    editor.notice.connect(heard.append)
    return heard
