import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmet_studio.media.ring import Ring


@given(st.integers(1, 40), st.lists(st.integers(0, 90), max_size=12))
def test_a_ring_holds_the_last_samples(capacity, sizes):
    ring = Ring(capacity, 2)
    everything = np.arange(2 * sum(sizes), dtype=np.float32).reshape(-1, 2)
    at = 0
    for size in sizes:
        ring.write(everything[at : at + size])
        at += size
        start = ring.oldest()
        assert start == max(0, at - capacity)
        out = np.empty((at - start, 2), np.float32)
        ring.copy_out(start, out)
        assert (out == everything[start:at]).all()
    assert ring.written == at


def test_a_ring_needs_room():
    with pytest.raises(ValueError, match="at least one"):
        Ring(0)
