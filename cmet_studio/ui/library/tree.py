"""The Library's tree: shows rows, drags emotions out, takes sound files in."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem, QWidget

from cmet_studio.app.takes import FILM, SOUND
from cmet_studio.project_io.emotion_file import SUFFIX
from cmet_studio.ui import theme
from cmet_studio.ui.library import EMOTION_MIME
from cmet_studio.ui.library.delegate import (
    PLAYING_ROLE,
    ROW_ROLE,
    SIGN_PX,
    TRIED_ROLE,
    WORDS_ROLE,
    LibraryDelegate,
)
from cmet_studio.ui.library.rows import Row

_OPEN = ("section", "side", "performer")


class LibraryTree(QTreeWidget):
    """Rows in, intents out.

    Signals:
        renamed(row, name): typed in place.
        dropped(row, files): sound files on an emotion, a side of it, a take, or a performer.
        play_clicked(row), try_clicked(row): the signs before a take.
        packed_dropped(files): emotion files, anywhere.
    """

    renamed = Signal(object, str)
    dropped = Signal(object, object)
    play_clicked = Signal(object)
    try_clicked = Signal(object)
    packed_dropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setColumnCount(1)
        self.setIndentation(14)
        self.setUniformRowHeights(False)
        self.setItemDelegate(LibraryDelegate(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Library"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows: tuple[Row, ...] = ()
        self._items: dict[str, QTreeWidgetItem] = {}
        self._playing: str | None = None
        self._tried: str | None = None
        self.itemChanged.connect(self._typed)
        self.drag_source: Callable[[Row], str] = _own_emotion
        """Which emotion's id a dragged row stands for."""

    def set_rows(self, rows: tuple[Row, ...]) -> None:
        """Show rows; what was open, selected and known of takes stays."""
        if rows == self._rows:
            return
        closed = {key for key, item in self._items.items() if not item.isExpanded()}
        known = {key: item.data(0, WORDS_ROLE) for key, item in self._items.items()}
        new = not self._rows
        chosen = self.current_row()
        scrolled = self.verticalScrollBar().value()
        self.blockSignals(True)
        self.clear()
        before, self._items, self._rows = set(known), {}, rows
        for row in rows:
            self._add(row, None, closed, before, new)
        for key, words in known.items():
            if key in self._items:
                self._items[key].setData(0, WORDS_ROLE, words)
        self.blockSignals(False)
        self.set_playing(self._playing)
        self.set_tried(self._tried)
        if chosen is not None:
            self.choose(chosen.key)
        self.verticalScrollBar().setValue(scrolled)

    def _add(
        self,
        row: Row,
        parent: QTreeWidgetItem | None,
        closed: set[str],
        before: set[str],
        new: bool,
    ) -> None:
        item = QTreeWidgetItem([row.text])
        item.setData(0, ROW_ROLE, row)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsDropEnabled
        if row.kind not in ("section", "hint"):
            flags |= Qt.ItemFlag.ItemIsSelectable
        if row.kind in ("emotion", "preset"):
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        if row.kind in ("emotion", "performer"):
            flags |= Qt.ItemFlag.ItemIsEditable
        item.setFlags(flags)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, _spoken(row))
        item.setToolTip(0, _tip(row))
        if parent is None:
            self.addTopLevelItem(item)
        else:
            parent.addChild(item)
        self._items[row.key] = item
        for inner in row.rows:
            self._add(inner, item, closed, before, new)
        fresh = row.key not in before
        item.setExpanded(
            (row.kind in _OPEN or (row.kind == "emotion" and not new))
            if fresh
            else row.key not in closed
        )

    def row_of(self, item: QTreeWidgetItem | None) -> Row | None:
        """What an item shows."""
        if item is None:
            return None
        row: Row = item.data(0, ROW_ROLE)
        return row

    def current_row(self) -> Row | None:
        """The selected row."""
        chosen = self.selectedItems()
        return self.row_of(chosen[0]) if chosen else None

    def item(self, key: str) -> QTreeWidgetItem | None:
        """The item of a row's key."""
        return self._items.get(key)

    def takes(self) -> Iterator[Row]:
        """All rows that are takes."""
        for item in self._items.values():
            row = self.row_of(item)
            if row is not None and row.kind in ("take", "neutral"):
                yield row

    def choose(self, key: str) -> None:
        """Select a row."""
        item = self._items.get(key)
        if item is not None:
            self.setCurrentItem(item)

    def set_words(self, take_id: str, words: str, tip: str) -> None:
        """Say what is known of a take's quality, wherever it stands."""
        self.blockSignals(True)
        for item in self._items.values():
            row = self.row_of(item)
            if row is not None and row.kind in ("take", "neutral") and row.id == take_id:
                item.setData(0, WORDS_ROLE, words)
                item.setToolTip(0, tip)
                spoken = f"{_spoken(row)}, {words}"
                item.setData(0, Qt.ItemDataRole.AccessibleTextRole, spoken)
        self.blockSignals(False)
        self.viewport().update()

    def set_playing(self, take_id: str | None) -> None:
        """Show which take is heard."""
        self._playing = take_id
        self._mark(PLAYING_ROLE, take_id)

    def set_tried(self, take_id: str | None) -> None:
        """Show which take is on the face."""
        self._tried = take_id
        self._mark(TRIED_ROLE, take_id)

    def _mark(self, role: int, take_id: str | None) -> None:
        self.blockSignals(True)
        for item in self._items.values():
            row = self.row_of(item)
            if row is not None and row.kind in ("take", "neutral"):
                item.setData(0, role, row.id == take_id)
        self.blockSignals(False)
        self.viewport().update()

    def begin_rename(self, key: str) -> None:
        """Open the field for a row's name."""
        item = self._items.get(key)
        if item is not None:
            self.setCurrentItem(item)
            self.editItem(item, 0)

    def _typed(self, item: QTreeWidgetItem, column: int) -> None:
        row = self.row_of(item)
        name = item.text(0).strip()
        if row is not None and name != row.text:
            self.blockSignals(True)
            item.setText(0, row.text)  # the document decides
            self.blockSignals(False)
            if name:
                self.renamed.emit(row, name)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a sign before a take plays it, or tries it on."""
        super().mousePressEvent(event)
        position = event.position().toPoint()
        item = self.itemAt(position)
        row = self.row_of(item)
        left = event.button() == Qt.MouseButton.LeftButton
        if left and item is not None and row is not None and row.kind in ("take", "neutral"):
            sign = (position.x() - self.visualItemRect(item).left()) // SIGN_PX
            if sign == 0:
                self.play_clicked.emit(row)
            elif sign == 1 and row.side == "expressive":
                self.try_clicked.emit(row)

    # Out

    def mimeTypes(self) -> list[str]:
        """What is dragged out."""
        return [EMOTION_MIME]

    def mimeData(self, items: Sequence[QTreeWidgetItem]) -> QMimeData:
        """The dragged emotion's id, or a preset's name: dropped, it becomes an emotion."""
        data = QMimeData()
        row = self.row_of(items[0]) if items else None
        if row is not None and (emotion := self.drag_source(row)):
            data.setData(EMOTION_MIME, QByteArray(emotion.encode("utf-8")))
        return data

    def startDrag(self, supported: Qt.DropAction) -> None:
        """Drag the current emotion with a small picture of it."""
        items = self.selectedItems()
        row = self.row_of(items[0]) if items else None
        if row is None or row.kind not in ("emotion", "preset"):
            return
        data = self.mimeData(items)
        if not data.hasFormat(EMOTION_MIME):
            return
        drag = QDrag(self)
        drag.setMimeData(data)
        chip = QPixmap(QSize(16, 16))
        chip.fill(theme.colour(row.colour or theme.ACCENT))
        drag.setPixmap(chip)
        drag.setHotSpot(QPoint(8, 8))
        drag.exec(Qt.DropAction.CopyAction)

    # In

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may come in."""
        self._judge(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Only where they would be takes."""
        self._judge(event)

    def _judge(self, event: QDragMoveEvent) -> None:
        row = self.row_of(self.itemAt(event.position().toPoint()))
        packed = any(u.toLocalFile().endswith(SUFFIX) for u in event.mimeData().urls())
        wanted = packed or (event.mimeData().hasUrls() and row is not None and _takes_files(row))
        if wanted or (event.mimeData().hasUrls() and isinstance(event, QDragEnterEvent)):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Files became takes-to-be."""
        row = self.row_of(self.itemAt(event.position().toPoint()))
        urls = event.mimeData().urls()
        packed = [Path(u.toLocalFile()) for u in urls if u.toLocalFile().endswith(SUFFIX)]
        if packed:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.packed_dropped.emit(packed)
            return
        files = recordings_in(event.mimeData())
        if row is not None and _takes_files(row) and files:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(row, files)
        else:
            event.ignore()


def recordings_in(data: QMimeData) -> list[Path]:
    """Dragged local files, if some look like sound or film, or are folders (of sound, perhaps).

    The others come along: the import says what is wrong with them.
    """
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    known = (*SOUND, *FILM)
    return paths if any(p.suffix.lower() in known or p.is_dir() for p in paths) else []


def _own_emotion(row: Row) -> str:
    return row.id if row.kind == "emotion" else ""


def _takes_files(row: Row) -> bool:
    if row.kind == "hint":
        return bool(row.owner)
    return row.kind in ("emotion", "side", "take", "performer", "neutral")


def _spoken(row: Row) -> str:
    """A row for a screen reader."""
    if row.kind == "emotion" and row.shots:
        return f"{row.text}, emotion, {row.shots[0]} expressive, {row.shots[1]} neutral takes"
    if row.kind == "preset":
        return f"{row.text}, preset"
    return ", ".join(word for word in (row.text, row.detail) if word)


def _tip(row: Row) -> str:
    match row.kind:
        case "emotion":
            return f"{row.text}: drag it onto the timeline to set a key; drop recordings on it"
        case "preset":
            return f"{row.text}: drag it onto the timeline, or double-click to add it"
        case "take" | "neutral":
            return f"{row.text}: click the signs to listen, or to try it on the face"
        case "hint" if row.side == "neutral":
            return "The performer's neutral speech, or the shipped voice, stands in for these"
        case "entry":
            return f"{row.text}: double-click to use it in this project"
        case "performer":
            return f"Neutral speech of {row.text}: used by emotions without neutral takes"
    return row.text
