"""What must always hold, on real clips and on the demo clip. Numbers are those of the design."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from cmet_studio.app.rendering import RenderWish, render_project
from cmet_studio.app.session import EngineSession
from cmet_studio.media.picture import Picture
from cmet_studio.media.reader import VideoReader
from cmet_studio.render.pipeline import edit_picture, face_jobs


def same(a: Picture, b: Picture) -> bool:
    return all(np.array_equal(x, y) for x, y in zip(a.planes, b.planes, strict=True))


def all_same(some: list[Picture], others: list[Picture]) -> bool:
    return all(same(a, b) for a, b in zip(some, others, strict=True))


def test_1_untouched_means_untouched(told):
    at_rest = [*range(9), *range(26, 37)]
    assert all(same(told.edited[i], told.source[i]) for i in at_rest)
    assert not any(same(told.edited[i], told.source[i]) for i in (14, 20, 42, 47))
    x, y, w, h = told.workspace.project.performers[0].anchor_box
    for before, after in zip(told.source, told.edited, strict=True):
        moved = np.argwhere(before.planes[0] != after.planes[0])
        if len(moved):
            (top, left), (bottom, right) = moved.min(0), moved.max(0)
            # The face, with room for its movement through the shot.
            assert x - 1.2 * w < left
            assert right < x + 2.2 * w
            assert y - 1.2 * h < top
            assert bottom < y + 2.2 * h


def test_1_no_keys_is_the_source(retold):
    retold.set_keys(())
    assert all_same(retold.render("none.mkv", 0, 12), retold.source[:12])


def test_1_fades_in_without_a_jump(retold):
    """Next to a rest key the change is small, and it grows from there."""
    retold.set_keys(((0, None), (40, "happy")))
    change = [
        float(np.abs(a.planes[0].astype(float) - b.planes[0]).mean())
        for a, b in zip(retold.render("fade.mkv"), retold.source, strict=True)
    ]
    assert change[0] == 0
    assert change[2] < 0.25 * change[40]
    assert change[40] > 0


def test_2_preview_is_export(told):
    session = EngineSession(told.workspace)
    edits = session.edits(told.workspace.project)
    for i in (47, 14, 3, 21, 20, 42):
        picture = told.workspace.reader.read(i)
        assert same(edit_picture(picture, face_jobs(edits, i), session.model), told.edited[i])


@pytest.mark.parametrize(
    ("name", "codec", "tick"), [("out.mp4", "h264", 0), ("out.mkv", "ffv1", Fraction(1, 1000))]
)
def test_3_exact_in_time(told, name, codec, tick):
    path = told.workspace.folder / name
    wish = RenderWish(path, codec=codec, preset="ultrafast", overwrite=True)
    summary = render_project(told.workspace, wish)
    with VideoReader(path) as ours, VideoReader(told.clip) as source:
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
def test_4_chunk_invariance(told, cuts):
    pieces = [
        picture
        for start, stop in pairwise(cuts)
        for picture in told.render(f"part{start}.mkv", start, stop)
    ]
    assert all_same(pieces, told.edited)


def test_7_determinism(told, tmp_path, monkeypatch):
    """Same project, same engine, nothing cached: same bits."""
    monkeypatch.setenv("CMET_STUDIO_HOME", str(tmp_path / "fresh"))
    assert all_same(told.render("again.mkv"), told.edited)
