"""Small pictures of projects, for the start page and the list of recent ones; kept in the cache."""

from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap

from cmet_studio.core.paths import cache_dir
from cmet_studio.ui.icons import icon

SIZE = QSize(96, 54)
_KEPT = SIZE * 2  # sharp on a display of twice the density
_MOST = 100


def _place(project: Path) -> Path:
    return cache_dir() / "thumbnails" / f"{sha256(str(project).encode()).hexdigest()[:24]}.jpg"


def keep(project: Path, picture: QImage) -> bool:
    """Remember how a project looked when it was last open. Returns whether it is written."""
    small = picture.scaled(
        _KEPT, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    place = _place(project)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        known = sorted(place.parent.glob("*.jpg"), key=lambda path: path.stat().st_mtime)
        for old in known[: max(0, len(known) - _MOST)]:
            old.unlink()
    except OSError:
        return False  # a picture less
    return small.save(str(place), quality=85)


def of(project: Path) -> QIcon:
    """The project's picture; the sign of a file where none was kept."""
    picture = QImage(str(_place(project)))
    if picture.isNull():
        return icon("file")
    framed = QPixmap(_KEPT)
    framed.fill(Qt.GlobalColor.black)
    painter = QPainter(framed)
    left, top = (framed.width() - picture.width()) // 2, (framed.height() - picture.height()) // 2
    painter.drawImage(left, top, picture)
    painter.end()
    return QIcon(framed)
