"""Whether another process is still there."""

import os

import pytest

from cmet_studio.core.processes import is_alive


def test_this_process_is_alive() -> None:
    assert is_alive(os.getpid())


@pytest.mark.parametrize("number", [-1, 0, 2**31 - 1, 9_999_999_999])
def test_numbers_that_no_process_has(number: int) -> None:
    assert not is_alive(number)
