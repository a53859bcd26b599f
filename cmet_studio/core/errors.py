"""The one error tree. The command line prints message and hint and exits with ``exit_code``.

CmetError
├── BadInput          a file, time, name or number the user gave is not usable
│   ├── MediaError    a clip or sound that cannot be opened, decoded or trusted
│   ├── ProjectError  a project file that is malformed, hostile, newer or has lost its clip
│   └── NoFace        no usable face where one was asked for
├── DeviceError       a microphone or loudspeaker that is missing, refuses or was lost
├── OutputError       the place to write to is missing, full, taken or not writable
└── EngineError       a face model or its weights cannot run here
Cancelled             not an error: the user stopped the work
"""


class CmetError(Exception):
    """Something the user can act on.

    Args:
        message: one sentence that names the thing and what is wrong with it.
        hint: the way out, one sentence; may be empty.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BadInput(CmetError):
    """A file, time, name or number that the user gave is not usable."""


class MediaError(BadInput):
    """A clip or sound that cannot be opened, decoded or trusted."""


class ProjectError(BadInput):
    """A project file that is malformed, hostile, newer than this program, or has lost its clip."""


class NoFace(BadInput):
    """No usable face where one was asked for."""


class DeviceError(CmetError):
    """A microphone or loudspeaker that is missing, refuses, or was lost."""


class OutputError(CmetError):
    """The place to write to is missing, full, taken or not writable."""


class EngineError(CmetError):
    """A face model or its weights cannot run here."""


class Cancelled(Exception):
    """The user stopped the work. Caught only where the work was started."""
