"""The shipped presets: semantic vectors of eight basic and six extended emotions.

``neutral`` is the zero vector. In the paper neutral is a class like the others, reached by going
from an expressive voice to a neutral one; as a preset there is no such voice to start from, and
mean(neutral) - mean(neutral) is zero. So the preset asks for what the clip already shows, as rest
does.

How the vectors were made, and what was done about contempt: ``models/presets.md``.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file

from cmet_studio.core.errors import BadInput, EngineError
from cmet_studio.core.paths import model_file
from cmet_studio.domain.project import PRESETS
from cmet_studio.emotion.vectors import SPEECH, cosine

Floats = npt.NDArray[np.float32]

FILE = "presets.safetensors"
NEUTRAL_MEAN = "neutral_mean"
"""Name of the tensor that holds the mean embedding of neutral speech."""


@cache
def _shipped() -> Mapping[str, Floats]:
    path = model_file(FILE)
    try:
        stored = load_file(path)
    except (OSError, SafetensorError) as error:
        raise EngineError(
            f"The presets {path.name} are missing or damaged.", "Install the program again."
        ) from error
    vectors: dict[str, Floats] = {}
    for name in (*PRESETS, NEUTRAL_MEAN):
        vector = stored.get(name)
        if vector is None or vector.shape != (SPEECH,) or not np.isfinite(vector).all():
            raise EngineError(
                f"The presets {path.name} lack a usable '{name}'.", "Install the program again."
            )
        vectors[name] = vector.astype(np.float32)
        vectors[name].setflags(write=False)
    return MappingProxyType(vectors)


def preset_names() -> tuple[str, ...]:
    """Names of the presets: the basic eight, then the extended six."""
    return PRESETS


def preset_vector(name: str) -> Floats:
    """Semantic vector of a preset: (1024,) float32, read-only; zero for ``neutral``.

    Raises:
        BadInput: if there is no such preset.
        EngineError: if the shipped file is missing or damaged.
    """
    if name not in PRESETS:
        raise BadInput(f"There is no preset '{name}'.", f"Choose one of: {', '.join(PRESETS)}.")
    return _shipped()[name]


def neutral_mean() -> Floats:
    """Mean embedding of neutral speech, (1024,) float32, read-only.

    Stands in where an emotion has no neutral takes of its own.
    """
    return _shipped()[NEUTRAL_MEAN]


def nearest_presets(vector: npt.ArrayLike) -> list[tuple[str, float]]:
    """The shipped presets by cosine to ``vector``, nearest first.

    The neutral preset, a zero vector, has no direction and is left out.
    """
    near = [(name, cosine(vector, preset_vector(name))) for name in preset_names()]
    return sorted((n for n in near if n[0] != "neutral"), key=lambda n: -n[1])
