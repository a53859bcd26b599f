"""How good a recording is: speech found, level, clipping, noise, and where to trim it.

Speech is what the WebRTC voice detector and an energy gate agree on, with short gaps bridged and a
little air kept at both ends, so that soft beginnings and releases stay in.
"""

import itertools
import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import webrtcvad

from cmet_studio.speech.suspicions import Suspicions, suspect
from cmet_studio.speech.waves import RATE as RATE

Floats = npt.NDArray[np.float32]

MIN_SPEECH_S = 0.5
"""Seconds of speech below which a take is refused."""
SHORT_SPEECH_S = 1.5
"""Seconds of speech below which a take is accepted with a warning."""

_FRAME = RATE // 50  # 20 ms, one of the detector's three lengths
_BRIDGE = 12  # frames: a pause under 0.25 s is part of speaking
_HANG = 3  # frames of air kept at both ends of a stretch
_SHORTEST = 4  # frames: shorter stretches are clicks
_SILENCE_DBFS = -65.0  # nothing below this is speech
_BELOW_LOUDEST_DB = 38.0  # nor is anything this far below the loudest speech
_CLIP = 0.985  # of the recording's own peak
_CLIP_RUN = 3  # samples in a row at the peak: not a natural crest
_FLOOR_DBFS = -120.0
_CLIPS = 2e-4
_FAINT_DBFS = -42.0


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found in a recording.

    Attributes:
        duration_s: of the recording.
        speech_s: seconds of speech.
        segments: (start_s, end_s) of each stretch of speech.
        level_dbfs: RMS level of the speech (of everything where there is none).
        peak_dbfs: highest sample.
        clipped: fraction of the samples that lie in flattened crests, 0..1.
        snr_db: speech level over the level of what lies between; None where nothing does.
        trim_s: suggested (in, out) in seconds.
        suspected: what else may be in it.
    """

    duration_s: float
    speech_s: float
    segments: tuple[tuple[float, float], ...]
    level_dbfs: float
    peak_dbfs: float
    clipped: float
    snr_db: float | None
    trim_s: tuple[float, float]
    suspected: Suspicions = field(default_factory=Suspicions)

    @property
    def silent(self) -> bool:
        """Whether nothing loud enough to be speech is in it."""
        return self.peak_dbfs < _SILENCE_DBFS + 15.0

    @property
    def usable(self) -> bool:
        """Whether there is enough speech for an embedding."""
        return self.speech_s >= MIN_SPEECH_S

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before relying on it; each one sentence."""
        found = []
        if self.usable and self.speech_s < SHORT_SPEECH_S:
            found.append(
                f"Only {math.floor(self.speech_s * 10.0) / 10.0} s of speech; "
                f"{SHORT_SPEECH_S} s or more is steadier."
            )
        if self.clipped > _CLIPS:
            found.append("The recording clips; record again at a lower level.")
        if self.noisy:
            found.append(
                f"The background is loud ({self.snr_db:.0f} dB below the speech); "
                "record closer to the microphone."
            )
        elif self.suspected.noise:
            found.append("A steady noise seems to lie under the speech; choose a quieter place.")
        if self.suspected.music:
            found.append("Music seems to play along; a dry recording is truer.")
        if self.suspected.voices:
            found.append("More than one voice seems to speak; trim it to one of them.")
        if self.level_dbfs < _FAINT_DBFS and not self.silent:
            found.append(f"The recording is faint ({self.level_dbfs:.0f} dBFS).")
        return tuple(found)

    @property
    def noisy(self) -> bool:
        """Whether the background is too loud."""
        return self.snr_db is not None and self.snr_db < 15.0


def words(quality: Quality) -> tuple[str, ...]:
    """What was found, in a few words each: the length of speech, then what is not as it should be.

    For a list beside the take; ``Quality.warnings`` says what to do about it.
    """
    if quality.silent:
        return ("silent",)
    found = [f"{quality.speech_s:.1f} s of speech" if quality.speech_s else "no speech"]
    if quality.speech_s and not quality.usable:
        found.append("too short")
    elif quality.usable and quality.speech_s < SHORT_SPEECH_S:
        found.append("short")
    if quality.clipped > _CLIPS:
        found.append("clips")
    if quality.level_dbfs < _FAINT_DBFS:
        found.append(f"faint ({quality.level_dbfs:.0f} dBFS)")
    if quality.noisy:
        found.append(f"noisy ({quality.snr_db:.0f} dB)")
    elif quality.suspected.noise:
        found.append("steady noise suspected")
    if quality.suspected.music:
        found.append("music suspected")
    if quality.suspected.voices:
        found.append("several voices suspected")
    return tuple(found) if len(found) > 1 else (*found, "good")


