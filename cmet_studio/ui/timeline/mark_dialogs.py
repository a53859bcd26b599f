"""Small questions about markers; they never block the window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QInputDialog, QWidget

from cmet_studio.ui.editor import Editor
from cmet_studio.ui.timeline import mark_commands
from cmet_studio.ui.timeline.words import tr


def ask_label(editor: Editor, frame: int, parent: QWidget | None = None) -> QInputDialog | None:
    """Ask for a marker's label; returns the open dialog, or None if there is no such marker."""
    marker = next((m for m in editor.project.markers if m.frame == frame), None)
    if marker is None:
        return None
    dialog = QInputDialog(parent or QApplication.activeWindow())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(tr("Marker"))
    dialog.setLabelText(tr("Label"))
    dialog.setTextValue(marker.label)
    dialog.textValueSelected.connect(lambda text: mark_commands.rename(editor, frame, text))
    dialog.open()
    return dialog


def edit_marker(editor: Editor) -> None:
    """Ask for the label of the marker at the playhead, which is set if there is none (Shift+M)."""
    if editor.is_open:
        mark_commands.add_at_playhead(editor)
        ask_label(editor, editor.playhead)
