"""Context menus of the timeline."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu

from cmet_studio.ui import icons
from cmet_studio.ui.action_button import keys_of, plain, translated
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.shortcuts import shown
from cmet_studio.ui.timeline import commands, mark_commands, mark_dialogs, preset_keys
from cmet_studio.ui.timeline.actions import ACTIONS
from cmet_studio.ui.timeline.hit import Hit
from cmet_studio.ui.timeline.words import tr

if TYPE_CHECKING:
    from cmet_studio.ui.timeline.canvas import TimelineCanvas

_KNOWN = {action.id: action for action in ACTIONS}


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
    menu: QMenu, text: str, run: Callable[[], object], icon: str | QIcon = "", enabled: bool = True
) -> None:
    action = menu.addAction(text)
    action.triggered.connect(lambda: run())
    action.setEnabled(enabled)
    if icon:
        action.setIcon(icons.icon(icon) if isinstance(icon, str) else icon)


def _act(menu: QMenu, editor: Editor, action_id: str) -> None:
    """An entry that does what the catalogue says, with the keys in force."""
    known = _KNOWN[action_id]
    text, keys = plain(translated(known.text)), keys_of(editor, action_id)
    # The key is only told: the window's action has it, twice would be ambiguous.
    text = f"{text}\t{shown(keys[:1])}" if keys else text
    _add(menu, text, partial(known.run, editor), known.icon, known.enabled(editor))


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
    _act(menu, editor, "timeline.fit")
    return menu


def _fill_key(menu: QMenu, editor: Editor) -> None:
    emotions, mixing = menu.addMenu(tr("Emotion")), menu.addMenu(tr("Mix In Half"))
    for emotion in editor.project.emotions:
        sign = swatch(emotion.colour)
        _add(emotions, emotion.name, partial(commands.set_emotion, editor, emotion.id), sign)
        _add(mixing, emotion.name, partial(commands.mix_in, editor, emotion.id), sign)
    mixing.setEnabled(bool(editor.project.emotions))
    emotions.addSeparator()
    _add(emotions, tr("Rest"), partial(commands.set_emotion, editor, None))
    _fill_interpolations(menu.addMenu(icons.icon("curve"), tr("Interpolation")), editor)
    _act(menu, editor, "key.mute")
    menu.addSeparator()
    for name in ("key.cut", "key.copy", "key.delete"):
        _act(menu, editor, name)


def _fill_interpolations(menu: QMenu, editor: Editor) -> None:
    for kind in ("hold", "linear", "bezier", "ease", "ease_in", "ease_out"):
        _act(menu, editor, f"key.interp.{kind}")


def interpolations(view: "TimelineCanvas") -> QMenu:
    """The interpolations alone."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    _fill_interpolations(menu, view.editor)
    return menu


def _fill_lane(menu: QMenu, editor: Editor, found: Hit) -> None:
    performer, frame = found.performer or "", found.frame
    adding = menu.addMenu(icons.icon("key_add"), tr("Add Key Here"))
    for emotion in editor.project.emotions:
        run = partial(commands.add_emotion_key, editor, performer, frame, emotion.id)
        _add(adding, emotion.name, run, swatch(emotion.colour))
    adding.addSeparator()
    for preset in preset_keys.unused(editor.project):
        run = partial(preset_keys.add_preset_key, editor, performer, frame, preset)
        _add(adding, tr(preset.capitalize()), run, "star")
    _add(menu, tr("Add Rest Key Here"), partial(commands.add_rest, editor, performer, frame), "key")
    paste = partial(commands.paste_at, editor, frame)
    _add(menu, tr("Paste Here"), paste, enabled=commands.can_paste(editor))
    _act(menu, editor, "key.select_all")


def _fill_time(menu: QMenu, editor: Editor, frame: int) -> None:
    def at_frame(run: Callable[[Editor], None]) -> Callable[[], None]:
        def go() -> None:
            editor.seek(frame)
            run(editor)

        return go

    _add(menu, tr("Add Marker Here"), partial(mark_commands.add_at, editor, frame), "marker")
    _add(menu, tr("In Here"), at_frame(mark_commands.set_in), "in")
    _add(menu, tr("Out Here"), at_frame(mark_commands.set_out), "out")
    _act(menu, editor, "range.clear")


def _fill_marker(menu: QMenu, editor: Editor, frame: int) -> None:
    editor.select(replace(editor.selection, keys=frozenset(), marker=frame))
    _add(menu, tr("Label…"), partial(mark_dialogs.ask_label, editor, frame), "marker")
    colours = menu.addMenu(tr("Colour"))
    for name, colour in mark_commands.MARKER_COLOURS.items():
        recolour = partial(mark_commands.recolour, editor, frame, colour)
        _add(colours, tr(name), recolour, swatch(colour))
    _add(menu, tr("Go to Marker"), partial(editor.seek, frame))
    _act(menu, editor, "key.delete")
