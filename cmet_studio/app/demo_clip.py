"""A talking-face clip that the project makes itself, for the demo and the benches.

The portrait is matplotlib's sample picture of Grace Hopper (United States Navy, public domain).
Our own mesh model moves its lips to a voice made by espeak-ng or, without it, by a few lines of
formant synthesis here.
"""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import NoFace
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.time import FrameRate

if TYPE_CHECKING:
    from cmet_studio.engine.protocol import FaceModel
    from cmet_studio.face.types import Face
    from cmet_studio.media.picture import Picture

_AUDIO_HZ = 16_000
_LINE = (
    "A ship in port is safe, but that is not what ships are built for. "
    "Sail out to sea and do new things."
)
Samples = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]


def make_demo_clip(path: Path, token: CancelToken = NEVER, report: Report = silent) -> None:
    """Write eight seconds of a talking portrait with sound, 25 frames/s, H.264 and AAC.

    The camera drifts a little, the lips follow the voice, the eyes blink.
    """
    _make(path, FrameRate(25), 8.0, None, token, report)


def make_bench_clip(path: Path, token: CancelToken = NEVER, report: Report = silent) -> None:
    """Write three seconds of the same at 1280x720 and 30 frames/s, with film grain.

    The portrait stands on a soft enlargement of itself, its face about 220 pixels wide.
    """
    _make(path, FrameRate(30), 3.0, (1280, 720), token, report)


def _make(
    path: Path,
    rate: FrameRate,
    seconds: float,
    canvas: tuple[int, int] | None,
    token: CancelToken,
    report: Report,
) -> None:
    from cmet_studio.media.synth import make_clip

    voice = speak(_LINE, path.parent, seconds=seconds)
    pictures = _talking(voice, rate, canvas, token, report)
    make_clip(path, pictures, rate, audio=voice, audio_rate=_AUDIO_HZ)


def speak(
    text: str, folder: Path, seconds: float | None = None, pitch: int = 50, speed: int = 150
) -> Samples:
    """Speech of ``text`` at 16 kHz, mono float32 in [-1, 1], cut or padded to ``seconds``.

    Args:
        folder: a place for a moment's file.
        pitch: espeak-ng's 0..99.
        speed: words per minute.
    """
    sound = _spoken(text, folder, pitch, speed)
    if sound is None:
        sound = _babble(len(text) / 14.0, pitch, speed)
    if seconds is None:
        return sound
    fitted: Samples = np.zeros(int(seconds * _AUDIO_HZ), np.float32)
    start = int(0.3 * _AUDIO_HZ)
    count = min(len(sound), len(fitted) - start)
    fitted[start : start + count] = sound[:count]
    return fitted


def _spoken(text: str, folder: Path, pitch: int, speed: int) -> Samples | None:
    """What espeak-ng makes of a text; None where it is not there or does not work."""
    from cmet_studio.media.audio import read_audio

    if not shutil.which("espeak-ng"):
        return None
    with TemporaryDirectory(prefix=".voice-", dir=folder) as place:
        wav = Path(place) / "voice.wav"
        how = ["-v", "en-us", "-p", str(pitch), "-s", str(speed), "-w", str(wav)]
        done = subprocess.run(["espeak-ng", *how, text], check=False, capture_output=True)
        return read_audio(wav, rate=_AUDIO_HZ) if done.returncode == 0 else None


def _babble(seconds: float, pitch: int, speed: int) -> Samples:
    """Vowels without words: a glottal pulse train through three moving formants."""
    n = int(seconds * _AUDIO_HZ)
    t = np.arange(n) / _AUDIO_HZ
    f0 = 90 + 1.2 * pitch + 12 * np.sin(2 * np.pi * 0.7 * t)
    phase = np.cumsum(f0) / _AUDIO_HZ
    syllables = speed / 150 * 4.0
    out = np.zeros(n)
    vowel = 0.5 + 0.5 * np.sin(2 * np.pi * 0.37 * syllables * t)
    formants = (300 + 500 * vowel, 2200 - 900 * vowel, 2700 + 0 * vowel)
    for harmonic in range(1, 28):
        at = harmonic * f0
        gain = sum(
            g / (1 + ((at - f) / w) ** 2)
            for f, w, g in zip(formants, (90, 120, 180), (1.0, 0.5, 0.25), strict=True)
        )
        out += gain / harmonic**0.5 * np.sin(2 * np.pi * harmonic * phase)
    out *= np.clip(np.sin(2 * np.pi * syllables / 2 * t), 0, 1) ** 0.5
    voice: Samples = (0.4 * out / np.abs(out).max()).astype(np.float32)
    return voice


