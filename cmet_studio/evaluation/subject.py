"""A connector under test, with what it was trained to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cmet_studio.core.errors import EngineError
from cmet_studio.emotion.corpus import BASIC
from cmet_studio.networks.connector import WINDOW, Connector, built_connector
from cmet_studio.networks.weights import load_safetensors

Floats = npt.NDArray[np.float32]

CLASSES = tuple(name for name in BASIC if name != "contempt")
"""The seven that are told apart; contempt is reported on its own."""
SETTLED = 3
"""Windows after which a delta is looked at: the reference is the connector's own by then."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A connector and the expression space it was trained for.

    Attributes:
        units: d names.
        rest: (d,) the neutral expression.
        prototypes: emotion -> (d,) change from neutral.
        mouth: (d,) bool, units that open the mouth.
    """

    connector: Connector
    units: tuple[str, ...]
    rest: Floats
    prototypes: Mapping[str, Floats]
    mouth: npt.NDArray[np.bool_]

    def delta(self, speech: Floats, face: Floats | None = None, windows: int = SETTLED) -> Floats:
        """Deltas of several semantic vectors, each fed its own predictions.

        Args:
            speech: (n, 1024).
            face: (windows, 5, d) what the face shows; its resting expression if None.
            windows: how many to go through.
        Returns: (n, windows, 5, d).
        """
        n, d = len(speech), len(self.units)
        s = torch.from_numpy(np.array(speech, dtype=np.float32))[:, None]
        still = np.broadcast_to(self.rest, (windows, WINDOW, d)) if face is None else face
        shown = torch.from_numpy(np.array(still, dtype=np.float32))
        ref = torch.zeros(n, WINDOW, d)
        out = []
        with torch.inference_mode():
            for w in range(windows):
                ref = self.connector(ref, s, shown[w].expand(n, -1, -1)).delta
                out.append(ref)
            result: Floats = torch.stack(out, dim=1).numpy().copy()
        return result

    def settled(self, speech: Floats) -> Floats:
        """(n, d) mean of the last window."""
        mean: Floats = self.delta(speech)[:, -1].mean(axis=1)
        return mean

    def nearest(self, deltas: Floats) -> list[str]:
        """For each (n, d) delta the nearest prototype of the seven, neutral being zero."""
        table = np.stack([self.prototypes[name] for name in CLASSES])
        distance = np.linalg.norm(deltas[:, None] - table[None], axis=2)
        return [CLASSES[i] for i in distance.argmin(axis=1)]


def load_subject(path: Path) -> Subject:
    """Read a connector with the targets it was trained on.

    Raises: EngineError if the file is damaged or was not written by ``train connector``.
    """
    tensors, metadata = load_safetensors(path)
    connector = built_connector(metadata.get("connector"), tensors, path)
    try:
        units = tuple(str(unit) for unit in metadata["units"])
        prototypes = {name: np.array(metadata["prototypes"][name], np.float32) for name in BASIC}
        rest = np.array(metadata["rest"], np.float32)
        mouth = np.array([unit in metadata["mouth"] for unit in units])
    except (KeyError, TypeError, ValueError) as error:
        raise EngineError(
            f"{path.name} does not say what it was trained on: {error}.",
            "Only connectors made by 'cmet-studio train connector' can be evaluated.",
        ) from error
    return Subject(connector, units, rest, prototypes, mouth)
