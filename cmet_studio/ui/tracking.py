"""What the engine measured of the performers' faces: asked once for the panels that show it."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from cmet_studio.ui.engine_link import EngineLink

Box = tuple[float, float, float, float]
_CALM_MS = 250


class Tracking(QObject):
    """The newest answer of the engine (``app.measured.analysis_summary``); empty until it comes.

    Signals:
        changed: it is another one.
    """

    changed = Signal()

    def __init__(self, engine: EngineLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._told: Mapping[str, Any] = {}
        self._serial = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_CALM_MS)
        self._timer.timeout.connect(self._ask)
        engine.analysis_changed.connect(self.ask_soon)
        engine.state_changed.connect(lambda state, _: self.ask_soon())
        engine.model_changed.connect(self.ask_soon)

    def forget(self) -> None:
        """Another document is open, or none."""
        self._serial += 1
        self._timer.stop()
        self._take({})

    def ask_soon(self) -> None:
        """It may have changed."""
        if not self._timer.isActive():  # starting it again would wait until the news pause
            self._timer.start()

    def _ask(self) -> None:
        serial, model = self._serial, self._engine.model

        def on_done(told: Mapping[str, Any]) -> None:
            if serial == self._serial:
                self._take(told)

        # An engine without a document, or one that starts, has nothing to say.
        self._engine.call(lambda client: client.analysis(model), on_done, lambda error: None)

    def _take(self, told: Mapping[str, Any]) -> None:
        if told != self._told:
            self._told = told
            self.changed.emit()

    def of(self, performer: str) -> Mapping[str, Any]:
        """What is known of one face; ``state`` is in it once anything is."""
        one = (self._told.get("performers") or {}).get(performer)
        return one if isinstance(one, Mapping) else {}

    def box(self, performer: str, frame: int) -> Box | None:
        """Where the face is in a frame; None where it is not, or not every frame is kept."""
        boxes = self.of(performer).get("boxes") or {}
        number, off = divmod(frame, int(boxes.get("every", 1)))
        values = boxes.get("values") or ()
        if off or not 0 <= number < len(values) or values[number] is None:
            return None
        x, y, w, h = (float(value) for value in values[number])
        return x, y, w, h

    def limit(self, performer: str, frame: int) -> str:
        """Why a face carries no full edit in a frame: lost, extreme, fading; empty if it does."""
        known = self.of(performer)
        for name in ("lost", "extreme", "fading"):
            ranges = known.get(name) or ()
            at = bisect_right(ranges, frame, key=lambda one: int(one[0])) - 1
            if at >= 0 and frame < int(ranges[at][1]):
                return name
        return ""
