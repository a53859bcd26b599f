"""Make ``models/mesh_encoder.safetensors``: how the mesh face model reads action units.

The tracker does not see all that a face does: it under-reports lowered brows and closing lids, and
it moves points that did not move. So the reading is learned from the tracker's own answers: faces
are edited by known amounts with the face model itself and looked at again; a ridge regression leads
from the change of the landmarks to the change that was asked. Sides are swapped for a second view
of every sample.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
import torch

from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.emotion.facs import PROTOTYPES, prototype_vector
from cmet_studio.engine.protocol import FaceModelInfo, Patch
from cmet_studio.engine.registry import make_face_model
from cmet_studio.face.discover import discover
from cmet_studio.face.mesh import LandmarkNetwork, region_of
from cmet_studio.face.types import Face
from cmet_studio.media.picture import Picture
from cmet_studio.media.planes import with_patch
from cmet_studio.media.reader import VideoReader
from cmet_studio.networks.weights import save_safetensors

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_RIDGE = 0.004  # mm^2, on the mean second moment of a feature
_PEOPLE = 0.1  # weight of "the features of a person at rest are no expression"
_MOST_GAIN = 1.3
_EASE = 0.95  # whole emotions then read a little too strong: measured on the clips
_SETTLE = 3


class _Mesh(Protocol):
    info: FaceModelInfo

    def render(
        self, picture: Picture, face: Face, expression: Floats, delta: Floats
    ) -> Patch | None: ...
    def features(self, landmarks: Floats) -> Floats: ...
    def swapped(self, features: Floats, units: Floats) -> tuple[Floats, Floats]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Edits and what the tracker saw of them.

    Attributes:
        seen: (n, 936) float32, change of the features, mm.
        asked: (n, 32) float32, change of intensity.
        clip: (n,) int64, which clip a sample is of.
        base: (n, 936) float32, features before the edit.
    """

    seen: Floats
    asked: Floats
    clip: npt.NDArray[np.int64]
    base: Floats


