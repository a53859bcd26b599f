"""A second independent judge: the expression network of face-api.js, by Vincent Mühler (MIT).

Depthwise separable convolutions in four dense blocks, 324,000 weights, faces in colour; trained,
its author says, on public data sets and pictures from the web. The npm package
``@vladmandic/face-api`` carries it in the format of TensorFlow.js: a manifest in JSON (names,
shapes, how bytes become numbers) and all numbers in one file. We read those and run the network in
torch. The weights are never part of this repository: ``npm pack @vladmandic/face-api``, unpack, and
give the folder.
"""

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from cmet_studio.core.errors import BadInput
from cmet_studio.evaluation.judge import LABELS, Bytes, Floats, face_square
from cmet_studio.project_io.fingerprint import open_regular

if TYPE_CHECKING:
    import torch

MANIFEST = "face_expression_model-weights_manifest.json"
NUMBERS = "face_expression_model.bin"

_ORDER = ("neutral", "happy", "sad", "angry", "fear", "disgusted", "surprised")
_COLUMNS = [_ORDER.index(label) for label in LABELS]
_SIZE_PX = 112
_MEAN_RGB = (122.782, 117.001, 104.298)
_WIDTHS = (32, 64, 128, 256)
_PLACES = ("", "model", "package/model")  # the folder itself, or an unpacked package around it
_MANIFEST_BYTES = 1 << 18
_LARGEST = 1e3  # the real ones stay below 5
_HINT = "Give the folder of the npm package @vladmandic/face-api, unpacked anew."


class FaceApiClassifier:
    """A ``Judge``.

    Args:
        folder: the package, or its folder ``model``.

    Raises: BadInput if a file is missing, or is not this network's.
    """

    name = "face-api"

    def __init__(self, folder: Path) -> None:
        self._tensors = _read(folder)

    def crop(self, rgb: Bytes, landmarks: Floats) -> Floats:
        """See ``Judge``. Returns: (112, 112, 3) float32 RGB in 0..255."""
        return face_square(rgb, landmarks, _SIZE_PX)

    def probabilities(self, crops: Floats) -> Floats:
        """See ``Judge``."""
        import torch

        x = torch.from_numpy(
            (np.asarray(crops, np.float32) - np.array(_MEAN_RGB, np.float32)) / 255.0
        )
        with torch.no_grad():
            found = torch.softmax(self._network(x.permute(0, 3, 1, 2)), 1).numpy()
        return cast("Floats", found[:, _COLUMNS])

    def _network(self, x: "torch.Tensor") -> "torch.Tensor":
        for block in range(len(_WIDTHS)):
            x = self._block(x, f"dense{block}")
        return x.mean((2, 3)) @ self._tensors["fc/weights"] + self._tensors["fc/bias"]

    def _block(self, x: "torch.Tensor", name: str) -> "torch.Tensor":
        first = self._conv if name == "dense0" else self._separable
        total = first(x, f"{name}/conv0", 2).relu()
        total = total + self._separable(total, f"{name}/conv1", 1)
        for layer in ("conv2", "conv3"):
            total = total + self._separable(total.relu(), f"{name}/{layer}", 1)
        return total.relu()

    def _conv(self, x: "torch.Tensor", name: str, stride: int) -> "torch.Tensor":
        from torch.nn import functional

        filters = self._tensors[f"{name}/filters"].permute(3, 2, 0, 1)
        return functional.conv2d(_padded(x, stride), filters, self._tensors[f"{name}/bias"], stride)

    def _separable(self, x: "torch.Tensor", name: str, stride: int) -> "torch.Tensor":
        from torch.nn import functional

        depthwise = self._tensors[f"{name}/depthwise_filter"].permute(2, 3, 0, 1)
        pointwise = self._tensors[f"{name}/pointwise_filter"].permute(3, 2, 0, 1)
        x = functional.conv2d(_padded(x, stride), depthwise, None, stride, groups=x.shape[1])
        return functional.conv2d(x, pointwise, self._tensors[f"{name}/bias"])


