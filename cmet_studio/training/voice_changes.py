"""Making other speakers, microphones and rooms out of recorded ones.

A change is drawn once per speaker and version and then applied to all takes of that speaker, the
neutral ones too: what it adds to all of them is what an encoder must learn to ignore.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

Doubles = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

RATE = 16000
_EQ_HZ = (0.0, 200.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
_EQ_TAPS = 512
_HISS = (1.0, 0.6, 0.3)  # a little darker than white


@dataclass(frozen=True, slots=True, eq=False)
class VoiceChange:
    """One other voice in another place.

    Attributes:
        speed: factor on pitch, formants and tempo together: a larger or smaller speaker.
        colour: (512,) filter of the microphone.
        snr_db: of the speaker's mean level over a constant noise.
        echo_s: how long the room rings; 0 is none.
        echo: amplitude of the ringing.
    """

    speed: float
    colour: Doubles
    snr_db: float
    echo_s: float
    echo: float


def draw_change(rng: np.random.Generator) -> VoiceChange:
    """Draw another voice in another place."""
    speed = float(np.exp(rng.uniform(-0.16, 0.16)))
    steps = np.cumsum(rng.normal(0.0, 2.5, len(_EQ_HZ)))
    hertz = np.linspace(0.0, RATE / 2, _EQ_TAPS // 2 + 1)
    gain_db = np.interp(hertz, _EQ_HZ, steps)
    taps = np.fft.irfft(10.0 ** ((gain_db - gain_db.mean()) / 20.0))
    colour = np.roll(taps, _EQ_TAPS // 2) * np.hanning(_EQ_TAPS)
    rings = rng.random() < 0.4
    return VoiceChange(
        speed=speed,
        colour=colour,
        snr_db=float(rng.uniform(8.0, 45.0)),
        echo_s=float(rng.uniform(0.05, 0.5)) if rings else 0.0,
        echo=float(rng.uniform(0.05, 0.4)),
    )


def apply_change(
    wave: Floats, change: VoiceChange, level_db: float, rng: np.random.Generator
) -> Floats:
    """Let a take sound as if said by that voice in that place.

    Args:
        wave: (n,) at 16 kHz.
        level_db: mean level of the speaker's takes, which the noise is set against.
        rng: for the noise and the room.
    Returns: (about n / speed,).
    """
    samples: Doubles = soxr.resample(wave.astype(np.float64), RATE, RATE / change.speed)
    if change.echo_s:
        samples = _convolve(samples, _room(change, rng))[: len(samples)]
    delay = _EQ_TAPS // 2 - 1
    samples = _convolve(samples, change.colour)[delay : delay + len(samples)]
    hiss = np.convolve(rng.normal(0.0, 1.0, len(samples)), _HISS, "same")
    samples = samples + hiss / hiss.std() * 10.0 ** ((level_db - change.snr_db) / 20.0)
    return samples.astype(np.float32)


def _room(change: VoiceChange, rng: np.random.Generator) -> Doubles:
    """Impulse response: the direct sound and exponentially dying noise."""
    count = int(change.echo_s * RATE)
    tail = rng.normal(0.0, 1.0, count) * 10.0 ** (-3.0 * np.arange(count) / count)
    response: Doubles = change.echo * tail / np.sqrt((tail**2).sum())
    response[0] += 1.0
    return response


def _convolve(samples: Doubles, kernel: Doubles) -> Doubles:
    size = len(samples) + len(kernel) - 1
    fast = 1 << (size - 1).bit_length()
    product = np.fft.rfft(samples, fast) * np.fft.rfft(kernel, fast)
    return np.fft.irfft(product, fast)[:size]
