"""Synthetic media for tests: clips made on demand, every frame marked with its number."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from cmet_studio.domain.time import FrameRate
from cmet_studio.media.orientation import Orientation
from cmet_studio.media.picture import Picture
from cmet_studio.media.synth import PLAIN, ClipStyle, make_clip

Rgb = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float32]
MakeMedia = Callable[..., Path]

PAL = FrameRate(25)

BITS = 8
BLOCK = 8
"""A frame's number stands in its top left corner: eight blocks of 8x8 pixels, highest bit first,
white for one."""

TURNED_RIGHT = Orientation(True, True, False)
UNEVEN = (0, 40, 55, 90, 200, 210, 260, 300, 390, 400, 500, 600, 610, 620, 700, 720, 760, 800, 990)
"""Time stamps in milliseconds of a clip with a variable frame rate."""


def numbered_pictures(count: int, size: tuple[int, int], seed: int = 0) -> Iterator[Rgb]:
    """Moving gradients with grain; ``size`` is (width, height), at least 64 wide."""
    width, height = size
    rng = np.random.default_rng(seed)
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    grain = rng.integers(-6, 7, (height, width, 3))
    for n in range(count):
        red = 128 + 90 * np.sin((across + 3 * n) / 17.0)
        green = 128 + 90 * np.sin((down + 2 * n) / 13.0)
        blue = 128 + 90 * np.sin((across + down - n) / 23.0)
        rgb = np.clip(np.dstack([red, green, blue]) + grain, 0, 255).astype(np.uint8)
        for bit in range(BITS):
            on = n >> (BITS - 1 - bit) & 1
            rgb[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 235 if on else 20
        yield rgb


def number_in(rgb: Rgb) -> int:
    """The number written into a picture."""
    number = 0
    for bit in range(BITS):
        block = rgb[2 : BLOCK - 2, bit * BLOCK + 2 : (bit + 1) * BLOCK - 2]
        number = number << 1 | int(block.mean() > 128)
    return number


def tone(seconds: float, rate: int = 48000, hz: float = 440.0) -> Samples:
    """A sine, 0.3 loud."""
    time_s = np.arange(round(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)


def same_planes(a: Picture, b: Picture) -> bool:
    """Whether two pictures hold the same samples."""
    pairs = zip(a.planes, b.planes, strict=True)
    return all(p.dtype == q.dtype and np.array_equal(p, q) for p, q in pairs)


def sound_packets(path: Path, track: int = 0) -> list[tuple[Fraction, Fraction, bytes]]:
    """(time stamp, duration, bytes) of every packet of a sound stream, in seconds."""
    with av.open(str(path)) as container:
        return [
            (p.pts * p.time_base, (p.duration or 0) * p.time_base, bytes(p))
            for p in container.demux(container.streams.audio[track])
            if p.size
        ]


@pytest.fixture(scope="session")
def make_media(tmp_path_factory: pytest.TempPathFactory) -> MakeMedia:
    """Make a clip once a session: ``make_media(name, style, rate, frames, size, sound_hz)``.

    ``name`` tells clips apart and its suffix chooses the container; ``sound_hz`` None makes it
    silent.
    """
    folder = tmp_path_factory.mktemp("media")
    made: dict[str, tuple[object, ...]] = {}

    def make(
        name: str,
        style: ClipStyle = PLAIN,
        rate: FrameRate = PAL,
        frames: int = 30,
        size: tuple[int, int] = (96, 64),
        sound_hz: float | None = 440.0,
    ) -> Path:
        wanted = (style, rate, frames, size, sound_hz)
        path = folder / name
        if name in made:
            assert made[name] == wanted, f"two different clips are called {name}"
            return path
        seconds = float(frames / rate.fps)
        sound = None if sound_hz is None else tone(seconds, hz=sound_hz)
        make_clip(path, numbered_pictures(frames, size), rate, sound, style=style)
        made[name] = wanted
        return path

    return make


@pytest.fixture(scope="session")
def numbered_clip(make_media: MakeMedia) -> Path:
    """48 frames, 25 per second, 160x96, B-frames and several key frames, AAC."""
    style = ClipStyle(options={"crf": "16", "g": "12", "bf": "2", "preset": "fast"})
    return make_media("numbered.mp4", style, frames=48, size=(160, 96))


@pytest.fixture(scope="session")
def vfr_clip(make_media: MakeMedia) -> Path:
    """Variable frame rate: time stamps ``UNEVEN``."""
    style = ClipStyle(pts=UNEVEN, time_base=Fraction(1, 1000))
    return make_media("uneven.mp4", style, frames=len(UNEVEN))


@pytest.fixture(scope="session")
def rotated_clip(make_media: MakeMedia) -> Path:
    """Stored on its side, displayed upright: 64x96."""
    return make_media("turned.mp4", ClipStyle(orientation=TURNED_RIGHT), size=(64, 96))


@pytest.fixture(scope="session")
def ten_bit_clip(make_media: MakeMedia) -> Path:
    """H.264, 4:2:2, 10 bit, in mov."""
    return make_media("deep.mov", ClipStyle(pix_fmt="yuv422p10le"))


@pytest.fixture(scope="session")
def drop_frame_clip(make_media: MakeMedia) -> Path:
    """29.97 frames per second, drop-frame timecode just before the minute, reel name."""
    style = ClipStyle(timecode="00:59:59;20", reel="A001")
    return make_media("dropping.mov", style, rate=FrameRate(30000, 1001))
