"""Pixels and frames, lanes, hits and snapping: pure functions."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.domain.curves import Curve
from cmet_studio.domain.project import (
    Bezier,
    Clip,
    Emotion,
    Fingerprint,
    Key,
    Marker,
    MixPart,
    Performer,
    Project,
)
from cmet_studio.domain.time import ClipTimes, FrameRate
from cmet_studio.ui.timeline.curve import KeyCurves, key_curve, spliced
from cmet_studio.ui.timeline.hit import hit, keys_in, level_y, nearest_key
from cmet_studio.ui.timeline.layout import HEADER_PX, layout
from cmet_studio.ui.timeline.paint_columns import extremes
from cmet_studio.ui.timeline.paint_facts import seconds_at
from cmet_studio.ui.timeline.paint_ruler import steps, ticks
from cmet_studio.ui.timeline.scale import MIN_FRAMES, PAD_PX, Scale
from cmet_studio.ui.timeline.snap import Snapper

RATES = [FrameRate(24), FrameRate(25), FrameRate(30000, 1001), FrameRate(60)]
frame_counts = st.integers(1, 500_000)
widths = st.integers(40, 4000)


@st.composite
def scales(draw: st.DrawFn) -> Scale:
    scale = Scale(draw(frame_counts), draw(widths)).fit()
    for _ in range(draw(st.integers(0, 3))):
        scale = scale.zoom(draw(st.floats(0.1, 50)), draw(st.floats(0, scale.width)))
        scale = scale.scroll_to(draw(st.floats(-10, 600_000)))
    return scale


@given(scales(), st.floats(0, 1))
def test_the_pixel_of_a_frame_is_in_that_frame(scale: Scale, share: float) -> None:
    frame = min(int(share * scale.frames), scale.frames - 1)
    assert scale.frame(scale.x(frame)) == frame
    assert scale.frame_in_clip(scale.x(frame)) == frame
    assert scale.x(frame) < scale.x(frame + 1)


@given(scales(), st.floats(0, 1))
def test_every_pixel_is_in_one_frame(scale: Scale, share: float) -> None:
    x = share * scale.width
    frame = scale.frame(x)
    assert scale.x(frame) <= x < scale.x(frame + 1)


@given(scales())
def test_zoom_stays_between_five_frames_and_the_whole_clip(scale: Scale) -> None:
    fitting = scale.fit().per_frame
    assert fitting <= scale.per_frame
    assert scale.span >= min(MIN_FRAMES, scale.frames) - 0.01 or scale.per_frame == fitting
    first, stop = scale.visible
    assert 0 <= first < stop <= scale.frames


@given(frame_counts, widths)
def test_fit_shows_both_ends(frames: int, width: int) -> None:
    scale = Scale(frames, width).fit()
    assert scale.visible == (0, frames)
    assert scale.x(0) == pytest.approx(PAD_PX, abs=0.5 + float(scale.per_frame) / 64)
    assert scale.x(frames) <= width


@given(scales(), st.floats(0, 1), st.floats(0.2, 5))
def test_zoom_keeps_what_is_under_the_hand(scale: Scale, share: float, factor: float) -> None:
    x = share * scale.width
    before = scale.position(x)
    after = scale.zoom(factor, x)
    free = after.scroll_to(after.start + 1) != after and after.scroll_to(after.start - 1) != after
    if free:  # at the clip's ends there is nothing more to scroll
        assert abs(after.position(x) - before) <= 1 / 32


@given(scales(), widths)
def test_resizing_keeps_a_fitted_clip_fitted(scale: Scale, width: int) -> None:
    assert scale.fit().resized(width) == Scale(scale.frames, width).fit()
    assert scale.resized(width).width == width


@given(scales(), st.floats(0, 1))
def test_following_shows_the_frame(scale: Scale, share: float) -> None:
    frame = min(int(share * scale.frames), scale.frames - 1)
    followed = scale.follow(frame)
    assert followed.x(frame) >= -1
    assert followed.x(frame) <= scale.width
    assert followed.per_frame == scale.per_frame
    assert followed.follow(frame).visible == followed.visible


def project(*keys: Key, frames: int = 1000) -> Project:
    clip = Clip("a.mp4", "", Fingerprint(1, "0" * 64), 64, 64, frames, FrameRate(25))
    emotions = (Emotion("e1", "One", "#ff0000"), Emotion("e2", "Two", "#0000ff"))
    performers = tuple(
        Performer(f"p{n}", str(n), 0, (0.0, 0.0, 9.0, 9.0), keys if n == 1 else ()) for n in (1, 2)
    )
    return Project(clip, performers, (), emotions)


@given(st.integers(200, 3000), st.integers(60, 2000), st.integers(-50, 900))
def test_lanes_do_not_overlap(width: int, height: int, scroll: int) -> None:
    lanes = layout(project(), width, height, scroll)
    moving = [lane for lane in lanes.lanes if not lane.fixed]
    for above, below in pairwise(moving):
        assert above.bottom <= below.top
    assert [lane.kind for lane in moving] == ["limits", "wave", *["emotion", "changed"] * 2]
    for y in range(height):
        lane = lanes.lane_at(y)
        assert lane is None or lane.top <= y < lane.bottom
    # Scrolled down as far as it goes, the last lane ends at the bottom, give or take the gap.
    assert moving[-1].bottom + 1 >= min(height, lanes.content)


def test_emotion_lanes_use_the_room_there_is() -> None:
    low, high = layout(project(), 800, 200), layout(project(), 800, 600)
    assert low.most_scroll > 0
    assert high.most_scroll == 0
    assert high.lanes[4].height > low.lanes[4].height


keys = st.dictionaries(
    st.integers(0, 999),
    st.tuples(
        st.sampled_from([(), (MixPart("e1"),), (MixPart("e1", 0.25), MixPart("e2", 0.75))]),
        st.floats(0.0, 1.5),
        st.sampled_from(["hold", "linear", "ease", "bezier"]),
        st.booleans(),
        st.sampled_from([Bezier(), Bezier(0.1, 0.9, 0.9, 0.1), Bezier(1.0, 0.0, 0.0, 1.0)]),
    ),
    max_size=8,
).map(
    lambda drawn: tuple(
        Key(f, mix, level, kind, bezier, muted=muted)
        for f, (mix, level, kind, muted, bezier) in sorted(drawn.items())
    )
)


@given(keys, st.lists(st.floats(-5, 1005), min_size=1, max_size=20))
def test_the_arrays_say_what_the_schedule_does(drawn: tuple[Key, ...], at: list[float]) -> None:
    levels = key_curve(drawn, project().emotions).levels(np.array(at))
    curve = Curve(drawn)
    frames = {key.frame for key in drawn}
    for position, level in zip(at, levels, strict=True):
        wanted = sum(factor for _, factor in curve.at(position).coefficients)
        if not any(0 < abs(position - frame) < 0.1 for frame in frames):
            assert level == pytest.approx(wanted, abs=0.12)
    exact = key_curve(drawn, project().emotions).levels(np.array(sorted(frames), float))
    for frame, level in zip(sorted(frames), exact, strict=True):
        total = sum(factor for _, factor in curve.at(frame).coefficients)
        assert level == pytest.approx(total, abs=1e-9) or any(
            k.muted for k in drawn if k.frame == frame
        )


@given(keys, keys, st.integers(0, 8), st.integers(0, 8))
def test_a_spliced_curve_is_the_one_made_anew(
    one: tuple[Key, ...], other: tuple[Key, ...], head: int, tail: int
) -> None:
    emotions = project().emotions
    parts = {k.frame: k for k in (*one[:head], *other, *(one[-tail:] if tail else ()))}
    mixed = tuple(parts[frame] for frame in sorted(parts))
    made, fresh = spliced(key_curve(one, emotions), mixed, emotions), key_curve(mixed, emotions)
    assert made.heard == fresh.heard
    for name in ("frames", "heard_frames", "heard_levels", "colours"):
        np.testing.assert_array_equal(getattr(made, name), getattr(fresh, name))
    np.testing.assert_array_equal(made.ways[made.way_of], fresh.ways[fresh.way_of])


def test_columns_keep_peaks_that_are_narrower_than_a_pixel() -> None:
    spike = (Key(0), Key(500), Key(501, (MixPart("e1"),), 1.4), Key(502))
    high, low = extremes(key_curve(spike, project().emotions), np.linspace(0, 1000, 11))
    assert high[5] == 1.4
    assert low[5] == 0.0
    assert high[:5].max() == 0.0


def test_curves_are_remembered_by_identity() -> None:
    made = project(Key(1))
    curves = KeyCurves()
    one = curves.of(made.performers[0].keys, made.emotions)
    assert curves.of(made.performers[0].keys, made.emotions) is one
    painted = replace(made, emotions=(Emotion("e1", "One", "#00ff00"),))
    assert curves.of(made.performers[0].keys, painted.emotions) is not one


@given(st.sets(st.integers(0, 999), max_size=30), st.floats(0, 1), st.integers(300, 2000))
def test_the_nearest_key_is_found(frames: set[int], share: float, width: int) -> None:
    made = key_curve(tuple(Key(f) for f in sorted(frames)), ())
    scale = Scale(1000, width).fit()
    x = share * width
    found = nearest_key(made, scale, x, 7.0)
    near = [f for f in frames if abs(scale.x(f) - x) <= 7.0]
    assert (found is not None) == bool(near)
    if found is not None:
        assert abs(scale.x(found.frame) - x) == min(abs(scale.x(f) - x) for f in frames)


def test_what_lies_under_the_hand() -> None:
    made = project(Key(100, (MixPart("e1"),), 1.0), Key(400))
    made = replace(made, markers=(Marker(250),), work_range=(200, 600))
    lanes, scale = layout(made, 1132, 500), Scale(1000, 1000).fit()
    curves = {p.id: key_curve(p.keys, made.emotions) for p in made.performers}

    def part(frame: int, y: float) -> str:
        return hit(made, lanes, scale, curves, HEADER_PX + scale.x(frame), y).part

    lane = lanes.lane_of("emotion", "p1")
    assert lane is not None
    assert part(100, lane.top + 10) == "key"
    assert part(100, level_y(lane, 1.0)) == "dot"
    assert part(200, lane.top + 10) == "lane"
    assert part(250, 20) == "marker"
    assert part(200, 30) == "range_in"
    assert part(600, 30) == "range_out"
    assert part(300, 30) == "range"
    assert part(300, 5) == "ruler"
    assert part(300, 36) == "cache"
    wave = lanes.lane_of("wave")
    assert wave is not None
    assert part(300, wave.top + 5) == "wave"
    assert hit(made, lanes, scale, curves, 20, lane.top + 40).part == "header"
    assert hit(made, lanes, scale, curves, 20, lane.top + 40).performer == "p1"
    assert hit(made, lanes, scale, curves, 300, 499).part in ("nothing", "changed")


@given(st.sets(st.integers(0, 999), max_size=30), st.floats(0, 900), st.floats(0, 900))
def test_a_box_selects_what_stands_in_it(frames: set[int], a: float, b: float) -> None:
    made = key_curve(tuple(Key(f) for f in sorted(frames)), ())
    scale = Scale(1000, 900).fit()
    low, high = sorted((a, b))
    inside = {f for f in frames if low <= scale.x(f) < high}
    assert keys_in(made, scale, a, b) == inside


@given(st.floats(-20, 1020), st.lists(st.integers(0, 999), max_size=5), st.sampled_from(RATES))
def test_snapping_stays_in_the_clip_and_near(
    position: float, places: list[int], rate: FrameRate
) -> None:
    scale = Scale(1000, 900).fit().zoom(8, 300)
    snapper = Snapper(ClipTimes.constant(1000, rate), {"marker": places})
    found = snapper.snap(position, scale, True)
    assert 0 <= found.frame < 1000
    held = min(max(position, 0), 999)
    assert abs(scale.x(found.frame) - scale.x(held)) <= 9.0 + float(scale.per_frame)
    plain = snapper.snap(position, scale, False)
    assert plain.target is None
    assert abs(plain.frame - held) <= 0.5


def test_snapping_prefers_what_is_nearer_and_names_it() -> None:
    scale = Scale(1000, 1020).fit()  # about a pixel a frame
    times = ClipTimes.constant(1000, FrameRate(25))
    snapper = Snapper(times, {"playhead": [100], "marker": [104], "cut": [300], "onset": [500]})
    assert snapper.snap(103.4, scale, True).target == "marker"
    assert snapper.snap(100.4, scale, True).target == "playhead"
    assert snapper.snap(304, scale, True).frame == 300
    assert snapper.snap(504, scale, True).target == "onset"
    assert snapper.snap(600, scale, True).target is None


def test_the_grid_is_that_of_the_windows() -> None:
    near = Scale(1000, 1000).show(0, 50)
    for rate, starts in ((FrameRate(25), 5), (FrameRate(50), 10)):
        snapper = Snapper(ClipTimes.constant(1000, rate), {})
        found = snapper.snap(2 * starts + 0.1, near, True)
        assert (found.frame, found.target) == (2 * starts, "grid")
    far = Scale(100_000, 1000).fit()
    assert (
        Snapper(ClipTimes.constant(100_000, FrameRate(25)), {}).snap(10, far, True).target is None
    )


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.floats(-3, 40))
def test_the_waveform_keeps_the_clip_s_own_times(gaps: list[int], position: float) -> None:
    pts = [7, *(7 + sum(gaps[: n + 1]) for n in range(len(gaps)))]
    times = ClipTimes(pts, Fraction(1, 90), FrameRate(30))
    (shown,) = seconds_at(times, np.array([position]))
    held = min(max(position, 0.0), float(len(times)))
    frame = min(int(held), len(times) - 1)
    start, end = times.seconds(frame), times.seconds(frame + 1)
    assert shown == pytest.approx(float(start) + (held - frame) * float(end - start), abs=1e-9)


@given(scales(), st.sampled_from(RATES))
def test_the_ruler_is_never_crowded(scale: Scale, rate: FrameRate) -> None:
    times = ClipTimes.constant(scale.frames, rate, "01:00:00:00")
    label, tick = steps(scale, times)
    assert label % tick == 0
    assert len(ticks(scale, times, label)) <= scale.width / 80 + 4
    assert len(ticks(scale, times, tick)) <= scale.width / 6 + 20
    assert all((frame + times.origin) % label == 0 for frame in ticks(scale, times, label))
    assert Fraction(tick).denominator == 1
