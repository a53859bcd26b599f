"""Timecode labels, SMPTE ST 12-1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.time import FrameRate, frames_to_timecode, timecode_to_frames

NTSC = FrameRate(30000, 1001)
NTSC_60 = FrameRate(60000, 1001)


@pytest.mark.parametrize(
    ("rate", "frame", "label"),
    [
        (NTSC, 0, "00:00:00;00"),
        (NTSC, 1799, "00:00:59;29"),
        (NTSC, 1800, "00:01:00;02"),
        (NTSC, 17981, "00:09:59;29"),
        (NTSC, 17982, "00:10:00;00"),
        (NTSC, 107892, "01:00:00;00"),
        (NTSC, 2589407, "23:59:59;29"),
        (NTSC, 2589408, "00:00:00;00"),
        (NTSC_60, 3599, "00:00:59;59"),
        (NTSC_60, 3600, "00:01:00;04"),
        (NTSC_60, 35964, "00:10:00;00"),
    ],
)
def test_known_drop_frame_labels(rate: FrameRate, frame: int, label: str) -> None:
    assert frames_to_timecode(frame, rate, drop=True) == label
    assert timecode_to_frames(label, rate) == frame % (24 * 6 * (17982 if rate == NTSC else 35964))


@pytest.mark.parametrize("rate", [NTSC, NTSC_60])
def test_drop_frame_counts_a_whole_day(rate: FrameRate) -> None:
    """Every label of the day in order: built by ticking a clock, independently of the formula."""
    dropped = rate.nominal // 15
    frame = 0
    for minute in range(24 * 60):
        first = dropped if minute % 10 else 0
        last = 60 * rate.nominal - 1
        # Within a minute labels run on, so its two ends and the neighbours of them tell all.
        for at in (first, first + 1, last - 1, last):
            seconds, frames = divmod(at, rate.nominal)
            label = f"{minute // 60:02d}:{minute % 60:02d}:{seconds:02d};{frames:02d}"
            count = frame + at - first
            assert frames_to_timecode(count, rate, drop=True) == label
            assert timecode_to_frames(label, rate) == count
        frame += last + 1 - first
    assert frames_to_timecode(frame, rate, drop=True) == "00:00:00;00"


@given(st.sampled_from([NTSC, NTSC_60]), st.data())
def test_drop_frame_round_trips(rate: FrameRate, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 144 * (17982 if rate == NTSC else 35964) - 1))
    assert timecode_to_frames(frames_to_timecode(n, rate, drop=True), rate) == n


@given(st.integers(1, 240), st.data())
def test_any_whole_rate_round_trips(fps: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 24 * 3600 * fps - 1))
    assert (
        timecode_to_frames(frames_to_timecode(n, FrameRate(fps), drop=False), FrameRate(fps)) == n
    )


def test_fractional_rates_count_their_nominal_frames() -> None:
    assert timecode_to_frames("01:00:00:00", FrameRate(24000, 1001)) == 86400
    assert timecode_to_frames("01:00:00:00", NTSC) == 108000
    assert frames_to_timecode(119, FrameRate(120), drop=False) == "00:00:00:119"


def test_labels_that_do_not_exist() -> None:
    for label in ("00:01:00;00", "00:01:00;01", "23:59:00;01"):
        with pytest.raises(BadInput, match="leaves this label out"):
            timecode_to_frames(label, NTSC)
    assert timecode_to_frames("00:10:00;00", NTSC) == 17982
    with pytest.raises(BadInput, match="no drop-frame timecode at 25"):
        frames_to_timecode(1, FrameRate(25), drop=True)
    for label in ("1:2:3", "aa:00:00:00", "00:00:00.12", "00:00:00:30", "00:00:00:00 ", ""):
        with pytest.raises(BadInput, match="is not a timecode"):
            timecode_to_frames(label, NTSC)
