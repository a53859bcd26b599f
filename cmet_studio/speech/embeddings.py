"""Embeddings of takes, kept in the user's cache by what they were made from.

The key holds every input: the file's content, the trim, the encoder and its version. So nothing
ever needs invalidating, and one recording used twice is embedded once. An entry is 4 KiB of
little-endian float32; anything else under its name is ignored and written anew.
"""

import hashlib
import logging
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.paths import cache_dir
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.domain.project import Take
from cmet_studio.speech.encoders import SpeechEncoder
from cmet_studio.speech.files import take_wave

Floats = npt.NDArray[np.float32]

log = logging.getLogger(__name__)

_STAGE = "listening to takes"
_BATCH = 8


def embed_takes(
    takes: Sequence[Take],
    project_folder: Path,
    encoder: SpeechEncoder,
    token: CancelToken = NEVER,
    report: Report = silent,
) -> dict[str, Floats]:
    """Embed takes with one encoder, from the cache where possible.

    Args:
        takes: in any order; equal recordings with equal trim are heard once.
        project_folder: what the takes' paths are relative to.
    Returns: take id -> (1024,), read-only.
    Raises: ProjectError if a take's file is missing, changed, or outside the project's folder;
        MediaError if it cannot be decoded; Cancelled.
    """
    folder = _folder(encoder)
    keys = {take.id: _key(take) for take in takes}
    known: dict[str, Floats] = {}
    missing: dict[str, Take] = {}
    for take in takes:
        key = keys[take.id]
        if key not in known and key not in missing:
            kept = _read(folder / key, encoder.dim)
            if kept is None:
                missing[key] = take
            else:
                known[key] = _frozen(kept)
    unheard = list(missing.items())
    for first in range(0, len(unheard), _BATCH):
        token.check()
        report(_STAGE, first, len(unheard))
        batch = unheard[first : first + _BATCH]
        rows = encoder.embed([take_wave(take, project_folder) for _, take in batch], token)
        for (key, _), row in zip(batch, rows, strict=True):
            _write(folder / key, row)
            known[key] = _frozen(row.copy())
    report(_STAGE, len(unheard), len(unheard))
    return {take.id: known[keys[take.id]] for take in takes}


def heard_by_others(takes: Sequence[Take], encoder: SpeechEncoder) -> int:
    """How many takes an encoder has yet to hear that another one, or another version, has heard.

    For the sentence that explains why a project that was quick yesterday takes its time today.
    """
    root, own = cache_dir() / "embeddings", _folder(encoder)
    others = [f for f in root.iterdir() if f != own and f.is_dir()] if root.is_dir() else []
    if not others:
        return 0
    unheard = {key for take in takes if not (own / (key := _key(take))).is_file()}
    return sum(any((folder / key).is_file() for folder in others) for key in unheard)


def _folder(encoder: SpeechEncoder) -> Path:
    return cache_dir() / "embeddings" / f"{encoder.name}-{encoder.version}"


def _key(take: Take) -> str:
    said = f"{take.sha256}|{take.in_s!r}|{take.out_s!r}"
    return hashlib.sha256(said.encode()).hexdigest()


def _frozen(vector: Floats) -> Floats:
    vector.flags.writeable = False
    return vector


def _read(path: Path, dim: int) -> Floats | None:
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if len(data) != 4 * dim:
        return None
    vector = np.frombuffer(data, dtype="<f4").astype(np.float32)
    return vector if bool(np.isfinite(vector).all()) else None


def _write(path: Path, vector: Floats) -> None:
    """Keep an embedding; a cache that cannot be written to costs time, not the work."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".embedding.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(vector.astype("<f4").tobytes())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        log.warning("Could not keep an embedding in %s: %s", path.parent, error)
