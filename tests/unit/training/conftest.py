import numpy as np
import pytest

from cmet_studio.emotion.corpus import BASIC, Corpus


@pytest.fixture(scope="package")
def made_up_corpus() -> Corpus:
    """Two speakers; every emotion a direction of its own, takes scattered about it."""
    rng = np.random.default_rng(5)
    ways = {name: rng.normal(size=1024) * 0.35 for name in BASIC}
    ways["neutral"] = np.zeros(1024)
    takes = {}
    for speaker in ("A01", "B02"):
        voice = rng.normal(size=1024) * 0.3
        for name, way in ways.items():
            loud = rng.uniform(0.7, 1.3, (6, 1))
            noise = 0.03 * rng.normal(size=(6, 1024))
            takes[speaker, name] = (voice + loud * way + noise).astype(np.float32)
    takes["", "sarcastic"] = rng.normal(size=(4, 1024)).astype(np.float32)
    return Corpus(takes)