def _talking(
    voice: Samples,
    rate: FrameRate,
    canvas: tuple[int, int] | None,
    token: CancelToken,
    report: Report,
) -> Iterator[Rgb]:
    """The portrait, frame by frame, with moving lips, lids and a drifting camera."""
    from cmet_studio.engine.device import one_thread_per_worker
    from cmet_studio.engine.registry import make_face_model
    from cmet_studio.media.planes import with_patch

    one_thread_per_worker()
    portrait = _portrait()
    model = make_face_model("mesh")
    face, expression = _face_of(portrait, model)
    units = {name: i for i, name in enumerate(model.info.units)}
    fps = float(rate.fps)
    frames = int(len(voice) * fps / _AUDIO_HZ)
    opening = _opening(voice, frames)
    stage = None if canvas is None else _Stage(portrait, canvas)
    for n in range(frames):
        token.check()
        delta = np.zeros(len(units), np.float32)
        delta[units["AU25"]] = 0.55 * opening[n]
        delta[units["AU26"]] = 0.45 * opening[n]
        blink = max(0.0, 1.0 - abs((n % 71) - 35) / 3.0)
        for side in "LR":
            delta[units[f"AU43{side}"]] = blink
            delta[units[f"AU1{side}"]] = 0.15 * opening[max(0, n - 3)]
        picture = _as_picture(portrait, n)
        patch = model.render(picture, face, expression, delta)
        if patch is not None:
            picture = with_patch(picture, patch.origins, patch.planes, patch.changed)
        report("making the demo clip", n + 1, frames)
        moved = _camera(np.dstack(picture.planes), n / fps)
        yield moved if stage is None else stage.with_portrait(moved, n)


def _portrait() -> Rgb:
    from matplotlib.cbook import get_sample_data
    from matplotlib.image import imread

    portrait: Rgb = imread(get_sample_data("grace_hopper.jpg", asfileobj=False), format="jpg")
    return np.ascontiguousarray(portrait)


def _as_picture(rgb: Rgb, index: int) -> "Picture":
    from cmet_studio.media.picture import Picture, PixelLayout

    layout = PixelLayout("gbrp", True, 8, 0, 0, True, "bt709")
    planes = tuple(np.ascontiguousarray(rgb[:, :, c]) for c in range(3))
    return Picture(index, index, Fraction(1, 25), planes, layout)


@dataclass(frozen=True, slots=True)
class _Still:
    """A clip of one picture, for the face finder."""

    picture: "Picture"

    def __len__(self) -> int:
        return 1

    def read(self, index: int) -> "Picture":
        return self.picture


def _face_of(portrait: Rgb, model: "FaceModel") -> "tuple[Face, npt.NDArray[np.float32]]":
    from cmet_studio.face.analyse import Anchor, analyse_faces
    from cmet_studio.face.discover import discover

    still = _Still(_as_picture(portrait, 0))
    first = discover(still)[0]
    (track,) = analyse_faces([still.picture], 1, [Anchor(first.frame, first.box)])
    face = track.face(0)
    if face is None:
        raise NoFace("The demo portrait's face was not found.", "Reinstall matplotlib.")
    return face, model.encode(track)[0]


def _opening(voice: Samples, frames: int) -> npt.NDArray[np.float32]:
    """How wide the mouth stands in each frame, 0..1, from the loudness of the voice."""
    per_frame = len(voice) // frames
    blocks = voice[: frames * per_frame].reshape(frames, per_frame)
    loudness = np.sqrt((blocks**2).mean(axis=1))
    smooth = np.convolve(np.pad(loudness, 2, mode="edge"), [0.1, 0.2, 0.4, 0.2, 0.1], "valid")
    opening: npt.NDArray[np.float32] = np.clip(smooth / (smooth.max() + 1e-6), 0, 1)
    return opening.astype(np.float32) ** np.float32(0.7)


def _camera(rgb: Rgb, seconds: float) -> Rgb:
    """A hand-held drift and a slow push in, so that the clip is a shot and not a still."""
    import cv2

    height, width = rgb.shape[0] // 2 * 2, rgb.shape[1] // 2 * 2
    zoom = 1.02 + 0.03 * seconds / 8
    dx, dy = 3.0 * np.sin(0.9 * seconds), 2.0 * np.sin(1.3 * seconds + 1)
    angle = 0.8 * np.sin(0.6 * seconds)
    turn = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), zoom))
    turn = turn + np.array([[0, 0, dx], [0, 0, dy]])
    moved = cv2.warpAffine(
        rgb, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.uint8)


class _Stage:
    """A wider picture around the portrait, with grain, so that an encoder has real work."""

    def __init__(self, portrait: Rgb, canvas: tuple[int, int]) -> None:
        import cv2

        self._width, self._height = canvas
        wide = cv2.resize(portrait, canvas, interpolation=cv2.INTER_CUBIC)
        self._back: Rgb = np.asarray(cv2.GaussianBlur(wide, (0, 0), 18), np.uint8)
        grain = np.random.default_rng(0).normal(0, 1.5, (8, self._height, self._width, 1))
        self._grain = grain.astype(np.float32)

    def with_portrait(self, portrait: Rgb, n: int) -> Rgb:
        import cv2

        width = portrait.shape[1] * self._height // portrait.shape[0]
        scaled = cv2.resize(portrait, (width, self._height), interpolation=cv2.INTER_CUBIC)
        picture = self._back.copy()
        left = (self._width - width) // 2
        picture[:, left : left + width] = scaled
        noisy: Rgb = np.clip(picture + self._grain[n % 8], 0, 255).astype(np.uint8)
        return noisy
