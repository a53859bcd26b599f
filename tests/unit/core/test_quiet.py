"""The user's terminal belongs to the user."""

import os
import subprocess
import sys
import textwrap

import pytest

from cmet_studio.core.quiet import quiet_stderr


def test_the_descriptor_is_quiet_and_comes_back(capfd):
    with quiet_stderr():
        os.write(2, b"from deep below\n")
    os.write(2, b"from us\n")
    assert capfd.readouterr().err == "from us\n"


def test_what_was_written_shows_if_it_failed(capfd):
    def fail():
        with quiet_stderr():
            os.write(2, b"the reason\n")
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert "the reason" in capfd.readouterr().err


def test_tracking_writes_nothing_to_the_terminal():
    program = """
        import numpy as np
        from cmet_studio.face.analyse import Anchor, analyse_faces
        from cmet_studio.face.discover import discover
        from cmet_studio.face.mean_shape import landmarks_of, portrait
        landmarks_of(portrait())
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_room_opens_without_the_landmark_library():
    program = (
        "import cmet_studio.face.analyse, cmet_studio.face.discover, sys;"
        "sys.exit('mediapipe' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
