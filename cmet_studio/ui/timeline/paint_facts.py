"""Draws what the engine found out: cache bar, shots and limits, waveform, what changed.

Every state has a pattern beside its colour.
"""

from bisect import bisect_left, bisect_right
from itertools import islice

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter

from cmet_studio.domain.time import ClipTimes
from cmet_studio.media.peaks import BIN_S
from cmet_studio.ui import theme
from cmet_studio.ui.timeline.facts import Changed, Floats, PeakSource
from cmet_studio.ui.timeline.layout import Lane
from cmet_studio.ui.timeline.scale import Scale
from cmet_studio.ui.timeline.scene import Scene
from cmet_studio.ui.timeline.strip_image import coverage, image, tinted
from cmet_studio.ui.timeline.takes import ROW_PX
from cmet_studio.ui.timeline.words import lettering, tr

Floats64 = npt.NDArray[np.float64]

_CUT = QColor("#8a8a8a")
_WAVE = np.array([0x7E, 0x93, 0xA6], np.uint8)
_CHANGED = np.array([0xB9, 0x8F, 0xC9], np.uint8)
FULL_CHANGE = 3.0
"""Size of a change that fills its lane, unless the clip has larger ones."""
MOST_RUNS = 1500
"""A cache bar of more runs than this in view shows the worst state of every pixel instead."""


def _brushes(state: str) -> tuple[QColor, QBrush | None]:
    """Ground and pattern of a cache state: green is plain, the others are not."""
    if state == "full":
        return QColor(theme.GREEN), None
    if state == "disk":
        return QColor("#2c4a66"), QBrush(QColor(theme.BLUE), Qt.BrushStyle.HorPattern)
    if state == "draft":
        return QColor("#7d5a24"), QBrush(QColor(theme.ACCENT), Qt.BrushStyle.BDiagPattern)
    return QColor("#5a2422"), QBrush(QColor(theme.RED), Qt.BrushStyle.DiagCrossPattern)


def paint_cache(painter: QPainter, scene: Scene, lane: Lane) -> None:
    """Which frames are rendered, each state with a colour and a pattern of its own."""
    first, stop = scene.scale.visible
    right_edge = -1.0
    drawn = 0
    runs = scene.facts.cache
    begin = bisect_right(runs, first, key=lambda run: run[1])
    for start, end, state in islice(runs, begin, None):
        if start >= stop:
            return
        if state == "none":
            continue
        left, right = scene.scale.x(start), scene.scale.x(end)
        if right - left < 1.0 and right <= right_edge:
            continue  # this pixel says something already
        right_edge = max(right, left + 1.0)
        ground, pattern = _brushes(state)
        room = QRectF(left, lane.top + 1, right_edge - left, lane.height - 2)
        painter.fillRect(room, ground)
        if pattern is not None:
            painter.fillRect(room, pattern)
        drawn += 1
        if drawn > MOST_RUNS:
            return


def paint_limits(painter: QPainter, scene: Scene, lane: Lane) -> None:
    """Shots between cuts, and where each performer is lost or turned too far, a row for each."""
    assert scene.project is not None
    scale = scene.scale
    first, stop = scale.visible
    performers = scene.project.performers
    row = lane.height / max(1, len(performers))
    painter.setFont(lettering(9))
    for n, performer in enumerate(performers):
        told = -1.0
        for one in scene.facts.limits.get(performer.id, ()):
            left, right = scale.x(one.start), scale.x(one.stop)
            if one.stop <= first or one.start >= stop or right <= told:
                continue
            told = max(right, left + 1.0)
            room = QRectF(left, lane.top + n * row, max(1.0, right - left), row)
            _paint_limit(painter, room.intersected(QRectF(0, 0, scale.width, 1e6)), one.kind)
    _paint_shots(painter, scene, lane)


def _paint_shots(painter: QPainter, scene: Scene, lane: Lane) -> None:
    """A line at every cut, and the number of each shot that has room for it."""
    scale, cuts = scene.scale, scene.facts.cuts
    first, stop = scale.visible
    painter.setPen(QColor(theme.DIM))
    shot = bisect_right(cuts, first)
    while True:
        start = cuts[shot - 1] if shot else 0
        end = cuts[shot] if shot < len(cuts) else scale.frames
        left, right = max(scale.x(start), 0.0), scale.x(end)
        if shot and start >= first:
            painter.fillRect(QRectF(round(left), lane.top, 1, lane.height), _CUT)
        if right - left > 46 and scene.facts.states:
            place = QPointF(left + 6, lane.top + lane.height / 2 + 4)
            painter.drawText(place, tr("shot {n}").format(n=shot + 1))
        if end >= stop:
            return
        shot += 1


