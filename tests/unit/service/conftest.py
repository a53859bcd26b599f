"""A talking-head project made once, and engines to ask: one in this process, one as a child."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from portrait import make_portrait_project
from service_fixtures import FRAMES, TOKEN, Inside, Story, until

from cmet_studio.app.host import Host
from cmet_studio.app.workspace import Workspace
from cmet_studio.service.client import Engine
from cmet_studio.service.server import EngineServer
from cmet_studio.service.supervisor import EngineProcess


@pytest.fixture(autouse=True)
def _own_user_folders(session_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMET_STUDIO_HOME", str(session_home))


@pytest.fixture(scope="session")
def portrait_project(tmp_path_factory: pytest.TempPathFactory, session_home: Path) -> Path:
    """A project of a portrait that drifts, with a performer, two emotions and three keys."""
    folder = tmp_path_factory.mktemp("portrait")
    return make_portrait_project(folder, FRAMES)


@pytest.fixture
def story(portrait_project: Path, tmp_path: Path) -> Story:
    """The portrait's document in a folder of its own; its clip lies elsewhere."""
    with Workspace(portrait_project) as workspace:
        project = workspace.project
    clip = portrait_project.parent / "clip.mp4"
    moved = replace(project.clip, path="clip.mp4", hint=str(clip))
    return Story(tmp_path / "film.cmet", replace(project, clip=moved))


@contextmanager
def served() -> Iterator[Inside]:
    host = Host(cache_bytes=64 << 20)
    server = EngineServer(host, TOKEN)
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(ready.set,))
    thread.start()
    assert ready.wait(20)
    yield Inside(host, server.port)
    server.stop()
    assert host.close()
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def empty(session_home: Path) -> Iterator[Inside]:
    """A server on a thread, with nothing open; tests leave it so."""
    with served() as server:
        yield server


@pytest.fixture
def inside() -> Iterator[Inside]:
    """A server on a thread of the test's own."""
    with served() as server:
        yield server


@pytest.fixture
def shown(inside: Inside, story: Story) -> Iterator[tuple[Engine, Story]]:
    """A connection to an engine that is ready with the story."""
    with inside.engine() as engine:
        engine.put_document(str(story.path), 1, story.data)
        engine.frame(0)
        until(lambda: engine.status()["state"] == "ready")
        yield engine, story


@pytest.fixture
def child(story: Story) -> Iterator[EngineProcess]:
    """A supervised engine process that is given the story at every start."""
    up = threading.Event()
    process = EngineProcess(
        lambda state, _: up.set() if state == "ready" else up.clear(),
        lambda engine: story.put(engine, 7),
    )
    process.start()
    assert up.wait(60)
    yield process
    assert process.stop()
