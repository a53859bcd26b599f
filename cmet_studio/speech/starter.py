"""The starter speech encoder as the rest of the program knows it: weights found, loaded once."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import BadInput
from cmet_studio.core.paths import model_file
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.networks.starter_encoder import StarterEncoder, load_starter_encoder
from cmet_studio.speech.encoders import DIM, RATE

Floats = npt.NDArray[np.float32]

NAME = "starter"
FILE = "starter_encoder.safetensors"
_SHORTEST = RATE // 10


@cache
def _shipped() -> StarterEncoder:
    return load_starter_encoder(model_file(FILE))


def typical_length(name: str, preset_length: float) -> float:
    """Length of the vectors that takes of a preset's emotion usually give.

    Measured on the training speakers, each heard by an encoder that never learned from them. For
    a preset that none of them acted: in proportion to the preset's own length.
    """
    config = _shipped().config
    return config.typical.get(name, config.response * preset_length)


class StarterSpeechEncoder:
    """A small encoder that ships with the program.

    It hears how strongly somebody acts well, and what they act roughly (``models/
    starter_encoder.md`` has the figures); emotion2vec+ large is the real thing.

    Raises: EngineError if its weights are missing or damaged.
    """

    name = NAME
    dim = DIM

    def __init__(self) -> None:
        self._network = _shipped()
        self.version = self._network.fingerprint()

    def embed(
        self, waves: Sequence[Floats], token: CancelToken = NEVER, report: Report = silent
    ) -> Floats:
        """Embed takes, one at a time; see ``SpeechEncoder.embed``."""
        rows = np.empty((len(waves), DIM), dtype=np.float32)
        for index, wave in enumerate(waves):
            token.check()
            report("listening to takes", index, len(waves))
            if len(wave) < _SHORTEST:
                raise BadInput("A take is too short to embed.", "Record at least half a second.")
            rows[index] = self._network.embed(wave)
        report("listening to takes", len(waves), len(waves))
        return rows
