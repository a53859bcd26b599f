"""Recordings as the samples that everything in this room works on."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import MediaError
from cmet_studio.media.audio import read_audio

Floats = npt.NDArray[np.float32]

RATE = 16000
"""Samples per second of everything this room analyses."""
_LOUDEST = 100.0  # times full scale: floating-point files may go over it, but not like this


def read_wave(path: Path, start_s: float = 0.0, end_s: float | None = None) -> Floats:
    """Read a stretch of a recording: (n,) mono, 16 kHz, full scale 1.

    Raises: MediaError if it cannot be decoded, or holds samples that are no numbers.
    """
    return checked(read_audio(path, rate=RATE, start_s=start_s, end_s=end_s), path)


def checked(samples: Floats, path: Path) -> Floats:
    """The samples, if they are sound.

    Raises: MediaError if one is no number, or far over full scale.
    """
    with np.errstate(invalid="ignore"):  # of infinities of both signs
        total = samples.sum(dtype=np.float64)
    # The sum is not finite as soon as one sample is not.
    if not np.isfinite(total) or np.abs(samples).max(initial=0) > _LOUDEST:
        raise MediaError(
            f"{path.name} holds samples that are no sound.", "Export it again from its source."
        )
    return samples
