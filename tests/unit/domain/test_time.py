"""Frame rates, time stamps, and the positions that people type."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.time import (
    ClipTimes,
    FrameRate,
    format_position,
    parse_position,
    parse_range,
)

RATES = [
    FrameRate(24000, 1001),
    FrameRate(24),
    FrameRate(25),
    FrameRate(30000, 1001),
    FrameRate(30),
    FrameRate(48),
    FrameRate(50),
    FrameRate(60000, 1001),
    FrameRate(60),
    FrameRate(120),
    FrameRate(15),
]
TWO_HOURS_S = 7200
rates = st.sampled_from(RATES)


@pytest.mark.parametrize("terms", [(0, 1), (-25, 1), (25, 0), (2**40, 1), (25.0, 1), (True, 1)])
def test_refuses_what_is_no_rate(terms: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match="is not a frame rate"):
        FrameRate(*terms)


def test_a_rate_is_in_lowest_terms() -> None:
    assert FrameRate(60000, 2002) == FrameRate(30000, 1001)
    assert FrameRate(50, 2).den == 1
    assert str(FrameRate(30000, 1001)) == "30000/1001"
    assert FrameRate(24000, 1001).nominal == 24
    assert FrameRate(1, 10).nominal == 1


@given(rates, st.integers(0, 10**9), st.data())
def test_the_frame_shown_when_a_frame_appears_is_that_frame(
    rate: FrameRate, start: int, data: st.DataObject
) -> None:
    frames = int(TWO_HOURS_S * rate.fps)
    times = ClipTimes(range(start, start + frames), 1 / rate.fps, rate)
    n = data.draw(st.integers(0, frames - 1))
    assert times.frame_at(times.seconds(n)) == n
    assert times.frame_at(times.seconds(n) + Fraction(1, 10**9)) == n
    assert times.position_at(times.seconds(n)) == n
    assert times.seconds(frames) == times.end_seconds == frames / rate.fps


@given(
    st.lists(st.integers(1, 5000), min_size=1, max_size=50),
    st.integers(-(10**6), 10**6),
    st.sampled_from([Fraction(1, 1000), Fraction(1, 90000), Fraction(1, 15360)]),
)
def test_a_clip_of_varying_rate_is_exact_too(
    steps: list[int], start: int, time_base: Fraction
) -> None:
    pts = [start]
    for step in steps:
        pts.append(pts[-1] + step)
    times = ClipTimes(pts, time_base, FrameRate(25))
    for n in range(len(times)):
        assert times.frame_at(times.seconds(n)) == n
        assert times.position_at(times.seconds(n)) == n
        middle = (times.seconds(n) + times.seconds(n + 1)) / 2
        assert times.frame_at(middle) == n
        assert times.position_at(middle) == n + 0.5


def test_times_beyond_the_clip_are_its_ends() -> None:
    times = ClipTimes.constant(10, FrameRate(25))
    assert times.frame_at(-3) == 0
    assert times.frame_at(3) == 9
    assert times.position_at(-3) == 0.0
    assert times.position_at(3) == 10.0
    with pytest.raises(IndexError):
        times.seconds(-1)
    with pytest.raises(IndexError):
        times.seconds(11)


def test_of_equal_time_stamps_the_later_frame_is_shown() -> None:
    times = ClipTimes([0, 1, 1, 2], Fraction(1, 25), FrameRate(25))
    assert times.frame_at(Fraction(1, 25)) == 2


@pytest.mark.parametrize(
    ("pts", "time_base", "timecode"),
    [
        ([], Fraction(1, 25), None),
        ([0, 2, 1], Fraction(1, 25), None),
        ([0, 2**70], Fraction(1, 25), None),
        ([0, 0.5], Fraction(1, 25), None),
        ([0], Fraction(0), None),
        ([0], Fraction(1, 25), "01:00:00;00"),
        ([0], Fraction(1, 25), "soon"),
    ],
)
def test_refuses_impossible_times(pts: list[int], time_base: Fraction, timecode: str) -> None:
    with pytest.raises(BadInput):
        ClipTimes(pts, time_base, FrameRate(25), timecode)


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("f0", 0),
        ("f37", 37),
        (" F37 ", 37),
        ("0s", 0),
        ("1.5s", 45),
        ("1s", 30),
        (".1s", 3),
        ("0.0999s", 2),
        ("00:00:01:12", 42),
        ("0:0:1:12", 42),
    ],
)
def test_reads_positions(text: str, frame: int) -> None:
    assert parse_position(text, ClipTimes.constant(100, FrameRate(30))) == frame


def test_seconds_count_from_the_first_time_stamp() -> None:
    times = ClipTimes([512, 522, 532, 552], Fraction(1, 10), FrameRate(1))
    assert [parse_position(t, times) for t in ("0.9s", "1s", "3.9s", "4s")] == [0, 1, 2, 3]


def test_an_ntsc_second_is_not_thirty_frames() -> None:
    times = ClipTimes.constant(1000, FrameRate(30000, 1001))
    assert parse_position("1s", times) == 29
    assert parse_position("1.001s", times) == 30


def test_timecode_is_the_sources_own() -> None:
    times = ClipTimes.constant(100, FrameRate(25), "01:00:00:00")
    assert parse_position("01:00:01:12", times) == 37
    assert format_position(37, times) == "01:00:01:12"
    with pytest.raises(BadInput, match=r"'00:00:01:12' lies outside .* 01:00:00:00 to 01:00:03:24"):
        parse_position("00:00:01:12", times)


def test_timecode_runs_through_midnight() -> None:
    times = ClipTimes.constant(100, FrameRate(25), "23:59:59:00")
    assert parse_position("00:00:00:05", times) == 30
    assert format_position(30, times) == "00:00:00:05"
    with pytest.raises(BadInput, match="outside"):
        parse_position("00:00:10:00", times)


def test_drop_frame_positions() -> None:
    times = ClipTimes.constant(4000, FrameRate(30000, 1001), "00:59:59;28")
    assert parse_position("01:00:00;00", times) == 2
    assert parse_position("01:00:00:00", times) == 2  # typed lazily: counts as the clip does
    assert parse_position("01:01:00;02", times) == 1802
    assert format_position(1802, times) == "01:01:00;02"
    with pytest.raises(BadInput, match="leaves this label out"):
        parse_position("01:01:00;00", times)


def test_drop_frame_must_fit_the_clip() -> None:
    counted = ClipTimes.constant(100, FrameRate(30000, 1001), "01:00:00:00")
    with pytest.raises(BadInput, match="without dropping"):
        parse_position("01:00:00;10", counted)
    bare = ClipTimes.constant(4000, FrameRate(30000, 1001))
    assert parse_position("00:01:00;02", bare) == 1800
    assert parse_position("00:01:00:00", bare) == 1800
    with pytest.raises(BadInput, match=r"no drop frame \(;\) at 25"):
        parse_position("00:00:00;10", ClipTimes.constant(100, FrameRate(25)))


@pytest.mark.parametrize("text", ["f100", "f-1", "-1s", "4s", "4.00s", "99999999s", "00:00:04:00"])
def test_a_position_outside_the_clip_names_the_clips_range(text: str) -> None:
    times = ClipTimes.constant(100, FrameRate(25))
    with pytest.raises(BadInput) as caught:
        parse_position(text, times)
    assert caught.value.message == (
        f"'{text}' lies outside the clip (f0 to f99, 00:00:00:00 to 00:00:03:24, 0s to 4.000s)."
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", "37", "f", "f1.5", "s", ".s", "1,5s", "1e3s", "nan s", "infs", "later", "1:2:3"),
        *("f" + "9" * 5000, "9" * 5000 + "s", "00:00:00:25", "00:00:60:00", "00:60:00:00"),
        *("24:00:00:00", "f٣"),
    ],
)
def test_what_is_no_time_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadInput, match="is not a time") as caught:
        parse_position(text, ClipTimes.constant(100, FrameRate(25)))
    assert "f37" in caught.value.hint


def test_ranges_are_half_open_and_clamped() -> None:
    times = ClipTimes.constant(100, FrameRate(25))
    assert parse_range(None, None, times) == (0, 100)
    assert parse_range("f10", "f20", times) == (10, 20)
    assert parse_range("1s", "100s", times) == (25, 100)
    assert parse_range(None, "f5000", times) == (0, 100)
    assert parse_range(None, "4s", times) == (0, 100)
    assert parse_range(None, "3.99s", times) == (0, 99)
    assert parse_range(None, "00:10:00:00", times) == (0, 100)
    with pytest.raises(BadInput, match="holds no frame"):
        parse_range("f20", "f20", times)
    with pytest.raises(BadInput, match="outside"):
        parse_range("f100", None, times)
    with pytest.raises(BadInput, match="outside"):
        parse_range(None, "f-3", times)


@given(rates, st.data())
def test_every_frame_reads_back_from_how_it_is_written(
    rate: FrameRate, data: st.DataObject
) -> None:
    drop = data.draw(st.booleans()) and rate.can_drop
    mark = ";" if drop else ":"
    start = data.draw(st.sampled_from([None, f"10:00:00{mark}00", f"23:59:59{mark}10"]))
    times = ClipTimes.constant(int(600 * rate.fps), rate, start)
    n = data.draw(st.integers(0, len(times) - 1))
    assert parse_position(format_position(n, times), times) == n
    assert parse_position(f"f{n}", times) == n