_LIMITS: dict[str, tuple[str, str, Qt.BrushStyle, str]] = {
    "lost": ("#3b3b3b", "#8a8a8a", Qt.BrushStyle.Dense6Pattern, "no face"),
    "pose": ("#5a4420", theme.ACCENT, Qt.BrushStyle.FDiagPattern, "turned far"),
    "fade": ("#3a3220", "#8a6a30", Qt.BrushStyle.BDiagPattern, "fading"),
}
"""Ground, lines, pattern and word of each kind."""


def _paint_limit(painter: QPainter, room: QRectF, kind: str) -> None:
    ground, line, pattern, word = _LIMITS[kind]
    painter.fillRect(room, QColor(ground if room.width() > 3 else line))
    if room.width() <= 3:
        return
    painter.fillRect(room, QBrush(QColor(line), pattern))
    if room.width() < 80:
        return
    words = tr(word)
    width = painter.fontMetrics().horizontalAdvance(words) + 8
    if room.width() > width + 50 and room.height() > 11:
        tag = QRectF(room.right() - width - 4, room.top() + 2, width, room.height() - 4)
        painter.fillRect(tag, QColor(theme.WINDOW))
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, words)


def _note(painter: QPainter, scene: Scene, lane: Lane, words: str) -> None:
    painter.setFont(lettering(theme.SMALL_PX))
    painter.setPen(QColor(theme.FAINT))
    room = QRectF(0, lane.top, scene.scale.width, lane.height)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)


def paint_wave(painter: QPainter, scene: Scene, lane: Lane) -> None:
    """The clip's sound, where somebody begins to speak, and takes that were spoken to it."""
    if scene.facts.peaks is None:
        if not scene.takes:
            _note(painter, scene, lane, scene.facts.peaks_note)
    else:
        _paint_sound(painter, scene, lane, scene.facts.peaks)
    _paint_takes(painter, scene, lane)


def _paint_sound(painter: QPainter, scene: Scene, lane: Lane, peaks: PeakSource) -> None:
    scale = scene.scale
    left, right = max(0.0, scale.x(0)), min(float(scale.width), scale.x(scale.frames))
    columns, height = int((right - left) * scene.ratio), int(lane.height * scene.ratio)
    if columns < 1:
        return
    made = scene.kept.picture(
        "wave",
        (peaks, scene.times, scale, columns, height, scene.ratio),
        lambda: _wave(scene, peaks, left, columns, height),
    )
    painter.drawImage(QPointF(left, lane.top), made)
    first, stop = scale.visible
    onsets = scene.facts.onsets
    for frame in onsets[bisect_left(onsets, first) : bisect_left(onsets, stop)]:
        x = round(scale.x(frame))
        painter.fillRect(x, lane.bottom - 7, 1, 7, QColor(theme.TEXT))
        painter.fillRect(x - 1, lane.bottom - 2, 3, 2, QColor(theme.TEXT))


def _wave(scene: Scene, peaks: PeakSource, left: float, columns: int, height: int) -> QImage:
    """The sound's peaks, from a pixel of the strip on; sizes in device pixels."""
    scale = scene.scale
    edges = left + np.arange(columns + 1) / scene.ratio
    times = seconds_at(scene.times, edges / float(scale.per_frame) + float(scale.start))
    start, end = float(times[0]), max(float(times[-1]), float(times[0]) + BIN_S)
    # Finer than its layers it would decode sound, which the GUI thread must not wait for.
    known = min(columns, max(1, int((end - start) / BIN_S)))
    place = (times[:-1] - start) / (end - start) * known
    read = peaks.read(start, end, known)[np.clip(place.astype(np.int64), 0, known - 1)]
    middle = height / 2
    low, high = read[:, 0].astype(np.float64), read[:, 1].astype(np.float64)
    half = 0.5 * scene.ratio
    cover = coverage(
        middle - high * middle * 0.94 - half, middle - low * middle * 0.94 + half, height
    )
    return image(tinted(cover, _WAVE, 1.0), scene.ratio)


