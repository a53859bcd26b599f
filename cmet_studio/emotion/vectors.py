"""Semantic vectors: what is left of expressive speech when neutral speech is taken away."""

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import BadInput

Floats = npt.NDArray[np.float32]

SPEECH = 1024
"""Numbers of an utterance embedding (emotion2vec+ large) and of a semantic vector."""


def semantic_vector(expressive: npt.ArrayLike, neutral: npt.ArrayLike) -> Floats:
    """mean(expressive) - mean(neutral), not normalised (C-MET, section 3.1).

    Three takes of each are the useful minimum, ten saturate (supplement C and E).

    Args:
        expressive: (N, 1024) utterance embeddings, N >= 1.
        neutral: (M, 1024) of the same speaker, M >= 1.
    Returns: (1024,) float32; computed in double, so the order of takes does not matter.
    Raises: BadInput if a side is empty, of another size or not finite.
    """
    return np.subtract(_mean(expressive, "expressive"), _mean(neutral, "neutral")).astype(
        np.float32
    )


def _mean(embeddings: npt.ArrayLike, side: str) -> npt.NDArray[np.float64]:
    rows = np.asarray(embeddings, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != SPEECH or not len(rows):
        raise BadInput(
            f"The {side} takes give embeddings of shape {rows.shape}, not (takes, {SPEECH}).",
            f"Give the emotion at least one {side} take.",
        )
    if not np.isfinite(rows).all():
        raise BadInput(
            f"An embedding of the {side} takes is not finite.", "Record or import that take again."
        )
    mean: npt.NDArray[np.float64] = np.sort(rows, axis=0).mean(axis=0)
    return mean


def strength(vector: npt.ArrayLike) -> float:
    """Euclidean length of a semantic vector.

    A clearly spoken emotion has 9 to 15, a shade of one 5 to 8, two draws of neutral speech of one
    person differ by 1 to 3 (ten takes) or up to 8 (single takes).
    """
    return float(np.linalg.norm(np.asarray(vector, dtype=np.float64)))


def cosine(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Cosine between two vectors; 0 if either is zero."""
    length = strength(a) * strength(b)
    return (
        float(np.dot(np.asarray(a, np.float64), np.asarray(b, np.float64))) / length
        if length
        else 0.0
    )