def examine(samples: Floats) -> Quality:
    """Judge a recording.

    Args:
        samples: (n,) mono, 16 kHz, full scale 1.
    """
    duration_s = len(samples) / RATE
    peak = float(np.abs(samples).max(initial=0.0))
    levels = _frame_levels(samples)
    speech = _speech_frames(samples, levels)
    segments = tuple(
        (start * _FRAME / RATE, min(end * _FRAME / RATE, duration_s))
        for start, end in _stretches(speech)
    )
    return Quality(
        duration_s=duration_s,
        speech_s=sum(end - start for start, end in segments),
        segments=segments,
        level_dbfs=_mean_level(levels[speech] if speech.any() else levels),
        peak_dbfs=_decibels(peak**2),
        clipped=_clipped(samples, peak),
        snr_db=_snr(levels, speech),
        trim_s=(segments[0][0], segments[-1][1]) if segments else (0.0, duration_s),
        suspected=suspect(samples) if segments else Suspicions(),
    )


def _decibels(power: float) -> float:
    return max(_FLOOR_DBFS, 10.0 * float(np.log10(max(power, 1e-12))))


def _frame_levels(samples: Floats) -> npt.NDArray[np.float64]:
    """(frames,) mean square in dBFS; the last frame is filled with zeros."""
    count = -(-len(samples) // _FRAME)
    padded = np.zeros(count * _FRAME)
    padded[: len(samples)] = samples
    power = (padded.reshape(count, _FRAME) ** 2).mean(axis=1)
    levels: npt.NDArray[np.float64] = 10.0 * np.log10(np.maximum(power, 1e-12))
    return np.maximum(levels, _FLOOR_DBFS)


def _mean_level(levels: npt.NDArray[np.float64]) -> float:
    return _decibels(float((10.0 ** (levels / 10.0)).mean())) if len(levels) else _FLOOR_DBFS


def _speech_frames(samples: Floats, levels: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """(frames,) True where there is speech."""
    if not len(levels) or levels.max() < _SILENCE_DBFS:
        return np.zeros(len(levels), dtype=bool)
    heard = _detector(samples, len(levels))
    gate = max(_SILENCE_DBFS, float(np.percentile(levels, 98.0)) - _BELOW_LOUDEST_DB)
    speech = heard & (levels > gate)
    if not speech.any() or _is_steady_noise(samples, levels, speech):
        return np.zeros(len(levels), dtype=bool)
    speech = _without_short(_bridged(speech), _SHORTEST)
    grown = speech.copy()
    for step in range(1, _HANG + 1):
        grown[step:] |= speech[:-step]
        grown[:-step] |= speech[step:]
    return grown


def _detector(samples: Floats, count: int) -> npt.NDArray[np.bool_]:
    """(count,) the voice detector's verdicts, with the level raised so that faint speech counts."""
    peak = float(np.abs(samples).max())
    raised = np.zeros(count * _FRAME)
    raised[: len(samples)] = samples * min(30.0, 0.7 / max(peak, 1e-6))
    pcm = (np.clip(raised, -1.0, 1.0) * 32767.0).astype("<i2").reshape(count, _FRAME)
    detector = webrtcvad.Vad(2)
    return np.array([detector.is_speech(frame.tobytes(), RATE) for frame in pcm], dtype=bool)


def _is_steady_noise(
    samples: Floats, levels: npt.NDArray[np.float64], speech: npt.NDArray[np.bool_]
) -> bool:
    """Whether what the detector heard is hiss: flat in the spectrum and steady in level.

    Speech moves by 10 dB and more within a sentence and its spectrum is far from flat; the
    detector alone takes loud white noise for speech.
    """
    low, high = np.percentile(levels[speech], (10.0, 90.0))
    if high - low > 5.0:
        return False
    frames = len(samples) // _FRAME
    heard = samples[: frames * _FRAME].reshape(frames, _FRAME)[speech[:frames]]
    if not len(heard):
        return False
    spectrum = (np.abs(np.fft.rfft(heard * np.hanning(_FRAME))) ** 2).mean(axis=0)[2:] + 1e-20
    flatness = float(np.exp(np.log(spectrum).mean()) / spectrum.mean())
    return flatness > 0.3


def _stretches(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _bridged(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    filled = mask.copy()
    runs = _stretches(mask)
    for (_, end), (start, _) in itertools.pairwise(runs):
        if start - end <= _BRIDGE:
            filled[end:start] = True
    return filled


def _without_short(mask: npt.NDArray[np.bool_], shortest: int) -> npt.NDArray[np.bool_]:
    kept = mask.copy()
    for start, end in _stretches(mask):
        if end - start < shortest:
            kept[start:end] = False
    return kept


def _clipped(samples: Floats, peak: float) -> float:
    """Fraction of samples in runs at the recording's own ceiling (it may clip below full scale)."""
    if peak < 0.1:
        return 0.0
    runs = _stretches(np.abs(samples) >= _CLIP * peak)
    flat = sum(end - start for start, end in runs if end - start >= _CLIP_RUN)
    # A loud low note touches its own peak for a few samples; a clipped one does so again and again.
    many = sum(end - start >= _CLIP_RUN for start, end in runs) >= 5
    return flat / len(samples) if many else 0.0


def _snr(levels: npt.NDArray[np.float64], speech: npt.NDArray[np.bool_]) -> float | None:
    if not speech.any() or (~speech).sum() < 5:
        return None
    noise = 10.0 ** (levels[~speech] / 10.0)
    signal = float((10.0 ** (levels[speech] / 10.0)).mean()) - float(noise.mean())
    return _decibels(max(signal, 1e-12)) - _mean_level(levels[~speech])
