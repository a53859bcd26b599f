import json
from pathlib import Path

import numpy as np
import pytest

from cmet_studio.core.errors import EngineError
from cmet_studio.core.paths import model_file
from cmet_studio.emotion.corpus import load_corpus
from cmet_studio.evaluation.connector import evaluate_connector, figure_rows
from cmet_studio.evaluation.connector_figures import accuracy, top_units
from cmet_studio.evaluation.subject import load_subject
from cmet_studio.networks.weights import load_safetensors, save_safetensors


def test_all_figures_of_the_starter_on_the_shared_speech(shared_data: Path) -> None:
    seen = []
    figures = evaluate_connector(
        shared_data / "speech" / "emotion2vec_plus_large.npz",
        report=lambda stage, done, total: seen.append((done, total)),
    )
    json.dumps(figures)
    assert seen[-1][0] == seen[-1][1] > 5
    assert figures["accuracy_10_shots"]["balanced"] >= 0.97
    assert figures["accuracy_1_shots"]["balanced"] >= 0.85
    assert min(figures["strength_correlation"].values()) > 0.7
    rows = figure_rows(figures)
    assert rows[0] == ("measured on speakers", "M003, W009")
    assert all(isinstance(cell, str) for row in rows for cell in row)


def test_accuracy_knows_a_connector_that_says_nothing(shared_data: Path) -> None:
    subject = load_subject(model_file("starter_connector.safetensors"))
    for parameter in subject.connector.projector.parameters():
        parameter.data.zero_()
    corpus = load_corpus(shared_data / "speech" / "emotion2vec_plus_large.npz")
    figures = accuracy(subject, corpus, 3, draws=3)
    assert figures["neutral"] == 1.0
    assert figures["balanced"] == pytest.approx(1 / 7)


def test_units_are_named_largest_first_and_sides_merged() -> None:
    units = ("AU1L", "AU1R", "AU12L", "AU12R", "AU26")
    delta = np.array([0.5, 0.52, 0.1, 0.9, -0.3], np.float32)
    assert top_units(units, delta, 3) == ["AU12R +0.90", "AU1 +0.51", "AU26 -0.30"]


def test_a_connector_that_does_not_say_what_it_learned_is_refused(tmp_path: Path) -> None:
    tensors, metadata = load_safetensors(model_file("starter_connector.safetensors"))
    path = tmp_path / "c.safetensors"
    save_safetensors(path, tensors, {"connector": metadata["connector"]})
    with pytest.raises(EngineError, match="does not say what it was trained on"):
        load_subject(path)
