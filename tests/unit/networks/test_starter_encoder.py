"""The starter encoder's map and file."""

import contextlib
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from cmet_studio.core.errors import EngineError
from cmet_studio.core.paths import model_file
from cmet_studio.networks.checkpoint import load_checkpoint
from cmet_studio.networks.starter_encoder import (
    REACH,
    StarterConfig,
    StarterEncoder,
    load_starter_encoder,
    voice_statistics,
)
from cmet_studio.networks.weights import save_safetensors

SIZE = len(voice_statistics(np.zeros(1600, np.float32)))


def made(seed: int = 0) -> StarterEncoder:
    generator = torch.Generator().manual_seed(seed)
    encoder = StarterEncoder(StarterConfig(SIZE, 3, {"happy": 8.0}))
    state = {
        name: torch.randn(value.shape, generator=generator)
        for name, value in encoder.state_dict().items()
    }
    state["scale"] = state["scale"].abs() + 1.0
    encoder.load_state_dict({name: value.half().float() for name, value in state.items()})
    return encoder


def metadata() -> dict[str, object]:
    return {"measurements": SIZE, "rank": 3, "typical": {"happy": 8.0}, "response": 0.5}


def test_what_every_take_carries_cancels_in_a_difference() -> None:
    encoder = made()
    takes = torch.randn(4, SIZE)
    offset = 0.5 * torch.randn(SIZE)
    plain = encoder(takes[:2]).mean(0) - encoder(takes[2:]).mean(0)
    moved = encoder(takes[:2] + offset).mean(0) - encoder(takes[2:] + offset).mean(0)
    torch.testing.assert_close(plain, moved, atol=1e-3, rtol=1e-4)


def test_missing_and_wild_measurements_do_no_harm() -> None:
    encoder = made()
    plain = encoder.centre.clone()
    missing = plain.clone()
    missing[3] = torch.nan
    torch.testing.assert_close(encoder(missing[None]), encoder(plain[None]))
    wild, far = plain.clone(), plain.clone()
    wild[3], far[3] = 1e9, plain[3] + REACH * encoder.scale[3]
    torch.testing.assert_close(encoder(wild[None]), encoder(far[None]))


def test_the_file_holds_the_encoder(tmp_path: Path) -> None:
    path = tmp_path / "starter.safetensors"
    save_safetensors(path, made().state_dict(), metadata())
    read = load_starter_encoder(path)
    wave = np.sin(np.arange(8000) * 0.08).astype(np.float32)
    np.testing.assert_array_equal(read.embed(wave), made().embed(wave))
    assert read.config.typical == {"happy": 8.0}
    assert read.fingerprint() == made().fingerprint() != made(1).fingerprint()


@pytest.mark.parametrize(
    "wrong",
    [
        {"measurements": SIZE + 1},
        {"rank": 4},
        {"rank": 10**9},
        {"typical": 3},
        {"typical": {"happy": "loud"}},
        {"typical": {"happy": 0.0}},
        {"response": -1.0},
        {"measurements": None},
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    path = tmp_path / "starter.safetensors"
    save_safetensors(path, made().state_dict(), metadata() | wrong)
    with pytest.raises(EngineError, match=r"starter\.safetensors"):
        load_starter_encoder(path)


def test_the_shipped_encoder_is_small_and_loads() -> None:
    path = model_file("starter_encoder.safetensors")
    assert path.stat().st_size < 4_000_000
    assert load_starter_encoder(path).config.measurements == SIZE


def test_checkpoints_are_unwrapped_and_hold_only_tensors(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save({"model": {"a": torch.ones(2), "b": 3}, "epoch": 1}, path)
    assert set(load_checkpoint(path)) == {"a"}
    torch.save({"a": torch.ones(2)}, path, _use_new_zipfile_serialization=False)
    torch.testing.assert_close(load_checkpoint(path)["a"], torch.ones(2))


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"\x80\x02}q\x00."])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    with pytest.raises(EngineError, match=r"model\.pt"):
        load_checkpoint(path)
    with pytest.raises(EngineError, match="missing"):
        load_checkpoint(tmp_path / "none.pt")


def test_a_checkpoint_bent_anywhere_is_an_error_of_ours(tmp_path: Path) -> None:
    """torch raises nearly anything over bytes that are nearly a checkpoint."""
    bent = random.Random(1)
    path = tmp_path / "bent.pt"
    torch.save({"a": torch.ones(3)}, path, _use_new_zipfile_serialization=False)
    whole = path.read_bytes()
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(bent.randint(1, 6)):
            data[bent.randrange(len(data))] = bent.randrange(256)
        path.write_bytes(data)
        with contextlib.suppress(EngineError):
            load_checkpoint(path)
