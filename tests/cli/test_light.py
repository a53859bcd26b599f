"""The command line starts light: listing keys must not wait for torch."""

import subprocess
import sys

import pytest

_HEAVY = ("torch", "mediapipe", "funasr", "PySide6", "av", "cv2", "matplotlib", "numpy")


@pytest.mark.parametrize("module", ["cmet_studio.cli.main", "cmet_studio.app.workspace"])
def test_importing_loads_nothing_heavy(module):
    script = f"import sys, {module}\nprint([name for name in {_HEAVY} if name in sys.modules])\n"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
