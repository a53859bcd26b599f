"""Stories on real clips (and on the demo clip): analysed and rendered once, looked at by many."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cmet_studio.app import commands
from cmet_studio.app.demo_clip import make_demo_clip
from cmet_studio.app.rendering import RenderWish, render_project
from cmet_studio.app.workspace import Workspace
from cmet_studio.domain.project import Key, MixPart
from cmet_studio.media.picture import Picture
from cmet_studio.media.reader import VideoReader

_CLIPS = Path(__file__).resolve().parents[3] / "shared" / "data" / "clips"
# One of each kind: full-range 4:4:4, 30 frames/s 720p, a small face, a portrait without sound.
NAMES = (
    "speaker_256_crop_25fps.mp4",
    "portrait_1280x720_30fps.mp4",
    "full_body_small_face_720x1080_25fps.mp4",
    "smile_512_25fps_noaudio.mp4",
)
FRAMES = 48
KEYS = ((8, None), (14, "happy"), (20, "angry"), (26, None), (36, None), (42, "sad"))


def pictures(path: Path, stop: int | None = None) -> list[Picture]:
    with VideoReader(path) as reader:
        return list(reader.frames(0, stop))


@dataclass
class Story:
    """A project on a clip, and what its first 48 frames look like, before and after."""

    clip: Path
    workspace: Workspace
    source: list[Picture]
    edited: list[Picture]

    def render(self, name: str, start: int = 0, stop: int = FRAMES) -> list[Picture]:
        path = self.workspace.folder / name
        wish = RenderWish(path, codec="ffv1", start=f"f{start}", stop=f"f{stop}", overwrite=True)
        render_project(self.workspace, wish)
        return pictures(path)

    def set_keys(self, keys: tuple[tuple[int, str | None], ...]) -> None:
        ids = {e.name: e.id for e in self.workspace.project.emotions}
        performer = self.workspace.project.performers[0]
        for key in performer.keys:
            commands.remove_key(self.workspace, performer.name, key.frame)
        for frame, name in keys:
            mix = (MixPart(ids[name]),) if name else ()
            commands.add_key(self.workspace, performer.name, Key(frame, mix))


@pytest.fixture(autouse=True)
def _own_user_folders(session_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMET_STUDIO_HOME", str(session_home))


@pytest.fixture(scope="session", params=["demo", *NAMES])
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, session_home: Path
) -> Iterator[Story]:
    """The story of ``KEYS`` on each clip, rendered once. Its keys must not be changed."""
    folder = tmp_path_factory.mktemp("story")
    clip = _CLIPS / request.param
    if request.param == "demo":
        clip = folder / "clip.mp4"
        make_demo_clip(clip)
    elif not clip.is_file():
        pytest.skip("no shared data beside this checkout")
    with commands.new_project(clip, folder / "story.cmet") as workspace:
        for name in ("happy", "angry", "sad"):
            commands.add_emotion(workspace, name, preset=name)
        story = Story(clip, workspace, pictures(clip, FRAMES), [])
        story.set_keys(KEYS)
        story.edited = story.render("all.mkv")
        yield story


@pytest.fixture
def retold(told: Story, tmp_path: Path) -> Iterator[Story]:
    """The same project in a file of its own, whose keys may be changed."""
    path = tmp_path / "retold.cmet"
    text = told.workspace.path.read_text()
    path.write_text(text)
    with Workspace(path) as workspace:
        yield Story(told.clip, workspace, told.source, [])
