"""A folder like the npm package's, with random numbers in place of what was learned."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cmet_studio.evaluation.face_api_classifier import MANIFEST, NUMBERS, tensor_shapes

Floats = npt.NDArray[np.float32]


def write_face_api(folder: Path, seed: int = 0) -> dict[str, Floats]:
    """Write manifest and numbers, biases as floats, the rest in bytes, as the package has them.

    Returns: what a reader should find.
    """
    rng = np.random.default_rng(seed)
    tensors: dict[str, Floats] = {}
    entries: list[dict[str, Any]] = []
    content = b""
    for name, shape in tensor_shapes().items():
        entry: dict[str, Any] = {"name": name, "shape": list(shape), "dtype": "float32"}
        if name.endswith("bias"):
            values = rng.normal(0.0, 0.01, shape).astype("<f4")
            content += values.tobytes()
        else:
            fan_in = np.prod(shape[:2]) if name.endswith("depthwise_filter") else shape[-2]
            most = float(np.sqrt(2.5 / fan_in))
            packed = rng.integers(0, 256, shape, np.uint8)
            entry["quantization"] = {"dtype": "uint8", "scale": 2 * most / 255, "min": -most}
            values = (packed * (2 * most / 255) - most).astype(np.float32)
            content += packed.tobytes()
        entries.append(entry)
        tensors[name] = values
    folder.mkdir(parents=True, exist_ok=True)
    manifest = [{"weights": entries, "paths": ["face_expression_model.bin"]}]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    (folder / NUMBERS).write_bytes(content)
    return tensors
