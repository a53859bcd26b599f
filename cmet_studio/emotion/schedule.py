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


def lasting(expression: Floats, stretch: npt.NDArray[np.int_], reach: int = MODEL_RATE) -> Floats:
    """What a face shows for longer than speech takes: a centred mean over two seconds.

    The connector takes the emotion that the face already shows off the one that is asked for. It
    was trained on means over takes (as in the paper), so the quick movement of a talking face is
    not for it: fed frame by frame it would answer every raised brow and stretched lip with a small
    counter-movement (a tenth of the delta from window to window on real clips, a fortieth with
    this).

    Args:
        expression: (n, d) at 25 Hz.
        stretch: (n,) numbers of the stretches without a cut or a lost face; none is averaged over
            two of them.
        reach: frames to either side.
    Returns: (n, d) float32; a row depends on the rows within ``reach`` of it alone.
    """
    result = np.empty(expression.shape, np.float32)
    edges = np.flatnonzero(np.diff(stretch)) + 1
    for first, last in zip([0, *edges], [*edges, len(stretch)], strict=True):
        sums = np.cumsum(expression[first:last], axis=0, dtype=np.float64)
        sums = np.concatenate([np.zeros((1, sums.shape[1])), sums])
        at = np.arange(last - first)
        low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, last - first)
        result[first:last] = (sums[high] - sums[low]) / (high - low)[:, None]
    return result
