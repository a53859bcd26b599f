"""Puts editor, engine and window together."""

from collections.abc import Callable

from cmet_studio.service.supervisor import EngineProcess
from cmet_studio.ui.catalogue import by_id
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_link import EngineLink, Start
from cmet_studio.ui.preferences import Preferences
from cmet_studio.ui.window import Window


def start_engine(on_state: Callable[[str, str], None]) -> EngineProcess:
    """Start the engine as a child process."""
    process = EngineProcess(on_state)
    process.start()
    return process


def make_window(start: Start | None = start_engine) -> Window:
    """The window with a living engine behind it; without ``start`` the engine stays away."""
    engine = EngineLink()
    editor = Editor(engine, Preferences())
    editor.actions = by_id()
    if start is not None:
        engine.start(start)  # first: it takes longer than the window, which is built meanwhile
    return Window(editor)
