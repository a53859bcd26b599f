"""Run a command where the microphone hears the loudspeaker: ``loopback.py COMMAND ...``."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sound_fixtures import Pulse

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="pa-") as scratch:
        pulse = Pulse(Path(scratch))
        try:
            done = subprocess.run(
                sys.argv[1:], env={**os.environ, **pulse.environment}, check=False
            )
        finally:
            pulse.close()
    sys.exit(done.returncode)
