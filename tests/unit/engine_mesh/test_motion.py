import numpy as np
import pytest

from cmet_studio.emotion.facs import PROTOTYPES, prototype_vector
from cmet_studio.engine.faces.mesh.canonical import EYE_LOWER, EYE_UPPER, load_mesh
from cmet_studio.engine.faces.mesh.fields import displacement_fields
from cmet_studio.engine.faces.mesh.geometry import fit_pose
from cmet_studio.engine.faces.mesh.lip_time import held_back
from cmet_studio.engine.faces.mesh.motion import inside, limited, move
from cmet_studio.engine.faces.mesh.units import UNITS

UP, DOWN, OUT, IN = (0, -1), (0, 1), (1, 0), (-1, 0)  # outwards on the performer's left


def shift_of(scene, delta, vertex, yaw=0.0, gap=0.0):
    motion = move(scene(yaw_deg=yaw, gap_mm=gap).face.landmarks, delta)
    return motion.shift[vertex]


@pytest.mark.parametrize(
    ("unit", "vertex", "direction"),
    [
        ("AU1", 336, UP), ("AU2", 283, UP), ("AU4", 336, DOWN), ("AU4", 336, IN),
        ("AU5", 386, UP), ("AU6", 347, UP), ("AU7", 374, UP), ("AU9", 358, UP),
        ("AU10", 267, UP), ("AU12", 291, UP), ("AU12", 291, OUT), ("AU14", 291, OUT),
        ("AU15", 291, DOWN), ("AU16", 17, DOWN), ("AU17", 200, UP), ("AU20", 291, OUT),
        ("AU23", 0, DOWN), ("AU24", 17, UP), ("AU25", 14, DOWN), ("AU26", 152, DOWN),
        ("AU26", 14, DOWN), ("AU43", 386, DOWN),
    ],
)  # fmt: skip
def test_each_unit_moves_what_it_is_named_for(scene, delta, unit, vertex, direction):
    moved = shift_of(scene, delta(**{unit: 1.0}), vertex)
    assert moved @ np.array(direction) > 0.9  # pixels at 1.4 px/mm


def test_left_is_the_performers_left(scene, delta):
    one = delta(AU12L=1.0)
    motion = move(scene().face.landmarks, one)
    left, right = np.linalg.norm(motion.shift[[291, 61]], axis=1)
    assert left > 6.0
    assert right < 0.2


def test_both_sides_are_mirror_images():
    mesh, fields = load_mesh(), displacement_fields()
    mirror = mesh.mirror[:468]
    for index, unit in enumerate(UNITS):
        other = unit[:-1] + {"L": "R", "R": "L"}[unit[-1]] if unit[-1] in "LR" else unit
        swapped = fields[UNITS.index(other), mirror] * np.array([-1.0, 1.0, 1.0])
        assert np.abs(fields[index, :468] - swapped).max() < 0.35, unit


def test_the_outermost_ring_never_moves(scene):
    for name in PROTOTYPES:
        change = np.array(prototype_vector(name, UNITS), np.float32)
        motion = move(scene().face.landmarks, change)
        assert not np.abs(motion.shift[468 + 36 : 468 + 72]).any()


def test_motion_follows_the_head(scene, delta):
    straight = shift_of(scene, delta(AU4=1.0), 9)
    face = scene().face.landmarks.copy()
    angle = np.radians(30.0)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    face[:, :2] = (face[:, :2] - 150.0) @ turn.T.astype(np.float32) + 150.0
    turned = move(face, delta(AU4=1.0)).shift[9]
    angle = np.degrees(np.arctan2(*turned[::-1]) - np.arctan2(*straight[::-1]))
    assert angle == pytest.approx(30.0, abs=2.0)


@pytest.mark.parametrize("gap", [0.0, 0.5, 3.0, 9.0])
@pytest.mark.parametrize("units", [{"AU24": 1.2, "AU17": 1.2}, {"AU25": -1.2, "AU26": -1.2}])
def test_lips_never_pass_through_each_other(scene, delta, gap, units):
    motion = move(scene(gap_mm=gap).face.landmarks, delta(**units))
    upper, lower = [80, 81, 82, 13, 312, 311, 310], [88, 178, 87, 14, 317, 402, 318]
    before = motion.seen[lower, 1] - motion.seen[upper, 1]
    after = motion.moved[lower, 1] - motion.moved[upper, 1]
    assert (after > np.minimum(before, 0.0) - 0.35).all()
    assert (after <= np.maximum(before, 0.2) + 0.05).all()


@pytest.mark.parametrize("units", [{"AU43": 1.0}, {"AU43": 1.3, "AU7": 1.0, "AU6": 1.0}])
def test_lids_close_and_never_cross(scene, delta, units):
    motion = move(scene().face.landmarks, delta(**units))
    for side in "RL":
        upper, lower = list(EYE_UPPER[side][1:-1]), list(EYE_LOWER[side][1:-1])
        before = motion.seen[lower, 1] - motion.seen[upper, 1]
        after = motion.moved[lower, 1] - motion.moved[upper, 1]
        assert (after > -1.2).all()
        assert after.max() < 0.35 * before.max()


