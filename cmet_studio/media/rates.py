"""The one frame rate that a stream stands for."""

from fractions import Fraction

from av.video.stream import VideoStream

from cmet_studio.domain.time import FrameRate

_STANDARD = tuple(
    Fraction(n * 1000, d) for n in (12, 15, 24, 25, 30, 48, 50, 60, 100, 120) for d in (1000, 1001)
)


def nominal_rate(stream: VideoStream) -> FrameRate:
    """Frames per second, as a fraction.

    Containers with coarse ticks (Matroska: 1 ms) average to fractions near the true rate; within
    0.05% of a rate that cameras use, that rate is meant. Variable frame rates give their average.
    """
    average, base = stream.average_rate, stream.base_rate
    if average and base and abs(average - base) <= average / 200:
        return _rate(_snap(base))
    return _rate(_snap(average or stream.guessed_rate or base or Fraction(25)))


def _snap(rate: Fraction) -> Fraction:
    near = min(_STANDARD, key=lambda standard: abs(standard - rate))
    return near if abs(near - rate) * 2000 <= near else rate


def _rate(rate: Fraction) -> FrameRate:
    rate = min(max(rate, Fraction(1, 3600)), Fraction(1000)).limit_denominator(1_000_000)
    return FrameRate(rate.numerator, rate.denominator)
