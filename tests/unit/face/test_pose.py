"""Angles mean what ``face.types`` says they mean."""

import numpy as np
import pytest

from cmet_studio.face.mean_shape import make
from cmet_studio.face.mesh import region_of
from cmet_studio.face.pose import OPPOSITE, STEADY, fit, head_pose, mean_face


def turned(yaw=0.0, pitch=0.0, roll=0.0, scale=150.0, shift=(320.0, 200.0, 30.0)):
    """Landmarks of the mean face, turned: yaw to the picture's right, pitch up, roll clockwise."""
    a, b, c = np.radians([yaw, pitch, roll])
    # z points away: turning the nose (-z) to +x is a negative turn about y by the right-hand rule,
    # and raising it (towards -y) a negative one about x.
    about_y = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return (scale * mean_face() @ (about_z @ about_y @ about_x).T + shift).astype(np.float32)


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll"),
    [(0, 0, 0), (30, 0, 0), (0, 20, 0), (0, 0, 25), (-40, 15, -30), (60, -25, 80), (10, -10, 170)],
)
def test_angles_come_back(yaw, pitch, roll):
    (pose,) = head_pose(turned(yaw, pitch, roll)[None])
    np.testing.assert_allclose(pose, [yaw, pitch, roll], atol=0.01)


def test_directions_are_the_promised_ones():
    nose, between_eyes, chin = 1, 168, 152
    straight = turned()
    right, up, clockwise = turned(yaw=30), turned(pitch=20), turned(roll=20)

    def ahead(face):
        return face[nose] - face[between_eyes]

    assert ahead(right)[0] > ahead(straight)[0] + 5
    assert ahead(up)[1] < ahead(straight)[1] - 5
    assert clockwise[chin, 0] < straight[chin, 0] - 10  # the head's top leans right, the chin left


def test_size_and_place_do_not_matter():
    poses = head_pose(np.stack([turned(20, 5, 10), turned(20, 5, 10, 30.0, (9.0, 8.0, 7.0))]))
    np.testing.assert_allclose(poses[0], poses[1], atol=0.01)
    np.testing.assert_allclose(fit(turned(scale=80.0)[None]).scale, 80.0, rtol=1e-4)


def test_the_mean_face_is_symmetric_and_made_by_its_command():
    face = mean_face()
    np.testing.assert_allclose(face[STEADY], face[STEADY][OPPOSITE] * [-1, 1, 1], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(face[234] - face[454]), 1.0, rtol=1e-5)
    assert not face.flags.writeable
    np.testing.assert_allclose(make(), face, atol=2e-3)


def test_a_mirrored_picture_turns_and_tilts_the_other_way(network, detector, pictures, excerpt):
    frames = excerpt("portrait", 0, 1, (1280, 720))
    both = []
    for picture in pictures([frames[0], np.ascontiguousarray(frames[0][:, ::-1])]):
        region = detector.whole(picture)[0].region()
        for _ in range(5):
            points, _score = network.see(picture, region)
            region = region_of(points)
        both.append(points.astype(np.float32))
    (yaw, pitch, roll), mirrored = head_pose(np.stack(both))
    assert yaw > 10
    assert roll < -2
    np.testing.assert_allclose(mirrored, [-yaw, pitch, -roll], atol=2.0)
