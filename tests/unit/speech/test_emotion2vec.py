"""The real encoder's path through funasr, with a small model of the published architecture."""

import logging
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from cmet_studio.core.errors import BadInput, Cancelled, CmetError, EngineError
from cmet_studio.core.progress import CancelToken
from cmet_studio.speech import emotion2vec
from cmet_studio.speech.emotion2vec import Emotion2vecEncoder
from cmet_studio.speech.emotion2vec_config import load_model_config
from cmet_studio.speech.encoders import best_encoder, emotion2vec_folder, make_encoder


def settings() -> dict[str, Any]:
    audio = {
        "type": "AUDIO", "prenet_depth": 1, "prenet_layerdrop": 0.0, "prenet_dropout": 0.0,
        "start_drop_path_rate": 0.0, "end_drop_path_rate": 0.0, "num_extra_tokens": 2,
        "init_extra_token_zero": True, "mask_noise_std": 0.01, "mask_prob": 0.5,
        "ema_local_encoder": False, "local_grad_mult": 1.0, "use_alibi_encoder": True,
        "alibi_scale": 1.0, "learned_alibi": False, "alibi_max_pos": None,
        "learned_alibi_scale": True, "learned_alibi_scale_per_head": True,
        "learned_alibi_scale_per_layer": False, "num_alibi_heads": 4, "model_depth": 1,
        "decoder": None, "extractor_mode": "layer_norm",
        "feature_encoder_spec": "[(16, 10, 5)] + [(16, 3, 2)] * 4 + [(16,2,2)] + [(16,2,2)]",
        "conv_pos_width": 9, "conv_pos_groups": 16, "conv_pos_depth": 3, "conv_pos_pre_ln": False,
    }  # fmt: skip
    model = {
        "depth": 1, "start_drop_path_rate": 0.0, "end_drop_path_rate": 0.0, "num_heads": 4,
        "norm_eps": 1e-5, "norm_affine": True, "encoder_dropout": 0.1, "post_mlp_drop": 0.1,
        "attention_dropout": 0.1, "activation_dropout": 0.0, "dropout_input": 0.0,
        "layerdrop": 0.0, "embed_dim": 1024, "mlp_ratio": 0.25, "layer_norm_first": False,
        "average_top_k_layers": 1, "end_of_block_targets": False, "clone_batch": 1,
        "normalize": True, "loss_beta": 0.0, "loss_scale": None, "modalities": {"audio": audio},
    }  # fmt: skip
    return {"model": "Emotion2vec", "model_conf": model, "tokenizer": "CharTokenizer"}


