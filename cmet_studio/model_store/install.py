"""Installing from the hub, importing from a folder or a zip, removing."""

import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cmet_studio.core.errors import BadInput, OutputError
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent
from cmet_studio.model_store.convert import convert
from cmet_studio.model_store.hub import fetch
from cmet_studio.model_store.installed import (
    Record,
    check_room,
    forget_record,
    sha256,
    write_record,
)
from cmet_studio.model_store.manifest import Model, ModelFile, chosen, manifest
from cmet_studio.networks.checkpoint import load_checkpoint
from cmet_studio.project_io.store import atomic_path, output_error

_DOWNLOADS = ".downloads"
_LARGEST = 8 << 30
# What zipfile raises over archives that were bent.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError,
)  # fmt: skip


def install(
    names: Sequence[str] = (),
    token: CancelToken = NEVER,
    report: Report = silent,
    endpoint: str | None = None,
) -> list[str]:
    """Download models and make them ready.

    Args:
        names: of the manifest; all but the optional ones if empty.
        token: stops it; what has been downloaded is kept and gone on with next time.
        report: told bytes.
        endpoint: another hub.
    Returns: names of what is now installed.
    Raises: BadInput, EngineError, OutputError, Cancelled.
    """
    done = []
    for model in chosen(tuple(names)):
        with _explained(model):
            downloads = model.place.parent / _DOWNLOADS
            downloads.mkdir(parents=True, exist_ok=True)
            fetched = [fetch(f, downloads / model.name, token, report, endpoint)
                       for f in model.files]  # fmt: skip
            revisions = ", ".join(sorted({f.revision for f in fetched}))
            put_in_place(model, [f.path for f in fetched], f"hub {revisions}", token)
            shutil.rmtree(downloads / model.name, ignore_errors=True)
        done.append(model.name)
    return done


def import_models(path: Path, token: CancelToken = NEVER, report: Report = silent) -> list[str]:
    """Install whatever models lie in a folder, a zip, or are a single published file.

    Returns: names of what is now installed.
    Raises: BadInput if nothing known is there; EngineError for a file that is not what its name
        says; OutputError; Cancelled.
    """
    done = []
    with _opened(path) as folder:
        for model in manifest():
            found = [_find(folder, file) for file in model.files]
            files = [f for f in found if f is not None]
            if len(files) < len(model.files):
                continue
            report(f"importing {model.name}", 0, 1)
            with _explained(model):
                put_in_place(model, files, "import", token)
            report(f"importing {model.name}", 1, 1)
            done.append(model.name)
    if not done:
        names = ", ".join(file.name for model in manifest() for file in model.files)
        raise BadInput(f"No model lies in {path}.", f"Files that are known: {names}.")
    return done


def put_in_place(
    model: Model, published: Sequence[Path], origin: str, token: CancelToken = NEVER
) -> None:
    """Convert or copy published files and write the hash file last.

    Raises: EngineError if a file is not the model's; OutputError.
    """
    token.check()
    model.place.mkdir(parents=True, exist_ok=True)
    check_room(model.place / "weights", sum(file.stat().st_size for file in published))
    if model.kind == "kept":
        for file in published:  # all are read before the first is put in place
            if file.suffix == ".pt":
                load_checkpoint(file)
        forget_record(model)
        places = [_copied(file, model.place / file.name) for file in published]
    else:
        with tempfile.TemporaryDirectory(dir=model.place.parent, prefix=".converting-") as made:
            weights = convert(model, published[0], Path(made))
            forget_record(model)
            places = [weights.replace(model.place / weights.name)]
    record = Record(
        {place.name: sha256(place, token) for place in places},
        {file.path: sha256(path, token) for file, path in zip(model.files, published, strict=True)},
        origin,
    )
    write_record(model, record)


def remove(names: Sequence[str]) -> list[str]:
    """Delete installed models; those of the names that are not there are no error.

    Returns: names of what was deleted.
    Raises: BadInput for a name that is no model's; OutputError if something cannot be deleted.
    """
    done = []
    for model in chosen(tuple(names)):
        if model.place.is_dir():
            with _explained(model, "removed from"):
                forget_record(model)
                shutil.rmtree(model.place)
            done.append(model.name)
        shutil.rmtree(model.place.parent / _DOWNLOADS / model.name, ignore_errors=True)
    return done


def _copied(file: Path, place: Path) -> Path:
    with atomic_path(place, overwrite=True) as unfinished:
        shutil.copyfile(file, unfinished)
    return place


@contextmanager
def _explained(model: Model, what: str = "installed into") -> Iterator[None]:
    """Turn what the file system says into a sentence about the model."""
    try:
        yield
    except OSError as error:
        raise output_error(error, model.place / "weights") or OutputError(
            f"{model.name} cannot be {what} {model.place}: {error.strerror or error}.",
            "Set CMET_STUDIO_HOME to a folder that can be written to.",
        ) from error


def _find(folder: Path, file: ModelFile) -> Path | None:
    """Where a file lies in an import: at its published path, by name at the top, or itself."""
    if folder.is_file():
        return folder if folder.name == file.name else None
    candidates = [folder / file.path, folder / file.repository.split("/")[1] / file.path]
    candidates.append(folder / file.name)
    return next((c for c in candidates if c.is_file()), None)


@contextmanager
def _opened(path: Path) -> Iterator[Path]:
    """A folder or a file as it is; a zip as a temporary folder with its known files only."""
    if not path.exists():
        raise BadInput(f"There is no file or folder {path}.", "Name the folder or zip of models.")
    if path.is_dir() or path.suffix.lower() != ".zip":
        yield path
        return
    from cmet_studio.core.paths import data_dir

    with tempfile.TemporaryDirectory(dir=data_dir(), prefix=".unpacking-") as made:
        folder = Path(made)
        try:
            _unpack(path, folder)
        except _DAMAGED as error:
            raise BadInput(f"{path.name} is no usable zip: {error}.", "Copy it again.") from error
        except OSError as error:
            raise output_error(error, folder / path.name) or OutputError(
                f"{path.name} cannot be unpacked: {error.strerror or error}.", ""
            ) from error
        yield folder


def _unpack(path: Path, folder: Path) -> None:
    """Copy the known files, each to a place of our choosing: no path in the zip is followed."""
    known = [file for model in manifest() for file in model.files]
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            for file in known:
                whole = f"/{member.filename}".endswith(f"/{file.path}")
                if member.is_dir() or not (whole or member.filename == file.name):
                    continue
                if member.file_size > _LARGEST:
                    raise BadInput(f"{member.filename} in {path.name} is too large.", "")
                place = folder / file.path
                if place.exists():
                    continue
                check_room(folder / "x", member.file_size)
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, place.open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
