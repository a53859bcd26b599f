"""What each action unit does to the head: displacement in millimetres at intensity 1.

Designed from muscle anatomy and from the appearance changes that FACS lists (P. Ekman, W. V.
Friesen, J. C. Hager, *Facial Action Coding System*, 2002); the amounts are strong but human. The
lids' closing and opening and the lips' contact depend on the frame: see ``lids`` and ``mouth``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cmet_studio.engine.faces.mesh.canonical import load_mesh
from cmet_studio.engine.faces.mesh.units import UNITS

Floats = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Where vertices are: mm, ``x`` counted from the midline outwards on both sides.

    ``low`` is 1 for what goes with the lower lip and jaw, 0 for what goes with the upper lip.
    """

    x: Array
    y: Array
    z: Array
    low: Array


def step(edge0: float, edge1: float, t: Array) -> Array:
    """0 before ``edge0``, 1 after ``edge1`` (or the other way round), smooth in between."""
    u = np.clip((t - edge0) / (edge1 - edge0), 0.0, 1.0)
    return np.asarray(u * u * u * (u * (6.0 * u - 15.0) + 10.0))


def bump(t: Array, rise: tuple[float, float], fall: tuple[float, float]) -> Array:
    """0, up through ``rise`` to 1, down through ``fall`` to 0."""
    return step(*rise, t) * step(fall[1], fall[0], t)


def bell(t: Array, centre: float, below: float, above: float | None = None) -> Array:
    """A Gaussian with its own width on each side, brought to 0 at three widths."""
    width = np.where(t < centre, below, below if above is None else above)
    tail = np.exp(-4.5)
    shape = np.exp(-0.5 * ((t - centre) / width) ** 2)
    return np.asarray(np.maximum(shape - tail, 0.0) / (1.0 - tail))


def _out(outwards: Array, up: Array, forward: Array | float = 0.0) -> Array:
    return np.stack(np.broadcast_arrays(outwards, up, np.asarray(forward, float)), -1)


def _brow_and_above(h: Head, width: float) -> Array:
    """1 from the brow's lower edge to the middle of the forehead, 0 at the lid and the hairline."""
    edge = np.interp(
        h.x, (0.0, 13.0, 28.0, 40.0, 48.0, 54.0, 60.0), (10.0, 11.0, 15.0, 15.2, 12.7, 8.0, 6.0)
    )
    return step(-width, -1.8, h.y - edge) * step(58.0, 20.0, h.y)


def inner_brow_raise(h: Head) -> Array:
    """AU1, medial frontalis."""
    across = step(45.0, 12.0, h.x)
    along = _brow_and_above(h, 9.5)
    # Beyond the middle of the brow the skin sags instead: this makes it oblique.
    tail = bell(h.x, 52.0, 9.0) * step(0.0, 8.0, h.y) * step(34.0, 14.0, h.y)
    # And the inner end of the upper lid's fold goes up with the brow: the eye gets three corners.
    fold = bell(h.x, 19.0, 8.0) * bump(h.y, (1.0, 6.0), (8.0, 14.0))
    return _out(-1.0 * across * along, 8.8 * across * along - 2.6 * tail + 0.7 * fold)


def outer_brow_raise(h: Head) -> Array:
    """AU2, lateral frontalis."""
    across = bell(h.x, 44.0, 15.0, 15.0)
    along = _brow_and_above(h, 9.5)
    return _out(0.0 * across, 7.8 * across * along)


def brow_lower(h: Head) -> Array:
    """AU4, corrugator, depressor supercilii, procerus."""
    across = step(62.0, 16.0, h.x)
    along = _brow_and_above(h, 11.5)
    inwards = step(0.0, 15.0, h.x) * step(56.0, 22.0, h.x) * along
    root = bell(h.x, 0.0, 12.0) * bell(h.y, 2.0, 9.0) * 0.25
    return _out(-5.0 * inwards, -7.8 * across * along - 4.5 * root, 0.8 * across * along)


