"""Labelled recordings on disk: ``<collection>/<emotion>/<name>`` with the speaker in the name."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cmet_studio.core.errors import BadInput

_SUFFIXES = (".flac", ".wav")
_NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Recording:
    """One labelled take.

    Attributes:
        key: ``collection/emotion/name``, the key of its embedding where there is one.
        speaker: ``collection:speaker``.
        emotion: its folder's name.
    """

    path: Path
    key: str
    speaker: str
    emotion: str


def find_recordings(folder: Path) -> list[Recording]:
    """All recordings of speakers who also speak neutrally, sorted by key.

    In MEAD's names the speaker stands before the first underscore, in Emo-DB's in the first two
    digits. Recordings whose speaker never speaks neutrally (the synthetic ones) are left out: there
    is nothing to take their difference to.

    Raises: BadInput if there is none.
    """
    found = list(_recordings(folder)) if folder.is_dir() else []
    neutral = {r.speaker for r in found if r.emotion == _NEUTRAL}
    kept = [r for r in found if r.speaker in neutral]
    if not kept:
        raise BadInput(
            f"There are no labelled recordings in {folder}.",
            "It should hold folders such as mead/happy and emodb/neutral with flac or wav files.",
        )
    return kept


def _recordings(folder: Path) -> Iterator[Recording]:
    for path in sorted(folder.glob("*/*/*")):
        if path.suffix not in _SUFFIXES or not path.is_file():
            continue
        collection, emotion = path.parts[-3], path.parts[-2]
        name = path.stem
        speaker = name[:2] if name[:2].isdigit() else name.split("_")[0]
        yield Recording(path, f"{collection}/{emotion}/{name}", f"{collection}:{speaker}", emotion)
