"""Figures of the closed loop that need no clip."""

import numpy as np
import pytest

from cmet_studio.evaluation.closed_loop import _in_time


def test_a_mouth_that_stays_shut_keeps_no_time():
    """A correlation with noise is no figure, and JSON has no word for not-a-number."""
    shut = np.full(20, 0.001, np.float32)
    talking = np.linspace(0.0, 0.2, 20, dtype=np.float32)
    assert _in_time(shut, talking) is None
    assert _in_time(talking, talking * 2 + 0.1) == pytest.approx(1.0)
