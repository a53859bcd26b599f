"""What the analysis says about a performer's face, in words."""

from collections.abc import Mapping, Sequence
from typing import Any


def _count(ranges: Sequence[Sequence[int]]) -> int:
    return sum(int(stop) - int(start) for start, stop in ranges)


def tracking_words(analysis: Mapping[str, Any], performer: str, frames: int) -> list[str]:
    """Lines: where the face was found, lost, too far turned. Empty before anything is known."""
    one = (analysis.get("performers") or {}).get(performer)
    if not isinstance(one, Mapping):
        return []
    if one.get("state") != "ready":
        return ["The face is being tracked…"]
    found, extreme = _count(one.get("found") or ()), _count(one.get("extreme") or ())
    lost = frames - found
    lines = [f"Found in {found:,} of {frames:,} frames"]
    if lost:
        lines[0] += f", lost in {lost:,}"
    if extreme:
        lines.append(f"Turned too far to be edited in {extreme:,}")
    return lines
