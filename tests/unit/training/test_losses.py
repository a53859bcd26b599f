from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from cmet_studio.training.losses import contrastive, direction, focal


@pytest.fixture(scope="module")
def numbers(shared_reference: Path) -> dict[str, npt.NDArray[np.float32]]:
    with np.load(shared_reference / "parity_fixture.npz") as data:
        return {n: data[n] for n in data.files if n.startswith(("in/loss", "loss/"))}


def _leaf(array: npt.NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(array.copy()).requires_grad_()


def _gradient_error(leaf: Tensor, expected: npt.NDArray[np.float32]) -> float:
    assert leaf.grad is not None
    return float(np.abs(leaf.grad.numpy() - expected).max())


def test_focal_is_the_published_one(numbers: dict[str, npt.NDArray[np.float32]]) -> None:
    prediction = _leaf(numbers["in/loss_pred"])
    loss = focal(prediction, torch.from_numpy(numbers["in/loss_target"]))
    torch.autograd.backward(loss)
    assert abs(loss.item() - float(numbers["loss/focal"])) < 1e-5
    assert _gradient_error(prediction, numbers["loss/focal_grad"]) < 1e-6


def test_direction_is_the_published_one(numbers: dict[str, npt.NDArray[np.float32]]) -> None:
    a, b = _leaf(numbers["in/loss_pred"]), _leaf(numbers["in/loss_pred_flip"])
    loss = direction(a, b)
    torch.autograd.backward(loss)
    assert abs(loss.item() - float(numbers["loss/dir"])) < 1e-5
    assert _gradient_error(a, numbers["loss/dir_grad_a"]) < 1e-6
    assert _gradient_error(b, numbers["loss/dir_grad_b"]) < 1e-6


def test_contrastive_is_the_published_one(numbers: dict[str, npt.NDArray[np.float32]]) -> None:
    a, b = _leaf(numbers["in/loss_vis"]), _leaf(numbers["in/loss_aud"])
    labels = torch.from_numpy(numbers["in/loss_label"].astype(np.int64))
    loss = contrastive(a, b, labels)
    torch.autograd.backward(loss)
    assert abs(loss.item() - float(numbers["loss/cnt"])) < 1e-5
    assert _gradient_error(a, numbers["loss/cnt_grad_vis"]) < 1e-6
    assert _gradient_error(b, numbers["loss/cnt_grad_aud"]) < 1e-6
    distinct = contrastive(a, b, torch.arange(8))
    assert abs(distinct.item() - float(numbers["loss/cnt_distinct"])) < 1e-5


def test_opposite_changes_cost_nothing() -> None:
    change = torch.randn(4, 6, generator=torch.Generator().manual_seed(0))
    assert direction(change, -2.0 * change).item() < 1e-9
    assert direction(change, change).item() == pytest.approx(4.0)


def test_contrastive_falls_when_partners_agree() -> None:
    torch.manual_seed(0)
    a = torch.randn(6, 16)
    labels = torch.arange(6)
    assert contrastive(a, a, labels) < contrastive(a, torch.randn(6, 16), labels)