def upper_lid_raise(h: Head) -> Array:
    """AU5 beyond the lid itself: the fold above it goes along a little."""
    fold = bell(h.x, 31.0, 11.0) * bump(h.y, (2.0, 6.0), (7.0, 13.0))
    return _out(0.0 * fold, 0.9 * fold)


def cheek_raise(h: Head) -> Array:
    """AU6, orbital part of orbicularis oculi."""
    cheek = bell(h.x, 37.0, 15.0, 15.0) * bump(h.y, (-58.0, -27.0), (-22.0, -4.0))
    corner = bell(h.x, 54.0, 8.0, 9.0) * bell(h.y, -4.0, 11.0, 10.0)
    tail = bell(h.x, 52.0, 9.0) * bell(h.y, 11.0, 7.0, 12.0)
    return _out(-0.6 * cheek - 2.2 * corner, 5.0 * cheek + 0.8 * corner - 1.3 * tail, 1.5 * cheek)


def lid_tighten(h: Head) -> Array:
    """AU7 beyond the lids: the skin under the lower lid is drawn up and inwards."""
    under = bell(h.x, 31.0, 13.0) * bump(h.y, (-22.0, -9.0), (-7.0, -3.0))
    return _out(-0.5 * under, 1.3 * under)


def nose_wrinkle(h: Head) -> Array:
    """AU9, levator labii superioris alaeque nasi."""
    wing = bell(h.x, 18.0, 9.0, 11.0) * bell(h.y, -37.0, 10.0, 13.0) * (1.0 - h.low)
    side = bell(h.x, 12.0, 7.0, 10.0) * bell(h.y, -17.0, 12.0, 14.0)
    lip = bell(h.x, 12.0, 13.0, 10.0) * bell(h.y, -58.0, 12.0, 13.0) * (1.0 - h.low)
    root = bell(h.x, 8.0, 10.0, 11.0) * bell(h.y, 9.0, 10.0, 12.0)
    tip = bell(h.x, 0.0, 9.0) * bell(h.y, -40.0, 9.0, 10.0)
    return _out(
        1.0 * wing - 0.8 * root, 3.6 * wing + 2.4 * side + 3.0 * lip - 2.6 * root + 0.8 * tip
    )


def upper_lip_raise(h: Head) -> Array:
    """AU10, levator labii superioris."""
    across = bell(h.x, 13.0, 14.0, 9.0)
    along = step(-70.0, -59.0, h.y) * step(-24.0, -57.0, h.y)
    lip = across * along * (1.0 - h.low)
    pouch = bell(h.x, 27.0, 8.0, 9.0) * bell(h.y, -47.0, 11.0, 13.0) * (1.0 - h.low)
    wing = bell(h.x, 19.0, 6.0, 8.0) * bell(h.y, -40.0, 8.0, 10.0)
    return _out(0.8 * pouch, 4.6 * lip + 2.0 * pouch + 1.0 * wing, 0.5 * lip)


def corner_pull(h: Head) -> Array:
    """AU12, zygomaticus major: lip corners up, out and back, the cheek gathers above them."""
    along = bell(h.y, -66.0, 17.0, 24.0)
    widen = np.clip(h.x / 26.0, 0.0, 1.0) * step(64.0, 30.0, h.x)
    # The middle of both lips goes up too: that bares the upper teeth.
    lift = (0.3 + 0.7 * step(4.0, 27.0, h.x)) * step(58.0, 28.0, h.x)
    cheek = bell(h.x, 41.0, 12.0, 12.0) * bell(h.y, -40.0, 13.0, 13.0)
    chin = bell(h.x, 0.0, 18.0) * bell(h.y, -84.0, 10.0, 16.0)
    under = 1.0 - 0.35 * h.low * step(28.0, 10.0, h.x)
    # Lips that are drawn wide get thin; thick ones on a broad mouth look parted when they are not.
    thinner = 1.2 * _red_of_lips(h)
    return _out(
        6.4 * widen * along + 1.2 * cheek,
        7.7 * lift * along * under + 2.6 * cheek + 0.5 * chin + thinner,
        -3.0 * lift * along + 2.0 * cheek,
    )


