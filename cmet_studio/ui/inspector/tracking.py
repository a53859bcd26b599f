"""What the analysis says about a performer's face, in words."""

from collections.abc import Mapping, Sequence
from typing import Any


def _count(ranges: Sequence[Sequence[int]]) -> int:
    return sum(int(stop) - int(start) for start, stop in ranges)


def tracking_words(known: Mapping[str, Any], frames: int) -> list[str]:
    """Lines: where the face was found, lost, too far turned. Empty before anything is known.

    Args:
        known: what is known of the performer's face (``app.measured.analysis_summary``).
        frames: of the clip.
    """
    if not known:
        return []
    if known.get("state") != "ready":
        return ["The face is being tracked…"]
    found, extreme = _count(known.get("found") or ()), _count(known.get("extreme") or ())
    lost, fading = frames - found, _count(known.get("fading") or ())
    lines = [f"Found in {found:,} of {frames:,} frames"]
    if lost:
        lines[0] += f", lost in {lost:,}"
    if extreme:
        lines.append(f"Turned too far or out of the picture in {extreme:,}: not edited there")
    if fading:
        lines.append(f"The edit fades in {fading:,}")
    if lost > found:
        lines.append("Is it another person for long? Pick its face again where it is seen well.")
    return lines