def train_mesh_encoder(
    clips: Sequence[Path],
    output: Path,
    *,
    samples: int = 1800,
    frames: int = 12,
    seed: int = 0,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> None:
    """Learn the reading and write it.

    Args:
        clips: each shows a face; its largest is used.
        output: the ``.safetensors`` file to write.
        samples: edits to look at, spread evenly over all frames.
        frames: of each clip.
        seed: same seed, same weights.
    """
    model = cast("_Mesh", make_face_model("mesh"))
    found = collect(model, clips, samples, frames, seed, token, report)
    weight = fit(model, found)
    people = _people(found)
    save_safetensors(
        output,
        {
            "weight": torch.from_numpy(weight.astype(np.float32)),
            "neutral": torch.from_numpy(people.mean(0)),
        },
        {"units": list(model.info.units), "samples": len(found.asked), "clips": len(people)},
    )


def collect(
    model: "_Mesh",
    clips: Sequence[Path],
    samples: int,
    frames: int,
    seed: int,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> Samples:
    """Edit faces by random amounts and look at them again."""
    network = LandmarkNetwork()
    draw = np.random.default_rng(seed)
    rows: list[tuple[Floats, Floats, int, Floats]] = []
    each = max(1, samples // (len(clips) * frames))
    total = each * len(clips) * frames
    try:
        for number, clip in enumerate(clips):
            for picture, landmarks in _faces(clip, frames, network):
                before = model.features(landmarks)
                for _ in range(each):
                    token.check()
                    asked = draw_change(draw, model.info.units)
                    edited = edit(model, picture, landmarks, asked)
                    seen = model.features(look_again(network, edited, landmarks)) - before
                    rows.append((seen, asked, number, before))
                    report("editing faces and looking at them", len(rows), total)
    finally:
        network.close()
    return Samples(
        np.stack([row[0] for row in rows]),
        np.stack([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        np.stack([row[3] for row in rows]),
    )


def _faces(clip: Path, frames: int, network: LandmarkNetwork) -> Iterator[tuple[Picture, Floats]]:
    """Pictures spread over a clip with the landmarks of its largest face."""
    with VideoReader(clip) as reader:
        box = discover(reader)[0].box
        points = np.zeros((478, 3))
        corners = np.array([(box.x, box.y), (box.x + box.w, box.y + box.h)])
        points[:, :2] = corners[np.arange(478) % 2]
        points[33, :2], points[263, :2] = (box.x, box.y), (box.x + box.w, box.y)
        for index in np.linspace(3, len(reader) - 4, frames).astype(int):
            picture = reader.read(int(index))
            landmarks = points.astype(np.float32)
            for _ in range(_SETTLE):
                landmarks = look_again(network, picture, landmarks)
            yield picture, landmarks


def look_again(network: LandmarkNetwork, picture: Picture, landmarks: Floats) -> Floats:
    """Landmarks of a face that is about where ``landmarks`` are, (478, 3) float32.

    The mean of two looks at crops of different size and tilt, as in the tracker.
    """
    region = region_of(landmarks.astype(np.float64))
    first, _ = network.see(
        picture, replace(region, side=0.93 * region.side, roll=region.roll + 0.04)
    )
    region = region_of(first)
    second, _ = network.see(
        picture, replace(region, side=1.07 * region.side, roll=region.roll - 0.04)
    )
    return ((first + second) / 2.0).astype(np.float32)


def edit(model: "_Mesh", picture: Picture, landmarks: Floats, delta: Floats) -> Picture:
    """The picture with one face changed by ``delta``."""
    face = Face(landmarks, np.zeros(3, np.float32), 1.0, 1.0)
    patch = model.render(picture, face, np.zeros_like(delta), delta)
    if patch is None:
        return picture
    return with_patch(picture, patch.origins, patch.planes, patch.changed)


def draw_change(draw: np.random.Generator, units: Sequence[str]) -> Floats:
    """A random change: mostly like an emotion or two, else a few units of any kind."""
    names = [name for name in PROTOTYPES if name != "neutral"]
    kind = draw.random()
    change = np.zeros(len(units))
    if kind < 0.6:
        one = np.array(prototype_vector(names[draw.integers(len(names))], units))
        change = one * draw.uniform(0.3, 1.2) * draw.uniform(0.5, 1.4, len(units))
        if kind < 0.2:
            other = np.array(prototype_vector(names[draw.integers(len(names))], units))
            change += other * draw.uniform(0.1, 0.6)
    else:
        for _ in range(draw.integers(1, 6)):
            index = int(draw.integers(len(units)))
            amount = draw.uniform(0.2, 1.1) * (1.0 if draw.random() < 0.85 else -0.5)
            change[index] = amount
            if units[index][-1] in "LR" and draw.random() < 0.7:
                side = "R" if units[index][-1] == "L" else "L"
                change[list(units).index(units[index][:-1] + side)] = amount * draw.uniform(
                    0.7, 1.2
                )
    return np.clip(change, -0.6, 1.3).astype(np.float32)


def fit(model: "_Mesh", found: Samples) -> Doubles:
    """Ridge regression on the samples and their mirror images, then the shrinkage undone.

    Returns: (32, 936).
    """
    swapped = model.swapped(found.seen, found.asked)
    x = np.concatenate([found.seen, swapped[0]]).astype(np.float64)
    y = np.concatenate([found.asked, swapped[1]]).astype(np.float64)
    own = _own_features(model, found)
    moment = x.T @ x / len(x) + _RIDGE * np.eye(x.shape[1]) + _PEOPLE * own.T @ own / len(own)
    weight = np.linalg.solve(moment, x.T @ y / len(x)).T
    read = x @ weight.T
    # What is hard to see is read too small; an edit measured again must not look weaker than asked.
    gain = (y * y).sum(0) / np.maximum((y * read).sum(0), 1e-9)
    return cast("Doubles", weight * _EASE * np.clip(gain, 1.0, _MOST_GAIN)[:, None])


def _people(found: Samples) -> Floats:
    """Everybody's usual features, (clips, 936)."""
    clips = np.unique(found.clip)
    return np.stack([np.median(found.base[found.clip == clip], axis=0) for clip in clips])


def _own_features(model: "_Mesh", found: Samples) -> Doubles:
    """How everybody and their mirror image differ from the mean of all, (2 * clips, 936)."""
    people = _people(found)
    none = np.zeros((len(people), len(model.info.units)), np.float32)
    both = np.concatenate([people, model.swapped(people, none)[0]]).astype(np.float64)
    return cast("Doubles", both - both.mean(0))
