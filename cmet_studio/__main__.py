"""The console script ``cmet-studio``: the window, or a command."""

import signal
import sys


def main() -> None:
    """Open the window or run the command line; exit with its code."""
    try:
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are still being loaded
        code = 130
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left that could be stopped
    # Python kills itself at its end if Ctrl-C broke the last source text that was run, as it may
    # while a dataclass is made, even if it was handled since. Now the last one is this.
    exec("")
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    from cmet_studio.ui.launch import is_for_window

    if is_for_window(arguments):
        return _window(arguments)
    from cmet_studio.cli.main import run
    from cmet_studio.core.unbroken import keep_lost_wishes

    keep_lost_wishes()
    return run(arguments)


def _window(arguments: list[str]) -> int:
    from cmet_studio.core.errors import CmetError
    from cmet_studio.ui.launch import run

    try:
        return run(arguments)
    except CmetError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code


if __name__ == "__main__":
    main()
