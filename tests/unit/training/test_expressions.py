import json
from pathlib import Path

import numpy as np
import pytest

from cmet_studio.core.errors import BadInput
from cmet_studio.emotion.corpus import BASIC, Corpus
from cmet_studio.training.expressions import FaceSampler, facs_source, json_source, shown
from cmet_studio.training.sampling import SpeechSampler, Utterance

UNITS = ("AU1L", "AU1R", "AU4L", "AU4R", "AU6L", "AU6R", "AU12L", "AU12R", "AU15L", "AU15R",
         "AU25", "AU26")  # fmt: skip


def _faces(seed: int = 0) -> FaceSampler:
    return FaceSampler(facs_source("mesh", UNITS), np.random.default_rng(seed))


def _content(**emotions: float) -> np.ndarray:
    return np.array([emotions.get(name, 0.0) for name in BASIC])


def _unit(change: np.ndarray, name: str) -> float:
    return float(change[UNITS.index(name)])


def test_strength_bends_gently_and_never_turns() -> None:
    x = np.linspace(-1.6, 1.6, 65)
    y = shown(x)
    assert np.all(np.diff(y) > 0.0)
    assert shown(np.array([0.0, 1.0, -1.0])).tolist() == [0.0, 1.0, -1.0]
    assert y[-1] < 1.6


def test_a_change_is_target_minus_base() -> None:
    faces = _faces()
    paired = faces.change(_content(sad=1.0, happy=-1.0), _content(happy=1.0))
    prototypes = facs_source("mesh", UNITS).prototypes
    expected = prototypes[BASIC.index("sad")] - prototypes[BASIC.index("happy")]
    assert np.allclose(paired, expected)


def test_sad_speech_takes_a_smile_away_but_leaves_the_lips_to_speech() -> None:
    faces = _faces()
    on_rest = faces.change(_content(sad=1.0), _content())
    on_smile = faces.change(_content(sad=1.0), _content(happy=1.0))
    assert _unit(on_smile, "AU12L") < -0.5
    assert _unit(on_rest, "AU12L") == 0.0
    assert _unit(on_smile, "AU25") == _unit(on_rest, "AU25")


def test_a_smile_is_not_deepened_twice() -> None:
    faces = _faces()
    on_smile = faces.change(_content(happy=1.0), _content(happy=1.0))
    on_rest = faces.change(_content(happy=1.0), _content())
    assert 0.0 < _unit(on_smile, "AU12R") < _unit(on_rest, "AU12R")


def test_saying_nothing_changes_nothing() -> None:
    assert not _faces().change(_content(), _content(angry=1.0)).any()


def test_the_reference_does_not_give_the_target_away(made_up_corpus: Corpus) -> None:
    """Zero for half of the windows; elsewhere it is hardly ever the target."""
    speech = SpeechSampler(made_up_corpus, np.random.default_rng(0))
    faces = _faces()
    windows = [w for _ in range(600) for w in faces.draw(speech.draw())]
    moved = [w for w in windows if np.abs(w.target).max() > 0.1]
    zero = [w for w in moved if not w.reference.any()]
    told = [w for w in moved if w.reference.any()]
    assert 0.4 < len(zero) / len(moved) < 0.6
    alike = [np.allclose(w.reference, w.target, atol=0.05) for w in told]
    assert np.mean(alike) < 0.05
    copied = np.array([np.abs(w.reference.mean(axis=0) - w.target[0]).max() for w in told])
    assert np.median(copied) > 0.15


def test_the_target_is_steady_and_the_face_is_not(made_up_corpus: Corpus) -> None:
    speech = SpeechSampler(made_up_corpus, np.random.default_rng(0))
    there, back = _faces().draw(speech.draw())
    for window in (there, back):
        assert not np.diff(window.target, axis=0).any()
        assert np.diff(window.expression, axis=0).any()


def test_reverse_takes_back_what_forward_adds() -> None:
    content = _content(surprised=0.8, sad=-0.8)
    utterance = Utterance(np.zeros(1024), content, BASIC.index("sad"), BASIC.index("surprised"))
    there, back = _faces().draw(utterance)
    assert np.allclose(there.target, -back.target)


def test_mean_expressions_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "edtalk_means.json"
    path.write_text(json.dumps({name: [i, 1.0, -i] for i, name in enumerate(BASIC)}))
    source = json_source(path)
    assert source.name == "edtalk"
    assert len(source.units) == 3
    assert source.rest.tolist() == [5.0, 1.0, -5.0]
    assert not source.prototypes[BASIC.index("neutral")].any()
    assert source.prototypes[0].tolist() == [-5.0, 0.0, 5.0]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"angry": [1]}', '{"angry": "x"}'])
def test_files_that_hold_no_expressions_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"x\.json cannot be used"):
        json_source(path)


def test_the_shared_edtalk_means_make_a_source(shared_data: Path) -> None:
    source = json_source(shared_data / "edtalk_expression_weights.json")
    assert len(source.units) == 10
    assert 0.7 < source.scale < 1.4