def write_config(folder: Path, config: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder as published: configuration, wrapped and prefixed weights, tokens."""
    folder = tmp_path_factory.mktemp("emotion2vec")
    path = write_config(folder, settings())
    with emotion2vec._quiet():
        random = emotion2vec._build(load_model_config(path), "cpu").model
    generator = torch.Generator().manual_seed(3)
    state = {
        f"d2v_model.{name}": value + 0.02 * torch.randn(value.shape, generator=generator)
        for name, value in random.state_dict().items()
    }
    state["proj.weight"] = torch.zeros(9, 1024)
    torch.save({"model": state}, folder / "model.pt")
    (folder / "tokens.txt").write_text("angry\nhappy\n", encoding="utf-8")
    return folder


def waves() -> list[np.ndarray[Any, np.dtype[np.float32]]]:
    rng = np.random.default_rng(0)
    return [rng.normal(0.0, 0.1, n).astype(np.float32) for n in (8000, 12000, 20000)]


def test_a_take_gives_1024_numbers_and_a_batch_equals_single_takes(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    encoder = Emotion2vecEncoder(installed)
    together = encoder.embed(waves())
    assert together.shape == (3, 1024)
    assert together.dtype == np.float32
    alone = np.stack([encoder.embed([wave])[0] for wave in waves()])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert np.abs(together[0] - together[1]).max() > 1e-3
    assert capsys.readouterr().out == ""
    assert (root.handlers, root.level) == before


def test_half_a_minute_and_half_a_second_with_the_network_cut_off(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def cut_off(*words: object, **more: object) -> None:
        tried.append(repr(words[1:]))
        raise OSError("the network is cut off")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, cut_off)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, cut_off)
    emotion2vec._loaded.cache_clear()
    rng = np.random.default_rng(1)
    takes = [rng.normal(0.0, 0.1, n).astype(np.float32) for n in (30 * 16000, 9600, 20000)]
    told: list[int] = []
    encoder = Emotion2vecEncoder(installed)
    together = encoder.embed(takes, report=lambda _, done, total: told.append(done))
    assert together.shape == (3, 1024)
    assert told == [0, 1, 2, 3]
    alone = np.stack([encoder.embed([take])[0] for take in takes])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        encoder.embed(takes, token)
    with pytest.raises(EngineError, match="not installed"):
        Emotion2vecEncoder(installed / "nowhere")
    assert tried == []


def test_the_weights_are_read_once_and_not_for_nothing(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emotion2vec._loaded.cache_clear()
    read = []
    build = emotion2vec._build
    monkeypatch.setattr(emotion2vec, "_build", lambda *w: read.append(1) or build(*w))
    Emotion2vecEncoder(installed)
    assert read == []
    for _ in range(2):
        Emotion2vecEncoder(installed).embed(waves()[:1])
    assert read == [1]


def test_the_weights_of_the_file_are_used_and_the_version_follows_them(
    installed: Path, tmp_path: Path
) -> None:
    state = torch.load(installed / "model.pt", weights_only=True)  # noqa: TID251
    name = "d2v_model.modality_encoders.AUDIO.project_features.2.bias"
    state["model"][name] = state["model"][name] + 0.5
    write_config(tmp_path, settings())
    torch.save(state, tmp_path / "model.pt")
    first, second = Emotion2vecEncoder(installed), Emotion2vecEncoder(tmp_path)
    assert first.version != second.version
    wave = waves()[0]
    assert np.abs(first.embed([wave]) - second.embed([wave])).max() > 1e-3


def test_a_read_only_wave_is_embedded_and_a_tiny_one_refused(installed: Path) -> None:
    encoder = Emotion2vecEncoder(installed)
    wave = waves()[0]
    wave.flags.writeable = False
    assert np.isfinite(encoder.embed([wave])).all()
    with pytest.raises(BadInput):
        encoder.embed([np.zeros(100, np.float32)])


def test_not_installed_is_said_before_funasr_is_asked(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="not installed") as caught:
        Emotion2vecEncoder(tmp_path / "nowhere")
    assert "models install" in caught.value.hint
    write_config(tmp_path, settings())
    with pytest.raises(EngineError, match=r"model\.pt missing"):
        Emotion2vecEncoder(tmp_path)


def test_the_best_encoder_is_the_installed_one(installed: Path) -> None:
    assert best_encoder().name == "starter"
    folder = emotion2vec_folder()
    folder.parent.mkdir(parents=True)
    folder.symlink_to(installed, target_is_directory=True)
    assert best_encoder().name == "emotion2vec"
    with pytest.raises(BadInput, match="no speech encoder 'whisper'"):
        make_encoder("whisper")


def test_missing_weights_are_named(installed: Path, tmp_path: Path) -> None:
    state = torch.load(installed / "model.pt", weights_only=True)["model"]  # noqa: TID251
    del state["d2v_model.blocks.0.attn.qkv.weight"]
    write_config(tmp_path, settings())
    torch.save(state, tmp_path / "model.pt")
    with pytest.raises(EngineError, match=r"blocks\.0\.attn\.qkv\.weight"):
        Emotion2vecEncoder(tmp_path).load()


class _Evil:
    ran = False

    def __reduce__(self) -> Any:
        return (setattr, (_Evil, "ran", True))


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    write_config(tmp_path, settings())
    torch.save({"model": _Evil()}, tmp_path / "model.pt")
    with pytest.raises(EngineError, match="would run code"):
        Emotion2vecEncoder(tmp_path).load()
    assert not _Evil.ran


@pytest.mark.parametrize(
    "spec",
    [
        "__import__('os').system('true')",
        "[(512, 10, 5)] * 99999999",
        "[(512, 10, 5)] ** 9",
        "[(c, 1, 1) for c in range(9)]",
        "[]",
        "[(0, 10, 5)]",
    ],
)
def test_a_layer_table_is_parsed_not_run(tmp_path: Path, spec: str) -> None:
    config = settings()
    config["model_conf"]["modalities"]["audio"]["feature_encoder_spec"] = spec
    with pytest.raises(EngineError, match="layer table"):
        load_model_config(write_config(tmp_path, config))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"note": "${oc.env:HOME}"}, "more than settings"),
        ({"depth": 10**9}, "impossible"),
        ({"embed_dim": 768}, "768 numbers"),
        ({"embed_dim": "x"}, "lacks settings"),
        ({"loss_beta": float("nan")}, "more than settings"),
    ],
)
def test_hostile_settings_are_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    config = settings()
    config["model_conf"] |= change
    with pytest.raises(EngineError, match=said):
        load_model_config(write_config(tmp_path, config))


@pytest.mark.parametrize(
    "text", ["", "[", "model: Paraformer", "!!python/object/apply:os.getcwd []", "a: \x00"]
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CmetError):
        load_model_config(path)


def test_aliases_do_not_blow_up(tmp_path: Path) -> None:
    config = yaml.safe_dump(settings()).replace("model_conf:", "model_conf:\n  bomb: BOMB", 1)
    lines = ["a0: &a0 [1,1,1,1,1,1,1,1]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 8)}]" for n in range(1, 12)]
    path = tmp_path / "config.yaml"
    path.write_text("\n".join([*lines, config.replace("BOMB", "*a11")]), encoding="utf-8")
    with pytest.raises(EngineError, match="holds too much"):
        load_model_config(path)
