"""Assemble the commands and turn every outcome into an exit code.

0 done, 2 something the user can mend (one sentence and a hint on standard error), 130 stopped.
"""

import logging
from collections.abc import Sequence

import typer

from cmet_studio import __version__
from cmet_studio.cli import console
from cmet_studio.cli.audio import audio
from cmet_studio.cli.bench import bench
from cmet_studio.cli.doctor import doctor
from cmet_studio.cli.emotion import emotion
from cmet_studio.cli.evaluate import evaluate
from cmet_studio.cli.key import key
from cmet_studio.cli.models import models
from cmet_studio.cli.performer import performer
from cmet_studio.cli.project import inspect, new, relink
from cmet_studio.cli.render import demo, render
from cmet_studio.cli.take import take
from cmet_studio.cli.train import train
from cmet_studio.core.errors import Cancelled, CmetError
from cmet_studio.core.unbroken import stop_by_signals, unbroken
from cmet_studio.project_io.unfinished import sweep

app = typer.Typer(
    name="cmet-studio",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Keyframe what a face feels, on footage that is already shot. "
    "Without a command, or with a clip or a project, the window opens.",
    epilog="Begin with: cmet-studio new clip.mp4 -o film.cmet",
)
app.command()(new)
app.command()(inspect)
app.command()(relink)
app.add_typer(performer, name="performer")
app.add_typer(emotion, name="emotion")
app.add_typer(key, name="key")
app.add_typer(take, name="take")
app.add_typer(audio, name="audio")
app.command()(render)
app.command()(demo)
app.command()(doctor)
app.add_typer(bench, name="bench")
app.add_typer(train, name="train")
app.add_typer(models, name="models")
app.add_typer(evaluate, name="evaluate")

# Options that take as many words as follow: `--expressive a.wav b.wav`.
_MANY = frozenset({"--expressive", "--neutral", "--region"})


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        console.say(f"cmet-studio {__version__}")
        raise typer.Exit


_STOPPED = 130


def run(arguments: Sequence[str]) -> int:
    """Run one command line (without the program's name) and return its exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    console.take_any_streams()
    stop_by_signals()
    sweep()
    try:
        app(args=spread(arguments), prog_name="cmet-studio")
    except CmetError as error:
        console.fail(error)
        return error.exit_code
    except SystemExit as done:  # how the parser ends; it has said why
        code = done.code if isinstance(done.code, int) else 0
    except Cancelled:
        code = _STOPPED
    except (ImportError, AttributeError, SystemError):
        if not unbroken.heard:
            raise
        code = _STOPPED  # Ctrl-C broke a library while it was loaded
    else:
        return 0
    if code == _STOPPED:
        with unbroken:  # whatever was stopped twice, in the middle of its own cleaning
            sweep(mine=True)
        console.note("Stopped.")
    return code


def spread(arguments: Sequence[str]) -> list[str]:
    """Repeat an option that takes many words before each of them, as the parser wants it."""
    words: list[str] = []
    option: str | None = None
    first = False
    for word in arguments:
        if word.startswith("-") and word != "-":
            option = word if word in _MANY else None
            first = True
        elif option is not None and not first:
            words.append(option)
        else:
            first = False
        words.append(word)
    return words
