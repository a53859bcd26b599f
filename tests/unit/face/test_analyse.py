"""Whole clips through the whole room."""

import cv2
import numpy as np
import pytest

from cmet_studio.core.errors import BadInput, Cancelled, NoFace
from cmet_studio.core.progress import CancelToken
from cmet_studio.face.analyse import Anchor, analyse_faces
from cmet_studio.face.detect import overlap
from cmet_studio.face.discover import discover
from cmet_studio.face.types import Box
from cmet_studio.media.reader import VideoReader
from tests.portrait import FACE, FACE_PX, SIZE, framing, push_in


class Clip:
    """Pictures by index, as a reader gives them."""

    def __init__(self, pictures):
        self._pictures = pictures

    def __len__(self):
        return len(self._pictures)

    def read(self, index):
        return self._pictures[index]


def anchor_of(pictures, frame=0):
    found = discover(Clip([pictures[frame]]))[0]
    return Anchor(frame, found.box)


def same(a, b):
    return all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for name in ("found", "landmarks", "boxes", "pose_deg", "confidence", "strength", "shot")
    )


def drifting(person, count):
    """The portrait, slowly moving and tilting."""
    frames = []
    for i in range(count):
        matrix = cv2.getRotationMatrix2D((256, 250), 6 * np.sin(i / 5), 1.0)
        matrix[:, 2] += [2.0 * i, 0.5 * i]
        frames.append(cv2.warpAffine(person, matrix, (640, 600), borderMode=cv2.BORDER_REPLICATE))
    return frames


def test_a_face_is_followed_with_full_strength(pictures, person):
    made = pictures(drifting(person, 20))
    said = []
    (track,) = analyse_faces(iter(made), 20, [anchor_of(made)], report=lambda *a: said.append(a))
    assert track.found.all()
    assert (track.strength == 1.0).all()
    assert (track.shot == 0).all()
    assert track.landmarks.shape == (20, 478, 3)
    assert track.landmarks.dtype == track.boxes.dtype == track.pose_deg.dtype == np.float32
    assert track.boxes[-1, 0] - track.boxes[0, 0] == pytest.approx(38, abs=8)
    assert [step[1] for step in said] == list(range(1, 21))
    assert {step[2] for step in said} == {20}


def test_two_runs_give_the_same_bits(pictures, person):
    made = pictures(drifting(person, 8))
    anchors = [anchor_of(made)]
    assert same(*(analyse_faces(made, 8, anchors)[0] for _ in range(2)))


def test_it_makes_no_difference_where_the_anchor_is(pictures, person):
    made = pictures(drifting(person, 10))
    early, late = analyse_faces(made, 10, [anchor_of(made), anchor_of(made, 9)])
    assert same(early, late)


def test_a_shot_is_tracked_alike_wherever_it_stands(pictures, person, excerpt):
    other = [cv2.resize(f, (640, 600)) for f in excerpt("smile", 0, 8)]
    alone = pictures(drifting(person, 10))
    joined = pictures(other + drifting(person, 10))
    box = anchor_of(alone).box
    (a,) = analyse_faces(alone, 10, [Anchor(0, box)])
    (b,) = analyse_faces(joined, 18, [Anchor(8, box)])
    assert b.shot.tolist() == [0] * 8 + [1] * 10
    assert not b.found[:8].any()
    assert np.array_equal(a.landmarks, b.landmarks[8:])
    assert np.array_equal(a.strength, b.strength[8:])


def test_a_push_in_until_forehead_and_chin_are_out(pictures, person):
    fills = 0.5 * 3.2 ** np.sin(np.linspace(0, np.pi, 40))  # to 1.6 and back
    frames = push_in(person, FACE, fills)
    made = pictures(frames)
    (found,) = discover(Clip(made))
    assert found.frames_found >= 15
    (track,) = analyse_faces(made, 40, [Anchor(found.frame, found.box)])
    assert track.found.all()
    assert (track.shot == 0).all()
    assert (track.strength == 1.0).all()
    assert (track.boxes[18:22, 3] > 1.3 * SIZE[1]).all()
    # Seen from the portrait, which does not move, neither do the landmarks.
    still = []
    for points, fill in zip(track.landmarks, fills, strict=True):
        to_frame = framing(FACE, fill)
        still.append((points[:468, :2] - to_frame[:, 2]) / to_frame[0, 0] / FACE_PX)
    off = np.linalg.norm(np.array(still) - still[0], axis=2)
    assert np.median(off, axis=1).max() < 0.03
    assert np.median(np.linalg.norm(np.diff(still, axis=0), axis=2), axis=1).max() < 0.015


def test_somebody_who_lies_is_followed_and_found_again(pictures, person):
    frames = [np.ascontiguousarray(np.rot90(frame)) for frame in drifting(person, 14)]
    for frame in frames[5:9]:
        frame[:] = (120, 100, 90)
    made = pictures(frames)
    (found,) = discover(Clip(made))
    (track,) = analyse_faces(made, 14, [Anchor(found.frame, found.box)])
    assert track.found.tolist() == [True] * 5 + [False] * 4 + [True] * 5
    np.testing.assert_allclose(track.pose_deg[track.found, 2], -90, atol=15)


def test_a_close_up_tracks_alike_wherever_it_is_anchored(pictures, person):
    fills = np.linspace(1.2, 1.5, 6)
    made = pictures(push_in(person, FACE, fills))
    anchors = [anchor_of(made), anchor_of(made, 5)]
    early, late = analyse_faces(made, 6, anchors)
    (alone,) = analyse_faces(made, 6, anchors[1:])
    assert early.found.all()
    assert same(early, late)
    assert same(late, alone)


