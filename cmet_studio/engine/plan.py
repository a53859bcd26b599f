"""The plan: what one performer's face is to change by, frame by frame.

The connector works in windows of five model frames at 25 Hz, counted from clip frame 0, and each
window is fed the last one's output (paper, section 3.3). So a window is computed after the one
before it; but nothing has to be computed that nobody asked for: the feedback starts afresh at
every window at rest, at every cut and where the face was lost, and a moved key leaves the windows
before it, and those after the next fresh start, as they were.

From windows to a frame's delta: the five-frame steps are smoothed to ramps (a centred mean over
five model frames), interpolated at the frame's own time, and multiplied by a gate that is exactly
zero wherever the keys say rest.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cmet_studio.domain.curves import Blend, Curve
from cmet_studio.domain.project import REGIONS, Key
from cmet_studio.domain.time import ClipTimes
from cmet_studio.emotion.schedule import (
    MODEL_RATE,
    WINDOW,
    blend_gate,
    blend_vector,
    lasting,
    window_coefficients,
)
from cmet_studio.engine.analysis import PerformerAnalysis
from cmet_studio.engine.protocol import Bools, FaceModelInfo, Floats

_REACH = WINDOW // 2
_NEAR = 4  # windows that a draft makes exactly; a step costs some milliseconds
_LEAD = 1  # windows that a draft makes before the ones it shows, to forget what it leant on
_STRIDE = 12  # windows that are made before somebody else may have a turn
_REMEMBERED = 2  # makings of a window: an edit and its undoing


class Connector(Protocol):
    """What the plan needs of ``networks.connector.Connector``."""

    def step(self, ref: Floats, s: Floats, v: Floats) -> Floats:
        """One window: (5, d) last output, (1024,) semantic vector, (5, d) expression -> (5, d)."""
        ...


class ModelFrames:
    """A performer's expression at 25 Hz, and where the feedback must start afresh.

    Depends on the clip only, so one object serves every plan of a performer.

    Attributes:
        expression: (windows, 5, d) float32, what lasts of it; the nearest shown face where a model
            frame has none.
        stretch: (windows * 5,) int, changes at cuts and lost faces; -1 where no face is near.
        of_frame: (n,) int, the stretch of every clip frame.
        fresh: (windows,) bool, windows that are fed zeros.
    """

    def __init__(self, analysis: PerformerAnalysis, times: ClipTimes) -> None:
        track = analysis.track
        n = len(track)
        seconds = np.array([float(times.seconds(i)) for i in range(n)])
        end = max(float(times.end_seconds), seconds[-1])
        self.windows = max(1, int(np.ceil(end * MODEL_RATE / WINDOW)))
        at = np.arange(self.windows * WINDOW) / MODEL_RATE
        shown = np.clip(np.searchsorted(seconds, at + 1e-9, side="right") - 1, 0, n - 1)
        found = np.asarray(track.found)
        self.of_frame = _stretches(found, np.asarray(track.shot))
        self.stretch = self.of_frame[shown]
        following = np.minimum(shown + 1, n - 1)
        joined = found[following] & (self.of_frame[following] == self.stretch)
        gap = seconds[following] - seconds[shown]
        u = np.where(joined & (gap > 0), (at - seconds[shown]) / np.where(gap > 0, gap, 1.0), 0.0)
        u = np.clip(u, 0.0, 1.0).astype(np.float32)[:, None]
        expression = analysis.expression
        between = (1 - u) * expression[shown] + u * expression[following]
        calm = lasting(between.astype(np.float32), self.stretch)
        self.expression: Floats = calm.reshape(self.windows, WINDOW, -1)
        of_window = self.stretch.reshape(self.windows, WINDOW)
        self.fresh = np.ones(self.windows, bool)
        self.fresh[1:] = of_window[1:, -1] != of_window[:-1, -1]


def _stretches(found: Bools, shot: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Number the runs of frames with a face in one shot; -1 where there is none."""
    starts = np.ones(len(found), bool)
    starts[1:] = (shot[1:] != shot[:-1]) | (found[1:] != found[:-1])
    return np.where(found, np.cumsum(starts) - 1, -1)


