"""What a face model is to the rest of the program."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.face.types import Face, FaceTrack
from cmet_studio.media.picture import Picture, Plane

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FaceModelInfo:
    """What a face model is called and what its expression space is.

    Attributes:
        name: e.g. ``mesh``.
        version: changes whenever the same input would give other pixels or numbers.
        units: names of the expression's dimensions, in order.
        regions: for each unit, which of ``domain.project.REGIONS`` it belongs to; empty if the
            units are not of regions: the plan then appends the weights of the four regions to
            every delta, and the model applies them where it composes.
        connector: file under ``models/`` that predicts deltas in this space, or the whole path of
            one that was installed.
        notes: how many numbers are measured per frame beyond the units; the plan
            does not see them, ``render`` does.
        reads_pictures: whether expressions come from ``encode_pictures`` instead of ``encode``.
        batch: faces that it likes to be given at once, see ``BatchRenderer``.
    """

    name: str
    version: str
    units: tuple[str, ...]
    regions: tuple[str, ...]
    connector: str
    notes: int = 0
    reads_pictures: bool = False
    batch: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class FaceRequest:
    """One face to be rendered: the arguments of ``FaceModel.render``, and lips where it is dubbed.

    Attributes:
        lips: what ``Dubber.lips`` said of the frame, or None where the frame's own lips stay.
    """

    picture: Picture
    face: Face
    expression: Floats
    delta: Floats
    lips: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """An edited piece of a frame, one entry per plane of the picture (alpha excluded).

    Attributes:
        origins: (x, y) of each piece's top left sample in its own plane.
        planes: (h, w) new samples in the plane's own type.
        changed: (h, w) bool; samples outside it are not written, so they stay bit-identical.
    """

    origins: tuple[tuple[int, int], ...]
    planes: tuple[Plane, ...]
    changed: tuple[Bools, ...]


class FaceModel(Protocol):
    """Encoder and renderer of an expression space. Knows no project, arrays in, arrays out.

    One object is used by one thread at a time.
    """

    info: FaceModelInfo

    def encode(self, track: FaceTrack) -> Floats:
        """Measure the expression of every frame.

        Returns: (n, d + notes) float32; rows of frames without a face are zeros.
        """
        ...

    def render(
        self, picture: Picture, face: Face, expression: Floats, delta: Floats
    ) -> Patch | None:
        """Change one face's expression by ``delta``.

        ``expression`` (d + notes,) is what ``encode`` said of this frame; ``delta`` (d,) float32
        is final (scaled by intensity, regions and ``face.strength``); (d + 4,) if the units are
        not of regions, see ``FaceModelInfo.regions``.
        A pure function of its arguments: no state from frame to frame. None if nothing changes,
        always so for a zero delta.
        """
        ...


@runtime_checkable
class PictureEncoder(Protocol):
    """What a face model with ``reads_pictures`` has beside the protocol above."""

    def encode_pictures(
        self, pictures: Iterable[Picture], track: FaceTrack, token: CancelToken, report: Report
    ) -> Floats:
        """Measure every frame from its pixels, in one pass over the clip.

        Returns: (n, d + notes) float32; rows of frames without a face are zeros.
        """
        ...


@runtime_checkable
class BatchRenderer(Protocol):
    """What a face model has that renders several faces faster together than one by one."""

    def render_many(self, requests: Sequence[FaceRequest]) -> list[Patch | None]:
        """``FaceModel.render`` of each; the same bits in whatever company."""
        ...


@runtime_checkable
class Dubber(BatchRenderer, Protocol):
    """What a face model has whose lips can follow another recording."""

    def lips(self, wave: Floats, seconds: Sequence[float]) -> Floats:
        """Lips that speak a recording.

        Args:
            wave: (samples,) float32 mono at 16 kHz.
            seconds: moments of the recording, one per frame; before and after it is silence.
        Returns: (len(seconds), k) float32, rows for ``FaceRequest.lips``.
        Raises: EngineError if the model for it is not installed.
        """
        ...


@runtime_checkable
class Restorer(Protocol):
    """Improves the faces that a network drew, e.g. sharpens them. Off unless asked for."""

    def restore(self, image: Floats) -> Floats:
        """(256, 256, 3) RGB in [-1, 1] -> the same. A pure function of the image.

        The face model gives it the drawing with the edit and the one without and composes their
        difference, so what it does to both alike does not show.
        """
        ...


@runtime_checkable
class Restorable(Protocol):
    """What a face model has that takes a restorer."""

    restorer: Restorer | None