def dimple(h: Head) -> Array:
    """AU14, buccinator: the corner is drawn in and back, the lips tighten towards it."""
    corner = bell(h.x, 27.0, 10.0, 9.0) * bell(h.y, -66.5, 10.0, 11.0)
    beside = bell(h.x, 39.0, 7.0, 8.0) * bell(h.y, -64.0, 11.0, 12.0)
    return _out(3.8 * corner - 2.4 * beside, 2.4 * corner + 0.6 * beside, -2.5 * corner)


def corner_depress(h: Head) -> Array:
    """AU15, depressor anguli oris: it fans out below the corner, so it pulls sideways too."""
    corner = bell(h.x, 29.0, 11.0, 12.0) * bell(h.y, -69.0, 12.0, 20.0)
    widen = np.clip(h.x / 26.0, 0.0, 1.0) * step(60.0, 30.0, h.x) * bell(h.y, -67.0, 15.0, 16.0)
    return _out(3.5 * widen, -7.0 * corner, -0.8 * corner)


def lip_stretch(h: Head) -> Array:
    """AU20, risorius: corners sideways and a little down."""
    along = bell(h.y, -67.0, 15.0, 14.0)
    widen = np.clip(h.x / 26.0, 0.0, 1.0) * step(60.0, 30.0, h.x)
    down = bell(h.x, 26.0, 11.0, 12.0) * along
    return _out(6.2 * widen * along, -2.2 * down, -1.5 * down)


def lids_close(h: Head) -> Array:
    """AU43 beyond the lids: the brow side of the fold comes down a little."""
    fold = bell(h.x, 31.0, 12.0) * bump(h.y, (4.0, 7.0), (8.0, 15.0))
    return _out(0.0 * fold, -1.2 * fold)


def lower_lip_depress(h: Head) -> Array:
    """AU16, depressor labii inferioris."""
    lip = bell(h.x, 9.0, 12.0, 8.0) * bell(h.y, -72.0, 9.0, 20.0) * h.low
    return _out(0.6 * lip, -4.6 * lip)


def chin_raise(h: Head) -> Array:
    """AU17, mentalis: the chin boss rises and pushes the lower lip up, that one the upper lip.

    Both lips go alike: an open mouth stays as open as speech has it.
    """
    boss = bell(h.x, 0.0, 17.0) * bump(h.y, (-122.0, -100.0), (-92.0, -70.0)) * h.low
    across = step(30.0, 8.0, h.x)
    lower = across * bell(h.y, -70.0, 12.0, 12.0) * h.low
    upper = across * bell(h.y, -63.0, 9.0, 9.0) * (1.0 - h.low)
    return _out(0.0 * boss, 5.0 * np.maximum(boss, 0.4 * lower) + 2.0 * upper, 1.5 * boss)


def lip_tighten(h: Head) -> Array:
    """AU23, orbicularis oris: the red of the lips narrows, corners come in a little."""
    inwards = bell(h.x, 24.0, 9.0, 8.0) * bell(h.y, -67.0, 9.0, 9.0)
    return _out(-1.6 * inwards, 1.8 * _red_of_lips(h), -1.0 * np.abs(_red_of_lips(h)))


def lip_press(h: Head) -> Array:
    """AU24: lips pressed together; the gap itself is closed in ``mouth``."""
    boss = bell(h.x, 0.0, 16.0) * bell(h.y, -90.0, 10.0, 9.0) * h.low
    return _out(0.0 * boss, 2.3 * _red_of_lips(h) + 1.0 * boss, -1.2 * np.abs(_red_of_lips(h)))


def _red_of_lips(h: Head) -> Array:
    """-1 at the upper lip's outer edge, +1 at the lower lip's: towards the mouth line."""
    across = step(30.0, 18.0, h.x)
    upper = bell(h.y, -59.0, 4.0, 6.5) * (1.0 - h.low)
    lower = bell(h.y, -75.5, 7.0, 5.5) * h.low
    return across * (lower - upper)


