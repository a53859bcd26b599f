from pathlib import Path

import numpy as np
import pytest

from cmet_studio.core.errors import BadInput
from cmet_studio.emotion.corpus import load_corpus


def _write(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def test_keys_say_who_speaks_and_how(tmp_path: Path) -> None:
    row = np.ones(1024, np.float32)
    path = _write(
        tmp_path / "e.npz",
        **{
            "mead/happy/M030_level_3_002": 2 * row,
            "mead/happy/M030_level_3_001": row,
            "mead/neutral/M030_001": row,
            "mead/happy/W015_level_3_001": row,
            "extended/envious/envious_0": row,
        },
    )
    corpus = load_corpus(path)
    assert corpus.speakers == ("M030",)
    assert corpus.of("M030", "happy")[:, 0].tolist() == [1.0, 2.0]
    assert corpus.of("", "envious").shape == (1, 1024)
    assert corpus.of("M030", "sad").shape == (0, 1024)
    assert corpus.only("W015").of("M030", "happy").shape == (0, 1024)


def test_unusable_files_are_named(tmp_path: Path) -> None:
    text = tmp_path / "text.npz"
    text.write_text("no")
    broken = _write(tmp_path / "short.npz", **{"mead/happy/M1_1": np.ones(3)})
    keys = _write(tmp_path / "keys.npz", happy=np.ones(1024))
    objects = _write(tmp_path / "objects.npz", **{"a/b/c": np.array([{}], dtype=object)})
    for path in (text, broken, keys, objects, tmp_path / "gone.npz"):
        with pytest.raises(BadInput, match=path.name):
            load_corpus(path)


def test_the_shared_embeddings(shared_data: Path) -> None:
    corpus = load_corpus(shared_data / "speech" / "emotion2vec_plus_large.npz")
    assert corpus.speakers == ("M003", "W009")
    assert len(corpus.of("M003", "neutral")) == 24
    assert len(corpus.of("", "romantic")) == 10
