"""Projects on real clips (and on the demo clip), analysed once per session."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cmet_studio.app import commands
from cmet_studio.app.demo_clip import make_demo_clip
from cmet_studio.app.workspace import Workspace
from cmet_studio.domain.project import Key, MixPart

_CLIPS = Path(__file__).resolve().parents[3] / "shared" / "data" / "clips"
# One of each kind: full-range 4:4:4, 30 frames/s 720p, a small face, a portrait without sound.
NAMES = (
    "speaker_256_crop_25fps.mp4",
    "portrait_1280x720_30fps.mp4",
    "full_body_small_face_720x1080_25fps.mp4",
    "smile_512_25fps_noaudio.mp4",
)


@pytest.fixture(scope="session")
def session_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _own_user_folders(session_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Analyses are kept by content, so every test may share them."""
    monkeypatch.setenv("CMET_STUDIO_HOME", str(session_home))


@pytest.fixture(scope="session")
def demo_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "clip.mp4"
    make_demo_clip(path)
    return path


@pytest.fixture(params=["demo", *NAMES])
def clip(request: pytest.FixtureRequest, demo_clip: Path) -> Path:
    if request.param == "demo":
        return demo_clip
    path = _CLIPS / request.param
    if not path.is_file():
        pytest.skip("no shared data beside this checkout")
    return path


Story = Callable[[Path, tuple[tuple[int, str | None], ...]], Workspace]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Make a project of a clip with keys (frame, preset or None for rest) on its largest face."""

    def make(path: Path, keys: tuple[tuple[int, str | None], ...]) -> Workspace:
        workspace = commands.new_project(path, tmp_path / "story.cmet")
        for name in dict.fromkeys(name for _, name in keys if name):
            commands.add_emotion(workspace, name, preset=name)
        ids = {e.name: e.id for e in workspace.project.emotions}
        performer = workspace.project.performers[0].name
        for frame, name in keys:
            mix = (MixPart(ids[name]),) if name else ()
            commands.add_key(workspace, performer, Key(frame, mix))
        return workspace

    return make
