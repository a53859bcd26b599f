"""Sound for tests that need something like a voice in a file."""

import wave
from pathlib import Path

import numpy as np


def speech_like(seconds: float, seed: int = 0) -> np.ndarray:
    """A buzzing voice in syllables, 16 kHz: speech detectors take it for speech."""
    rate = 16000
    at = np.arange(round(seconds * rate)) / rate
    rng = np.random.default_rng(seed)
    pitch = 120 + 20 * np.sin(2 * np.pi * (0.7 + 0.1 * seed) * at)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    buzz = sum(np.sin(n * phase) / n**0.7 for n in range(1, 28))
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * at), 0, 1) ** 0.5
    sound = buzz * syllables * 0.12 + rng.normal(0, 0.0008, len(at))
    return sound.astype(np.float32)


def write_wav(path: Path, samples: np.ndarray, rate: int = 16000) -> Path:
    """A 16-bit mono file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path
