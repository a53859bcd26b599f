"""What the window asks people. Larger dialogs have folders of their own and load when wanted."""

from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from cmet_studio import __version__
from cmet_studio.project_io.recovery import Recovery
from cmet_studio.ui import theme
from cmet_studio.ui.action_set import ActionSet
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import pixmap
from cmet_studio.ui.opening import CLIPS, SUFFIX


def _tr(text: str) -> str:
    return QCoreApplication.translate("Dialogs", text)


def ask_open(parent: QWidget, folder: Path) -> Path | None:
    """Which clip or project to open."""
    clips = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in CLIPS)
    filters = ";;".join(
        (
            _tr("Clips and projects ({0})").format(f"*{SUFFIX} {clips}"),
            _tr("Projects ({0})").format(f"*{SUFFIX}"),
            _tr("All files ({0})").format("*"),
        )
    )
    name, _ = QFileDialog.getOpenFileName(parent, _tr("Open"), str(folder), filters)
    return Path(name) if name else None


def ask_save_as(parent: QWidget, path: Path) -> Path | None:
    """Where to write a copy."""
    filters = _tr("Projects ({0})").format(f"*{SUFFIX}")
    name, _ = QFileDialog.getSaveFileName(parent, _tr("Save a Copy As"), str(path), filters)
    if not name:
        return None
    chosen = Path(name)
    return chosen if chosen.suffix == SUFFIX else chosen.with_name(chosen.name + SUFFIX)


def ask_place(parent: QWidget, clip: Path) -> Path | None:
    """Where to make the project of a clip whose folder is not writable."""
    title = _tr("Where should the project of {0} lie?").format(clip.name)
    start = Path.home() / clip.with_suffix(SUFFIX).name
    filters = _tr("Projects ({0})").format(f"*{SUFFIX}")
    name, _ = QFileDialog.getSaveFileName(parent, title, str(start), filters)
    return Path(name).with_suffix(SUFFIX) if name else None


def ask_recovery(parent: QWidget, recovery: Recovery) -> bool | None:
    """Whether to go on from edits that were not saved."""
    from cmet_studio.ui.recovery.dialog import RecoveryDialog

    return RecoveryDialog.ask(recovery, parent)


def ask_leave_unsaved(parent: QWidget, path: Path) -> bool:
    """Whether to close though the project cannot be saved."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(_tr("Close"))
    box.setText(_tr("{0} cannot be saved.").format(path.name))
    box.setInformativeText(_tr("Your edits are kept beside it and offered when you open it again."))
    leave = box.addButton(_tr("Close Anyway"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(_tr("Stay"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.exec()
    return box.clickedButton() is leave


def relink(editor: Editor, parent: QWidget, found: Callable[[Path], None]) -> None:
    """Where the clip lies now."""
    from cmet_studio.ui.recovery.relink import RelinkDialog

    dialog = RelinkDialog(editor, parent)
    dialog.accepted.connect(lambda: found(dialog.found) if dialog.found else None)
    dialog.open()


def export(editor: Editor, parent: QWidget, promised: Collection[Path]) -> None:
    """The export dialog; ``promised`` is what the queue is going to write."""
    from cmet_studio.ui.export.dialog import ExportDialog

    ExportDialog(editor, parent, promised).open()


def versions(editor: Editor, open_project: Callable[[Path], None], parent: QWidget) -> None:
    """Earlier states of the project."""
    from cmet_studio.ui.versions.dialog import VersionsDialog

    VersionsDialog(editor, open_project, parent).open()


def settings(editor: Editor, parent: QWidget, page: str = "") -> None:
    """The settings, on one of their pages."""
    from cmet_studio.ui.settings.dialog import SettingsDialog

    SettingsDialog(editor, parent, page).open()


def commands(editor: Editor, actions: ActionSet, parent: QWidget) -> None:
    """Find an action by its name."""
    from cmet_studio.ui.palette import Palette

    Palette(editor, actions, parent).open()


def about(parent: QWidget) -> None:
    """What this is."""
    box = QMessageBox(parent)
    box.setWindowTitle(_tr("About CMET Studio"))
    box.setIconPixmap(pixmap("app", 48, theme.ACCENT, parent.devicePixelRatioF()))
    box.setText(f"<b>CMET Studio {__version__}</b>")
    box.setInformativeText(
        _tr("Change what a face feels, on footage that is already shot.")
        + "<br><br>"
        + _tr("Everything runs on this computer; it asks no service that you did not set up.")
        + "<br>"
        + _tr("Apache-2.0. Qt for Python is LGPL, x264 is GPL.")
    )
    box.exec()
