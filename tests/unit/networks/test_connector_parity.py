"""The connector and a train step against numbers of the published code (parity_fixture.md)."""

import json
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from cmet_studio.networks.connector import Connector, ConnectorOutput
from cmet_studio.training.losses import contrastive_both_ways, direction, focal

Fixture = dict[str, npt.NDArray[np.float32]]


@pytest.fixture(scope="module")
def numbers(shared_reference: Path) -> Fixture:
    wanted = ("con/", "in/", "train/", "check/connector")
    with np.load(shared_reference / "parity_fixture.npz") as data:
        return {name: data[name] for name in data.files if name.startswith(wanted)}


def _value(key: str, kept: Tensor) -> Tensor:
    """Weight rule of parity_fixture.md, section 1, for the connector."""
    if key.endswith((".pe", ".num_batches_tracked")):
        return kept
    seed = zlib.crc32(key.encode())
    z = np.random.default_rng(seed).standard_normal(tuple(kept.shape), dtype=np.float32)
    if key.endswith((".running_mean", "bias")):
        z = np.float32(0.1) * z
    elif key.endswith(".running_var"):
        z = 1 + np.float32(0.2) * abs(z)
    elif key.endswith("weight") and kept.ndim == 1:
        z = 1 + np.float32(0.1) * z
    elif key.endswith(".modality.weight"):
        z = np.float32(0.5) * z
    else:
        gain = 2.0 if kept.ndim == 3 else 1.0
        z = np.float32(np.sqrt(gain / np.prod(kept.shape[1:]))) * z
    return torch.from_numpy(np.asarray(z, dtype=np.float32))


def _filled() -> Connector:
    connector = Connector(10)
    state = {key: _value(key, tensor) for key, tensor in connector.state_dict().items()}
    connector.load_state_dict(state)
    return connector


def test_keys_shapes_and_types_are_the_published_ones(shared_reference: Path) -> None:
    published = json.loads((shared_reference / "state_dict_shapes.json").read_text())["connector"]
    own = {
        key: [list(tensor.shape), str(tensor.dtype).removeprefix("torch.")]
        for key, tensor in Connector(10).state_dict().items()
    }
    assert list(own) == list(published)
    assert own == published


def test_three_windows_in_a_row(numbers: Fixture) -> None:
    connector = _filled().eval()
    sums = [(t.double().sum(), t.double().square().sum()) for t in connector.state_dict().values()]
    scale = np.maximum(1.0, abs(numbers["check/connector"]))
    assert np.abs((np.array(sums) - numbers["check/connector"]) / scale).max() < 1e-6

    delta, rows = np.zeros((5, 10), np.float32), []
    for w in range(3):
        delta = connector.step(delta, numbers["con/e2v"], numbers["in/neu"][5 * w : 5 * w + 5])
        rows.append(delta)
    predicted = np.concatenate(rows)
    assert np.abs(predicted - numbers["con/dir"]).max() < 5e-5
    assert np.abs(numbers["in/neu"] + predicted - numbers["con/edited"]).max() < 5e-5


@pytest.mark.parametrize(("window", "suffix"), [(0, ""), (1, "_w1")])
def test_tokens_and_transformer(numbers: Fixture, window: int, suffix: str) -> None:
    connector = _filled().eval()
    before = np.zeros((5, 10), np.float32) if window == 0 else numbers["con/dir"][:5]
    v = numbers["in/neu"][5 * window : 5 * window + 5]
    with torch.inference_mode():
        out = connector(
            torch.from_numpy(before)[None],
            torch.from_numpy(numbers["con/e2v"])[None, None],
            torch.from_numpy(v)[None],
        )
        tokens = connector.fusion_transformer_encoder(out.reference, out.audio, out.expression)
    assert np.abs(out.reference.numpy() - numbers[f"con/tok_ref{suffix}"]).max() < 5e-5
    assert np.abs(tokens.numpy() - numbers[f"con/te{suffix}"]).max() < 5e-5
    if window == 0:
        assert np.abs(out.audio.numpy() - numbers["con/tok_audio"]).max() < 5e-5
        assert np.abs(out.expression.numpy() - numbers["con/tok_exp"]).max() < 5e-5


def test_a_train_step(numbers: Fixture) -> None:
    connector = _filled().train()
    for module in connector.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if isinstance(module, nn.MultiheadAttention):
            module.dropout = 0.0
    given = {name: torch.from_numpy(numbers[f"in/tr_{name}"]) for name in
             ("e2v", "ref", "neu", "emo", "dir", "label")}  # fmt: skip
    there: ConnectorOutput = connector(given["ref"], given["e2v"], given["neu"])
    back: ConnectorOutput = connector(-given["ref"], -given["e2v"], given["emo"])
    rec = focal(there.delta, given["dir"]) + focal(back.delta, -given["dir"])
    ways = contrastive_both_ways(
        there.expression, there.audio, back.expression, back.audio, given["label"]
    )
    opposite = direction(there.delta.flatten(0, 1), back.delta.flatten(0, 1))
    contrastive = (ways[0] + ways[1]) / 2
    total = rec + 0.1 * contrastive + 0.05 * opposite
    torch.autograd.backward(total)

    losses = torch.stack([rec, *ways, contrastive, opposite, total]).detach().numpy()
    assert np.abs(losses - numbers["train/losses"]).max() < 1e-5
    assert np.abs(there.delta.detach().flatten(0, 1).numpy() - numbers["train/out"]).max() < 5e-5
    assert (
        np.abs(back.delta.detach().flatten(0, 1).numpy() - numbers["train/out_flip"]).max() < 5e-5
    )
    named = dict(connector.named_parameters())
    assert list(named) == numbers["train/param_names"].tolist()
    norms = [float(p.grad.norm()) for p in named.values() if p.grad is not None]
    assert np.abs(np.array(norms) - numbers["train/grad_norms"]).max() < 2e-3
    state = connector.state_dict()
    norm = "exp_encoder.12.conv_block.1."
    mean, var = state[norm + "running_mean"], state[norm + "running_var"]
    assert np.abs(mean.numpy() - numbers["train/exp_bn12_mean"]).max() < 5e-5
    assert np.abs(var.numpy() - numbers["train/exp_bn12_var"]).max() < 5e-5
    assert int(state[norm + "num_batches_tracked"]) == int(numbers["train/bn_batches"])
