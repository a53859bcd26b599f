"""The neural face model in the window, with random weights of the true shapes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from model_fixtures import all_models, small_models  # noqa: F401  # fixtures
from portrait import make_portrait_project
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cmet_studio.cli.main import run
from cmet_studio.ui.engine_chip import EngineChip
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.studio import make_window
from cmet_studio.ui.window import Window

_FRAMES = 28
_EDITED = 14  # under a key that asks for something


@pytest.fixture
def window(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Window]:
    """The window with a short film; no models are installed."""
    monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path / "home"))
    film = make_portrait_project(tmp_path, _FRAMES)
    window = make_window()
    window.show()
    window.open(film)
    qtbot.waitUntil(lambda: window.editor.is_open, timeout=20_000)
    qtbot.waitUntil(lambda: window.editor.engine.state == "ready", timeout=60_000)
    yield window
    window.close()
    assert window.shut_down()
    window.deleteLater()
    qapp.processEvents()


def _use(window: Window, model: str) -> None:
    window.editor.preferences.change(
        lambda s: replace(s, engine=replace(s.engine, face_model=model))
    )


def _shows(window: Window, engine: str, frame: int) -> bool:
    shown = window.viewer.shown
    return (
        shown is not None
        and (shown.engine, shown.number, shown.quality) == (engine, frame, "full")
        and shown.edited
    )


def test_it_is_chosen_measured_and_drawn(
    window: Window,
    qtbot: QtBot,
    all_models: Path,  # noqa: F811
) -> None:
    """Without its weights a notice says what to do; with them frames come, and the bar is its."""
    editor, facts = window.editor, window.docks.docks["timeline"].widget().feed  # type: ignore
    editor.seek(_EDITED)
    qtbot.waitUntil(lambda: _shows(window, "mesh", _EDITED), timeout=60_000)

    _use(window, "edtalk")
    badge = window.viewer.strip.badge
    qtbot.waitUntil(lambda: "cannot be edited" in badge.text(), timeout=60_000)
    assert "models install edtalk edtalk-connector" in badge.toolTip()
    (notice,) = [n for n in _notices(window) if "not installed" in n.message]
    assert "mesh" in notice.hint
    editor.seek(_EDITED + 1)  # the clip itself still follows the hand
    shown = window.viewer.shown
    qtbot.waitUntil(lambda: window.viewer.shown is not shown, timeout=60_000)
    assert window.viewer.shown is not None
    assert (window.viewer.shown.number, window.viewer.shown.quality) == (_EDITED + 1, "source")

    assert run(["models", "import", str(all_models)]) == 0
    told: list[str] = []
    green: list[int] = []

    def measured(*_: object) -> None:
        told.append(window.findChild(EngineChip)._text.text())
        green.extend(_cached(facts))

    editor.engine.measured.connect(measured)
    editor.seek(_EDITED)
    qtbot.waitUntil(lambda: _shows(window, "edtalk", _EDITED), timeout=240_000)
    assert any("reading expressions" in words and "%" in words for words in told)
    assert green == []  # what is shown meanwhile is not what was asked for
    assert editor.engine.state == "ready"
    qtbot.waitUntil(lambda: _EDITED in _cached(facts), timeout=60_000)

    _use(window, "mesh")
    qtbot.waitUntil(lambda: _shows(window, "mesh", _EDITED), timeout=60_000)


def _cached(facts: Any) -> list[int]:
    return [n for a, b, state in facts.facts.cache if state != "none" for n in range(a, b)]


def _notices(window: Window) -> list[Notice]:
    return [row.notice for row in window.notices.rows]
