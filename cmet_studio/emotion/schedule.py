"""What a performer's keys become: the semantic vector to apply in every window.

A window is five model frames at 25 Hz (0.2 s), counted from clip frame 0. Its vector is taken at
its centre, in clip time.
"""

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from cmet_studio.domain.curves import Blend, Curve
from cmet_studio.domain.time import ClipTimes

Floats = npt.NDArray[np.float32]

MODEL_RATE = 25
WINDOW = 5
GATE_FULL = 0.1
"""Total intensity from which an edit counts in full."""


def window_centre(window: int) -> Fraction:
    """Seconds from clip frame 0 to the middle of a window's five model frames.

    Model frame m is shown at m / 25 s; the middle is that of the third, so that the mean of the
    window's frame times is exact.
    """
    return Fraction(WINDOW * window + WINDOW // 2, MODEL_RATE)


def window_coefficients(curve: Curve, times: ClipTimes, window: int) -> Blend:
    """Emotion coefficients and region weights at the centre of window ``window``."""
    return curve.at(times.position_at(window_centre(window)))


def blend_vector(blend: Blend, vectors: Mapping[str, Floats]) -> Floats:
    """The semantic vector of a blend: sum of coefficient x vector, (1024,) float32.

    Exactly zero at rest. Terms are added in the blend's order (by id), so bits do not depend on
    how the mix was written.

    Raises: KeyError if an emotion of the blend has no vector.
    """
    total = np.zeros(1024, np.float64)
    for emotion, coefficient in blend.coefficients:
        total += coefficient * vectors[emotion].astype(np.float64)
    return total.astype(np.float32)


def gate(intensity: float) -> float:
    """0 at rest, 1 from ``GATE_FULL`` on, smooth between (3x^2 - 2x^3).

    The connector answers a zero vector with almost zero; this makes it exactly zero, continuously
    and with a continuous slope, where an edit fades in or out.

    Args:
        intensity: total of the blend's absolute coefficients.
    """
    x = min(1.0, max(0.0, intensity / GATE_FULL))
    return x * x * (3.0 - 2.0 * x)


def blend_gate(blend: Blend) -> float:
    """The gate of a blend."""
    return gate(sum(abs(coefficient) for _, coefficient in blend.coefficients))
