"""Draws an emotion lane: blocks in the emotions' colours, intensity over them, keys on top.

Few keys are drawn as exact curves; where they stand too close to be told apart, columns of pixels
say what is loudest in each.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from cmet_studio.domain.project import Emotion, Key
from cmet_studio.ui import theme
from cmet_studio.ui.timeline.curve import KeyCurve, handles_of, level_of
from cmet_studio.ui.timeline.hit import level_y
from cmet_studio.ui.timeline.key_shapes import draw_key
from cmet_studio.ui.timeline.layout import KEY_STRIP_PX, Lane
from cmet_studio.ui.timeline.paint_columns import paint_columns
from cmet_studio.ui.timeline.scene import Scene
from cmet_studio.ui.timeline.words import lettering, tr

MOST_EXACT = 120
"""More keys than this in view are drawn as columns."""
_BLOCK = 34
_AREA = 150

Colours = Mapping[str, QColor]


@lru_cache(maxsize=512)
def _colour(name: str) -> QColor:
    return QColor(name)


def colours_of(emotions: tuple[Emotion, ...]) -> dict[str, QColor]:
    """Colour by emotion id."""
    return {e.id: _colour(e.colour) for e in emotions}


def key_colours(key: Key, colours: Colours) -> list[tuple[QColor, float]]:
    """A key's colours with their weights, heaviest first."""
    parts = sorted(key.mix, key=lambda part: -part.weight)
    grey = _colour(theme.DIM)
    return [(colours.get(part.emotion, grey), part.weight) for part in parts]


def paint_emotion(painter: QPainter, scene: Scene, lane: Lane) -> None:
    """The lane, in the strip's pixels."""
    assert scene.project is not None
    curve = scene.curves[lane.performer or ""]
    _paint_levels(painter, scene, lane)
    if not curve.keys:
        _paint_empty(painter, scene, lane)
        return
    first, stop = scene.scale.visible
    # A sign reaches over its frame: those just outside are seen too.
    reach = int(12 / float(scene.scale.per_frame)) + 1
    shown = curve.visible(first - reach, stop + reach)
    if shown.stop - shown.start > MOST_EXACT:
        paint_columns(painter, scene, lane, curve)
        _paint_scale_bar(painter, scene, lane)
        return
    colours = colours_of(scene.project.emotions)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_blocks(painter, scene, lane, curve, colours)
    _paint_line(painter, scene, lane, curve)
    _paint_signs(painter, scene, lane, curve.keys[shown], colours)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    _paint_scale_bar(painter, scene, lane)


def _paint_levels(painter: QPainter, scene: Scene, lane: Lane) -> None:
    painter.fillRect(QRectF(0, lane.top, scene.scale.width, KEY_STRIP_PX), QColor(0, 0, 0, 36))
    for level, shade in ((0.0, "#3a3a3a"), (1.0, "#363636")):
        y = round(level_y(lane, level))
        painter.fillRect(0, y, scene.scale.width, 1, _colour(shade))


def _paint_empty(painter: QPainter, scene: Scene, lane: Lane) -> None:
    painter.setFont(lettering())
    painter.setPen(_colour(theme.FAINT))
    room = QRectF(0, lane.top + KEY_STRIP_PX, scene.scale.width, lane.height - KEY_STRIP_PX)
    painter.drawText(
        room,
        Qt.AlignmentFlag.AlignCenter,
        tr("Drag an emotion here, or press Ctrl+K to set a key at the playhead"),
    )


# Few keys: exact


def _factors(key: Key) -> dict[str, float]:
    if key.is_rest:
        return {}
    return {part.emotion: part.weight * key.intensity for part in key.mix}


def _stretches(scene: Scene, curve: KeyCurve) -> Iterator[tuple[Key | None, Key | None]]:
    """Pairs of keys between which something is seen; None before the first, after the last."""
    heard = curve.heard[curve.around(*scene.scale.visible)]
    if not heard:
        return
    if heard[0] is curve.heard[0]:
        yield None, heard[0]
    yield from pairwise(heard)
    if heard[-1] is curve.heard[-1]:
        yield heard[-1], None


class _Way:
    """The pixels from one key to the next; constant outside of the keys."""

    def __init__(self, scene: Scene, a: Key | None, b: Key | None) -> None:
        scale = scene.scale
        self.left = scale.x(a.frame) if a is not None else scale.x(0)
        self.right = scale.x(b.frame) if b is not None else scale.x(scale.frames)
        self.handles = handles_of(a) if a is not None and b is not None else (0.0, 0.0, 1.0, 1.0)

    def forth(self, path: QPainterPath, y0: float, y1: float) -> None:
        """Add the way from the left end, where the path is, to the right one."""
        if self.handles is None:
            path.lineTo(self.right, y0)
            path.lineTo(self.right, y1)
        elif self.handles == (0.0, 0.0, 1.0, 1.0):
            path.lineTo(self.right, y1)
        else:
            x1, h1, x2, h2 = self.handles
            span, rise = self.right - self.left, y1 - y0
            path.cubicTo(
                self.left + x1 * span, y0 + h1 * rise,
                self.left + x2 * span, y0 + h2 * rise,
                self.right, y1,
            )  # fmt: skip

    def back(self, path: QPainterPath, y0: float, y1: float) -> None:
        """Add the way from the right end, where the path is, to the left one."""
        if self.handles is None:
            path.lineTo(self.right, y0)
            path.lineTo(self.left, y0)
        elif self.handles == (0.0, 0.0, 1.0, 1.0):
            path.lineTo(self.left, y0)
        else:
            x1, h1, x2, h2 = self.handles
            span, rise = self.right - self.left, y1 - y0
            path.cubicTo(
                self.left + x2 * span, y0 + h2 * rise,
                self.left + x1 * span, y0 + h1 * rise,
                self.left, y0,
            )  # fmt: skip


