"""How commands speak: results on standard output, everything else on standard error."""

import io
import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from cmet_studio.core.errors import CmetError, OutputError
from cmet_studio.core.progress import Report

# Names that people give are printed as they are, also ``[b]`` and ``:smile:``.
_out = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
_err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def take_any_streams() -> None:
    """Speak into whatever was given: closed ones lead nowhere, poor ones show escapes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started us
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def _result() -> Iterator[None]:
    """What is printed within arrives, or the command has failed."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has seen enough
        raise
    except OSError as error:
        # Python writes what is left once more when it ends: that must not fail too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(
            f"The standard output cannot be written: {error.strerror or error}.",
            "Send it to another place.",
        ) from error


def say(text: str) -> None:
    """Print a line of the result."""
    with _result():
        _out.print(text)


def note(text: str) -> None:
    """Tell something beside the result, on standard error."""
    _err.print(text, style="yellow")


def say_json(result: Mapping[str, Any]) -> None:
    """Print a result for a script."""
    with _result():
        sys.stdout.write(json.dumps(result, indent=1, allow_nan=False) + "\n")


def say_table(headings: tuple[str, ...], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under headings."""
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    with _result():
        _out.print(table)


def fail(error: CmetError) -> None:
    """Say what went wrong and the way out."""
    _err.print(error.message, style="bold red")
    if error.hint:
        _err.print(error.hint)


@contextmanager
def progress() -> Iterator[Report]:
    """A bar with the time left for every stage that is reported; silent where nobody watches."""
    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=_err,
        transient=True,
        disable=not _err.is_terminal,
    )
    tasks: dict[str, TaskID] = {}
    lock = threading.Lock()

    def report(stage: str, done: int, total: int) -> None:
        with lock:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total or None)
        bars.update(tasks[stage], completed=done, total=total or None)

    with bars:
        yield report
