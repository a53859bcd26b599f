"""Fetches the facts that the lanes show, whenever they may have changed; never waits for them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from cmet_studio.domain.project import Project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.timeline.facts import (
    Facts,
    PeakSource,
    changed_of,
    limits_of,
)
from cmet_studio.ui.timeline.stale import stale_frames, without
from cmet_studio.ui.timeline.words import tr

CALM_MS = 250
"""Edits and scrolling closer together than this ask once, at their end."""
CACHE_MS = 120
MOST_POINTS = 2000


class FactsFeed(QObject):
    """Holds the newest ``Facts``; the GUI thread's.

    Signals:
        changed: look at ``facts`` again.
    """

    changed = Signal()

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._serial = 0
        self.facts = Facts()
        self._visible = 0, 1
        self._curves = self._timer(CALM_MS, self._ask_curves)
        self._cache = self._timer(CACHE_MS, self._ask_cache)
        self._analysis = self._timer(CALM_MS, self._ask_analysis)
        editor.opened.connect(self.restart)
        editor.changed.connect(self._edited)
        editor.engine.state_changed.connect(self._engine_state)
        editor.engine.model_changed.connect(self._model_changed)
        editor.engine.analysis_changed.connect(lambda: self._soon(self._analysis))
        editor.engine.cache_changed.connect(lambda: self._soon(self._cache))

    def _timer(self, ms: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(ms)
        timer.timeout.connect(call)
        return timer

    def restart(self) -> None:
        """Another document: nothing that was known holds."""
        self._serial += 1
        self._set(Facts(peaks_note=tr("Reading the sound…")))
        self._ask_everything()

    def set_peaks(self, peaks: PeakSource | None, note: str = "") -> None:
        """The clip's sound, when somebody has read it; ``note`` says why there is none."""
        self._set(replace(self.facts, peaks=peaks, peaks_note=note))

    def look_at(self, first: int, stop: int) -> None:
        """Tell which frames are in view: the others' changes are not asked for."""
        if (first, stop) != self._visible:
            self._visible = first, stop
            self._curves.start()

    def _edited(self, before: Project, after: Project) -> None:
        """Frames that the edit reaches are green no longer, whatever the engine is busy with."""
        cache = self.facts.cache
        for start, stop in stale_frames(before, after) if cache else ():
            cache = without(cache, start, stop)
        if cache is not self.facts.cache:
            self._set(replace(self.facts, cache=cache))
            self._soon(self._cache)
        self._curves.start()

    def _set(self, facts: Facts) -> None:
        self.facts = facts
        self.changed.emit()

    def _model_changed(self) -> None:
        """What is rendered, and how much it changes, was another face model's."""
        self._set(replace(self.facts, cache=(), changed={}))
        self._ask_everything()

    def _engine_state(self, state: str, _: str) -> None:
        if state in ("ready", "analysing"):
            self._ask_everything()

    def _soon(self, timer: QTimer) -> None:
        if not timer.isActive():  # restarting it would wait until the news pause
            timer.start()

    def _ask_everything(self) -> None:
        if self._editor.is_open:
            self._ask_analysis()
            self._cache.start()
            self._curves.start()

    def _ask(self, question: Callable[[Any, str], Any], take: Callable[[Any], None]) -> None:
        serial, model = self._serial, self._editor.engine.model

        def on_done(answer: Any) -> None:
            if serial == self._serial and self._editor.is_open:
                take(answer)

        # Not known yet is no news: the engine says when it is.
        self._editor.engine.call(
            lambda client: question(client, model), on_done, lambda error: None
        )

    def _ask_analysis(self) -> None:
        if self._editor.is_open:
            self._ask(lambda client, model: client.analysis(model), self._take_analysis)
            self._ask(lambda client, _: client.onsets(), self._take_onsets)
            self._curves.start()

    def _take_analysis(self, told: Any) -> None:
        frames = self._editor.project.clip.frames
        by_id = told.get("performers", {})
        self._set(
            replace(
                self.facts,
                cuts=tuple(sorted(int(c) for c in told.get("cuts", ()) if 0 < c < frames)),
                limits={p: limits_of(one) for p, one in by_id.items()},
                states={p: str(one.get("state", "")) for p, one in by_id.items()},
            )
        )

    def _take_onsets(self, told: Any) -> None:
        self._set(replace(self.facts, onsets=tuple(int(frame) for frame in told)))

    def _ask_cache(self) -> None:
        if self._editor.is_open:
            frames = self._editor.project.clip.frames
            self._ask(lambda client, model: client.cache_states(0, frames, model), self._take_cache)

    def _take_cache(self, told: Any) -> None:
        self._set(replace(self.facts, cache=tuple((int(a), int(b), s) for a, b, s in told)))

    def _ask_curves(self) -> None:
        if not self._editor.is_open:
            return
        first, stop = self._visible
        step = max(1, (stop - first) // MOST_POINTS)
        for performer in self._editor.project.performers:
            if performer.keys:
                self._ask_curve(performer.id, first, stop, step)
            elif performer.id in self.facts.changed:
                known = {p: c for p, c in self.facts.changed.items() if p != performer.id}
                self._set(replace(self.facts, changed=known))

    def _ask_curve(self, performer: str, first: int, stop: int, step: int) -> None:
        def take(told: Any) -> None:
            found = changed_of(told, first, step)
            self._set(replace(self.facts, changed={**self.facts.changed, performer: found}))

        self._ask(lambda client, model: client.curves(performer, first, stop, step, model), take)
