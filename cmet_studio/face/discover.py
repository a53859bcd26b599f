"""Which faces a clip shows: a look at some of its frames, before anything is tracked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from cmet_studio.core.errors import NoFace
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.face.detect import Detector, overlap
from cmet_studio.face.mesh import LandmarkNetwork, region_of
from cmet_studio.face.track import box_of
from cmet_studio.face.types import Box
from cmet_studio.media.picture import Picture

_SAMPLES = 16
_SURE = 0.5


class Readable(Protocol):
    """What is needed of a clip: ``media.reader.VideoReader`` is one."""

    def read(self, index: int) -> Picture:
        """The picture of a frame."""
        ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Discovered:
    """A face that a clip shows.

    Attributes:
        frame: a clip frame in which it is seen well; with ``box`` an anchor for ``analyse_faces``.
        box: of its landmarks there.
        frames_found: in how many of the frames looked at it was seen.
    """

    frame: int
    box: Box
    frames_found: int


@dataclass(slots=True)
class _Person:
    sightings: list[tuple[int, Box]] = field(default_factory=list)


def discover(
    clip: Readable,
    token: CancelToken = NEVER,
    report: Report = silent,
    name: str = "the clip",
) -> list[Discovered]:
    """Find the faces that a clip shows, largest first.

    Args:
        clip: gives pictures by index.
        name: what an error calls the clip.

    Raises:
        NoFace: if no frame looked at shows a face.
    """
    detector, network = Detector(), LandmarkNetwork()
    people: list[_Person] = []
    samples = _spread(len(clip), _SAMPLES)
    try:
        for done, index in enumerate(samples):
            token.check()
            picture = clip.read(index)
            for box in _faces(detector, network, picture):
                _add(people, index, box)
            report("looking for faces", done + 1, len(samples))
    finally:
        detector.close()
        network.close()
    if not people:
        raise NoFace(
            f"No face was found in {name}.",
            "Choose a clip in which a face is at least 20 pixels wide and looks towards the camera.",
        )
    found = [_summary(person) for person in people]
    return sorted(found, key=lambda one: -one.box.w * one.box.h)


def _spread(count: int, samples: int) -> list[int]:
    return sorted({int(i) for i in np.linspace(0, max(count - 1, 0), min(samples, count))})


def _faces(detector: Detector, network: LandmarkNetwork, picture: Picture) -> Sequence[Box]:
    boxes: list[Box] = []
    for seen in detector.thorough(picture):
        region = seen.region()
        points, score = network.look(picture, region)
        for _ in range(2):
            if score < _SURE:
                break
            points, score = network.look(picture, region_of(points))
        box = box_of(points)
        if score >= _SURE and all(overlap(box, old) < 0.4 for old in boxes):
            boxes.append(box)
    return boxes


def _add(people: list[_Person], index: int, box: Box) -> None:
    free = [person for person in people if person.sightings[-1][0] != index]
    best = max(free, key=lambda person: overlap(person.sightings[-1][1], box), default=None)
    if best is None or overlap(best.sightings[-1][1], box) < 0.1:
        best = _Person()
        people.append(best)
    best.sightings.append((index, box))


def _summary(person: _Person) -> Discovered:
    frame, box = person.sightings[0]
    return Discovered(frame, box, len(person.sightings))
