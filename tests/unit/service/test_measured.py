"""What the service says of faces, curves, sound and emotions."""

import numpy as np
import pytest
from service_fixtures import FRAMES, Story

from cmet_studio.service.client import Engine, EngineProblem

Shown = tuple[Engine, Story]


def test_analysis(shown: Shown) -> None:
    engine, story = shown
    found = engine.analysis()
    (performer,) = story.project.performers
    face = found["performers"][performer.id]
    assert all(0 < cut < FRAMES for cut in found["cuts"])
    assert (face["state"], face["found"], face["lost"]) == ("ready", [[0, FRAMES]], [])
    assert len(face["boxes"]["values"]) == FRAMES


def test_a_face_and_where_faces_are(shown: Shown) -> None:
    engine, story = shown
    (performer,) = story.project.performers
    face = engine.face(performer.id, 5)
    assert np.shape(face["landmarks"]) == (478, 2)
    (seen,) = engine.faces(5)
    assert np.allclose(seen["box"], face["box"], atol=12)
    with pytest.raises(EngineProblem):
        engine.face("nobody", 5)
    with pytest.raises(EngineProblem):
        engine.face(performer.id, FRAMES)


def test_curves(shown: Shown) -> None:
    engine, story = shown
    (performer,) = story.project.performers
    found = engine.curves(performer.id, 0, 2**31 - 1)
    assert (found["start"], found["stop"], len(found["delta"])) == (0, FRAMES, FRAMES)
    assert found["delta"][2] == 0.0
    assert found["delta"][12] > 0.1
    assert found["emotions"]["e1"][12] == 1.0
    assert found["emotions"]["e2"][24] == 1.0
    assert found["emotions"]["e1"][24] == 0.0
    assert engine.curves(performer.id, 0, FRAMES, 5)["delta"] == found["delta"][::5]
    with pytest.raises(EngineProblem):
        engine.curves("nobody", 0, 5)


def test_speech_and_emotions(shown: Shown) -> None:
    engine, _ = shown
    assert all(0 <= frame < FRAMES for frame in engine.onsets())
    figures = engine.emotion_figures(["e1"])
    assert figures["figures"]["e1"]["reads_as"][0][0] == "happy"
    assert figures["map"]["points"]
    with pytest.raises(EngineProblem):
        engine.emotion_figures(["e99"])
