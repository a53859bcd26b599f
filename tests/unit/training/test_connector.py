from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cmet_studio.core.errors import Cancelled
from cmet_studio.core.progress import CancelToken
from cmet_studio.emotion.corpus import Corpus
from cmet_studio.networks.connector import load_connector
from cmet_studio.training.connector import TrainingSettings, fit, train_connector
from cmet_studio.training.expressions import facs_source

SOURCE = facs_source("mesh", ("AU1L", "AU4L", "AU12L", "AU15L", "AU26"))
TINY = TrainingSettings(width=32, layers=1, heads=2, steps=40, batch=12, rate=3e-3)


def test_training_lowers_the_loss(made_up_corpus: Corpus) -> None:
    connector, losses = fit(made_up_corpus, SOURCE, TINY)
    assert np.mean(losses[-10:]) < 0.6 * np.mean(losses[:10])
    assert not connector.training


def test_same_seed_same_bits_and_the_caller_keeps_its_own(made_up_corpus: Corpus) -> None:
    few = replace(TINY, steps=5)
    torch.manual_seed(7)
    before = torch.get_rng_state()
    one, _ = fit(made_up_corpus, SOURCE, few)
    assert torch.equal(before, torch.get_rng_state())
    two, _ = fit(made_up_corpus, SOURCE, few)
    other, _ = fit(made_up_corpus, SOURCE, replace(few, seed=43))
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, two.state_dict()[name])
    assert not torch.equal(one.state_dict()["Norm.weight"], other.state_dict()["Norm.weight"])


def test_it_stops_when_asked_and_says_how_far_it_is(made_up_corpus: Corpus) -> None:
    token = CancelToken()
    seen = []

    def report(stage: str, done: int, total: int) -> None:
        seen.append((stage, done, total))
        if done == 2:
            token.cancel()

    threads = torch.get_num_threads()
    with pytest.raises(Cancelled):
        fit(made_up_corpus, SOURCE, TINY, token, report)
    assert seen[-1] == ("training the connector", 2, 40)
    assert torch.get_num_threads() == threads


def test_the_file_can_be_used_and_says_what_it_was_made_from(
    shared_data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "c.safetensors"
    result = train_connector(
        shared_data / "speech" / "emotion2vec_plus_large.npz",
        out,
        expressions=shared_data / "edtalk_expression_weights.json",
        steps=2,
        speakers=("M003",),
    )
    assert result["steps"] == 2
    connector = load_connector(out)
    delta = connector.step(np.zeros((5, 10)), np.ones(1024), np.zeros((5, 10)))
    assert delta.shape == (5, 10)
