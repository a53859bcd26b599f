"""The shipped starter encoder, and leaning on presets."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from cmet_studio.core.errors import BadInput, Cancelled
from cmet_studio.core.progress import CancelToken
from cmet_studio.speech.encoders import make_encoder
from cmet_studio.speech.starter import StarterSpeechEncoder, typical_length
from cmet_studio.speech.starter_lean import STRONGEST, WEAKEST, lean, speech_strength

Floats = npt.NDArray[np.float32]


def takes(shared_data: Path, emotion: str, speaker: str = "M003", count: int = 6) -> list[Floats]:
    paths = sorted((shared_data / "speech" / "mead" / emotion).glob(f"{speaker}_*.flac"))[:count]
    return [soundfile.read(path, dtype="float32")[0] for path in paths]


@pytest.fixture(scope="module")
def starter() -> StarterSpeechEncoder:
    return StarterSpeechEncoder()


def test_it_gives_finite_numbers_for_any_sound(starter: StarterSpeechEncoder) -> None:
    rng = np.random.default_rng(0)
    waves = [
        np.zeros(8000, np.float32),
        rng.normal(0.0, 0.1, 1600).astype(np.float32),
        np.sin(np.arange(16000) * 0.1).astype(np.float32),
        np.ones(9000, np.float32),
    ]
    found = starter.embed(waves)
    assert found.shape == (4, 1024)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert starter.embed([]).shape == (0, 1024)
    with pytest.raises(BadInput):
        starter.embed([np.zeros(100, np.float32)])


def test_a_take_does_not_depend_on_the_others(
    starter: StarterSpeechEncoder, shared_data: Path
) -> None:
    waves = takes(shared_data, "happy", count=3)
    together = starter.embed(waves)
    for wave, row in zip(waves, together, strict=True):
        np.testing.assert_array_equal(starter.embed([wave])[0], row)
    np.testing.assert_array_equal(starter.embed(waves[::-1])[::-1], together)
    np.testing.assert_array_equal(make_encoder("starter").embed(waves), together)


def test_level_and_silence_around_do_not_matter(
    starter: StarterSpeechEncoder, shared_data: Path
) -> None:
    wave = takes(shared_data, "happy", count=1)[0]
    plain = starter.embed([wave])[0]
    spread = np.linalg.norm(plain - starter.embed([takes(shared_data, "neutral", count=1)[0]])[0])
    louder = starter.embed([wave * np.float32(2.0)])[0]
    assert np.linalg.norm(louder - plain) < 0.1 * spread
    quiet = np.random.default_rng(0).normal(0.0, 1e-5, 16000).astype(np.float32)
    padded = np.concatenate([quiet, wave, quiet])
    assert np.linalg.norm(starter.embed([padded])[0] - plain) < 0.35 * spread


def test_it_can_be_stopped(starter: StarterSpeechEncoder) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        starter.embed([np.zeros(8000, np.float32)], token)


def test_it_knows_the_speakers_it_learned_from(
    starter: StarterSpeechEncoder, shared_data: Path
) -> None:
    """No measure of quality (the card has those): only that weights and network belong together."""
    presets = np.load(shared_data / "speech" / "emotion2vec_plus_large.npz")
    neutral = starter.embed(takes(shared_data, "neutral"))
    emotions = ("angry", "happy", "sad", "fear")

    def real(emotion: str) -> Floats:
        keys = [k for k in presets if k.startswith(f"mead/{emotion}/M003")]
        vector: Floats = np.mean([presets[k] for k in keys], axis=0)
        return vector

    right = 0
    for emotion in emotions:
        vector = starter.embed(takes(shared_data, emotion)).mean(axis=0) - neutral.mean(axis=0)
        near = {e: vector @ (d := real(e) - real("neutral")) / np.linalg.norm(d) for e in emotions}
        right += max(near, key=lambda e: near[e]) == emotion
    assert right >= 3


def test_louder_acting_is_stronger(starter: StarterSpeechEncoder, shared_data: Path) -> None:
    neutral = starter.embed(takes(shared_data, "neutral", count=12))
    angry = starter.embed(takes(shared_data, "angry"))
    rest = neutral[6:].mean(axis=0)
    full = angry.mean(axis=0) - rest
    half = np.concatenate([angry[:3], neutral[:3]]).mean(axis=0) - rest
    none = neutral[:6].mean(axis=0) - rest
    preset = np.full(1024, 0.3)
    strong, middle, weak = (speech_strength("angry", v, preset) for v in (full, half, none))
    assert strong > middle >= weak == WEAKEST


def test_leaning_takes_the_kind_from_the_preset_and_the_strength_from_the_speech() -> None:
    preset = np.random.default_rng(0).normal(0.0, 0.3, 1024).astype(np.float32)
    direction = np.roll(preset, 7) / np.linalg.norm(preset)
    for wanted in (0.7, 1.0, 1.2):
        vector = direction * typical_length("happy", 12.0) * wanted
        leant, note = lean("happy", vector, preset)
        np.testing.assert_allclose(leant, preset * wanted, rtol=1e-4)
        assert leant.dtype == np.float32
        assert "happy" in note
        assert f"{wanted:.2f}" in note
    assert speech_strength("happy", direction * 1e3, preset) == STRONGEST
    assert speech_strength("happy", direction * 0.0, preset) == WEAKEST


def test_a_preset_nobody_acted_goes_by_its_own_length() -> None:
    assert typical_length("romantic", 8.0) == pytest.approx(2.0 * typical_length("romantic", 4.0))
    assert typical_length("happy", 8.0) == typical_length("happy", 4.0) > 1.0


def test_the_neutral_preset_stays_zero() -> None:
    leant, _ = lean("neutral", np.ones(1024), np.zeros(1024))
    assert not leant.any()