def test_a_close_up_is_found_again_after_it_was_covered(pictures, person):
    frames = push_in(person, FACE, np.linspace(1.3, 1.4, 14))
    for frame in frames[4:8]:
        frame[:] = (120, 100, 90)
    made = pictures(frames)
    (track,) = analyse_faces(made, 14, [anchor_of(made)])
    assert track.found.tolist() == [True] * 4 + [False] * 4 + [True] * 6


def test_two_faces_that_change_places_at_a_cut(pictures, excerpt):
    left, right = excerpt("address", 0, 24), excerpt("smile", 0, 24)
    frames = [np.hstack([a, b]) for a, b in zip(left[:12], right[:12], strict=True)]
    frames += [np.hstack([b, a]) for a, b in zip(left[12:], right[12:], strict=True)]
    made = pictures(frames)
    found = discover(Clip(made))
    assert len(found) == 2
    assert [one.frames_found for one in found] == [16, 16]
    tracks = analyse_faces(made, 24, [Anchor(one.frame, one.box) for one in found])
    middles = [track.boxes[:, 0] + track.boxes[:, 2] / 2 for track in tracks]
    for track in tracks:
        assert track.found.all()
        assert (track.strength == 1.0).all()
    for one, middle in zip(found, middles, strict=True):
        starts_left = one.box.x < 360
        assert ((middle[:12] < 360) == starts_left).all()
        assert ((middle[12:] < 360) != starts_left).all()


def test_a_covered_face_is_lost_and_comes_back(pictures, excerpt):
    frames = [frame.copy() for frame in excerpt("address", 0, 50)]
    for frame in frames[20:30]:
        frame[60:330, 80:290] = (120, 100, 90)
    made = pictures(frames)
    (track,) = analyse_faces(made, 50, [anchor_of(made)])
    assert (track.shot == 0).all()
    assert not track.found[20:30].any()
    assert track.found[:20].all()
    assert track.found[33:].all()
    assert (track.strength[20:30] == 0).all()
    assert np.abs(np.diff(track.strength)).max() < 0.3
    assert track.strength[5] == track.strength[45] == 1.0


def test_a_face_that_leaves_fades_out(pictures, excerpt):
    frames = []
    for i, frame in enumerate(excerpt("address", 0, 45)):
        gone = max(0, i - 10) * 10
        moved = np.full_like(frame, 60)
        moved[:, min(gone, 360) :] = frame[:, : max(0, 360 - gone)]
        frames.append(moved)
    made = pictures(frames)
    (track,) = analyse_faces(made, 45, [anchor_of(made)])
    assert track.strength[5] == 1.0
    assert (track.strength[35:] == 0).all()
    assert np.abs(np.diff(track.strength)).max() < 0.3


def test_a_small_face_in_a_real_clip(clips):
    (path,) = [path for path in clips if "small_face" in path.name]
    with VideoReader(path) as clip:
        (found,) = discover(clip)
        assert 50 < found.box.w < 110
        (track,) = analyse_faces(clip.frames(0, 30), 30, [Anchor(0, anchor_of([clip.read(0)]).box)])
    assert track.found.all()
    assert (track.strength == 1.0).all()


@pytest.mark.parametrize("name", ["speaker", "interview", "portrait", "vertical", "glasses"])
def test_real_clips_are_found_throughout(clips, name):
    (path,) = [path for path in clips if path.name.startswith(name)]
    with VideoReader(path) as clip:
        made = list(clip.frames(0, 30))
    (track,) = analyse_faces(made, 30, [anchor_of(made)])
    assert track.found.all()
    assert (track.strength == 1.0).all()
    assert track.confidence.min() > 0.85
    assert np.abs(track.pose_deg[:, :2]).max() < 35


def test_a_wrong_count_is_an_error(pictures, person):
    made = pictures(drifting(person, 3))
    with pytest.raises(BadInput, match="4 frames but 3"):
        analyse_faces(made, 4, [anchor_of(made)])


def test_no_face_at_an_anchor_is_an_error(pictures, person):
    made = pictures(drifting(person, 3))
    with pytest.raises(NoFace, match="frame 1"):
        analyse_faces(made, 3, [Anchor(1, Box(560, 500, 60, 70))])


def test_it_stops_when_told(pictures, person):
    made = pictures(drifting(person, 10))
    token = CancelToken()

    def report(stage, done, total):
        if done == 3:
            token.cancel()

    with pytest.raises(Cancelled):
        analyse_faces(made, 10, [anchor_of(made)], token, report)


def test_discover_finds_one_person_once(clips):
    for path in clips[:2]:
        with VideoReader(path) as clip:
            (found,) = discover(clip)
            again = discover(Clip([clip.read(found.frame)]))[0]
        assert found.frames_found >= 12
        assert overlap(found.box, again.box) > 0.9


def test_discover_names_a_clip_without_a_face(pictures):
    blank = pictures([np.full((120, 160, 3), shade, np.uint8) for shade in (20, 90)])
    with pytest.raises(NoFace, match=r"holiday\.mov"):
        discover(Clip(blank), name="holiday.mov")
    with pytest.raises(NoFace, match="the clip"):
        discover(Clip(blank))


def test_discover_puts_the_largest_face_first(pictures, person):
    small = cv2.resize(person[:, ::-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    canvas = np.full((600, 800, 3), 110, np.uint8)
    canvas[:, :512] = person[:600]
    canvas[200 : 200 + small.shape[0], 530 : 530 + small.shape[1]] = small
    first, second = discover(Clip(pictures([canvas] * 4)))
    assert first.box.w > 1.5 * second.box.w
    assert first.box.x < second.box.x
