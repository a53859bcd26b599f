"""Icons from ``resources/icons``: simple strokes, sharp at every scale."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from cmet_studio.core.paths import resource
from cmet_studio.ui import theme

_SIZES_PX = (18, 36)  # 1x and 2x of what buttons ask for


def pixmap(name: str, px: int, colour: str = "", ratio: float = 1.0) -> QPixmap:
    """An icon as a picture of ``px`` logical pixels, its strokes in ``colour`` (the text's)."""
    svg = _text(name).replace(theme.DRAWN, colour or theme.TEXT)
    side = round(px * ratio)
    drawn = QPixmap(QSize(side, side))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


@lru_cache(maxsize=256)
def _text(name: str) -> str:
    return (resource("icons") / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def icon(name: str) -> QIcon:
    """The icon of that name: faint when disabled, in the accent when switched on.

    Raises: FileNotFoundError if ``resources/icons`` has none (a test asks for all that are used).
    """
    made = QIcon()
    looks = (
        (QIcon.Mode.Normal, QIcon.State.Off, theme.TEXT),
        (QIcon.Mode.Normal, QIcon.State.On, theme.ACCENT),
        (QIcon.Mode.Disabled, QIcon.State.Off, theme.FAINT),
    )
    for mode, state, colour in looks:
        for px in _SIZES_PX:
            made.addPixmap(pixmap(name, px, colour), mode, state)
    return made
