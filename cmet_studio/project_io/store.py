"""Writing so that a file appears under its final name only when it is whole.

Every writer of the program goes through ``atomic_path``: it writes beside the final name, into a
hidden file, which is synced to disk and then put in place in one step. What a killed process leaves
of such a file, ``unfinished.sweep`` removes.
"""

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cmet_studio.core.errors import OutputError
from cmet_studio.core.unbroken import unbroken
from cmet_studio.project_io.unfinished import noted

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LINKS = {
    getattr(errno, name)
    for name in ("EPERM", "EOPNOTSUPP", "ENOTSUP", "ENOSYS", "EMLINK", "EACCES", "EINVAL")
    if hasattr(errno, name)
}


def _exists(final: Path) -> OutputError:
    return OutputError(
        f"{final} already exists.", "Choose another name, or add --force to replace it."
    )


def output_error(exc: OSError, final: Path) -> OutputError | None:
    """What to tell the user if ``exc`` means that ``final`` cannot be written; else None."""
    if exc.errno in _FULL:
        return OutputError(
            f"There is no room left to write {final}.",
            "Free some space there or choose another place.",
        )
    if exc.errno == errno.EFBIG:
        return OutputError(
            f"{final} would grow larger than its place allows.", "Choose another place."
        )
    if exc.errno == errno.EIO:
        return OutputError(f"The disk failed while {final} was written.", "Choose another place.")
    # Reading something else may be forbidden too: that is not this file's fault.
    elsewhere = exc.filename is not None and Path(exc.filename).parent != final.parent
    if exc.errno in _FORBIDDEN and not elsewhere:
        return OutputError(
            f"{final.parent} is not writable.", "Choose another place or change its permissions."
        )
    return None


@contextmanager
def _explaining(final: Path, others: bool = True) -> Iterator[None]:
    """Turn what the file system says into an OutputError about ``final``.

    Args:
        others: also errors that need not come from writing ``final``.
    """
    try:
        yield
    except OSError as exc:
        explained = output_error(exc, final)
        if explained is None and not others:
            raise
        raise explained or OutputError(
            f"{final} cannot be written: {exc.strerror or exc}.", "Choose another name or place."
        ) from exc


def check_output(final: Path, overwrite: bool, never: Iterable[Path] = ()) -> None:
    """Find out before the work begins whether ``final`` can be written.

    Args:
        final: the file to be.
        overwrite: whether a file there may be replaced.
        never: files that may not be replaced whatever ``overwrite`` says (the clip).

    Raises: OutputError.
    """
    with _explaining(final):
        _check_folder(final.parent)
        _check_name(final, overwrite, never)


def _check_folder(folder: Path) -> None:
    if not folder.exists():
        raise OutputError(
            f"There is no folder {folder}.", "Create it first or choose another place."
        )
    if not folder.is_dir():
        raise OutputError(f"{folder} is not a folder.", "Choose another place.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(
            f"{folder} is not writable.", "Choose another place or change its permissions."
        )


def _check_name(final: Path, overwrite: bool, never: Iterable[Path]) -> None:
    if final.is_dir():
        raise OutputError(f"{final} is a folder.", "Give the name of a file.")
    for precious in never:
        if _same_file(final, precious):
            raise OutputError(
                f"{final} is what this is made from: it is never replaced.", "Choose another name."
            )
    if os.path.lexists(final):
        if not overwrite:
            raise _exists(final)
        if not final.is_symlink() and not final.is_file():
            raise OutputError(f"{final} is not an ordinary file.", "Choose another name.")


def _same_file(a: Path, b: Path) -> bool:
    try:
        return a.samefile(b)
    except OSError:
        return False


def _hidden_beside(final: Path) -> Path:
    """A hidden name with the same suffix in the same folder that nobody else thinks of."""
    suffix = final.suffix[:32]
    stem = final.name.encode("utf-8", "ignore")[:150].decode("utf-8", "ignore")
    return final.with_name(f".{stem}.{secrets.token_hex(6)}.part{suffix}")


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_new(temp: Path, final: Path) -> None:
    """Give ``temp`` its final name unless that is taken, even by somebody faster."""
    try:
        if os.name == "nt":
            temp.rename(final)  # fails there if the name is taken
        else:
            _link(temp, final)
    except FileExistsError as exc:
        raise _exists(final) from exc


def _link(temp: Path, final: Path) -> None:
    try:
        os.link(temp, final)
    except OSError as exc:
        if exc.errno not in _NO_LINKS:
            raise
    else:
        temp.unlink()
        return
    # A file system without hard links: claim the name, then fill it.
    os.close(os.open(final, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        temp.replace(final)
    except BaseException:
        final.unlink()
        raise


def _put(temp: Path, final: Path, overwrite: bool) -> None:
    _sync(temp, os.O_RDWR)  # Windows syncs only what is open for writing
    if overwrite:
        with suppress(OSError):  # keep what the user allowed others to do with the file
            temp.chmod(final.stat().st_mode & 0o7777)
        temp.replace(final)
    else:
        with unbroken:
            _put_new(temp, final)
    if os.name != "nt":
        with suppress(OSError):  # some network file systems cannot sync a folder
            _sync(final.parent, os.O_RDONLY)


@contextmanager
def atomic_path(final: Path, overwrite: bool, never: Iterable[Path] = ()) -> Iterator[Path]:
    """Write a file whole or not at all.

    ``with atomic_path(final, overwrite) as temp:`` write to ``temp``, an empty file beside
    ``final`` with the same suffix, and close it. When the block ends it takes the final name in one
    step; when the block raises anything (also ``Cancelled`` and ``KeyboardInterrupt``) it is
    removed and ``final`` is as it was. A link at ``final`` is replaced, not followed.

    Args:
        final: the file to be.
        overwrite: whether a file there may be replaced; if not, a file that appears there in the
            meantime is kept too.
        never: as in ``check_output``.

    Raises: OutputError if the place is missing, taken, not writable or full.
    """
    check_output(final, overwrite, never)
    temp = _hidden_beside(final)
    with noted(temp):  # from before it is there until it is gone: a kill leaves nothing unknown
        try:
            # Within the ``try``: Ctrl-C may come when the file is there and ``open`` not yet back.
            with _explaining(final):
                os.close(os.open(temp, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            with _explaining(final, others=False):
                yield temp
            with _explaining(final):
                _put(temp, final, overwrite)
        finally:
            with unbroken, suppress(OSError):
                temp.unlink(missing_ok=True)
