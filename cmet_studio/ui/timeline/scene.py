"""All that a painted timeline depends on, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cmet_studio.domain.project import Project
from cmet_studio.domain.time import ClipTimes
from cmet_studio.ui.selection import Selection
from cmet_studio.ui.timeline.curve import KeyCurve
from cmet_studio.ui.timeline.facts import Facts
from cmet_studio.ui.timeline.layout import Layout
from cmet_studio.ui.timeline.scale import Scale
from cmet_studio.ui.timeline.strip_image import Kept
from cmet_studio.ui.timeline.takes import TakeBar


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What the lanes show; the playhead and running gestures are drawn over it.

    Attributes:
        project: None while no document is open.
        curves: by performer id.
        ratio: device pixels of a pixel.
        takes: those with a place in the clip.
        kept: pictures of lanes from earlier paints.
    """

    project: Project | None
    lanes: Layout
    scale: Scale
    curves: Mapping[str, KeyCurve]
    times: ClipTimes
    selection: Selection
    facts: Facts
    ratio: float = 1.0
    takes: tuple[TakeBar, ...] = ()
    kept: Kept = field(default_factory=Kept)
