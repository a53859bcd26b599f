"""Fitting the starter encoder, on voices whose answer is known."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
import torch

from cmet_studio.core.errors import BadInput, Cancelled
from cmet_studio.core.progress import CancelToken
from cmet_studio.emotion.corpus import Corpus
from cmet_studio.speech.corpus import Recording, find_recordings
from cmet_studio.training.starter_encoder import (
    EMOTIONS,
    FitSettings,
    Measured,
    class_vectors,
    fit,
    train_starter_encoder,
    typical_lengths,
)
from cmet_studio.training.voice_changes import apply_change, draw_change

Doubles = npt.NDArray[np.float64]
SIZE = 24
TAKES = 8


def world(speakers: int = 6, spread: float = 0.3) -> tuple[Measured, Corpus]:
    """Speakers with offsets of their own who all act each emotion along one direction."""
    rng = np.random.default_rng(5)
    ways = {e: rng.normal(0.0, 1.5, SIZE) * (e != "neutral") for e in EMOTIONS}
    centres = {e: rng.normal(0.0, 0.4, 1024) for e in EMOTIONS}
    recordings, rows = [], []
    takes: dict[tuple[str, str], npt.NDArray[np.float32]] = {}
    for number in range(speakers):
        paired = number < 2
        speaker = f"{'mead' if paired else 'emodb'}:{number:02d}"
        offset = rng.normal(0.0, 3.0, SIZE)
        for emotion in EMOTIONS:
            for take in range(TAKES):
                name = Path(f"{number:02d}_{take}")
                key = f"{speaker[:4]}/{emotion}/{name}"
                recordings.append(Recording(name, key, speaker, emotion))
                rows.append(offset + ways[emotion] + rng.normal(0.0, spread, SIZE))
            if paired:
                heard = centres[emotion] + rng.normal(0.0, 0.05, (TAKES, 1024))
                takes[speaker.partition(":")[2], emotion] = heard.astype(np.float32)
    values = np.stack([rows, rows + rng.normal(0.0, 0.1, (len(rows), SIZE))])
    return Measured(recordings, values), Corpus(takes)


def named(measured: Measured, corpus: Corpus, speaker: str) -> list[bool]:
    others = [s for s in measured.speakers if s != speaker]
    encoder = fit(measured, corpus, others, FitSettings())
    with torch.no_grad():
        heard = encoder(torch.tensor(measured.values[0], dtype=torch.float32)).numpy()
    neutral = heard[measured.of(speaker, "neutral")].mean(axis=0)
    vectors = class_vectors(corpus)
    right = []
    for emotion in EMOTIONS:
        vector = heard[measured.of(speaker, emotion)].mean(axis=0) - neutral
        away = {e: float(np.linalg.norm(vector - v)) for e, v in vectors.items()}
        right.append(min(away, key=lambda e: away[e]) == emotion)
    return right


def test_a_stranger_is_understood_whatever_their_voice_adds() -> None:
    measured, corpus = world()
    assert all(named(measured, corpus, "emodb:04"))


def test_neutral_speech_lands_on_the_neutral_embedding() -> None:
    measured, corpus = world()
    encoder = fit(measured, corpus, measured.speakers, FitSettings())
    neutral = [i for i, r in enumerate(measured.recordings) if r.emotion == "neutral"]
    with torch.no_grad():
        heard = encoder(torch.tensor(measured.values[0, neutral], dtype=torch.float32))
    wanted = np.mean([corpus.of(s, "neutral").mean(axis=0) for s in corpus.speakers], axis=0)
    assert np.linalg.norm(heard.numpy().mean(axis=0) - wanted) < 0.5


def test_whom_is_left_out_has_no_say() -> None:
    measured, corpus = world()
    others = [s for s in measured.speakers if s != "emodb:05"]
    plain = fit(measured, corpus, others, FitSettings())
    values = measured.values.copy()
    values[:, [i for i, r in enumerate(measured.recordings) if r.speaker == "emodb:05"]] = 1e3
    other = fit(Measured(measured.recordings, values), corpus, others, FitSettings())
    for name, tensor in plain.state_dict().items():
        torch.testing.assert_close(other.state_dict()[name], tensor)


def test_what_was_not_measured_is_left_out_of_the_fit() -> None:
    measured, corpus = world()
    values = measured.values.copy()
    values[:, ::7, 3] = np.nan
    encoder = fit(Measured(measured.recordings, values), corpus, measured.speakers, FitSettings())
    assert all(torch.isfinite(t).all() for t in encoder.state_dict().values())
    strengths = typical_lengths(measured, dict.fromkeys(measured.speakers, encoder))
    assert set(strengths) == set(EMOTIONS) - {"neutral"}
    assert min(strengths.values()) > 1.0


def test_an_emotion_without_embeddings_is_named() -> None:
    measured, corpus = world()
    rest = Corpus({key: rows for key, rows in corpus.takes.items() if key[1] != "sad"})
    with pytest.raises(BadInput, match="sad"):
        fit(measured, rest, measured.speakers, FitSettings())


def test_single_takes_are_too_few() -> None:
    measured, corpus = world()
    one = [i for i, r in enumerate(measured.recordings) if r.path.name.endswith("_0")]
    thin = Measured([measured.recordings[i] for i in one], measured.values[:, one])
    with pytest.raises(BadInput, match="two takes"):
        fit(thin, corpus, thin.speakers, FitSettings())


def speak(path: Path, pitch: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    time = np.arange(9600) / 16000
    phase = np.cumsum(pitch * (1.0 + 0.1 * np.sin(9.0 * time + seed))) / 16000
    wave = 0.2 * (2.0 * (phase % 1.0) - 1.0) * (0.6 + 0.4 * np.sin(20.0 * time))
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, wave + rng.normal(0.0, 1e-3, len(time)), 16000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two paired speakers, one with labels only, one without neutral speech."""
    root = tmp_path_factory.mktemp("speech")
    embeddings = {}
    rng = np.random.default_rng(2)
    for at, emotion in enumerate(EMOTIONS):
        for take in range(2):
            for number, speaker in enumerate(("M1", "W2")):
                key = f"mead/{emotion}/{speaker}_{take}"
                speak(root / f"{key}.wav", 100.0 + 80.0 * number + 9.0 * at, at * 10 + take)
                embeddings[key] = rng.normal(at, 1.0, 1024).astype(np.float32)
            if emotion != "surprised":
                speak(root / f"emodb/{emotion}/07a{take}.wav", 150.0 + 9.0 * at, at + take)
        speak(root / f"synthetic/{emotion}/x_0.wav" if at == 0 else root / "notes/a/b.wav", 99.0, 1)
    np.savez(root / "embeddings.npz", **embeddings)
    return root


