"""A microphone's level on one line of the terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cmet_studio.media.recorder import Recorder

_BAR = 30  # characters of the meter, 2 dB each


class LevelMeter:
    """A level meter on one line of standard error."""

    def __init__(self, shown: bool) -> None:
        self.shown = shown

    def show(self, recorder: "Recorder") -> None:
        """Draw it anew."""
        if not self.shown:
            return
        level = recorder.level
        sys.stderr.write(f"\r{meter_line(recorder.state, recorder.seconds, level.peak_dbfs)}")
        sys.stderr.write(" CLIP" if level.clipped else "     ")
        sys.stderr.flush()


def meter_line(state: str, seconds: float, peak_dbfs: float) -> str:
    """State, seconds, a bar from -60 to 0 dBFS and the number."""
    lit = min(max(round((peak_dbfs + 60.0) / 60.0 * _BAR), 0), _BAR)
    bar = "#" * lit + "." * (_BAR - lit)
    word = {"counting": "get ready", "recording": "recording", "ended": "done"}.get(state, "ready")
    return f"{word:>9} {seconds:6.1f} s [{bar}] {max(peak_dbfs, -99.0):6.1f} dBFS"


@contextmanager
def level_meter() -> Iterator[LevelMeter]:
    """A meter on standard error; it draws nothing where nobody watches."""
    shown = sys.stderr.isatty()
    try:
        yield LevelMeter(shown)
    finally:
        if shown:
            sys.stderr.write("\n")
