from dataclasses import replace

import numpy as np
import pytest

from cmet_studio.emotion.facs import prototype_vector
from cmet_studio.engine.faces.mesh.encoder import features_of, load_encoder, swap_sides
from cmet_studio.engine.faces.mesh.model import MeshFace
from cmet_studio.engine.faces.mesh.motion import move
from cmet_studio.engine.faces.mesh.units import REGION_OF_UNIT, UNITS
from cmet_studio.face.types import FaceTrack


def track_of(landmarks):
    n = len(landmarks)
    return FaceTrack(
        np.ones(n, np.bool_), np.asarray(landmarks, np.float32), np.ones((n, 4), np.float32),
        np.zeros((n, 3), np.float32), np.ones(n, np.float32), np.ones(n, np.float32),
        np.zeros(n, np.int32),
    )  # fmt: skip


def test_info_names_every_unit_once(model):
    assert model.info.units == UNITS
    assert len(set(UNITS)) == 32
    assert len(REGION_OF_UNIT) == 32


def test_lost_frames_read_zero(scene, model):
    track = track_of([scene().face.landmarks] * 3)
    track.found[1] = False
    read = model.encode(track)
    assert read.shape == (3, 35)
    assert read.dtype == np.float32
    assert not read[1, :32].any()


def test_a_track_without_a_face_reads_zero(model):
    track = track_of(np.zeros((4, 478, 3)))
    track.found[:] = False
    assert not model.encode(track)[:, :32].any()


def test_where_the_head_is_does_not_matter(scene):
    one = features_of(scene(centre=(100.0, 90.0), scale=1.0).face.landmarks)
    two = features_of(scene(centre=(200.0, 150.0), scale=2.6, yaw_deg=20.0).face.landmarks)
    assert np.abs(one - two).max() < 0.05  # mm


def test_reading_is_the_same_on_both_sides(scene):
    features = features_of(scene().face.landmarks)[None] + np.random.default_rng(3).normal(
        0, 1, (4, 936)
    ).astype(np.float32)
    swapped, _ = swap_sides(features, np.zeros((4, 32), np.float32))
    back, _ = swap_sides(swapped, np.zeros((4, 32), np.float32))
    assert np.allclose(back, features)
    weight = load_encoder().weight
    _, expected = swap_sides(features, features @ weight.T)
    assert np.abs(swapped @ weight.T - expected).max() < 0.05


@pytest.mark.parametrize("emotion", ["sad", "fear"])
def test_moved_landmarks_read_as_the_emotion(scene, model, emotion):
    """Without pixels, so rough, and nothing for emotions that live of cheeks and of the mouth: the
    tracker sees other motion there than the mesh makes."""
    rest = scene(gap_mm=1.0).face.landmarks
    asked = np.array(prototype_vector(emotion, UNITS), np.float32)
    moved = rest.copy()
    moved[:468, :2] += move(rest, asked).shift[:468]
    read = model.encode(track_of([rest, moved]))
    change = (read[1] - read[0])[:32]
    cosine = change @ asked / np.linalg.norm(change) / np.linalg.norm(asked)
    assert cosine > 0.2


def _loop(clip, emotion, frames):
    from cmet_studio.face.analyse import Anchor, analyse_faces
    from cmet_studio.face.discover import discover
    from cmet_studio.media.reader import VideoReader

    model = MeshFace()
    with VideoReader(clip) as reader:
        largest = discover(reader)[0]
        pictures = list(reader.frames(0, frames))
    anchor = Anchor(min(largest.frame, frames - 1), largest.box)
    (track,) = analyse_faces(pictures, frames, [anchor])
    before = model.encode(track)
    asked = np.array(prototype_vector(emotion, UNITS), np.float32)
    edited = []
    for picture in pictures:
        face = track.face(picture.index)
        patch = model.render(picture, face, before[picture.index], asked)
        planes = [plane.copy() for plane in picture.planes]
        for plane, (x, y), new, changed in zip(
            planes, patch.origins, patch.planes, patch.changed, strict=True
        ):
            plane[y : y + new.shape[0], x : x + new.shape[1]][changed] = new[changed]
        edited.append(replace(picture, planes=tuple(planes)))
    (again,) = analyse_faces(edited, frames, [anchor])
    return (model.encode(again) - before)[:, :32].mean(0), asked


@pytest.mark.parametrize("emotion", ["happy", "angry"])
def test_closed_loop(shared_data, emotion):
    clip = shared_data / "clips" / "address_450_25fps.mp4"
    read, asked = _loop(clip, emotion, 12)
    assert read @ asked / np.linalg.norm(read) / np.linalg.norm(asked) > 0.85
    moved = asked > 0.0
    assert 0.7 < (read[moved] / asked[moved]).mean() < 1.3
