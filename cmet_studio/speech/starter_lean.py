"""Leaning on a preset: what the starter encoder does where an emotion carries a preset's name.

The starter hears how strongly somebody acts far better than what they act. So where the name
already says the kind ("happy"), the preset supplies the direction and the speech supplies the
strength. The note that comes with the vector is shown in the app and on the command line.
"""

import numpy as np
import numpy.typing as npt

from cmet_studio.speech.starter import typical_length

Floats = npt.NDArray[np.float32]

WEAKEST = 0.5
STRONGEST = 1.3
"""Bounds of the strength; 1 is how strongly the training speakers acted this emotion."""


def speech_strength(name: str, vector: npt.ArrayLike, preset: npt.ArrayLike) -> float:
    """How strongly the takes are acted; 1 is as strongly as the training speakers did.

    The length of the vector over the length that vectors of this emotion usually have
    (``starter.typical_length``), clamped to [``WEAKEST``, ``STRONGEST``]. For the zero vector of
    the neutral preset it is 1.

    Args:
        name: of the preset.
        vector: (1024,) mean(expressive) - mean(neutral) of starter embeddings.
        preset: (1024,) the preset's.
    """
    usual = typical_length(name, float(np.linalg.norm(np.asarray(preset, dtype=np.float64))))
    if usual == 0.0:
        return 1.0
    length = float(np.linalg.norm(np.asarray(vector, dtype=np.float64)))
    return float(np.clip(length / usual, WEAKEST, STRONGEST))


def lean(name: str, vector: npt.ArrayLike, preset: npt.ArrayLike) -> tuple[Floats, str]:
    """Take the kind from a preset and the strength from the speech.

    Args:
        name: of the preset.
        vector: (1024,) semantic vector of starter embeddings.
        preset: (1024,) the preset's.
    Returns: (1024,) the preset scaled by ``speech_strength``, and a sentence that says so.
    """
    strength = speech_strength(name, vector, preset)
    leant = (np.asarray(preset, dtype=np.float64) * strength).astype(np.float32)
    note = (
        f"'{name}' leans on the shipped preset: the starter speech encoder hears the strength of "
        f"the takes ({strength:.2f}) better than their kind. emotion2vec+ large hears both."
    )
    return leant, note
