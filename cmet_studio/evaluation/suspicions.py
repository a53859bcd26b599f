"""How often a recording is suspected of music, noise or several voices, rightly and wrongly."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cmet_studio.core.progress import NEVER, CancelToken
from cmet_studio.media.audio import read_audio
from cmet_studio.speech.corpus import Recording, find_recordings
from cmet_studio.speech.quality import RATE
from cmet_studio.speech.suspicions import suspect

Floats = npt.NDArray[np.float32]

_TAKES = 150
_MIXED = 40
_SCALE = (0, 2, 4, 5, 7, 9, 11, 12)


def suspicion_figures(data: Path, seed: int = 0, token: CancelToken = NEVER) -> dict[str, Any]:
    """Shares of takes that are suspected: clean ones, and ones with something mixed in.

    Music is made here: chords that are held, and struck notes that fade; noise is white; the other
    voice is another speaker's take after a quarter of a second. All against real recordings.

    Returns: what -> ``share`` and ``cases``.
    Raises: BadInput if there are no recordings; MediaError; Cancelled.
    """
    rng = np.random.default_rng(seed)
    recordings = find_recordings(data)
    chosen = [recordings[i] for i in rng.permutation(len(recordings))[:_TAKES]]
    waves = []
    for recording in chosen:
        token.check()
        waves.append(read_audio(recording.path, rate=RATE))
    clean = [suspect(wave) for wave in waves]
    found = {
        "clean takes suspected of music": _share([c.music for c in clean]),
        "clean takes suspected of steady noise": _share([c.noise for c in clean]),
        "clean takes suspected of several voices": _share([c.voices for c in clean]),
    }
    some = waves[:_MIXED]
    for level in (-6, -12, -18):
        for kind in ("held chords", "struck notes"):
            token.check()
            heard = [
                suspect(_with(wave, _music(len(wave), kind == "held chords", rng), level)).music
                for wave in some
            ]
            found[f"{kind} at {level} dB heard as music"] = _share(heard)
    for level in (-10, -15, -20):
        token.check()
        noisy = [_with(w, rng.normal(0.0, 1.0, len(w)).astype(np.float32), level) for w in some]
        found[f"white noise at {level} dB heard as noise"] = _share(
            [suspect(wave).noise for wave in noisy]
        )
    found["two speakers in turn heard as two"] = _share(_turns(chosen, waves, rng, other=True))
    found["one speaker's two takes of an emotion heard as two"] = _share(
        _turns(chosen, waves, rng, other=False)
    )
    return found


def _share(hits: Sequence[bool]) -> dict[str, Any]:
    return {"share": float(np.mean(hits)) if hits else 0.0, "cases": len(hits)}


def _with(wave: Floats, other: Floats, level_db: float) -> Floats:
    """A recording with something else at a level below it."""
    gain = _loudness(wave) / max(_loudness(other), 1e-9) * 10.0 ** (level_db / 20.0)
    mixed: Floats = (wave + other * gain).astype(np.float32)
    return mixed


def _loudness(wave: Floats) -> float:
    return float(np.sqrt(np.mean(wave.astype(np.float64) ** 2)))


def _music(count: int, held: bool, rng: np.random.Generator) -> Floats:
    sound = np.zeros(count)
    at = 0
    while at < count:
        length = min(round(rng.uniform(0.8, 2.0) * RATE), count - at)
        steps = rng.choice(_SCALE, 3 if held else rng.integers(1, 4), replace=False)
        time = np.arange(length) / RATE
        fade = 1.0 if held else np.exp(-3.0 * time)
        for step in steps:
            pitch = 220.0 * 2.0 ** (step / 12.0)
            for harmonic in range(1, 7):
                phase = rng.uniform(0.0, 6.28)
                sound[at : at + length] += (
                    fade * np.sin(2.0 * np.pi * pitch * harmonic * time + phase) / harmonic
                )
        at += length if held else round(rng.uniform(0.2, 0.45) * RATE)
    return sound.astype(np.float32)


def _turns(
    recordings: Sequence[Recording],
    waves: Sequence[Floats],
    rng: np.random.Generator,
    other: bool,
) -> list[bool]:
    """Verdicts over pairs of takes: of two speakers, or of one speaker's same emotion."""
    pause = np.zeros(RATE // 4, np.float32)
    found: list[bool] = []
    for i in range(len(waves)):
        a = recordings[i]
        fit = [
            j
            for j, b in enumerate(recordings)
            if (
                b.speaker != a.speaker
                if other
                else (b.speaker, b.emotion) == (a.speaker, a.emotion)
            )
            and j != i
        ]
        if fit and len(found) < 2 * _MIXED:
            j = fit[int(rng.integers(len(fit)))]
            level = np.float32(_loudness(waves[i]) / max(_loudness(waves[j]), 1e-9))
            found.append(suspect(np.concatenate([waves[i], pause, waves[j] * level])).voices)
    return found
