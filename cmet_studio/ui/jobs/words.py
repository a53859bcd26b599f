"""How a job is put into words. Values only."""

from collections.abc import Mapping
from typing import Any

ENDED = ("done", "failed", "cancelled")


def span(seconds: float) -> str:
    """A length of time for people: ``40 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes < 10 and rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def progress(job: Mapping[str, Any]) -> float | None:
    """How far it is, 0..1; None while nobody can say."""
    if job.get("state") == "done":
        return 1.0
    total = float(job.get("total") or 0)
    return min(1.0, float(job.get("done") or 0) / total) if total > 0 else None


def said(job: Mapping[str, Any]) -> str:
    """One line: what it does, how far it is, how long it still takes."""
    state = str(job.get("state", ""))
    if state == "failed":
        return f"{job.get('message', '')} {job.get('hint', '')}".strip() or "Failed"
    if state == "cancelled":
        return "Cancelled; nothing was left behind"
    if state == "waiting":
        return f"Waiting. {job.get('message') or ''}".strip(". ") or "Waiting"
    if state == "done":
        took = float(job.get("seconds") or 0.0)
        return f"Done in {span(took)}" if took >= 1 else "Done"
    if state == "paused" and not job.get("stage"):
        return f"Held. {job.get('message') or ''}".strip()
    parts = [str(job.get("stage") or "working").capitalize()]
    total = int(job.get("total") or 0)
    if total > 0:
        parts.append(f"{job.get('done', 0)} of {total}")
    left = job.get("seconds_left")
    if state == "paused":
        parts.append("paused")
    elif left is not None:
        parts.append(f"{span(float(left))} left")
        took, done = float(job.get("seconds") or 0.0), int(job.get("done") or 0)
        if str(job.get("kind")) == "export" and took > 2 and done > 0:
            parts.append(f"{done / took:.1f} frames/s")
    return " · ".join(parts)
