"""Listening to a take: one click plays it, another stops it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from cmet_studio.domain.project import Take
from cmet_studio.media.player import Player

_TURN_MS = 60


class Audition(QObject):
    """Plays one take at a time.

    Signals:
        playing_changed(take id or None).
        failed(CmetError): there is no loudspeaker, or the file is not readable.
    """

    playing_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, device: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._device = device  # says which loudspeaker by its key; "": the system's
        self._player: Player | None = None
        self.playing: str | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_TURN_MS)
        self._timer.timeout.connect(self._look)

    def toggle(self, take: Take, path: Path) -> None:
        """Play a take from its in to its out, or stop it if it is heard now."""
        again = self.playing == take.id
        self.stop()
        if again:
            return
        self._player = Player(path, self._device() or None)
        end_s = take.duration_s if take.out_s is None else take.out_s
        self._player.play(take.in_s, stop_s=end_s)
        self.playing = take.id
        self._timer.start()
        self.playing_changed.emit(take.id)

    def stop(self) -> None:
        """Be silent."""
        self._timer.stop()
        if self._player is not None:
            self._player.close()
            self._player = None
        if self.playing is not None:
            self.playing = None
            self.playing_changed.emit(None)

    def _look(self) -> None:
        player = self._player
        if player is None or player.playing:
            return
        problem = player.problem
        self.stop()
        if problem is not None:
            self.failed.emit(problem)
