"""Exact time: frame rates, time stamps, timecode, and the positions that people type."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameRate:
    """Frames per second as a fraction in lowest terms, e.g. ``FrameRate(30000, 1001)``."""

    num: int
    den: int = 1
