"""Draws an emotion lane whose keys stand too close to be told apart: a column of pixels each."""

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from cmet_studio.ui.timeline.curve import Floats, Ints, KeyCurve
from cmet_studio.ui.timeline.hit import MAX_LEVEL
from cmet_studio.ui.timeline.layout import KEY_STRIP_PX, SCALE_BAR_PX, Lane
from cmet_studio.ui.timeline.scene import Scene
from cmet_studio.ui.timeline.strip_image import Pixels, coverage, image, over, tinted

_LINE = np.full(3, 235, np.uint8)
_SELECTED = np.array([0xE8, 0xA3, 0x3D], np.uint8)


def paint_columns(painter: QPainter, scene: Scene, lane: Lane, curve: KeyCurve) -> None:
    """The blocks and the curve, loudest and quietest of every column; above, where keys are."""
    ratio = scene.ratio
    width = max(1, int(scene.scale.width * ratio))
    edges = np.arange(width + 1) / (ratio * float(scene.scale.per_frame))
    positions = edges + float(scene.scale.start)
    inside = (positions[1:] > 0) & (positions[:-1] < scene.scale.frames)
    hue = curve.colour_at(positions[:-1])
    top, bottom = lane.curve
    height = max(1, int((bottom - top) * ratio))
    high, low = extremes(curve, positions)
    upper = height - high * (height / MAX_LEVEL)
    lower = height - low * (height / MAX_LEVEL)
    floor = np.full(width, float(height))
    # Up to the quietest in full, from there to the loudest fainter: as waveforms are read.
    ever = coverage(upper, floor, height)
    always = coverage(lower, floor, height)
    area = tinted(np.where(inside, 0.45 * ever + 0.3 * always, 0.0), hue, 1.0)
    stroke = tinted(coverage(upper - ratio, upper, height) * inside, _LINE, 0.6)
    painter.drawImage(QPointF(0, top), image(over(stroke, area), ratio))
    strip = _strip(scene, lane, curve, positions, hue)
    painter.drawImage(QPointF(0, lane.top), image(strip, ratio))


def extremes(curve: KeyCurve, positions: Floats) -> tuple[Floats, Floats]:
    """Highest and lowest intensity between neighbouring positions, keys between them counted."""
    levels = curve.levels(positions)
    high, low = np.maximum(levels[:-1], levels[1:]), np.minimum(levels[:-1], levels[1:])
    column, seen = _columns(curve.heard_frames, positions)
    if len(column):
        begin = np.flatnonzero(np.diff(column, prepend=-1))
        at, heard = column[begin], curve.heard_levels[seen]
        high[at] = np.maximum(high[at], np.maximum.reduceat(heard, begin))
        low[at] = np.minimum(low[at], np.minimum.reduceat(heard, begin))
    return high, low


def _columns(frames: Ints, positions: Floats) -> tuple[Ints, slice]:
    """Column of each frame in view, and which frames those are; both sorted."""
    seen = slice(*np.searchsorted(frames, positions[[0, -1]]).tolist())
    column = ((frames[seen] - positions[0]) / (positions[1] - positions[0])).astype(np.int64)
    return np.clip(column, 0, len(positions) - 2), seen


def _strip(scene: Scene, lane: Lane, curve: KeyCurve, positions: Floats, hue: Pixels) -> Pixels:
    """Where keys stand: a bar in the emotion's colour, brighter the more keys share a column."""
    width, height = len(positions) - 1, max(1, int(KEY_STRIP_PX * scene.ratio))
    column, _ = _columns(curve.frames, positions)
    count = np.bincount(column, minlength=width)
    strength = np.where(count > 0, 0.55 + 0.45 * np.minimum(count, 4) / 4, 0.0)
    top, bottom = (SCALE_BAR_PX + 3) * scene.ratio, height - 3 * scene.ratio
    bar = coverage(np.full(width, top), np.full(width, bottom), height)
    lit = np.where(hue.any(axis=1, keepdims=True), hue, 150).astype(np.uint8)
    made = tinted(bar * strength, lit, 1.0)
    if scene.selection.performer == lane.performer and scene.selection.keys:
        chosen = np.array(sorted(scene.selection.keys), np.int64)
        column, _ = _columns(chosen, positions)
        mask = np.zeros(width)
        mask[column] = 1.0
        made = over(tinted(bar * mask, _SELECTED, 1.0), made)
    return made
