"""Make the shipped presets from a corpus of embeddings."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from cmet_studio.core.errors import BadInput
from cmet_studio.emotion.corpus import BASIC, EXTENDED, Corpus, load_corpus
from cmet_studio.emotion.presets import NEUTRAL_MEAN
from cmet_studio.emotion.vectors import strength
from cmet_studio.networks.weights import save_safetensors

Doubles = npt.NDArray[np.float64]

CONTEMPT_STRENGTH = 9.0
"""Length the contempt preset is brought to: that of the weaker of the other presets."""


def preset_vectors(corpus: Corpus) -> dict[str, Doubles]:
    """Vectors of the basic emotions, and of the extended ones if the corpus has them.

    Each is the mean over speakers of mean(expressive) - mean(neutral of the same speaker), so that
    a speaker with many takes does not outweigh one with few. The extended emotions, synthetic
    voices without neutral speech, are taken against the mean neutral embedding.

    Contempt hardly differs from neutral in this embedding (length 3 against 9 to 15, and most of
    that is shared with disgust, happiness and sadness). Its preset is the part of the measured
    difference that the other six do not explain, brought to ``CONTEMPT_STRENGTH``: the direction is
    measured, the length is chosen. Real contemptuous speech therefore gives a weak contempt.

    Returns: name -> (1024,), with ``neutral`` zero and ``NEUTRAL_MEAN``.
    Raises: BadInput if a basic emotion or neutral speech is missing.
    """
    speakers = corpus.speakers
    vectors: dict[str, Doubles] = {}
    for emotion in BASIC:
        own = [
            corpus.of(s, emotion).mean(axis=0, dtype=np.float64)
            - corpus.of(s, "neutral").mean(axis=0, dtype=np.float64)
            for s in speakers
            if len(corpus.of(s, emotion))
        ]
        if not own:
            raise BadInput(
                f"The embeddings have no '{emotion}' speech beside neutral speech.",
                "Every basic emotion needs a speaker who also speaks neutrally.",
            )
        vectors[emotion] = np.mean(own, axis=0)
    vectors["contempt"] = _told_apart(vectors)
    neutral = np.mean(
        [corpus.of(s, "neutral").mean(axis=0, dtype=np.float64) for s in speakers], axis=0
    )
    vectors[NEUTRAL_MEAN] = neutral
    for emotion in EXTENDED:
        if len(corpus.of("", emotion)):
            vectors[emotion] = corpus.of("", emotion).mean(axis=0, dtype=np.float64) - neutral
    return vectors


def _told_apart(vectors: dict[str, Doubles]) -> Doubles:
    others = np.stack([vectors[e] for e in BASIC if e not in ("contempt", "neutral")], axis=1)
    shared, *_ = np.linalg.lstsq(others, vectors["contempt"], rcond=None)
    own: Doubles = vectors["contempt"] - others @ shared
    return own * (CONTEMPT_STRENGTH / strength(own))


def make_presets(embeddings: Path, out: Path) -> None:
    """Write the presets file (float16 safetensors).

    Raises: BadInput for unusable embeddings, OutputError if ``out`` cannot be written.
    """
    vectors = preset_vectors(load_corpus(embeddings))
    missing = [e for e in EXTENDED if e not in vectors]
    if missing:
        raise BadInput(
            f"The embeddings have no {', '.join(missing)} speech.",
            "The presets need all six extended emotions.",
        )
    tensors = {name: torch.from_numpy(vector) for name, vector in sorted(vectors.items())}
    save_safetensors(out, tensors, {"contempt_strength": CONTEMPT_STRENGTH})
