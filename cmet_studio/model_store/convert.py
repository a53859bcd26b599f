"""From published checkpoints to safetensors, once, checked key by key."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from cmet_studio.core.errors import EngineError
from cmet_studio.model_store.installed import WEIGHTS, installed_weights
from cmet_studio.model_store.manifest import Model
from cmet_studio.networks.audio2lip import Audio2Lip
from cmet_studio.networks.connector import Connector
from cmet_studio.networks.edtalk.generator import Generator, orthogonal_bank
from cmet_studio.networks.published import load_published
from cmet_studio.networks.weights import fill, load_safetensors, require_fit, save_safetensors

_BANK = "directions.q"
_NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "generator": Generator,
    "audio2lip": Audio2Lip,
    "connector": lambda: Connector(10),
}


def convert(model: Model, published: Path, folder: Path) -> Path:
    """Read a published file and write the weights that this program uses.

    Optimisers, discriminators and command lines in the file are left behind; the generator's
    orthonormal directions are stored with it, because their signs depend on the QR routine.

    Args:
        model: of a converted kind.
        published: the checkpoint.
        folder: to write ``weights.safetensors`` into.
    Raises: EngineError naming what differs if the file is not the model's; OutputError if the
        place cannot be written to.
    """
    tensors = load_published(published, model.files[0].key)
    with torch.device("meta"):
        network = _NETWORKS[model.kind]()
    require_fit(network, tensors, published)
    metadata: dict[str, object] = {"model": model.name, "published": model.files[0].path}
    if model.kind == "connector" and isinstance(network, Connector):
        metadata["connector"] = network.describe()
        metadata["face_model"] = "edtalk"
    if model.kind == "generator":
        tensors[_BANK] = orthogonal_bank(
            tensors["direction_lipnonlip.weight"], tensors["direction_exp.weight"]
        )
    save_safetensors(folder / WEIGHTS, tensors, metadata, half=False)
    return folder / WEIGHTS


def load_generator() -> tuple[Generator, Tensor]:
    """The installed generator and its stored directions (512, 36).

    Raises: EngineError if it is not installed or damaged.
    """
    path = installed_weights("edtalk")
    tensors, _ = load_safetensors(path)
    bank = tensors.pop(_BANK, None)
    if bank is None or bank.shape != (512, 36):
        raise EngineError(
            f"The weights {path.name} of edtalk hold no directions.",
            "Run: cmet-studio models install edtalk",
        )
    generator = Generator()
    fill(generator, tensors, path)
    return generator.eval(), bank


def load_audio2lip() -> Audio2Lip:
    """The installed Audio2Lip.

    Raises: EngineError if it is not installed or damaged.
    """
    path = installed_weights("audio2lip")
    network = Audio2Lip()
    fill(network, load_safetensors(path)[0], path)
    return network.eval()
