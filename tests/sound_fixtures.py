"""A microphone and a loudspeaker without a sound card: PulseAudio's null sink, started by the test.

It is paced and exact. What is played into the sink ``mic`` is heard by the default microphone; the
default loudspeaker is that same sink, so that a test can record what was played, or ``speaker``.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_SYSTEM = "/usr/share/alsa/alsa.conf"
_ASOUNDRC = "pcm.!default { type pulse }\nctl.!default { type pulse }\n"


class Pulse:
    """A sound server of our own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "asoundrc").write_text(_ASOUNDRC)
        self.environment = {
            "PULSE_SERVER": f"unix:{folder / 'socket'}",
            "ALSA_CONFIG_PATH": f"{_SYSTEM}:{folder / 'asoundrc'}",
        }
        private = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_RUNTIME_PATH": str(folder),
        }
        self._server = subprocess.Popen(
            [
                "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=false",
                "--disable-shm=yes", "--log-target=stderr", "--log-level=error",
                f"--load=module-native-protocol-unix socket={folder / 'socket'} auth-anonymous=1",
                "--load=module-null-sink sink_name=mic rate=48000",
                "--load=module-null-sink sink_name=speaker rate=48000",
                "--load=module-remap-source source_name=microphone master=mic.monitor",
            ],
            env=private,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 20
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > until:
                self.close()
                pytest.skip("pulseaudio does not start here")
            time.sleep(0.05)
        self.control("set-default-source", "microphone")
        self.control("set-default-sink", "mic")

    def control(self, *words: str) -> str:
        """Run pactl; returns what it says."""
        done = subprocess.run(
            ["pactl", *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def play(self, wav: Path, sink: str = "mic") -> "subprocess.Popen[bytes]":
        """Begin to play a file into a sink."""
        return subprocess.Popen(
            ["paplay", f"--device={sink}", str(wav)], env={**os.environ, **self.environment}
        )

    def unplug(self) -> None:
        """Take the microphone away: module and sink."""
        for line in self.control("list", "short", "modules").splitlines():
            number, name, *_ = line.split("\t")
            if "null-sink" in name or "remap-source" in name:
                subprocess.run(
                    ["pactl", "unload-module", number],
                    env={**os.environ, **self.environment},
                    capture_output=True,
                    check=False,
                )

    def python(self, script: str, *words: str) -> "subprocess.Popen[str]":
        """Run a script in a process of its own that knows only these devices."""
        return subprocess.Popen(
            [sys.executable, "-c", script, *words],
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """Stop the server."""
        self._server.terminate()
        self._server.wait(10)

    def _answers(self) -> bool:
        done = subprocess.run(
            ["pactl", "info"],
            env={**os.environ, **self.environment},
            capture_output=True,
            check=False,
        )
        return done.returncode == 0


@pytest.fixture(scope="module")
def pulse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulse]:
    """A sound server; PortAudio in this process sees its devices while the module's tests run."""
    if shutil.which("pulseaudio") is None or shutil.which("pactl") is None:
        pytest.skip("pulseaudio is not installed")
    from cmet_studio.core.errors import DeviceError
    from cmet_studio.media import devices

    server = Pulse(tmp_path_factory.mktemp("pa"))
    patch = pytest.MonkeyPatch()
    for name, value in server.environment.items():
        patch.setenv(name, value)
    try:
        devices.refresh()
        if not devices.input_devices():
            pytest.skip("ALSA has no pulse plugin here (libasound2-plugins)")
        yield server
    except DeviceError as error:
        pytest.skip(error.message)
    finally:
        patch.undo()
        server.close()
        # ALSA keeps its configuration until it is told to read it anew.
        ctypes.CDLL("libasound.so.2").snd_config_update_free_global()
        devices.refresh()