class _Past:
    """Windows by what they were made from, through all plans of a performer."""

    def __init__(self) -> None:
        self.vectors: dict[str, Floats] = {}
        self._made: dict[int, list[tuple[_Coefficients, Floats, Floats]]] = {}

    def find(self, w: int, coefficients: "_Coefficients", ref: Floats) -> Floats | None:
        """Window ``w`` if it was made from the same bits."""
        for made in self._made.get(w, ()):
            if made[0] == coefficients and np.array_equal(made[1], ref):
                return made[2]
        return None

    def keep(self, w: int, coefficients: "_Coefficients", ref: Floats, out: Floats) -> None:
        """Remember a making of window ``w``, newest first."""
        older = self._made.get(w, [])
        self._made[w] = [(coefficients, ref, out), *older[: _REMEMBERED - 1]]

    def latest(self, w: int) -> Floats | None:
        """Window ``w`` as it was made last, from whatever."""
        made = self._made.get(w)
        return made[0][2] if made else None

    def knows(self, vectors: Mapping[str, Floats]) -> bool:
        """Whether nothing here was made with another vector of one of these emotions."""
        return all(
            e not in self.vectors or np.array_equal(v, self.vectors[e]) for e, v in vectors.items()
        )


_Coefficients = tuple[tuple[str, float], ...]


