"""Times of samples stay right although single stamps, and Python, are late."""

import time

import numpy as np
import pytest

from cmet_studio.media import sound_clock
from cmet_studio.media.sound_clock import SoundClock

RATE = 48000


class Script:
    """PortAudio's and Python's clocks, said by the test; they are 1000 s apart."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(sound_clock.time, "monotonic", lambda: self.now)

    def block(self, clock, number, heard_s, python_late_s=0.0, wobble_s=0.0):
        """Note a block that is heard at ``heard_s`` of the monotonic clock, 50 ms before that."""
        called_s = heard_s - 0.05
        self.now = called_s + python_late_s
        clock.note(number, 1000.0 + heard_s + wobble_s, 1000.0 + called_s)


@pytest.fixture
def script(monkeypatch):
    return Script(monkeypatch)


def test_late_python_and_wobbling_stamps_do_not_move_it(script):
    rng = np.random.default_rng(0)
    clock = SoundClock(RATE)
    assert not clock.running
    for n in range(64):
        late = 0.0 if n % 8 == 3 else float(rng.uniform(0, 0.04))
        script.block(clock, n * 480, 20 + n / 100, late, float(rng.uniform(-0.02, 0.02)))
    assert clock.time_of(0) == pytest.approx(20.0, abs=0.008)
    assert clock.number_at(clock.time_of(12345)) == pytest.approx(12345)


def test_after_a_pause_the_newest_counts(script):
    clock = SoundClock(RATE)
    for n in range(40):
        script.block(clock, n * 480, 5 + n / 100)
    assert clock.steady
    script.block(clock, 40 * 480, 5 + 40 / 100 + 1.5)
    assert not clock.steady
    assert clock.time_of(40 * 480) == pytest.approx(6.9, abs=1e-6)


def test_nonsense_counts_as_now(script):
    clock = SoundClock(RATE)
    script.now = 7.0
    clock.note(0, 0.0, 1000.0)
    assert clock.time_of(0) == pytest.approx(7.0)
    assert time.monotonic() == 7.0
