"""What is measured of a voice in every 10 ms, before statistics are taken over an utterance."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmet_studio.networks.voice_pitch import HOP, RATE, blocks, cut, track_pitch

Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BANDS = 40
"""Mel bands, 60 to 7600 Hz."""
CEPSTRA = 13

_WINDOW = 400
_FFT = 512
_LOUDEST_DB = 35.0  # speech lies at most this far below the loudest frames
_ABOVE_NOISE_DB = 6.0
_FEW = 5  # frames

FREQUENCIES: Doubles = np.fft.rfftfreq(_FFT, 1.0 / RATE)
_SHAPE: Doubles = np.hanning(_WINDOW + 1)[:-1]


def _mel_bank() -> Doubles:
    """(BANDS, bins) triangles of unit area."""

    def mel(hz: float) -> float:
        return 2595.0 * float(np.log10(1.0 + hz / 700.0))

    points = 700.0 * (10.0 ** (np.linspace(mel(60.0), mel(7600.0), BANDS + 2) / 2595.0) - 1.0)
    bank = np.zeros((BANDS, len(FREQUENCIES)))
    for band in range(BANDS):
        low, top, high = points[band : band + 3]
        rise = (FREQUENCIES - low) / (top - low)
        fall = (high - FREQUENCIES) / (high - top)
        bank[band] = np.clip(np.minimum(rise, fall), 0.0, None)
    bank /= bank.sum(axis=1, keepdims=True)
    return bank


_BANK = _mel_bank()
_COSINES: Doubles = np.sqrt(2.0 / BANDS) * np.cos(
    np.pi / BANDS * (np.arange(BANDS) + 0.5)[None] * np.arange(1, CEPSTRA + 1)[:, None]
)


@dataclass(frozen=True, slots=True, eq=False)
class VoiceFrames:
    """An utterance from its first to its last speech, T frames of 10 ms.

    Attributes:
        power: (T, 257) power spectrum, 0 to 8 kHz.
        energy_db: (T,).
        mel_db: (T, BANDS).
        cepstra: (T, CEPSTRA), without the zeroth.
        semitones: (T,) pitch above 50 Hz, NaN where unvoiced.
        harmonicity_db: (T,).
        voiced: (T,) has a pitch and is speech.
        speech: (T,) is loud enough to be speech.
        harmonics_db: (V, bins) fine spectrum of the voiced frames (bins of ``voice_pitch.BIN_HZ``).
    """

    power: Doubles
    energy_db: Doubles
    mel_db: Doubles
    cepstra: Doubles
    semitones: Doubles
    harmonicity_db: Doubles
    voiced: Mask
    speech: Mask
    harmonics_db: Doubles

    @property
    def seconds(self) -> float:
        """Length from the first to the last speech."""
        return len(self.energy_db) * HOP / RATE


def voice_frames(wave: npt.NDArray[np.float32]) -> VoiceFrames:
    """Measure an utterance.

    Args:
        wave: (n,) mono, 16 kHz, full scale 1; padded if shorter than 0.1 s.
    """
    samples = np.asarray(wave, dtype=np.float64)
    samples = np.pad(samples, (0, max(0, 10 * HOP - len(samples))))
    count = len(samples) // HOP
    power = np.empty((count, len(FREQUENCIES)))
    frames = cut(samples, _WINDOW, count)
    for block in blocks(count):
        spectrum = np.abs(np.fft.rfft(frames[block] * _SHAPE, _FFT)) ** 2
        power[block] = spectrum / (_SHAPE**2).sum() / (_FFT / 2)
    energy = 10.0 * np.log10(power.sum(axis=1) + 1e-10)
    mel = 10.0 * np.log10(power @ _BANK.T + 1e-11)
    pitch = track_pitch(samples, count)
    speech = _speech(energy)
    heard = np.flatnonzero(speech)
    part = slice(int(heard[0]), int(heard[-1]) + 1)
    voiced = (pitch.voiced & speech)[part]
    return VoiceFrames(
        power=power[part],
        energy_db=energy[part],
        mel_db=mel[part],
        cepstra=mel[part] @ _COSINES.T,
        semitones=np.where(pitch.voiced, pitch.semitones, np.nan)[part],
        harmonicity_db=pitch.harmonicity_db[part],
        voiced=voiced,
        speech=speech[part],
        harmonics_db=10.0 * np.log10(pitch.power[part][voiced] + 1e-9),
    )


def _speech(energy: Doubles) -> Mask:
    """(frames,) loud enough against the loudest and the quietest of the recording."""
    loud, quiet = float(np.percentile(energy, 95.0)), float(np.percentile(energy, 5.0))
    gate = max(loud - _LOUDEST_DB, min(quiet + _ABOVE_NOISE_DB, loud - 12.0))
    speech: Mask = energy > gate
    return speech if speech.sum() >= _FEW else np.ones(len(energy), dtype=bool)