class Plan:
    """Deltas of one performer under one set of keys, made on demand. Not thread-safe."""

    def __init__(
        self,
        keys: tuple[Key, ...],
        vectors: Mapping[str, Floats],
        frames: ModelFrames,
        analysis: PerformerAnalysis,
        times: ClipTimes,
        info: FaceModelInfo,
        connector: Connector,
        previous: "Plan | None" = None,
    ) -> None:
        """Prepare; nothing is computed yet.

        Args:
            keys: the performer's, sorted by frame.
            vectors: semantic vector (1024,) float32 of every emotion that the keys name.
            previous: a plan of the same clip, performer and connector; its windows are used
                again where their inputs are the same bits.
        """
        keys = tuple(key for key in keys if not key.muted)  # as if they were not there
        self._keys = keys
        self._curve = Curve(keys)
        self._vectors = vectors
        self._frames = frames
        self._analysis = analysis
        self._times = times
        self._info = info
        self._connector = connector
        self._rest_windows = {self._window_of(key.frame) for key in keys if key.is_rest}
        d = len(info.units)
        self._zero = np.zeros((WINDOW, d), np.float32)
        self._windows: dict[int, Floats] = {}
        self._blends: dict[int, Blend] = {}
        self._drafts: dict[int, Floats] = {}
        self._regions = np.array([REGIONS.index(r) for r in info.regions], int)
        self._past = _Past()
        if previous is not None and previous._reusable_by(self):
            self._past = previous._past
            self._take_over(previous)
        self._past.vectors.update(vectors)

    def is_near(self, frame: int) -> bool:
        """Whether ``delta`` of ``frame`` costs a few windows at most."""
        w = self._last_window_of(frame)
        for back in range(_NEAR):
            if w - back in self._windows or self._starts_afresh(w - back):
                return True
        return False

    def advance(self, frame: int) -> bool:
        """Do a stride of the work that ``delta`` of ``frame`` needs, some 20 ms.

        Returns: whether it is all done.
        """
        if self._gate(frame, self._curve.at(frame)) == 0.0:
            return True
        last = self._last_window_of(frame)
        first = last
        while first not in self._windows and not self._starts_afresh(first):
            first -= 1
        for w in range(first, min(last + 1, first + _STRIDE)):
            if w not in self._windows:
                self._windows[w] = self._compute(w)
        return last in self._windows

    def delta(self, frame: int, draft: bool = False) -> Floats:
        """What the face model is to change in ``frame``: float32, exactly zero at rest.

        Args:
            draft: a few windows of work at most: what would have to be computed further back is
                taken as an earlier plan left it. While a key is dragged, that shows what the drag
                does; only the echo of the feedback, which fades within windows, is another's.

        Returns: (d,), or (d + 4,) with the regions' weights, see ``FaceModelInfo.regions``.
        """
        window = self._draft if draft and not self.is_near(frame) else self._window
        apart = 0 if self._info.regions else 4
        none: Floats = np.zeros(len(self._info.units) + apart, np.float32)
        blend = self._curve.at(frame)
        gate = self._gate(frame, blend)
        if gate == 0.0:
            return none
        at = float(self._times.seconds(frame)) * MODEL_RATE
        m = min(int(at + 1e-6), len(self._frames.stretch) - 1)
        u = np.float32(max(0.0, at - m))
        if self._begins_after(m, frame):
            m, u = m + 1, np.float32(0.0)
        here = self._smoothed(m, m, window)
        if u > 1e-4 and m + 1 < len(self._frames.stretch):
            here = (1 - u) * here + u * self._smoothed(m + 1, m, window)
        weights = np.array([getattr(blend.regions, name) for name in REGIONS], np.float32)
        if apart:
            whole: Floats = np.concatenate([here * np.float32(gate), weights])
            return whole if here.any() else none
        result: Floats = here * weights[self._regions] * np.float32(gate)
        return result

    def _gate(self, frame: int, blend: Blend) -> float:
        return blend_gate(blend) * float(self._analysis.track.strength[frame])

    def _last_window_of(self, frame: int) -> int:
        """The last window that the delta of ``frame`` is made of."""
        m = int(float(self._times.seconds(frame)) * MODEL_RATE + 1e-6) + 1 + _REACH
        return min(m, len(self._frames.stretch) - 1) // WINDOW

    def _begins_after(self, m: int, frame: int) -> bool:
        """Whether ``frame``'s stretch begins between model frame ``m`` and the next one."""
        stretch, own = self._frames.stretch, self._frames.of_frame[frame]
        return bool(stretch[m] != own and m + 1 < len(stretch) and stretch[m + 1] == own)

    def _smoothed(self, m: int, of: int, window: Callable[[int], Floats]) -> Floats:
        """Mean of the deltas around model frame ``m``, within the stretch of frame ``of``."""
        stretch = self._frames.stretch
        around = [
            i
            for i in range(max(0, m - _REACH), min(len(stretch), m + _REACH + 1))
            if stretch[i] == stretch[of]
        ]
        rows = [window(i // WINDOW)[i % WINDOW] for i in around or [of]]
        mean: Floats = np.mean(rows, axis=0, dtype=np.float32)
        return mean

    def _window(self, w: int) -> Floats:
        first = w
        while first not in self._windows and not self._starts_afresh(first):
            first -= 1
        for k in range(first, w + 1):
            if k not in self._windows:
                self._windows[k] = self._compute(k)
        return self._windows[w]

    def _draft(self, w: int) -> Floats:
        """A window near enough for a draft."""
        first = w
        while first not in self._windows and not self._starts_afresh(first) and first > w - _LEAD:
            first -= 1
        for k in range(first, w + 1):
            if k not in self._windows and k not in self._drafts:
                self._drafts[k] = self._make(k, self._leant_on(k))
        return self._windows[w] if w in self._windows else self._drafts[w]

    def _leant_on(self, w: int) -> Floats:
        """What a draft of window ``w`` is fed."""
        if self._starts_afresh(w):
            return self._zero
        known = self._windows.get(w - 1)
        if known is None:
            known = self._drafts.get(w - 1)
        if known is None:
            known = self._past.latest(w - 1)
        return self._zero if known is None else known

    def _starts_afresh(self, w: int) -> bool:
        """Whether window ``w`` can be computed without the one before it."""
        return (
            w == 0
            or bool(self._frames.fresh[w])
            or w in self._rest_windows
            or self._at(w).is_rest
            or self._at(w - 1).is_rest
        )

    def _reference(self, w: int) -> Floats:
        return self._zero if self._starts_afresh(w) else self._windows[w - 1]

    def _compute(self, w: int) -> Floats:
        return self._make(w, self._reference(w))

    def _make(self, w: int, ref: Floats) -> Floats:
        blend = self._at(w)
        if blend.is_rest:
            return self._zero
        out = self._past.find(w, blend.coefficients, ref)
        if out is None:
            out = self._connector.step(
                ref, blend_vector(blend, self._vectors), self._frames.expression[w]
            )
            self._past.keep(w, blend.coefficients, ref, out)
        return out

    def _window_of(self, frame: int) -> int:
        return int(self._times.seconds(frame) * MODEL_RATE) // WINDOW

    def _at(self, w: int) -> Blend:
        """The emotion at the window's middle."""
        if w not in self._blends:
            self._blends[w] = window_coefficients(self._curve, self._times, w)
        return self._blends[w]

    def _reusable_by(self, other: "Plan") -> bool:
        return (
            self._connector is other._connector
            and self._frames is other._frames
            and self._past.knows(other._vectors)
        )

    def _take_over(self, old: "Plan") -> None:
        """Keep the windows that lie wholly before the first key that differs."""
        same = 0
        while same < min(len(self._keys), len(old._keys)) and (self._keys[same] == old._keys[same]):
            same += 1
        if same == len(self._keys) == len(old._keys):
            first = self._frames.windows
        elif same == 0:
            first = 0
        else:
            first = self._window_of(self._keys[same - 1].frame)
        self._windows = {w: out for w, out in old._windows.items() if w < first}
        self._blends = {w: at for w, at in old._blends.items() if w < first}