def test_a_blink_stays_a_blink(scene, delta):
    face = scene().face.landmarks.copy()
    for side in "RL":
        face[list(EYE_UPPER[side]), 1] = face[list(EYE_LOWER[side]), 1] - 0.3
    motion = move(face, delta(AU5=1.0))
    assert np.abs(motion.shift[[159, 386]]).max() < 1.0


def test_pose_is_recovered(scene):
    pose = fit_pose(scene(centre=(222.0, 111.0), scale=2.5, yaw_deg=25.0).face.landmarks)
    assert pose.scale == pytest.approx(2.5, rel=1e-3)
    assert pose.shift[:2] == pytest.approx([222.0, 111.0], abs=0.2)
    assert np.degrees(np.arcsin(pose.rotation[0, 2])) == pytest.approx(25.0, abs=0.2)


def test_triangles_do_not_fold_over(scene):
    mesh = load_mesh()
    for name in PROTOTYPES:
        change = np.array(prototype_vector(name, UNITS), np.float32)
        motion = move(scene(gap_mm=1.0).face.landmarks, change)

        def area(points):
            a, b, c = (points[mesh.triangles[:, k]] for k in range(3))
            return np.cross(b - a, c - a)

        before, after = area(motion.points), area(motion.points + motion.shift)
        folded = (np.sign(before) != np.sign(after)) & (np.abs(before) > 8.0)
        # Anger's brow comes down over the lid's crease (28 triangles), which is then hidden.
        assert folded.mean() < 0.0125, name


def test_what_a_face_can_do_is_limited_smoothly():
    steps = np.linspace(-1.0, 2.0, 61, dtype=np.float32)
    reached = limited(np.full(61, 1.3, np.float32), steps)
    assert (np.diff(reached) >= -1e-6).all()
    assert reached.max() < 0.9
    assert limited(np.zeros(3, np.float32), np.zeros(3, np.float32)).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("name", ["sad", "happy"])
@pytest.mark.parametrize("gap_mm", [3.0, 9.0])
def test_an_expression_opens_a_mouth_in_step_with_speech(scene, name, gap_mm):
    # A raised chin once pressed speaking lips together, so sad speakers lost their timing. A smile
    # bares teeth as far as a word opens the lips, here one of at most 9 mm.
    change = np.array(prototype_vector(name, UNITS), np.float32)
    held = held_back(change, 0.8 * gap_mm / 9.0)
    motion = move(scene(gap_mm=gap_mm).face.landmarks, held)
    before = np.linalg.norm(motion.seen[14] - motion.seen[13])
    after = np.linalg.norm(motion.moved[14] - motion.moved[13])
    assert 0.75 * before < after < 2.2 * before


def test_lips_that_are_drawn_wide_get_thin(scene, delta):
    motion = move(scene().face.landmarks, delta(AU12=1.0))

    def thickness(points):
        return points[13, 1] - points[0, 1] + points[17, 1] - points[14, 1]

    assert thickness(motion.moved) < 0.95 * thickness(motion.seen)


def test_grief_makes_the_brows_oblique(scene):
    change = np.array(prototype_vector("sad", UNITS), np.float32)
    motion = move(scene().face.landmarks, change)
    inner, outer = motion.shift[336, 1], motion.shift[276, 1]
    assert inner < -3.0  # up
    assert outer > 1.0  # down


def test_a_face_inside_the_picture_is_left_alone(scene, delta):
    motion = move(scene().face.landmarks, delta(AU1=1.0, AU12=1.0, AU26=1.0))
    assert np.array_equal(inside(motion, (320, 360)).shift, motion.shift)


def test_nothing_is_fetched_from_beyond_the_pictures_edge(scene, delta):
    asked = delta(AU4=1.0)  # brows come down, and what is above them
    landmarks = scene(centre=(160.0, 12.0)).face.landmarks
    free, kept = move(landmarks, asked), inside(move(landmarks, asked), (320, 360))
    beyond = free.points[:, 1] <= 0.0
    assert free.shift[beyond, 1].max() > 2.0
    assert kept.shift[beyond, 1].max() == 0.0
    mouth = [13, 14, 61, 291]
    assert np.array_equal(kept.shift[mouth], free.shift[mouth])
    order = np.argsort(kept.points[:, 1])  # and nothing folds over what stayed
    above_nose = order[np.abs(kept.points[order, 0] - 160.0) < 3.0]
    rows = (kept.points + kept.shift)[above_nose, 1]
    assert np.diff(rows).min() > -1.0


def test_an_edge_that_comes_nearer_takes_no_sudden_toll(scene, delta):
    asked = delta(AU1=-0.5, AU4=1.0)
    steps = np.arange(60.0, 0.0, -0.25)
    shifts = []
    for y in steps:
        landmarks = scene(centre=(160.0, float(y))).face.landmarks
        shifts.append(inside(move(landmarks, asked), (320, 360)).shift)
    assert np.abs(np.diff(shifts, axis=0)).max() < 0.25
