"""The weight rule of parity_fixture.md, section 1: any network with the published keys can fill."""

import zlib

import numpy as np
import torch
from torch import Tensor, nn


def value(module: str, key: str, kept: Tensor) -> Tensor:
    """What the rule gives ``key`` of ``module`` (generator, audio2lip, connector)."""
    if key.endswith((".kernel", ".pe", ".num_batches_tracked")):
        return kept
    rng = np.random.default_rng(zlib.crc32(key.encode()))
    z = rng.standard_normal(tuple(kept.shape), dtype=np.float32)
    tenth = np.float32(0.1)
    if key.endswith(".running_mean"):
        z = tenth * z
    elif key.endswith(".running_var"):
        z = 1 + np.float32(0.2) * abs(z)
    elif key.endswith(".modulation.bias"):
        z = 1 + tenth * z
    elif key.endswith(("bias", ".noise.weight")):
        z = tenth * z
    elif key.endswith("weight") and kept.ndim == 1:
        z = 1 + tenth * z
    elif module == "generator" and ".fineadainresblock." not in key:
        flow = key.startswith("dec.to_flows.") and key.endswith(".conv.weight")
        z = tenth * z if flow else z
    elif key.endswith(".modality.weight"):
        z = np.float32(0.5) * z
    else:
        gain = 2.0 if module != "generator" and kept.ndim == 3 else 1.0
        z = np.float32(np.sqrt(gain / np.prod(kept.shape[1:]))) * z
    return torch.from_numpy(np.asarray(z, dtype=np.float32))


def filled(network: nn.Module, module: str) -> dict[str, Tensor]:
    """Fill ``network`` and return its state dict."""
    state = {key: value(module, key, kept) for key, kept in network.state_dict().items()}
    network.load_state_dict(state)
    network.eval()
    return state
