"""Frames that were slow to make outlive the engine, and the editor sees where they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from service_fixtures import FRAMES, Story, until

from cmet_studio.app.host import Host
from cmet_studio.app.planned import FrameWish, Planned
from cmet_studio.render.frame_store import FrameStore

WIDTH = 160


@contextmanager
def engine(
    story: Story, folder: Path, memory_frames: int = 1000, ahead: bool = True
) -> Iterator[Host]:
    """A host with the story open and measured, and a store behind its memory."""
    host = Host(memory_frames * WIDTH * WIDTH * 3, FrameStore(folder, 64 << 20))
    host.preview.render_ahead(ahead)
    host.put(str(story.path), 1, story.data)
    host.preview.ask(FrameWish(0, WIDTH)).result(60)
    until(lambda: host.preview.state()[0] == "ready")
    yield host
    assert host.close()


def states(host: Host) -> set[str]:
    return {state for _, _, state in host.preview.states("mesh", 0, FRAMES)}


def test_a_project_that_is_opened_again_finds_its_frames(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cmet_studio.render.frame_store.WORTH_S", 1e-9)
    folder = tmp_path / "frames"
    with engine(story, folder) as host:
        first = host.preview.ask(FrameWish(12, WIDTH)).result(60)
        assert first.edited
        until(lambda: states(host) == {"full"})
    kept = len(list(folder.iterdir()))
    assert 0 < kept < FRAMES  # the others are the clip's own
    with engine(story, folder, ahead=False) as host:
        host.preview.render_ahead(True)  # keys have to be known before states are
        monkeypatch.setattr(Planned, "make", _must_not_be_made_again(Planned.make))
        found = host.preview.ask(FrameWish(12, WIDTH)).result(60)
        assert np.array_equal(found.rgb, first.rgb)
        assert found.quality == "full"
        until(lambda: states(host) == {"full"})


def _must_not_be_made_again(make):
    def only_untouched(self, key, picture, cache):
        assert not key.asked, f"frame {key.frame} was made again"
        return make(self, key, picture, cache)

    return only_untouched


def test_what_memory_cannot_hold_is_said_to_be_on_disk(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cmet_studio.render.frame_store.WORTH_S", 1e-9)
    with engine(story, tmp_path / "frames", memory_frames=4) as host:
        host.preview.ask(FrameWish(12, WIDTH)).result(60)
        until(lambda: "disk" in states(host) and not host.preview._ahead.more)
        edited = host.cache.behind
        assert edited is not None
        until(lambda: edited.held_bytes > 6 * WIDTH * 90 * 3)
        assert "full" in states(host)


def test_frames_ahead_go_beyond_memory_when_they_turn_out_to_be_slow(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cmet_studio.render.frame_store.WORTH_S", 1e-9)
    with engine(story, tmp_path / "frames", memory_frames=12):
        until(lambda: len(list((tmp_path / "frames").glob("*.frame"))) > 14)


def test_quick_frames_are_not_kept(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cmet_studio.render.frame_store.WORTH_S", 60.0)
    with engine(story, tmp_path / "frames", memory_frames=4) as host:
        assert host.preview.ask(FrameWish(12, WIDTH)).result(60).edited
    assert list((tmp_path / "frames").iterdir()) == []