def test_recordings_are_found_with_their_speakers(folder: Path, tmp_path: Path) -> None:
    found = find_recordings(folder)
    assert sorted({r.speaker for r in found}) == ["emodb:07", "mead:M1", "mead:W2"]
    assert [r.key for r in found] == sorted(r.key for r in found)
    with pytest.raises(BadInput, match="no labelled recordings"):
        find_recordings(tmp_path)


def test_the_same_seed_gives_the_same_file(folder: Path, tmp_path: Path) -> None:
    settings = FitSettings(voices=1)
    files = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        out = tmp_path / f"{name}.safetensors"
        train_starter_encoder(
            folder, folder / "embeddings.npz", out, tmp_path / name, settings, seed
        )
        files.append(out.read_bytes())
    assert files[0] == files[1] != files[2]
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == [
        "without_emodb_07.safetensors",
        "without_mead_M1.safetensors",
        "without_mead_W2.safetensors",
    ]


def test_training_can_be_stopped_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    out = tmp_path / "out.safetensors"
    with pytest.raises(Cancelled):
        train_starter_encoder(folder, folder / "embeddings.npz", out, token=token)
    assert not list(tmp_path.iterdir())


def test_a_voice_change_is_a_speaker_not_a_take() -> None:
    change = draw_change(np.random.default_rng(3))
    wave = np.sin(np.arange(16000) * 0.1).astype(np.float32)
    one = apply_change(wave, change, -9.0, np.random.default_rng(0))
    same = apply_change(wave, change, -9.0, np.random.default_rng(0))
    np.testing.assert_array_equal(one, same)
    assert len(one) == pytest.approx(len(wave) / change.speed, abs=2)
    assert np.isfinite(one).all()
    assert one.dtype == np.float32
