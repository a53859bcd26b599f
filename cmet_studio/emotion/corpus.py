"""Embeddings of labelled takes, by speaker and emotion: what connectors learn from."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import BadInput
from cmet_studio.emotion.vectors import SPEECH

Floats = npt.NDArray[np.float32]

BASIC = ("angry", "contempt", "disgusted", "fear", "happy", "neutral", "sad", "surprised")
"""The eight classes of MEAD, in the paper's order (an emotion's index is its label)."""
EXTENDED = ("charismatic", "desirous", "empathetic", "envious", "romantic", "sarcastic")
"""The six of the paper's supplement: never trained on."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Utterance embeddings.

    Attributes:
        takes: (speaker, emotion) -> (n, 1024) float32, rows ordered by key. Synthetic speech of
            the extended emotions has no speaker: ``""``.
    """

    takes: Mapping[tuple[str, str], Floats]

    @property
    def speakers(self) -> tuple[str, ...]:
        """Speakers with neutral speech, sorted: those a semantic vector can be made of."""
        return tuple(sorted({s for s, emotion in self.takes if s and emotion == "neutral"}))

    def of(self, speaker: str, emotion: str) -> Floats:
        """(n, 1024); n is 0 where there is none."""
        return self.takes.get((speaker, emotion), np.zeros((0, SPEECH), np.float32))

    def only(self, *speakers: str) -> "Corpus":
        """The part spoken by ``speakers``."""
        return Corpus({key: rows for key, rows in self.takes.items() if key[0] in speakers})


def load_corpus(path: Path) -> Corpus:
    """Read an npz of embeddings.

    Keys are ``collection/emotion/speaker_...``, e.g. ``mead/happy/M030_level_3_001`` or
    ``mead/neutral/M030_001``; in the collection ``extended`` names carry no speaker.

    Raises: BadInput if the file is missing, damaged or holds anything but (1024,) numbers.
    """
    rows: dict[tuple[str, str], list[Floats]] = {}
    try:
        with np.load(path, allow_pickle=False) as data:
            for key in sorted(data.files):
                collection, emotion, name = key.split("/")
                speaker = "" if collection == "extended" else name.split("_")[0]
                row = np.asarray(data[key], dtype=np.float32)
                if row.shape != (SPEECH,) or not np.isfinite(row).all():
                    raise ValueError(f"{key} is not {SPEECH} finite numbers")  # noqa: TRY301
                rows.setdefault((speaker, emotion), []).append(row)
    except (OSError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise BadInput(
            f"The embeddings {path.name} cannot be used: {error}.",
            "Give an .npz whose keys look like mead/happy/M030_level_3_001.",
        ) from error
    return Corpus({key: np.stack(of_key) for key, of_key in rows.items()})