def _paint_blocks(
    painter: QPainter, scene: Scene, lane: Lane, curve: KeyCurve, colours: Colours
) -> None:
    areas: dict[str, QPainterPath] = {}
    blocks: list[tuple[str, QRectF]] = []
    runs: list[tuple[float, float, Key]] = []
    for a, b in _stretches(scene, curve):
        from_a, to_b = _factors(a or b), _factors(b or a)  # type: ignore[arg-type]
        way = _Way(scene, a, b)
        low0 = low1 = 0.0
        for emotion in sorted(from_a.keys() | to_b.keys()):
            high0, high1 = low0 + from_a.get(emotion, 0.0), low1 + to_b.get(emotion, 0.0)
            path = areas.setdefault(emotion, QPainterPath())
            path.moveTo(way.left, level_y(lane, low0))
            path.lineTo(way.left, level_y(lane, high0))
            way.forth(path, level_y(lane, high0), level_y(lane, high1))
            path.lineTo(way.right, level_y(lane, low1))
            way.back(path, level_y(lane, low0), level_y(lane, low1))
            path.closeSubpath()
            low0, low1 = high0, high1
        owner = next((k for k in (a, b) if k is not None and not k.is_rest), None)
        if owner is not None:
            _add_block(blocks, lane, way, owner)
            runs.append((way.left, way.right, owner))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    for emotion, room in blocks:
        painter.fillRect(room, _shade(colours, emotion, _BLOCK))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for emotion, path in areas.items():
        painter.fillPath(path, _shade(colours, emotion, _AREA))
    _paint_names(painter, scene, lane, runs)


def _shade(colours: Colours, emotion: str, alpha: int) -> QColor:
    shade = QColor(colours.get(emotion, _colour(theme.DIM)))
    shade.setAlpha(alpha)
    return shade


def _add_block(blocks: list[tuple[str, QRectF]], lane: Lane, way: _Way, owner: Key) -> None:
    """A faint field behind the curve; of a mix each emotion has a band as high as its weight."""
    top, bottom = lane.curve
    y = float(bottom)
    for part in sorted(owner.mix, key=lambda part: part.emotion):
        height = (bottom - top) * part.weight
        width = max(0.0, way.right - way.left - 1)
        blocks.append((part.emotion, QRectF(way.left, y - height, width, height)))
        y -= height


def _paint_line(painter: QPainter, scene: Scene, lane: Lane, curve: KeyCurve) -> None:
    path = QPainterPath()
    for a, b in _stretches(scene, curve):
        first, last = a or b, b or a
        assert first is not None
        assert last is not None
        way = _Way(scene, a, b)
        y0, y1 = level_y(lane, level_of(first)), level_y(lane, level_of(last))
        if path.elementCount() == 0:
            path.moveTo(way.left, y0)
        way.forth(path, y0, y1)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(240, 240, 240, 220), 1.4))
    painter.drawPath(path)


def _paint_names(
    painter: QPainter, scene: Scene, lane: Lane, runs: list[tuple[float, float, Key]]
) -> None:
    """A name for every stretch of one mix, at its visible start."""
    assert scene.project is not None
    names = {e.id: e.name for e in scene.project.emotions}
    painter.setFont(lettering(theme.SMALL_PX))
    metrics = painter.fontMetrics()
    merged: list[tuple[float, float, Key]] = []
    for left, right, key in runs:
        if merged and merged[-1][2].mix == key.mix and merged[-1][1] == left:
            merged[-1] = merged[-1][0], right, merged[-1][2]
        else:
            merged.append((left, right, key))
    base = lane.bottom - 10
    for left, right, key in merged:
        left, right = max(left, 0.0) + 8, min(right, scene.scale.width) - 4
        if right - left < 34:
            continue
        text = " + ".join(
            names.get(p.emotion, "?") if len(key.mix) == 1
            else f"{names.get(p.emotion, '?')} {p.weight:.0%}"
            for p in sorted(key.mix, key=lambda part: -part.weight)
        )  # fmt: skip
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(right - left))
        painter.setPen(QColor(0, 0, 0, 150))
        painter.drawText(QPointF(left + 1, base + 1), text)
        painter.setPen(QColor("#f4f4f4"))
        painter.drawText(QPointF(left, base), text)


def _paint_signs(
    painter: QPainter, scene: Scene, lane: Lane, keys: tuple[Key, ...], colours: Colours
) -> None:
    mine = scene.selection.performer == lane.performer
    middle = lane.signs
    for key in keys:
        x = scene.scale.x(key.frame)
        selected = mine and key.frame in scene.selection.keys
        if not key.muted:
            y = level_y(lane, level_of(key))
            painter.setPen(QPen(QColor("#151515"), 1.0))
            painter.setBrush(QColor(theme.ACCENT) if selected else QColor("#f0f0f0"))
            painter.drawEllipse(QPointF(x, y), 3.2, 3.2)
        draw_key(painter, QPointF(x, middle), key, key_colours(key, colours), selected)


def _paint_scale_bar(painter: QPainter, scene: Scene, lane: Lane) -> None:
    """A bar over several selected keys, with grips to scale them by."""
    keys = scene.selection.keys
    if scene.selection.performer != lane.performer or len(keys) < 2:
        return
    left, right = scene.scale.x(min(keys)), scene.scale.x(max(keys))
    painter.fillRect(QRectF(left, lane.top + 2, right - left, 2), theme.colour(theme.ACCENT, 150))
    for x in (left, right):
        painter.fillRect(QRectF(round(x) - 3, lane.top, 6, 6), _colour(theme.ACCENT))
