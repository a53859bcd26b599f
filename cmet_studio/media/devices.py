"""Microphones and loudspeakers: which there are, and how one is chosen.

PortAudio is loaded when it is first asked for. Where its library or any device is missing,
everything but sound works, and asking says what to do.
"""

import contextlib
import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Literal

from cmet_studio.core.errors import DeviceError
from cmet_studio.core.quiet import quiet_stderr

Direction = Literal["input", "output"]

_INSTALL = (
    "Install PortAudio (Debian: sudo apt-get install libportaudio2; macOS: brew install portaudio)."
)
_PLUG_IN = {
    "input": "Plug a microphone in and allow this program to use it, or import a recording.",
    "output": "Plug headphones in; until then the picture plays without sound.",
}


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone or loudspeaker as PortAudio knows it.

    Attributes:
        index: PortAudio's number; it changes when something is plugged in.
        name: for people, as the system calls it.
        host: the sound system it belongs to (ALSA, Core Audio, WASAPI, ...).
        channels: how many it has in this direction.
        rate_hz: what it runs at by itself.
        default: whether the system would choose it.
    """

    index: int
    name: str
    host: str
    direction: Direction
    channels: int
    rate_hz: float
    default: bool

    @property
    def key(self) -> str:
        """A name for settings that outlives replugging: ``host: name``."""
        return f"{self.host}: {self.name}"


def portaudio() -> ModuleType:
    """The sounddevice module.

    Raises: DeviceError where PortAudio's library is missing or does not start.
    """
    try:
        with quiet_stderr():  # sound systems that are not there complain about it
            _silence_alsa()
            import sounddevice
    except OSError as error:
        raise DeviceError("The sound library PortAudio is not installed.", _INSTALL) from error
    module: ModuleType = sounddevice
    return module


def input_devices() -> list[Device]:
    """Microphones and line inputs, the default first. Empty where there are none.

    Raises: DeviceError where PortAudio is missing.
    """
    return _devices("input")


def output_devices() -> list[Device]:
    """Loudspeakers and headphones, the default first. Empty where there are none.

    Raises: DeviceError where PortAudio is missing.
    """
    return _devices("output")


def find_device(direction: Direction, wanted: int | str | None = None) -> Device:
    """One device: by PortAudio's number, ``Device.key``, name or a part of it, or the default.

    Raises: DeviceError if there is none such.
    """
    there = _devices(direction)
    noun = "microphone" if direction == "input" else "loudspeaker"
    if not there:
        raise DeviceError(f"This computer shows no {noun}.", _PLUG_IN[direction])
    if wanted is None:
        return there[0]
    text = str(wanted)
    for test in (
        lambda d: text.isdecimal() and d.index == int(text),
        lambda d: d.key == text,
        lambda d: d.name == text,
        lambda d: text.casefold() in d.key.casefold(),
    ):
        for device in there:
            if test(device):
                return device
    listed = ", ".join(f"{d.index} ({d.name})" for d in there)
    raise DeviceError(f"There is no {noun} '{wanted}'.", f"There are: {listed}.")


def refresh() -> None:
    """Look for devices again; they are listed once, when PortAudio starts.

    Does nothing while a stream of ours is open: it would be torn down.
    """
    library = portaudio()
    with _streams_lock:
        if _open_streams:
            return
        with quiet_stderr():  # one that does not start is told when devices are asked for
            with contextlib.suppress(library.PortAudioError):
                library._terminate()  # noqa: SLF001 - the only way PortAudio offers
            with contextlib.suppress(library.PortAudioError):
                library._initialize()  # noqa: SLF001


@contextlib.contextmanager
def device_errors(device: Device) -> Iterator[None]:
    """Turn PortAudio's errors in the block into sentences about ``device``."""
    library = portaudio()
    try:
        with quiet_stderr():  # PortAudio prints the failed expression as well
            yield
    except (library.PortAudioError, ValueError) as error:
        raise DeviceError(
            f"The {_noun(device)} '{device.name}' refuses ({_reason(error)}).",
            "Close other programs that use it, check the system's sound and privacy settings, "
            "or choose another with 'cmet-studio audio devices'.",
        ) from error


def open_stream(device: Device, make: Callable[[], Any]) -> Any:
    """Have a stream made; while it is open, ``refresh`` leaves PortAudio alone.

    Raises: DeviceError if the device refuses.
    """
    with device_errors(device), _streams_lock:
        stream = make()
        _open_streams.add(id(stream))
    return stream


def close_stream(stream: Any) -> None:
    """Close a stream, whatever became of its device."""
    library = portaudio()
    with _streams_lock:  # ``refresh`` waits until it is closed
        with contextlib.suppress(library.PortAudioError), quiet_stderr():
            stream.abort(ignore_errors=True)
        with contextlib.suppress(library.PortAudioError), quiet_stderr():
            stream.close(ignore_errors=True)
        _open_streams.discard(id(stream))


_open_streams: set[int] = set()
_streams_lock = threading.Lock()


def _noun(device: Device) -> str:
    return "microphone" if device.direction == "input" else "loudspeaker"


def _reason(error: Exception) -> str:
    text = str(error.args[0]) if error.args else str(error)
    return text.removeprefix("Error opening InputStream: ").removeprefix(
        "Error opening OutputStream: "
    )


def _devices(direction: Direction) -> list[Device]:
    library = portaudio()
    try:
        with _streams_lock:
            hosts = [host["name"] for host in library.query_hostapis()]
            chosen = library.default.device[0 if direction == "input" else 1]
            listed = list(library.query_devices())
    except library.PortAudioError as error:
        raise DeviceError(
            f"The computer's sound system does not answer ({_reason(error)}).",
            "Check the system's sound settings; without it the picture plays without sound.",
        ) from error
    found = [
        Device(
            index=index,
            name=str(entry["name"]),
            host=str(hosts[entry["hostapi"]]),
            direction=direction,
            channels=int(entry[f"max_{direction}_channels"]),
            rate_hz=float(entry["default_samplerate"]),
            default=index == chosen,
        )
        for index, entry in enumerate(listed)
        if entry[f"max_{direction}_channels"] > 0
    ]
    return sorted(found, key=lambda device: (not device.default, device.index))


@cache
def _silence_alsa() -> object:
    """Keep ALSA's library from writing its every probe to the terminal."""
    if not sys.platform.startswith("linux"):
        return None
    kind = ctypes.CFUNCTYPE(
        None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
    )
    nothing = kind(lambda *_: None)
    try:
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(nothing)
    except (OSError, AttributeError):
        return None
    return nothing  # kept by the cache: ALSA holds the pointer
