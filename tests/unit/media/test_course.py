import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.media.course import Course

times = st.floats(-10.0, 1000.0).map(lambda s: round(s, 6))
speeds = st.sampled_from([0.5, 1.0, 2.0, 4.0, 8.0, -1.0, -2.0, -8.0])


@given(times, speeds, times, st.floats(0.0, 2000.0))
def test_playing_goes_straight_to_its_end_and_stays(start, speed, stop, elapsed):
    course = Course(start, speed, stop)
    at = course.at(elapsed)
    if (stop - start) * speed <= 0:
        assert at == start
        assert course.length_s == 0.0
    elif elapsed < course.length_s:
        assert at == pytest.approx(start + speed * elapsed)
    else:
        assert at == stop


@given(st.floats(0.0, 50.0), speeds, st.floats(0.1, 20.0), st.floats(0.0, 500.0))
def test_a_loop_stays_inside(first, speed, length, elapsed):
    low, high = first, first + length
    begin, end = (low, high) if speed > 0 else (high, low)
    course = Course(begin, speed, end, begin)
    assert course.loops
    assert course.length_s is None
    assert low - 1e-6 <= course.at(elapsed) <= high + 1e-6
    round_s = length / abs(speed)
    assert course.at(elapsed + round_s) == pytest.approx(course.at(elapsed), abs=1e-6) or (
        course.at(elapsed) == pytest.approx(begin, abs=1e-3)
        or course.at(elapsed) == pytest.approx(end, abs=1e-3)
    )


def test_legs_are_what_is_played():
    course = Course(5.0, 1.0, 8.0, 2.0)
    assert list(itertools.islice(course.legs(), 3)) == [(5.0, 8.0), (2.0, 8.0), (2.0, 8.0)]
    assert list(Course(5.0).legs()) == [(5.0, None)]
    assert list(Course(5.0, -2.0).legs()) == [(5.0, 0.0)]
    assert list(Course(5.0, 1.0, 4.0).legs()) == []
    assert course.at(3.5) == pytest.approx(2.5)


@pytest.mark.parametrize("words", [(0.0, 0.0), (float("nan"), 1.0), (0.0, float("inf"))])
def test_nonsense_is_refused(words):
    with pytest.raises(ValueError, match="not a way"):
        Course(*words)
