import json
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from cmet_studio.core.errors import EngineError, OutputError
from cmet_studio.networks.connector import Connector, load_connector
from cmet_studio.networks.weights import fill, load_safetensors, save_safetensors


def _connector_file(folder: Path) -> tuple[Path, Connector]:
    connector = Connector(3, 16, 1, 2, tokeniser="linear")
    path = folder / "c.safetensors"
    save_safetensors(path, connector.state_dict(), {"connector": connector.describe()})
    return path, connector


def test_halves_on_disk_are_floats_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    count = torch.tensor([1, 2, 3])
    save_safetensors(path, {"a": torch.full((1000,), 0.1), "n": count}, {"config": {"x": [1, 2]}})
    assert path.stat().st_size < 2400
    tensors, metadata = load_safetensors(path)
    assert tensors["a"].dtype == torch.float32
    assert float((tensors["a"] - 0.1).abs().max()) < 1e-4
    assert torch.equal(tensors["n"], count)
    assert metadata == {"config": {"x": [1, 2]}}


def test_the_same_weights_make_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_safetensors(
            tmp_path / name, {"x": torch.ones(3), "y": torch.zeros(2)}, {"b": 1, "a": 2}
        )
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_connector_comes_back(tmp_path: Path) -> None:
    path, connector = _connector_file(tmp_path)
    loaded = load_connector(path)
    assert loaded.config == connector.config
    assert not loaded.training
    for name, tensor in connector.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor.half().float())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"gone\.safetensors are missing"):
        load_safetensors(tmp_path / "gone.safetensors")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path, _ = _connector_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(EngineError, match=r"c\.safetensors cannot be used"):
        load_connector(path)
    path.write_bytes(b"not weights at all")
    with pytest.raises(EngineError, match=r"c\.safetensors cannot be used"):
        load_connector(path)


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_safetensors(path, {"a": torch.tensor([1.0, float("nan")])}, {})
    with pytest.raises(EngineError, match="a holds numbers that are not finite"):
        load_safetensors(path)


def test_numbers_of_half_a_byte_are_refused(tmp_path: Path) -> None:
    head = json.dumps({"a": {"dtype": "F4", "shape": [2], "data_offsets": [0, 1]}}).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(struct.pack("<Q", len(head)) + head + b"\0")
    with pytest.raises(EngineError, match="cannot be used"):
        load_safetensors(path)


def test_a_file_without_weights_costs_no_memory_for_a_connector_it_describes(
    tmp_path: Path,
) -> None:
    """Whatever sizes the description claims, nothing is made before the file is seen to fill it."""
    path = tmp_path / "c.safetensors"
    config = {"dim": 16, "width": 16384, "layers": 64, "tokeniser": "linear"}  # over 400 GB
    save_safetensors(path, {"a": torch.ones(1)}, {"connector": config})
    with pytest.raises(EngineError, match="do not fit the network"):
        load_connector(path)


def test_keys_that_do_not_fit_are_named(tmp_path: Path) -> None:
    path, connector = _connector_file(tmp_path)
    state = dict(connector.state_dict())
    del state["Norm.weight"]
    state["Norm.bias"] = torch.zeros(3)
    state["strange"] = torch.zeros(1)
    with pytest.raises(EngineError) as caught:
        fill(connector, state, path)
    for part in ("no Norm.weight", "unknown strange", "Norm.bias is (3,), not (16,)"):
        assert part in caught.value.message


@pytest.mark.parametrize(
    "config",
    [None, 7, {"dim": 3}, {"dim": 3, "width": 10**9, "tokeniser": "linear"},
     {"dim": 3, "width": 15, "tokeniser": "linear"}, {"dim": "x", "depth": 3}],
)  # fmt: skip
def test_a_file_that_describes_no_connector_is_refused(tmp_path: Path, config: object) -> None:
    path = tmp_path / "c.safetensors"
    save_safetensors(path, {"a": torch.ones(1)}, {"connector": config})
    with pytest.raises(EngineError):
        load_connector(path)


def test_metadata_that_is_no_object_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    for text in ("[", json.dumps([1]), "[" * 100_000):
        save_file({"a": torch.ones(1)}, path, {"cmet": text})
        with pytest.raises(EngineError, match="cannot be used"):
            load_safetensors(path)


def test_a_place_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        save_safetensors(tmp_path / "no" / "w.safetensors", {"a": torch.ones(1)}, {})
    assert list(tmp_path.iterdir()) == []
