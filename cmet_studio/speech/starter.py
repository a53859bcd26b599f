"""The starter speech encoder as the rest of the program knows it: weights found, loaded once."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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
_SIDE_BY_SIDE = 4
_STAGE = "listening to takes"


LEARNED = ("angry", "disgusted", "fear", "happy", "sad", "surprised")
"""The kinds that it was taught; it has nothing to say about others."""


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
        """Embed takes, a few side by side; see ``SpeechEncoder.embed``.

        Each is heard alone, so that its embedding does not depend on the others.
        """
        for wave in waves:
            if len(wave) < _SHORTEST:
                raise BadInput("A take is too short to embed.", "Record at least half a second.")

        def heard(wave: Floats) -> Floats:
            token.check()
            return self._network.embed(wave)

        rows = np.empty((len(waves), DIM), dtype=np.float32)
        report(_STAGE, 0, len(waves))
        with ThreadPoolExecutor(min(_SIDE_BY_SIDE, os.cpu_count() or 1)) as pool:
            for index, row in enumerate(pool.map(heard, waves)):
                rows[index] = row
                report(_STAGE, index + 1, len(waves))
        return rows
