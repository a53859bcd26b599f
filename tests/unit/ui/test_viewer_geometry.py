import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cmet_studio.ui.viewer.geometry import (
    MARGIN_PX,
    clamp_centre,
    fetch_width,
    place,
    safe_areas,
    wipe_at,
    zoomed_at,
)

sides = st.integers(16, 4096)
rooms = st.floats(120, 3000)
zooms = st.floats(0.05, 16)
shares = st.floats(0, 1)
aspects = st.sampled_from([1.0, 12 / 11, 16 / 11, 0.5, 2.0])


@given(sides, sides, rooms, rooms, st.booleans(), aspects)
def test_fit_shows_all_of_the_picture(
    w: int, h: int, rw: float, rh: float, side: bool, aspect: float
) -> None:
    layout = place((w, h), (rw, rh), side_by_side=side, aspect=aspect)
    assert len(layout.pictures) == 1 + side
    for area in layout.pictures:
        assert area.w / area.h == pytest.approx(w * aspect / h)
        if rw / (1 + side) > 2 * MARGIN_PX + 16 and rh > 2 * MARGIN_PX + 16:
            assert area.x >= -1
            assert area.x + area.w <= rw + 1
            assert area.y >= -1
            assert area.y + area.h <= rh + 1


@given(sides, sides, rooms, rooms, zooms, st.tuples(shares, shares), shares, shares, aspects)
def test_panel_and_clip_points_are_inverse(
    w: int, h: int, rw: float, rh: float, zoom: float, centre: tuple[float, float],
    x: float, y: float, aspect: float,
) -> None:  # fmt: skip
    layout = place((w, h), (rw, rh), zoom, centre, aspect=aspect)
    back = layout.to_clip(*layout.to_panel(x * w, y * h))
    assert back == pytest.approx((x * w, y * h), abs=1e-6 * max(w, h) + 1e-6)


@given(sides, sides, rooms, rooms, st.floats(0.1, 8), st.floats(0.5, 2), shares, shares, aspects)
def test_zoom_keeps_the_point_under_the_mouse(
    w: int, h: int, rw: float, rh: float, zoom: float, factor: float, px: float, py: float,
    aspect: float,
) -> None:  # fmt: skip
    panel = (rw, rh)
    layout = place((w, h), panel, zoom, aspect=aspect)
    point = (px * rw, py * rh)
    at = layout.to_clip(*point)
    assume(0 < at[0] < w and 0 < at[1] < h)
    centre = zoomed_at((w, h), panel, layout, point, zoom * factor)
    assume(0 < centre[0] < 1 and 0 < centre[1] < 1)  # at the rim the picture is kept in sight
    after = place((w, h), panel, zoom * factor, centre, aspect=aspect)
    assert after.to_panel(*at) == pytest.approx(point, abs=1.1)  # whole pixels


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_centre_stays_in_the_picture(x: float, y: float) -> None:
    cx, cy = clamp_centre((x, y))
    assert 0 <= cx <= 1
    assert 0 <= cy <= 1


@given(sides, st.floats(1, 8000), st.floats(1, 3))
def test_fetched_width_is_enough_or_the_clips_own(clip: int, shown: float, ratio: float) -> None:
    width = fetch_width(clip, shown, ratio)
    assert width <= clip
    assert width == clip or width >= shown * ratio - 1


@given(rooms, st.floats(-5000, 5000))
def test_wipe_stays_on_the_picture(room: float, x: float) -> None:
    area = place((16, 9), (room, room)).pictures[0]
    assert 0 <= wipe_at(area, x) <= 1


def test_safe_areas_lie_inside_each_other() -> None:
    area = place((1920, 1080), (1000, 700)).pictures[0]
    action, title = safe_areas(area)
    assert area.x < action.x < title.x
    assert title.x + title.w < action.x + action.w < area.x + area.w
    assert action.w == pytest.approx(area.w * 0.93)
    assert title.h == pytest.approx(area.h * 0.9)
