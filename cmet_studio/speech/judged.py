"""The quality of takes, judged once and kept in the user's cache by what was judged.

Like embeddings: the key holds the file's content, the trim and the version of the judgement, so
nothing ever needs invalidating; an entry that cannot be read is made again.
"""

import hashlib
import json
import logging
from dataclasses import asdict
from pathlib import Path

from cmet_studio.core.errors import OutputError
from cmet_studio.core.paths import cache_dir
from cmet_studio.domain.project import Take
from cmet_studio.project_io.store import atomic_path
from cmet_studio.speech.files import take_wave
from cmet_studio.speech.quality import Quality, examine
from cmet_studio.speech.suspicions import Suspicions

log = logging.getLogger(__name__)

VERSION = 1
"""To be raised whenever ``examine`` judges otherwise than before."""
_MAX_BYTES = 1 << 20


def take_quality(take: Take, project_folder: Path) -> Quality:
    """What a take's trimmed part is worth.

    Raises: ProjectError if its file is missing, changed or outside the project's folder, MediaError
        if it cannot be decoded; neither where the answer is known already.
    """
    place = _place(take.sha256, take.in_s, take.out_s)
    known = _read(place)
    if known is None:
        known = examine(take_wave(take, project_folder))
        _write(place, known)
    return known


def remember(take: Take, quality: Quality) -> None:
    """Keep what importing found, so that it is not judged again."""
    _write(_place(take.sha256, take.in_s, take.out_s), quality)


def _place(sha256: str, in_s: float, out_s: float | None) -> Path:
    said = f"{sha256}|{in_s!r}|{out_s!r}"
    return cache_dir() / "quality" / f"v{VERSION}" / hashlib.sha256(said.encode()).hexdigest()


def _read(place: Path) -> Quality | None:
    try:
        if place.stat().st_size > _MAX_BYTES:
            return None
        values = json.loads(place.read_text(encoding="utf-8"))
        values["segments"] = tuple((float(a), float(b)) for a, b in values["segments"])
        start, end = values["trim_s"]
        values["trim_s"] = (float(start), float(end))
        values["suspected"] = Suspicions(**values["suspected"])
        return Quality(**values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _write(place: Path, quality: Quality) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(place, overwrite=True) as temp:
            temp.write_text(json.dumps(asdict(quality)), encoding="utf-8")
    except (OSError, OutputError) as error:
        log.warning("Could not keep a judgement in %s: %s", place.parent, error)
