"""What must always hold, on real clips and on the demo clip. Numbers are those of the design."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from cmet_studio.app.rendering import RenderWish, render_project
from cmet_studio.app.session import EngineSession
from cmet_studio.media.picture import Picture
from cmet_studio.media.reader import VideoReader
from cmet_studio.render.pipeline import Renderer

KEYS = ((8, None), (14, "happy"), (20, "angry"), (26, None), (36, None), (42, "sad"))
FRAMES = 48


def render(workspace, name: str, start: int = 0, stop: int = FRAMES) -> Path:
    path = workspace.path.with_name(name)
    wish = RenderWish(path, codec="ffv1", start=f"f{start}", stop=f"f{stop}")
    render_project(workspace, wish)
    return path


def same(a: Picture, b: Picture) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a.planes, b.planes, strict=True))


def pictures(path: Path, stop: int | None = None) -> list[Picture]:
    with VideoReader(path) as reader:
        return list(reader.frames(0, stop))


def test_1_untouched_means_untouched(clip, story):
    with story(clip, KEYS) as workspace:
        edited = pictures(render(workspace, "all.mkv"))
        source = pictures(clip, FRAMES)
        at_rest = [*range(9), *range(26, 37)]
        assert all(same(edited[i], source[i]) for i in at_rest)
        assert not any(same(edited[i], source[i]) for i in (14, 20, 42, 47))
        x, y, w, h = workspace.project.performers[0].anchor_box
        for before, after in zip(source, edited, strict=True):
            moved = np.argwhere(before.planes[0] != after.planes[0])
            if len(moved):
                (top, left), (bottom, right) = moved.min(0), moved.max(0)
                # The face with room for its movement; far from the frame's border.
                assert x - 1.2 * w < left
                assert right < x + 2.2 * w
                assert y - 1.2 * h < top
                assert bottom < y + 2.2 * h


def test_1_no_keys_is_the_source(clip, story):
    with story(clip, ()) as workspace:
        edited = pictures(render(workspace, "none.mkv", 0, 12))
    assert all(same(a, b) for a, b in zip(edited, pictures(clip, 12), strict=True))


def test_1_fades_in_without_a_jump(clip, story):
    """Next to a rest key the change is small, and it grows from there."""
    with story(clip, ((0, None), (40, "happy"))) as workspace:
        edited = pictures(render(workspace, "fade.mkv"))
    change = [
        float(np.abs(a.planes[0].astype(float) - b.planes[0]).mean())
        for a, b in zip(edited, pictures(clip, FRAMES), strict=True)
    ]
    assert change[0] == 0
    assert change[2] < 0.25 * change[40]
    assert change[40] > 0


def test_2_preview_is_export(clip, story):
    with story(clip, KEYS) as workspace:
        edited = pictures(render(workspace, "all.mkv"))
        session = EngineSession(workspace)
        renderer = Renderer(workspace.reader, session.edits(workspace.project), session.model)
        for i in (47, 14, 3, 21, 20, 42):
            assert same(renderer.render(i), edited[i])


def test_3_exact_in_time(clip, story):
    with story(clip, KEYS) as workspace:
        for name, codec, tick in (("out.mp4", "h264", 0), ("out.mkv", "ffv1", Fraction(1, 1000))):
            path = workspace.path.with_name(name)
            wish = RenderWish(path, codec=codec, preset="ultrafast")
            summary = render_project(workspace, wish)
            with VideoReader(path) as ours, VideoReader(clip) as source:
                assert len(ours) == len(source) == summary["frames"]
                for i in range(len(source)):
                    assert abs(ours.times.seconds(i) - source.times.seconds(i)) <= tick
                a, b = ours.info.video, source.info.video
                assert (a.rate, a.width, a.height) == (b.rate, b.width, b.height)
                assert (a.rotation_deg, a.start_timecode) == (b.rotation_deg, b.start_timecode)
                assert a.layout.bits == b.layout.bits
                assert a.layout.full_range == b.layout.full_range
                assert a.layout.matrix == b.layout.matrix
                assert len(ours.info.audio) == len(source.info.audio)


@pytest.mark.parametrize("cuts", [(0, 17, 48), (0, 5, 6, 23, 48)])
def test_4_chunk_invariance(clip, story, cuts):
    with story(clip, KEYS) as workspace:
        whole = pictures(render(workspace, "all.mkv"))
        pieces: list[Picture] = []
        for start, stop in pairwise(cuts):
            pieces += pictures(render(workspace, f"part{start}.mkv", start, stop))
    assert len(pieces) == len(whole)
    assert all(same(a, b) for a, b in zip(pieces, whole, strict=True))


def test_7_determinism(clip, story, session_home, tmp_path, monkeypatch):
    """Same project, same engine, nothing cached: same bits."""
    with story(clip, KEYS) as workspace:
        once = pictures(render(workspace, "one.mkv"))
        monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path / "fresh"))
        again = pictures(render(workspace, "two.mkv"))
    assert all(same(a, b) for a, b in zip(once, again, strict=True))
