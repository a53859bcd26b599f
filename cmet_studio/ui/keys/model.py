"""All keys as rows: a table model over the document."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple, get_args

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QPixmap

from cmet_studio.app.editing import Edit, move_key, mute_keys, set_key
from cmet_studio.core.errors import BadInput, CmetError
from cmet_studio.domain.project import Interpolation, Key, Project
from cmet_studio.domain.time import format_position, parse_position
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.keys.reading import read_intensity, read_mix
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.timeline.tips import mix_words
from cmet_studio.ui.timeline.words import tr

TIME, PERFORMER, EMOTION, INTENSITY, INTERPOLATION, MUTED = range(6)
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_Role = Qt.ItemDataRole


class Row(NamedTuple):
    """A key, and whose it is. A tuple, since there may be 100,000 of them."""

    performer: str
    name: str
    key: Key


def rows_of(project: Project) -> list[Row]:
    """Every key of every performer, by performer."""
    return [Row(p.id, p.name, key) for p in project.performers for key in p.keys]


class KeysModel(QAbstractTableModel):
    """Rows sorted by a column; typing into a cell is an edit with its own step of undo."""

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._sorted_by = TIME
        self._descending = False
        self.rows: list[Row] = []
        self._at: dict[tuple[str, int], int] = {}
        self._read()

    # Keeping up

    def refresh(self) -> None:
        """Take over the document; rows that stay where they are keep their selection."""
        rows = self._ordered(self._fresh())
        before = self.rows
        at = {(performer, key.frame): n for n, (performer, _, key) in enumerate(rows)}
        if at != self._at:
            self.beginResetModel()
            self.rows, self._at = rows, at
            self.endResetModel()
            return
        self.rows, self._at = rows, at
        changed = [n for n, row in enumerate(rows) if row[2] is not before[n][2]]
        if changed:
            last = self.columnCount() - 1
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], last))

    def repaint_all(self) -> None:
        """Names, colours or times changed, keys did not."""
        if self.rows:
            last = self.index(len(self.rows) - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _fresh(self) -> list[Row]:
        return rows_of(self._editor.project) if self._editor.is_open else []

    def _read(self) -> None:
        self._set(self._ordered(self._fresh()))

    def _set(self, rows: list[Row]) -> None:
        self.rows = rows
        self._at = {(performer, key.frame): n for n, (performer, _, key) in enumerate(rows)}

    def row_of(self, performer: str, frame: int) -> int | None:
        """Number of a key's row."""
        return self._at.get((performer, frame))

    def _ordered(self, rows: list[Row]) -> list[Row]:
        keys: dict[int, Callable[[Row], Any]] = {
            TIME: lambda r: (r.key.frame, r.name),
            PERFORMER: lambda r: (r.name, r.key.frame),
            EMOTION: lambda r: (mix_words(self._editor.project, r.key), r.key.frame),
            INTENSITY: lambda r: (r.key.intensity, r.key.frame),
            INTERPOLATION: lambda r: (r.key.interpolation, r.key.frame),
            MUTED: lambda r: (r.key.muted, r.key.frame),
        }
        return sorted(rows, key=keys[self._sorted_by], reverse=self._descending)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column, then by time."""
        self._sorted_by, self._descending = column, order == Qt.SortOrder.DescendingOrder
        self.beginResetModel()
        self._read()
        self.endResetModel()

    # Reading

    def rowCount(self, parent: Index = _ROOT) -> int:
        """One a key."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        """Always six."""
        return 0 if parent.isValid() else 6

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        """Names of the columns; rows have none."""
        if orientation != Qt.Orientation.Horizontal or role != _Role.DisplayRole:
            return None
        return (
            self.tr("Time"),
            self.tr("Performer"),
            self.tr("Emotion"),
            self.tr("Intensity"),
            self.tr("Interpolation"),
            self.tr("Muted"),
        )[section]

    def text(self, row: Row, column: int) -> str:
        """A cell as people read and type it."""
        key = row.key
        if column == TIME:
            last = len(self._editor.times) - 1
            return format_position(min(key.frame, last), self._editor.times)
        if column == PERFORMER:
            return row.name
        if column == EMOTION:
            return mix_words(self._editor.project, key)
        if column == INTENSITY:
            return f"{key.intensity:.0%}" if key.mix else "-"
        if column == INTERPOLATION:
            return interpolation_word(key.interpolation)
        return ""

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        """Text, colour of the emotion, whether muted."""
        if not index.isValid() or not self._editor.is_open:
            return None
        row, column = self.rows[index.row()], index.column()
        if role in (_Role.DisplayRole, _Role.EditRole):
            return self.text(row, column)
        if role == _Role.CheckStateRole and column == MUTED:
            return Qt.CheckState.Checked if row.key.muted else Qt.CheckState.Unchecked
        if role == _Role.DecorationRole and column == EMOTION:
            return self._sign(row.key)
        if role == _Role.ForegroundRole and row.key.muted:
            return QColor(theme.FAINT)
        if role == _Role.TextAlignmentRole and column == INTENSITY:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == _Role.AccessibleTextRole:
            muted = self.tr("muted") if row.key.muted else self.tr("not muted")
            said = muted if column == MUTED else self.text(row, column)
            return f"{self.headerData(column, Qt.Orientation.Horizontal)}: {said}"
        if role == _Role.ToolTipRole and column == TIME:
            return self.tr("Frame {n}. Type a timecode, f37 or 1.5s.").format(n=row.key.frame)
        return None

    def _sign(self, key: Key) -> QPixmap:
        """The colours of a key's emotions, side by side."""
        colours = {e.id: e.colour for e in self._editor.project.emotions}
        parts = sorted(key.mix, key=lambda part: -part.weight) if not key.is_rest else []
        return _swatch(tuple((colours.get(p.emotion, theme.FAINT), p.weight) for p in parts))

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Everything but the performer can be typed over."""
        flags = super().flags(index)
        document = self._editor.document
        if document is None or document.read_only:
            return flags
        if index.column() == MUTED:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags if index.column() == PERFORMER else flags | Qt.ItemFlag.ItemIsEditable

    # Writing

    def setData(self, index: Index, value: Any, role: int = _Role.EditRole) -> bool:
        """Read what was typed and do it; what cannot be read becomes a notice."""
        if not index.isValid():
            return False
        row, column = self.rows[index.row()], index.column()
        try:
            if role == _Role.CheckStateRole and column == MUTED:
                muted = Qt.CheckState(value) == Qt.CheckState.Checked
                label = self.tr("Mute key") if muted else self.tr("Unmute key")
                frames = (row.key.frame,)
                return self._editor.do(label, lambda p: mute_keys(p, row.performer, frames, muted))
            if role != _Role.EditRole:
                return False
            return self._type(row, column, str(value))
        except CmetError as error:
            self._editor.notice.emit(Notice.of(error))
            return False

    def _type(self, row: Row, column: int, text: str) -> bool:
        if text == self.text(row, column):
            return False
        if column == TIME:
            return self._retime(row, parse_position(text, self._editor.times))
        if column == EMOTION:
            mix = read_mix(self._editor.project, text, (self.tr("Rest"),))
            change = _change(row, lambda key: replace(key, mix=mix))
            return self._editor.do(self.tr("Set emotion of key"), change)
        if column == INTENSITY:
            level = read_intensity(text)
            change = _change(row, lambda key: replace(key, intensity=level))
            return self._editor.do(self.tr("Set intensity"), change)
        if column == INTERPOLATION:
            kind = _interpolation(text)
            change = _change(row, lambda key: replace(key, interpolation=kind))
            return self._editor.do(self.tr("Set interpolation"), change)
        return False

    def _retime(self, row: Row, frame: int) -> bool:
        if self.row_of(row.performer, frame) is not None and frame != row.key.frame:
            at = format_position(frame, self._editor.times)
            raise BadInput(f"There is a key of {row.name} at {at} already.", "Give another time.")
        done = self._editor.do(
            self.tr("Move key"), lambda p: move_key(p, row.performer, row.key.frame, frame)
        )
        if done:
            selection = self._editor.selection
            self._editor.select(
                replace(selection, performer=row.performer, keys=frozenset({frame}))
            )
        return done


@lru_cache(maxsize=256)
def _swatch(parts: tuple[tuple[str, float], ...]) -> QPixmap:
    """A field as wide for each colour as its share; grey without any."""
    drawn = QPixmap(14, 14)
    drawn.fill(QColor(theme.FAINT))
    painter = QPainter(drawn)
    left = 0.0
    for colour, share in parts:
        painter.fillRect(QRectF(left, 0, 14 * share + 1, 14), QColor(colour))
        left += 14 * share
    painter.end()
    return drawn


def _change(row: Row, change: Callable[[Key], Key]) -> Edit:
    return lambda project: set_key(project, row.performer, row.key.frame, change)


def interpolation_word(kind: str) -> str:
    """An interpolation as the menus call it."""
    return tr(kind.capitalize())


def _interpolation(text: str) -> Interpolation:
    for kind in get_args(Interpolation):
        if text.strip().lower() in (kind, interpolation_word(kind).lower()):
            found: Interpolation = kind
            return found
    kinds = ", ".join(interpolation_word(kind) for kind in get_args(Interpolation))
    raise BadInput(f"There is no interpolation '{text.strip()}'.", f"There are: {kinds}.")