def _padded(x: "torch.Tensor", stride: int) -> "torch.Tensor":
    """TensorFlow's "same" for filters of three: what is odd goes to the right and the bottom."""
    from torch.nn import functional

    side = x.shape[-1]
    missing = (-(-side // stride) - 1) * stride + 3 - side
    before, after = missing // 2, missing - missing // 2
    return functional.pad(x, (before, after, before, after))


def tensor_shapes() -> dict[str, tuple[int, ...]]:
    """Names and shapes of the network's tensors, as TensorFlow.js lays them out."""
    shapes: dict[str, tuple[int, ...]] = {}
    before = 3
    for block, width in enumerate(_WIDTHS):
        for layer in range(4):
            name = f"dense{block}/conv{layer}"
            if block == layer == 0:
                shapes[f"{name}/filters"] = (3, 3, before, width)
            else:
                shapes[f"{name}/depthwise_filter"] = (3, 3, before, 1)
                shapes[f"{name}/pointwise_filter"] = (1, 1, before, width)
            shapes[f"{name}/bias"] = (width,)
            before = width
    return shapes | {"fc/weights": (before, len(LABELS)), "fc/bias": (len(LABELS),)}


class _Packing(BaseModel):
    """Bytes b stand for b * scale + min."""

    dtype: Literal["uint8"]
    scale: float = Field(ge=-_LARGEST, le=_LARGEST)
    min: float = Field(ge=-_LARGEST, le=_LARGEST)


class _Entry(BaseModel):
    """One tensor; without packing its numbers are stored as they are, little endian."""

    name: str
    shape: list[int]
    dtype: Literal["float32"]
    quantization: _Packing | None = None

    @property
    def size(self) -> int:
        """In bytes; of a checked entry."""
        return math.prod(self.shape) * (4 if self.quantization is None else 1)

    def values(self, part: bytes) -> Floats:
        """The numbers that so many bytes stand for."""
        if self.quantization is None:
            return np.frombuffer(part, "<f4").astype(np.float32).reshape(self.shape)
        numbers = np.frombuffer(part, np.uint8) * self.quantization.scale + self.quantization.min
        return numbers.astype(np.float32).reshape(self.shape)


class _Group(BaseModel):
    """Tensors that lie in one file. Where, is not asked: it would be a stranger's path."""

    weights: list[_Entry]


def _read(folder: Path) -> "dict[str, torch.Tensor]":
    """The tensors by name; makes room for what this network is known to have, and no more."""
    import torch

    model = next((folder / p for p in _PLACES if (folder / p / MANIFEST).exists()), None)
    if model is None:
        raise BadInput(f"There is no {MANIFEST} in {folder}.", _HINT)
    entries = _entries(_content(model / MANIFEST, _MANIFEST_BYTES))
    total = sum(entry.size for entry in entries)
    content = _content(model / NUMBERS, total)
    if len(content) < total:
        raise BadInput(f"{NUMBERS} is cut off: it has {len(content)} bytes of {total}.", _HINT)
    tensors: dict[str, torch.Tensor] = {}
    start = 0
    for entry in entries:
        values = entry.values(content[start : start + entry.size])
        if not (np.abs(values) <= _LARGEST).all():  # not-a-number is not either
            raise BadInput(f"{NUMBERS} holds numbers that are no weights ({entry.name}).", _HINT)
        tensors[entry.name] = torch.from_numpy(values)
        start += entry.size
    return tensors


def _content(path: Path, most_bytes: int) -> bytes:
    try:
        with os.fdopen(open_regular(path), "rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise BadInput(f"{path.name} could not be read.", "Check the disk it lies on.") from error
    if len(content) > most_bytes:
        raise BadInput(f"{path.name} is larger than this network's.", _HINT)
    return content


def _entries(manifest: bytes) -> list[_Entry]:
    """What the manifest says, in the order of the numbers, once it is known to be this network."""
    try:
        groups = _MANIFEST.validate_json(manifest)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{MANIFEST} is not usable: {where} {first['msg']}.", _HINT) from error
    entries = [entry for group in groups for entry in group.weights]
    found = sorted((entry.name, tuple(entry.shape)) for entry in entries)
    if found != sorted(tensor_shapes().items()):
        raise BadInput(f"{MANIFEST} describes another network.", _HINT)
    return entries


_MANIFEST = TypeAdapter(list[_Group])
