"""The published sampling's label leak, beside ours."""

from pathlib import Path

import numpy as np

from cmet_studio.emotion.corpus import Corpus
from cmet_studio.training.expressions import FaceSampler, facs_source
from cmet_studio.training.leak import LeakingSampler, leak_table
from cmet_studio.training.sampling import SpeechSampler

SOURCE = facs_source("mesh", ("AU1L", "AU4L", "AU12L", "AU15L", "AU26"))


def _told(sampler: type[FaceSampler], corpus: Corpus) -> float:
    """In how many windows the reference is the target."""
    rng = np.random.default_rng(1)
    speech, faces = SpeechSampler(corpus, rng), sampler(SOURCE, rng)
    windows = [faces.draw(speech.draw())[0] for _ in range(200)]
    asked = [w for w in windows if np.abs(w.target).max() > 0.05]
    return float(np.mean([np.allclose(w.reference, w.target) for w in asked]))


def test_the_published_reference_is_the_target_and_ours_is_not(made_up_corpus: Corpus) -> None:
    assert _told(LeakingSampler, made_up_corpus) > 0.9
    assert _told(FaceSampler, made_up_corpus) < 0.02


def test_the_table_has_both(shared_data: Path) -> None:
    seen: list[int] = []
    table = leak_table(
        shared_data / "speech" / "emotion2vec_plus_large.npz",
        shared_data / "edtalk_expression_weights.json",
        ("M003",),
        steps=2,
        report=lambda stage, done, total: seen.append(done),
    )
    assert set(table) == {"published", "ours"}
    assert max(seen) == 2
    for row in table.values():
        shares = (row.right, row.right_at_once, row.right_after_another)
        assert all(0.0 <= share <= 1.0 for share in shares)
        assert np.isfinite(row.copied)
