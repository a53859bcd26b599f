"""Lips of another recording: Audio2Lip, at the moments of a clip's frames."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cmet_studio.networks.audio2lip import Audio2Lip, lips_from_speech
from cmet_studio.networks.lip_mel import RATE

Floats = npt.NDArray[np.float32]

_PER_S = 25
_MARGIN_S = 0.4
"""Silence before and after, so that Audio2Lip's windows see the recording begin and end."""


def lips_at(wave: Floats, seconds: Sequence[float]) -> Floats:
    """Lip weights that speak a recording.

    Computed on the CPU: 0.2 GFLOP a frame, and the numbers are the same for every device.

    Args:
        wave: (samples,) float32 mono at 16 kHz.
        seconds: moments of the recording; before and after it is silence.
    Returns: (len(seconds), 20) float32.
    Raises: EngineError if Audio2Lip is not installed or damaged.
    """
    margin = round(_MARGIN_S * RATE)
    lips = lips_from_speech(_network(), np.pad(wave, (margin, margin + RATE // _PER_S)))
    at = np.clip((np.asarray(seconds) + _MARGIN_S) * _PER_S, 0, len(lips) - 1)
    first = at.astype(int)
    share = (at - first)[:, None].astype(np.float32)
    following = np.minimum(first + 1, len(lips) - 1)
    between: Floats = (1 - share) * lips[first] + share * lips[following]
    return between.astype(np.float32)


@lru_cache(maxsize=1)
def _network() -> Audio2Lip:
    from cmet_studio.model_store.convert import load_audio2lip

    return load_audio2lip()
