"""Music, steady noise and several voices: heard where they are, not in clean speech."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from cmet_studio.core.errors import ProjectError
from cmet_studio.domain.project import Take
from cmet_studio.speech.files import content_hash
from cmet_studio.speech.judged import take_quality
from cmet_studio.speech.quality import RATE, examine, words
from cmet_studio.speech.suspicions import Suspicions, suspect

Wave = np.ndarray[Any, np.dtype[np.float32]]


def speech(shared_data: Path, pattern: str, count: int) -> list[Wave]:
    files = sorted((shared_data / "speech").glob(f"{pattern}.flac"))[:count]
    assert len(files) == count
    return [soundfile.read(file, dtype="float32")[0] for file in files]


def chords(count: int) -> Wave:
    time = np.arange(count) / RATE
    sound = np.zeros(count)
    for n, first in enumerate(range(0, count, RATE)):
        part = slice(first, min(first + RATE, count))
        root = 220.0 * 2.0 ** ((0, 5, 7)[n % 3] / 12.0)
        for step in (0, 4, 7):
            for harmonic in range(1, 6):
                pitch = root * 2.0 ** (step / 12.0) * harmonic
                sound[part] += np.sin(2.0 * np.pi * pitch * time[part]) / harmonic
    return (sound / np.sqrt(np.mean(sound**2))).astype(np.float32)


def loudness(samples: Wave) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def test_clean_speech_is_not_suspected(shared_data: Path) -> None:
    alarms = 0
    for pattern in ("mead/happy/M003*", "mead/sad/W009*", "emodb/angry/*", "emodb/neutral/*"):
        for samples in speech(shared_data, pattern, 4):
            found = suspect(samples)
            alarms += found.music + found.noise + found.voices
    assert alarms == 0


def test_chords_under_speech_are_music(shared_data: Path) -> None:
    for samples in speech(shared_data, "mead/neutral/M003*", 3):
        played = chords(len(samples)) * np.float32(loudness(samples) * 0.4)
        assert suspect(samples + played).music
        assert "music suspected" in words(examine(samples + played))
        assert any("Music" in w for w in examine(samples + played).warnings)


def test_a_hiss_under_speech_is_steady_noise(shared_data: Path) -> None:
    for samples in speech(shared_data, "mead/neutral/W009*", 3):
        hiss = np.random.default_rng(0).normal(0.0, 0.3 * loudness(samples), len(samples))
        assert suspect(samples + hiss.astype(np.float32)).noise


def test_a_man_and_a_woman_in_turn_are_two_voices(shared_data: Path) -> None:
    men = speech(shared_data, "mead/neutral/M003*", 4)
    women = speech(shared_data, "mead/surprised/W009*", 4)
    pause = np.zeros(RATE // 4, np.float32)
    found = [suspect(np.concatenate([a, pause, b])).voices for a, b in zip(men, women, strict=True)]
    assert sum(found) >= 3


@pytest.mark.parametrize("count", [0, 1, 100, 5000])
def test_scraps_are_not_suspected(count: int) -> None:
    assert suspect(np.zeros(count, np.float32)) == Suspicions()
    noise = np.random.default_rng(0).normal(0.0, 0.1, count).astype(np.float32)
    assert not suspect(noise).music


def test_words_say_what_matters(shared_data: Path) -> None:
    (samples,) = speech(shared_data, "mead/happy/M003*", 1)
    good = words(examine(samples))
    assert good[0].endswith("s of speech")
    assert good[1:] == ("good",)
    assert words(examine(np.zeros(RATE, np.float32))) == ("silent",)
    loud = np.clip(samples * 8.0 / np.abs(samples).max(), -1.0, 1.0)
    assert "clips" in words(examine(loud))
    assert any(w.startswith("faint") for w in words(examine(samples * np.float32(0.02))))
    assert "short" in words(examine(samples[: RATE * 5 // 4]))


def test_a_take_is_judged_once(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (samples,) = speech(shared_data, "mead/happy/M003*", 1)
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, RATE)
    take = Take("t1", "a.wav", content_hash(path), len(samples) / RATE)
    first = take_quality(take, tmp_path)
    path.unlink()
    assert take_quality(take, tmp_path) == first
    assert first == examine(soundfile_read_back(samples))


def test_another_recording_in_its_place_is_not_judged_as_the_take(
    shared_data: Path, tmp_path: Path
) -> None:
    """The judgement is kept under the take's hash: it must be of that very sound, for ever."""
    (samples,) = speech(shared_data, "mead/happy/M003*", 1)
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, RATE)
    take = Take("t1", "a.wav", content_hash(path), len(samples) / RATE)
    soundfile.write(path, samples * np.float32(0.02), RATE)
    with pytest.raises(ProjectError, match="not the one that was imported"):
        take_quality(take, tmp_path)
    soundfile.write(path, samples, RATE)
    assert take_quality(take, tmp_path) == examine(soundfile_read_back(samples))


def soundfile_read_back(samples: Wave) -> Wave:
    """What 16-bit storage leaves of samples."""
    return (np.rint(samples * 32767.0) / 32768.0).astype(np.float32)
