"""One notice, as a value."""

from dataclasses import dataclass
from typing import Literal

from cmet_studio.core.errors import CmetError

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Notice:
    """What an editor should know.

    Attributes:
        message: one sentence that names the thing.
        hint: the way out; may be empty.
        details: for those who ask, e.g. a traceback; may be empty.
    """

    level: Level
    message: str
    hint: str = ""
    details: str = ""

    @staticmethod
    def of(error: CmetError) -> "Notice":
        """The notice of an error."""
        return Notice("error", error.message, error.hint)