def _paint_takes(painter: QPainter, scene: Scene, lane: Lane) -> None:
    """A bar for each take, in its emotion's colour, with its name."""
    scale = scene.scale
    painter.setFont(lettering(9))
    for bar in scene.takes:
        left, right = max(scale.x(bar.start), -2.0), min(scale.x(bar.stop), scale.width + 2.0)
        if right <= left:
            continue
        room = QRectF(left, lane.top + 1 + bar.row * ROW_PX, max(2.0, right - left), ROW_PX - 2)
        painter.fillRect(room, QColor(theme.WINDOW))
        painter.fillRect(room, theme.colour(bar.colour, 150))
        painter.fillRect(QRectF(room.left(), room.top(), 2, room.height()), QColor(bar.colour))
        if room.width() > 30:
            words = painter.fontMetrics().elidedText(
                bar.name, Qt.TextElideMode.ElideRight, int(room.width()) - 8
            )
            painter.setPen(QColor("#ffffff"))
            painter.drawText(room.adjusted(5, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)


def seconds_at(times: ClipTimes, positions: Floats64) -> Floats64:
    """When fractional frames are shown, in seconds; held to the clip. Also of uneven clips."""
    pts = np.frombuffer(times.pts, np.int64)
    tick = float(times.time_base)
    last = pts[-1] + round(float(1 / (times.rate.fps * times.time_base)))
    frame = np.clip(np.floor(positions).astype(np.int64), 0, len(pts) - 1)
    begin = pts[frame]
    end = np.where(frame + 1 < len(pts), pts[np.minimum(frame + 1, len(pts) - 1)], last)
    part = np.clip(positions - frame, 0.0, 1.0)
    shown: Floats64 = (begin - pts[0] + part * (end - begin)) * tick
    return shown


def paint_changed(painter: QPainter, scene: Scene, lane: Lane) -> None:
    """How much the face is changed in every frame; nobody can edit this lane."""
    assert scene.project is not None
    told = scene.facts.changed.get(lane.performer or "")
    curve = scene.curves[lane.performer or ""]
    if told is None or not len(told.sizes):
        if curve.keys:
            _note(painter, scene, lane, tr("shown when the face is analysed"))
        return
    height = int((lane.height - 3) * scene.ratio)
    made = scene.kept.picture(
        f"changed {lane.performer}",
        (told, scene.scale, height, scene.ratio),
        lambda: _sizes(told, scene.scale, height, scene.ratio),
    )
    painter.drawImage(QPointF(0, lane.top + 2), made)


def _sizes(told: Changed, scale: Scale, height: int, ratio: float) -> QImage:
    """Hills as high as the face is changed; the height is in device pixels."""
    width = int(scale.width * ratio)
    edges = np.arange(width + 1) / (ratio * float(scale.per_frame)) + float(scale.start)
    sizes = _by_column(told.sizes, (edges - told.start) / told.step)
    full = max(FULL_CHANGE, float(told.sizes.max()))
    top = float(height) - np.clip(sizes / full, 0.0, 1.0).astype(np.float64) * height
    cover = coverage(top, np.full(width, float(height)), height)
    return image(tinted(cover, _CHANGED, 0.8), ratio)


def _by_column(sizes: Floats, places: Floats64) -> Floats:
    """The largest of the values in every column; the value there, where a column has less than one.

    Args:
        places: (W + 1,) edges of the columns in numbers of values; outside there is nothing.
    """
    first = np.floor(places[:-1]).astype(np.int64)
    last = np.maximum(np.ceil(places[1:]).astype(np.int64), first + 1)
    known = (first < len(sizes)) & (last > 0)
    low = np.clip(first, 0, len(sizes) - 1)
    high = np.clip(last, 1, len(sizes))
    if int((high - low).max(initial=1)) <= 1:
        return np.where(known, sizes[low], 0).astype(np.float32)
    padded = np.append(sizes, np.float32(0))
    pairs = np.stack([low, np.maximum(high, low + 1)], axis=1).ravel()
    largest = np.maximum.reduceat(padded, pairs)[::2]
    return np.where(known, largest, 0).astype(np.float32)
