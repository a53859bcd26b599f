"""One frame's motion: from a change of expression to displaced mesh vertices in the picture."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.canonical import BASE, Mesh, load_mesh
from cmet_studio.engine.faces.mesh.fields import displacement_fields
from cmet_studio.engine.faces.mesh.geometry import (
    HeadPose,
    facing_weights,
    fit_pose,
    mesh_points,
)
from cmet_studio.engine.faces.mesh.lids import move_lids
from cmet_studio.engine.faces.mesh.lips import keep_apart
from cmet_studio.engine.faces.mesh.units import UNITS

Floats = npt.NDArray[np.float32]

_FARTHEST_MM = 17.0
_FULL = 1.15  # an intensity up to which units add up as asked
_OWN = 0.4
_BEYOND = 0.45  # how much more than that the strongest sum can reach


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Where everything is and where it goes; pixels of the picture.

    Attributes:
        points: (n, 2) float32, the drawn mesh before.
        shift: (n, 2) float32, its displacements.
        pose: where the head is.
        facing: (n,) float32 0..1, see ``facing_weights``.
    """

    points: Floats
    shift: Floats
    pose: HeadPose
    facing: Floats

    @property
    def seen(self) -> Floats:
        """The tracked vertices before, (468, 2)."""
        return self.points[:BASE]

    @property
    def moved(self) -> Floats:
        """The tracked vertices after, (468, 2)."""
        return self.points[:BASE] + self.shift[:BASE]


def limited(expression: Floats, delta: Floats) -> Floats:
    """The change that is left of ``delta`` when a face cannot do more than so much of a unit.

    A smile that is asked of a smiling face must not tear it. Identity below ``_FULL``; smooth.
    """

    def reached(intensity: Floats) -> Floats:
        over = np.maximum(intensity - _FULL, 0.0)
        return np.asarray(np.minimum(intensity, _FULL) + _BEYOND * np.tanh(over / _BEYOND))

    # A level that may be the performer's own features does not count.
    base = np.clip(expression - _OWN, 0.0, 0.8)
    return np.asarray(reached(base + delta) - reached(base), np.float32)


def move(
    landmarks: Floats, delta: Floats, usual_mm: Mapping[str, float] = MappingProxyType({})
) -> Motion:
    """Displace the mesh of one face.

    Args:
        landmarks: (478, 3) float32, see ``face.types.Face``.
        delta: (32,) float32, change of intensity per unit.
        usual_mm: side -> how wide that eye usually stands open, see ``lid_time``.
    """
    mesh = load_mesh()
    pose = fit_pose(landmarks)
    points = mesh_points(mesh, landmarks, pose)
    facing = facing_weights(mesh, pose)
    head = np.tensordot(delta, displacement_fields(), 1)
    size = np.linalg.norm(head, axis=1, keepdims=True)
    head = head / (1.0 + (size / _FARTHEST_MM) ** 4) ** 0.25
    shift = pose.project(head.astype(np.float32)) * facing[:, None]
    shift = shift + _contact(mesh, points, shift, pose, facing, delta, usual_mm)
    return Motion(points, shift.astype(np.float32), pose, facing)


def inside(motion: Motion, size: tuple[int, int]) -> Motion:
    """Keep what lies beyond the picture's edge from being moved into it: nobody knows it.

    Towards an edge that content would be fetched across, that part of the motion fades out, over
    three times its reach so that nothing folds. A face well inside the picture is not touched.

    Args:
        motion: of a face that may be cut by the picture's edge.
        size: width and height of the picture.
    """
    shift = motion.shift.copy()
    for axis in (0, 1):
        for sign, edge in ((1.0, 0.0), (-1.0, float(size[axis]))):
            inwards = sign * motion.shift[:, axis]
            away = sign * (motion.points[:, axis] - edge)
            most = max(float(inwards.max()), 1e-3)
            if float(away.min()) >= 8.0 * most:
                continue  # nothing is near, so nothing would fade
            near = np.clip(2.0 - away / (4.0 * most), 0.0, 1.0)  # comes in by and by: no jump
            reach = max(float((near * inwards).max()), 1e-3)
            u = np.clip(away / (3.0 * reach), 0.0, 1.0)
            fades = inwards > 0.0
            shift[fades, axis] *= (u * u * (3.0 - 2.0 * u))[fades]
    return replace(motion, shift=shift)


def _contact(
    mesh: Mesh,
    points: Floats,
    shift: Floats,
    pose: HeadPose,
    facing: Floats,
    delta: Floats,
    usual_mm: Mapping[str, float],
) -> Floats:
    """What lids and lips add because of what they meet, (n, 2) pixels."""
    named = dict(zip(UNITS, delta.tolist(), strict=True))
    seen, moved = points[:BASE], shift[:BASE]
    lids = move_lids(seen, pose.scale, named, usual_mm) * facing[:BASE, None]
    down = pose.project(np.array([0.0, -1.0, 0.0], np.float32))
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    pressed = named["AU24"] + 0.3 * named["AU23"]
    lips = keep_apart(seen, moved, down, pose.scale, pressed) - moved
    rings = np.zeros((len(mesh.ring_roots), 2), np.float32)
    return mesh.spread(np.concatenate([lids + lips, rings]))
