"""Context menus of the timeline."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu

from cmet_studio.domain.project import Interpolation
from cmet_studio.ui import icons
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.timeline import commands, mark_commands, mark_dialogs
from cmet_studio.ui.timeline.hit import Hit
from cmet_studio.ui.timeline.words import tr

if TYPE_CHECKING:
    from cmet_studio.ui.timeline.canvas import TimelineCanvas

_KINDS: tuple[tuple[Interpolation, str, str], ...] = (
    ("hold", "Hold", "1"),
    ("linear", "Linear", "2"),
    ("bezier", "Bezier", "3"),
    ("ease", "Ease", "F9"),
)


def swatch(colour: str) -> QIcon:
    """A field of an emotion's or a marker's colour."""
    drawn = QPixmap(24, 24)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(4, 4, 16, 16, 4, 4)
    painter.end()
    return QIcon(drawn)


def _add(
    menu: QMenu,
    text: str,
    run: Callable[[], object],
    key: str = "",
    icon: str = "",
    enabled: bool = True,
) -> None:
    # The key is only told: the window's action has it, twice would be ambiguous.
    action = menu.addAction(f"{text}\t{key}" if key else text)
    action.triggered.connect(lambda: run())
    action.setEnabled(enabled)
    if icon:
        action.setIcon(icons.icon(icon))


def menu_for(view: "TimelineCanvas", found: Hit) -> QMenu:
    """The menu of the thing under the hand; a key that is not selected is selected by it."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    editor = view.editor
    if found.part in ("key", "dot") and found.performer is not None:
        selection = editor.selection
        if selection.performer != found.performer or found.frame not in selection.keys:
            keys = frozenset({found.frame})
            editor.select(replace(selection, performer=found.performer, keys=keys, marker=None))
        _fill_key(menu, editor)
    elif found.part == "lane" and found.performer is not None:
        editor.select(replace(editor.selection, performer=found.performer))
        _fill_lane(menu, editor, found)
    elif found.part == "marker":
        _fill_marker(menu, editor, found.frame)
    else:
        _fill_time(menu, editor, found.frame)
    menu.addSeparator()
    _add(menu, tr("Show Whole Clip"), view.fit, icon="fit")
    return menu


def _fill_key(menu: QMenu, editor: Editor) -> None:
    emotions = menu.addMenu(tr("Emotion"))
    for emotion in editor.project.emotions:
        action = emotions.addAction(swatch(emotion.colour), emotion.name)
        action.triggered.connect(lambda _=False, e=emotion.id: commands.set_emotion(editor, e))
    emotions.addSeparator()
    _add(emotions, tr("Rest"), lambda: commands.set_emotion(editor, None))
    mixing = menu.addMenu(tr("Mix In Half"))
    for emotion in editor.project.emotions:
        action = mixing.addAction(swatch(emotion.colour), emotion.name)
        action.triggered.connect(lambda _=False, e=emotion.id: commands.mix_in(editor, e))
    kinds = menu.addMenu(icons.icon("curve"), tr("Interpolation"))
    for kind, text, key in _KINDS:
        run = commands.interpolation(kind)
        _add(kinds, tr(text), lambda run=run: run(editor), key, kind)  # type: ignore[misc]
    kinds.addSeparator()
    _add(kinds, tr("Ease In"), lambda: commands.ease_in(editor), "Shift+F9")
    _add(kinds, tr("Ease Out"), lambda: commands.ease_out(editor), "Ctrl+Shift+F9")
    _add(menu, tr("Mute or Unmute"), lambda: commands.toggle_mute(editor), "Shift+D", "mute")
    menu.addSeparator()
    _add(menu, tr("Cut"), lambda: commands.cut(editor), "Ctrl+X")
    _add(menu, tr("Copy"), lambda: commands.copy(editor), "Ctrl+C", "copy")
    _add(menu, tr("Delete"), lambda: commands.delete(editor), "Del", "trash")


def _fill_lane(menu: QMenu, editor: Editor, found: Hit) -> None:
    performer, frame = found.performer or "", found.frame
    adding = menu.addMenu(icons.icon("key_add"), tr("Add Key Here"))
    for emotion in editor.project.emotions:
        action = adding.addAction(swatch(emotion.colour), emotion.name)
        action.triggered.connect(
            lambda _=False, e=emotion.id: commands.add_emotion_key(editor, performer, frame, e)
        )
    adding.setEnabled(bool(editor.project.emotions))
    _add(menu, tr("Add Rest Key Here"), lambda: commands.add_rest(editor, performer, frame))
    _add(
        menu,
        tr("Paste Here"),
        lambda: commands.paste_at(editor, frame),
        enabled=commands.can_paste(editor),
    )
    _add(menu, tr("Select All Keys"), lambda: commands.select_all(editor), "Ctrl+A")


def _fill_time(menu: QMenu, editor: Editor, frame: int) -> None:
    def at_frame(run: Callable[[Editor], None]) -> Callable[[], None]:
        def go() -> None:
            editor.seek(frame)
            run(editor)

        return go

    _add(menu, tr("Add Marker Here"), lambda: mark_commands.add_at(editor, frame), "", "marker")
    _add(menu, tr("In Here"), at_frame(mark_commands.set_in), "", "in")
    _add(menu, tr("Out Here"), at_frame(mark_commands.set_out), "", "out")
    _add(
        menu,
        tr("Clear In and Out"),
        lambda: mark_commands.clear(editor),
        "Alt+X",
        "clear_range",
        mark_commands.has_range(editor),
    )


def _fill_marker(menu: QMenu, editor: Editor, frame: int) -> None:
    editor.select(replace(editor.selection, keys=frozenset(), marker=frame))
    _add(menu, tr("Label…"), lambda: mark_dialogs.ask_label(editor, frame), "", "marker")
    colours = menu.addMenu(tr("Colour"))
    for name, colour in mark_commands.MARKER_COLOURS.items():
        action = colours.addAction(swatch(colour), tr(name))
        action.triggered.connect(lambda _=False, c=colour: mark_commands.recolour(editor, frame, c))
    _add(menu, tr("Go to Marker"), lambda: editor.seek(frame))
    _add(menu, tr("Delete"), lambda: commands.delete(editor), "Del", "trash")