def lips_part(h: Head) -> Array:
    """AU25: lips part without the jaw."""
    across = step(28.0, 6.0, h.x)
    lower = bell(h.y, -70.0, 14.0, 10.0) * h.low
    upper = bell(h.y, -62.0, 9.0, 10.0) * (1.0 - h.low)
    return _out(0.0 * across, across * (4.4 * upper - 6.0 * lower))


def jaw_drop(h: Head) -> Array:
    """AU26: the jaw turns about its joint before the ears; the lower lip goes along.

    The corners come in, as lips stretched tall get narrow.
    """
    joint_y, joint_z, turn = -28.0, -62.0, 0.19
    cheek = step(-48.0, -92.0, h.y)
    lip = np.clip(1.0 - (h.x / 27.5) ** 2, 0.0, 1.0) ** 0.7
    weight = lip * h.low + (1.0 - lip) * cheek
    corner = bell(h.x, 26.0, 9.0, 8.0) * bell(h.y, -66.5, 7.0, 9.0)
    weight = np.maximum(weight, 0.46 * corner)
    weight = weight * step(-150.0, -108.0, h.y)
    inwards = bell(h.x, 27.0, 12.0) * bell(h.y, -67.0, 18.0, 14.0)
    upper = bell(h.x, 0.0, 14.0) * bell(h.y, -62.0, 8.0, 10.0) * (1.0 - h.low)
    return _out(
        -6.0 * inwards,
        -turn * (h.z - joint_z) * weight + 0.4 * upper,
        turn * (h.y - joint_y) * weight,
    )


_SIDED: dict[str, Callable[[Head], Array]] = {
    "1": inner_brow_raise, "2": outer_brow_raise, "4": brow_lower, "5": upper_lid_raise,
    "6": cheek_raise, "7": lid_tighten, "9": nose_wrinkle, "10": upper_lip_raise,
    "12": corner_pull, "14": dimple, "15": corner_depress, "20": lip_stretch, "43": lids_close,
}  # fmt: skip
_WHOLE: dict[str, Callable[[Head], Array]] = {
    "16": lower_lip_depress, "17": chin_raise, "23": lip_tighten, "24": lip_press,
    "25": lips_part, "26": jaw_drop,
}  # fmt: skip
# Over how many millimetres about the midline the left half hands over to the right half.
_HANDOVER_MM = 9.0
_MIDLINE_MM = 4.0  # on the midline itself nothing moves sideways


@cache
def displacement_fields() -> Floats:
    """All units' fields on the drawn mesh, (units, vertices, 3) float32 in mm per intensity.

    Left and right halves add up to the two-sided action.
    """
    mesh = load_mesh()
    signed = mesh.vertices[:, 0].astype(float)
    y, z = (mesh.vertices[:, k].astype(float) for k in (1, 2))
    head = Head(np.abs(signed), y, z, mesh.lower.astype(float))
    left = step(-_HANDOVER_MM, _HANDOVER_MM, signed)
    outwards = np.clip(signed / _MIDLINE_MM, -1.0, 1.0)[:, None]
    rim = _still_beyond(len(mesh.vertices))
    fields = []
    for unit in UNITS:
        name = unit.removeprefix("AU")
        if name in _WHOLE:
            field = _WHOLE[name](head)
        else:
            half = left if name.endswith("L") else 1.0 - left
            field = _SIDED[name[:-1]](head) * half[:, None]
        fields.append(field * np.concatenate([outwards, np.ones((len(field), 2))], 1) * rim)
    return np.array(fields, np.float32)


def _still_beyond(vertices: int) -> Array:
    """0 on the outermost ring, so that nothing outside the mesh moves; 1 elsewhere."""
    mesh = load_mesh()
    count = len(mesh.ring_roots)
    rim = np.ones((len(mesh.vertices) - sum(len(p) for p in mesh.midpoints), 1), np.float32)
    rim[-count // 2 :] = 0.0
    return mesh.spread(rim).astype(float)[:vertices]
