"""Edits of markers and the in/out range, reached through ``domain.edits``; all raise BadInput."""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from cmet_studio.core.errors import BadInput
from cmet_studio.domain.project import Marker, Project
from cmet_studio.domain.rules import (
    MAX_MARKERS,
    MAX_NAME,
    check_frame,
    check_room,
    check_work_range,
    is_colour,
    is_label,
)


def _with_markers(project: Project, markers: Iterable[Marker]) -> Project:
    return replace(project, markers=tuple(sorted(markers, key=lambda m: m.frame)))


def _marker_on(project: Project, frame: int) -> Marker:
    for marker in project.markers:
        if marker.frame == frame:
            return marker
    raise BadInput(f"There is no marker on f{frame}.")


def _others(project: Project, frame: int) -> tuple[Marker, ...]:
    return tuple(m for m in project.markers if m.frame != frame)


def _label(text: str) -> str:
    clean = unicodedata.normalize("NFC", text).strip()
    if not is_label(clean):
        raise BadInput(
            f"{clean[:MAX_NAME]!r} cannot be the label of a marker.",
            f"Give at most {MAX_NAME} printable characters.",
        )
    return clean


def add_marker(project: Project, marker: Marker) -> Project:
    """Set a marker; one on the same frame is overwritten, but keeps its unknown fields."""
    check_frame(marker.frame, project.clip, "The marker at")
    if not is_colour(marker.colour):
        raise BadInput(f"'{marker.colour}' is not a colour.", "Write it as #rrggbb.")
    kept = _others(project, marker.frame)
    check_room(kept, MAX_MARKERS, "markers")
    extra = {**_marker_on(project, marker.frame).extra} if len(kept) < len(project.markers) else {}
    clean = replace(marker, label=_label(marker.label), extra={**extra, **marker.extra})
    return _with_markers(project, (*kept, clean))


def move_marker(project: Project, frame: int, to_frame: int) -> Project:
    """Move a marker; one that it lands on is overwritten."""
    marker = _marker_on(project, frame)
    check_frame(to_frame, project.clip, "The marker's new place")
    kept = (m for m in _others(project, frame) if m.frame != to_frame)
    return _with_markers(project, (*kept, replace(marker, frame=to_frame)))


def rename_marker(project: Project, frame: int, label: str) -> Project:
    """Give a marker another label."""
    marker = _marker_on(project, frame)
    return _with_markers(project, (*_others(project, frame), replace(marker, label=_label(label))))


def recolour_marker(project: Project, frame: int, colour: str) -> Project:
    """Colour a marker; ``colour`` reads ``#rrggbb``."""
    marker = replace(_marker_on(project, frame), colour=colour.lower())
    return add_marker(project, marker)


def remove_marker(project: Project, frame: int) -> Project:
    """Remove the marker on ``frame``."""
    _marker_on(project, frame)
    return _with_markers(project, _others(project, frame))


def set_work_range(project: Project, work_range: tuple[int, int] | None) -> Project:
    """Set the in- and out-point (half-open, frames), or clear them with None."""
    if work_range is not None:
        check_work_range(work_range, project.clip)
    return replace(project, work_range=work_range)
