"""The context menu of a row in the Library."""

from functools import partial
from typing import Protocol

from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from cmet_studio.app.editing import PALETTE
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import icon
from cmet_studio.ui.library import commands
from cmet_studio.ui.library.audition import Audition
from cmet_studio.ui.library.rows import Row
from cmet_studio.ui.library.shelf import Shelf
from cmet_studio.ui.library.tree import LibraryTree


class Host(Protocol):
    """What a menu asks of the panel."""

    tree: LibraryTree
    audition: Audition
    shelf: Shelf

    def tr(self, text: str, /) -> str:
        """Translate."""

    def new_emotion(self) -> None:
        """Add an emotion."""

    def ask_files(self) -> None:
        """Choose recordings."""

    def remove(self, row: Row) -> None:
        """Delete what a row stands for."""

    def listen(self, row: Row) -> None:
        """Play a take."""

    def try_on(self, row: Row) -> None:
        """Try a take on the face."""

    def trim(self, row: Row) -> None:
        """Trim a take."""

    def say(self, row: Row, provider: str) -> None:
        """Have a synthetic voice fill an emotion's side."""


def row_menu(panel: Host, parent: QWidget, editor: Editor, row: Row | None) -> QMenu:
    """What can be done with a row; without one, what can be added."""
    menu = QMenu(parent)
    if row is None or row.kind in ("section", "hint"):
        menu.addAction(icon("add"), panel.tr("New emotion"), panel.new_emotion)
        menu.addAction(icon("import"), panel.tr("Import recordings…"), panel.ask_files)
    elif row.kind == "emotion":
        _emotion(menu, panel, parent, editor, row)
    elif row.kind in ("take", "neutral"):
        _take(menu, panel, editor, row)
    elif row.kind == "entry":
        menu.addAction(icon("add"), panel.tr("Use in this project"), lambda: panel.shelf.use(row))
        menu.addAction(icon("export"), panel.tr("Export…"), lambda: panel.shelf.ask_export(row))
        menu.addSeparator()
        menu.addAction(
            icon("trash"), panel.tr("Remove from my library"), lambda: panel.shelf.remove(row)
        )
    elif row.kind == "performer":
        menu.addAction(icon("import"), panel.tr("Import recordings…"), panel.ask_files)
        if row.shots and row.shots[0]:
            menu.addAction(
                icon("save"), panel.tr("Save to my library"),
                lambda: panel.shelf.save_neutral(row.id),
            )  # fmt: skip
    elif row.kind == "preset":
        menu.addAction(
            icon("add"), panel.tr("Add to the project"),
            lambda: commands.add_preset(editor, row.id),
        )  # fmt: skip
    else:
        menu.addAction(icon("import"), panel.tr("Import recordings…"), panel.ask_files)
        _voices(menu, panel, editor, row)
    return menu


def _voices(menu: QMenu, panel: Host, editor: Editor, row: Row) -> None:
    voices = menu.addMenu(icon("speaker"), panel.tr("Have three takes spoken by"))
    robot = panel.tr("espeak-ng, a robot: to try things out")
    voices.addAction(robot, lambda: panel.say(row, "espeak"))
    service = voices.addAction(
        panel.tr("The voice service of the settings"), lambda: panel.say(row, "endpoint")
    )
    service.setEnabled(bool(editor.preferences.settings.tts.endpoint))


def _emotion(menu: QMenu, panel: Host, parent: QWidget, editor: Editor, row: Row) -> None:
    menu.addAction(panel.tr("Rename"), lambda: panel.tree.begin_rename(row.key))
    colours = menu.addMenu(panel.tr("Colour"))
    for colour in PALETTE:
        chip = QPixmap(14, 14)
        chip.fill(QColor(colour))
        colours.addAction(chip, colour, partial(commands.recolour_emotion, editor, row.id, colour))
    colours.addAction(panel.tr("Other…"), lambda: _ask_colour(parent, editor, row))
    menu.addAction(icon("import"), panel.tr("Import recordings…"), panel.ask_files)
    if row.detail != "mix":
        _voices(menu, panel, editor, row)
    if row.shots and row.shots[0]:
        menu.addAction(
            icon("save"), panel.tr("Save to my library"),
            lambda: panel.shelf.save_emotion(row.id),
        )  # fmt: skip
    menu.addSeparator()
    keys = commands.keys_using(editor.project, row.id)
    words = panel.tr("Delete")
    if keys:
        words = panel.tr("Delete with {n} keys").format(n=keys)
        if keys == 1:
            words = panel.tr("Delete with 1 key")
    menu.addAction(icon("trash"), words, lambda: panel.remove(row))


def _ask_colour(parent: QWidget, editor: Editor, row: Row) -> None:
    dialog = QColorDialog(QColor(row.colour), parent)
    dialog.colorSelected.connect(lambda c: commands.recolour_emotion(editor, row.id, c.name()))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _take(menu: QMenu, panel: Host, editor: Editor, row: Row) -> None:
    playing = panel.audition.playing == row.id
    words = panel.tr("Stop") if playing else panel.tr("Listen")
    menu.addAction(icon("stop" if playing else "play"), words, lambda: panel.listen(row))
    if row.kind == "take" and row.side == "expressive":
        menu.addAction(icon("face"), panel.tr("Try on the face"), lambda: panel.try_on(row))
    menu.addAction(panel.tr("Trim…"), lambda: panel.trim(row))
    if row.kind == "take":
        other: commands.Side = "neutral" if row.side == "expressive" else "expressive"
        text = panel.tr("Use as neutral") if other == "neutral" else panel.tr("Use as expressive")
        menu.addAction(text, partial(commands.move_take, editor, row.owner, row.id, other))
    menu.addSeparator()
    menu.addAction(icon("trash"), panel.tr("Remove"), lambda: panel.remove(row))
