"""Fetching a file from the hub: with progress, going on where it stopped, checked by its hash.

``huggingface_hub`` forgets an unfinished download when the process ends, so its parts are used
here one by one and the unfinished file is named after the hash that it will have.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cmet_studio.core.errors import EngineError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.model_store.installed import check_room, sha256
from cmet_studio.model_store.manifest import ModelFile
from cmet_studio.project_io.store import output_error

_TIMEOUT_S = 15.0
_HINT = "Check the connection and run it again, or bring the files with: cmet-studio models import"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A downloaded file and the revision that it is of."""

    path: Path
    revision: str


def fetch(
    file: ModelFile, folder: Path, token: CancelToken, report: Report, endpoint: str | None = None
) -> Fetched:
    """Download ``file`` into ``folder``; an unfinished download there is gone on with.

    Args:
        file: what.
        folder: for the file, and for the unfinished one across runs.
        token: stops it between blocks; what has come is kept.
        report: told bytes.
        endpoint: another hub, else the usual one (``HF_ENDPOINT``).
    Raises: EngineError if the hub cannot be reached, has no such file, or sends something else;
        OutputError if the disk is full.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    folder.mkdir(parents=True, exist_ok=True)
    url = hf_hub_url(file.repository, file.path, endpoint=endpoint)
    try:
        facts = get_hf_file_metadata(url, timeout=_TIMEOUT_S, endpoint=endpoint)
    except _network_errors() as error:
        raise _unreachable(file, error) from error
    etag, size = facts.etag or "", facts.size
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", etag) or not size or not facts.commit_hash:
        raise EngineError(
            f"The hub did not answer with {file.path} but with something else.", _HINT
        )
    final, part = folder / file.name, folder / f"{etag}.part"
    have = part.stat().st_size if part.exists() else 0
    if have > size:
        part.unlink()
        have = 0
    check_room(final, size - have)
    try:
        with part.open("ab") as unfinished:
            http_get(
                facts.location,
                unfinished,
                resume_size=have,
                headers=build_hf_headers(),
                expected_size=size,
                tqdm_class=_bar(f"downloading {file.name}", size, have, token, report),
            )
    except _network_errors() as error:
        if isinstance(error, OSError) and (full := output_error(error, final)) is not None:
            raise full from error
        raise _unreachable(file, error) from error
    if (
        part.stat().st_size != size
        or not _has_hash(part, etag, token)
        or not _is_listed(part, file, token)
    ):
        part.unlink()
        raise EngineError(
            f"What came for {file.path} is not the file that the hub announced.", _HINT
        )
    part.replace(final)
    return Fetched(final, facts.commit_hash)


def _network_errors() -> tuple[type[BaseException], ...]:
    """What a download may raise; the HTTP library has changed its name over the years."""
    from huggingface_hub import file_download
    from huggingface_hub.errors import HfHubHTTPError

    kinds: list[type[BaseException]] = [HfHubHTTPError, OSError, ValueError]
    for name in ("httpx2", "httpx", "requests"):
        library: Any = getattr(file_download, name, None)
        if library is not None:
            kinds.append(getattr(library, "HTTPError", OSError))
    return tuple(kinds)


def _unreachable(file: ModelFile, error: BaseException) -> EngineError:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0][:160].rstrip(".")
    return EngineError(f"{file.path} could not be fetched from the hub: {said}.", _HINT)


def _has_hash(path: Path, etag: str, token: CancelToken) -> bool:
    """Large files carry a sha256, small ones git's hash of a blob."""
    if len(etag) == 64:
        return sha256(path, token) == etag
    content = path.read_bytes()
    git = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False)
    return git.hexdigest() == etag


def _is_listed(path: Path, file: ModelFile, token: CancelToken) -> bool:
    return file.sha256 is None or sha256(path, token) == file.sha256


def _bar(stage: str, total: int, done: int, token: CancelToken, report: Report) -> type[Any]:
    """A progress bar as huggingface_hub wants one, which reports instead of drawing."""
    from tqdm.auto import tqdm

    class _Reporting(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(total=total, disable=True)
            self._done = done

        def update(self, n: float | None = 1) -> bool | None:
            token.check()
            self._done += int(n or 0)
            report(stage, self._done, total)
            return None

    return _Reporting
