"""Which faces a clip shows: a look at some of its frames, before anything is tracked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from cmet_studio.core.errors import NoFace
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.face.detect import Detector, overlap
from cmet_studio.face.looks import ALIKE, Looks, describe, distance
from cmet_studio.face.mesh import LandmarkNetwork, region_of
from cmet_studio.face.track import box_of
from cmet_studio.face.types import Box
from cmet_studio.media.picture import Picture

_SAMPLES = 16
_MAYBE, _SURE = 0.5, 0.9  # face scores, as in track
_STAYED = 0.6  # factor on the distance of a face that is where the person was before


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


@dataclass(frozen=True, slots=True, eq=False)
class _Sighting:
    frame: int
    box: Box
    looks: Looks


class FaceFinder:
    """Finds the faces of single pictures; keeps its networks for the next. One thread."""

    def __init__(self) -> None:
        self._detector, self._network = Detector(), LandmarkNetwork()

    def __enter__(self) -> "FaceFinder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def boxes(self, picture: Picture) -> list[Box]:
        """Faces no smaller than a third of the largest, which is the first; empty without one."""
        found = [one.box for one in self.see(picture, 0)]
        return [box for box in found if _area(box) >= _area(found[0]) / 9]

    def see(self, picture: Picture, frame: int) -> list[_Sighting]:
        """The faces of one picture, largest first."""
        found: list[_Sighting] = []
        network = self._network
        for seen in sorted(self._detector.thorough(picture), key=lambda one: -_area(one.box)):
            points, score = network.see(picture, seen.region())
            for _ in range(2):
                if score >= _MAYBE:
                    points, score = network.see(picture, region_of(points))
            box = box_of(points)
            if score >= _SURE and all(overlap(box, old.box) < 0.4 for old in found):
                found.append(_Sighting(frame, box, describe(picture, points)))
        return sorted(found, key=lambda one: -_area(one.box))

    def close(self) -> None:
        """Free the networks."""
        self._detector.close()
        self._network.close()


def discover(
    clip: Readable,
    token: CancelToken = NEVER,
    report: Report = silent,
    name: str = "",
) -> list[Discovered]:
    """Find the faces that a clip shows, largest first.

    Looks at 16 frames spread over the clip. A face seen in one of them only counts if it is
    no smaller than a third of the largest: lesser ones are mostly false alarms and passers-by.

    Args:
        clip: gives pictures by index.
        name: what an error calls the clip; by default its file name, if it tells.

    Raises:
        NoFace: if no frame looked at shows a face.
    """
    people: list[list[_Sighting]] = []
    samples = _spread(len(clip), _SAMPLES)
    with FaceFinder() as finder:
        for done, index in enumerate(samples):
            token.check()
            _add(people, finder.see(clip.read(index), index))
            report("looking for faces", done + 1, len(samples))
    if not people:
        raise NoFace(
            f"No face was found in {name or _name_of(clip)}.",
            "Choose a clip in which a face is at least 20 pixels wide and turned to the camera.",
        )
    found = sorted((_summary(person) for person in people), key=lambda one: -_area(one.box))
    least = _area(found[0].box) / 9
    return [one for one in found if one.frames_found > 1 or _area(one.box) >= least]


def _name_of(clip: Readable) -> str:
    path = getattr(getattr(clip, "info", None), "path", None)
    return Path(path).name if path else "the clip"


def _spread(count: int, samples: int) -> list[int]:
    return sorted({int(i) for i in np.linspace(0, max(count - 1, 0), min(samples, count))})


def _add(people: list[list[_Sighting]], seen: list[_Sighting]) -> None:
    """Put each sighting to the person it looks most like, or to a new one."""
    away = sorted(
        (
            (_away(person, one), i, k)
            for i, person in enumerate(people)
            for k, one in enumerate(seen)
        ),
    )
    placed: set[int] = set()
    met: set[int] = set()
    for far, i, k in away:
        if far < ALIKE and i not in met and k not in placed:
            people[i].append(seen[k])
            met.add(i)
            placed.add(k)
    people.extend([one] for k, one in enumerate(seen) if k not in placed)


def _away(person: list[_Sighting], one: _Sighting) -> float:
    apart = distance([old.looks for old in person], [one.looks])
    return apart * _STAYED if overlap(person[-1].box, one.box) > 0.2 else apart


def _summary(person: list[_Sighting]) -> Discovered:
    best = max(person, key=lambda one: _area(one.box))
    first = next(one for one in person if _area(one.box) >= 0.7 * _area(best.box))
    return Discovered(first.frame, first.box, len(person))


def _area(box: Box) -> float:
    return box.w * box.h
