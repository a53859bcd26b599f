"""The Export dialog."""

import os
import shutil
from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.app import editing
from cmet_studio.core.errors import CmetError
from cmet_studio.core.settings import Exports
from cmet_studio.engine.registry import face_model_names, restorer_names
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.export.wish import (
    CODEC_NAMES,
    CODECS,
    ENGINE_NAMES,
    PRESETS,
    Cost,
    Wish,
    draws_faces,
    from_export,
    problem,
    proposed,
    size_of,
    what_is_done,
    with_suffix,
)
from cmet_studio.ui.jobs.pace import Pace, Size
from cmet_studio.ui.notices import Notice

_BEST, _WORST = 10, 32


class ExportDialog(QDialog):
    """Choices, what they mean, and a button that queues them.

    Args:
        promised: files that the queue is going to write.
    """

    def __init__(
        self,
        editor: Editor,
        parent: QWidget | None = None,
        promised: Collection[Path] = frozenset(),
    ) -> None:
        super().__init__(parent)
        document = editor.document
        assert document is not None
        self._editor = editor
        self._pace = Pace()
        self._dialogue: Path | None = None
        self._promised = promised
        self._sizes: dict[tuple[object, ...], Size] = {}
        clip = document.project.clip
        engine = editor.preferences.settings.engine.face_model
        first = from_export(document.project.export, Wish(Path(), 0, clip.frames, engine))
        place = proposed(self._folder(document.path), editor.clip_path, first.codec, promised)
        first = replace(first, output=place)
        self.setWindowTitle(self.tr("Export {0}").format(document.path.stem))
        self.setMinimumWidth(560)
        self._make_widgets(first)
        self._lay_out()
        self._connect()
        self._codec_chosen()
        self.finished.connect(self.deleteLater)

    def _folder(self, project: Path) -> Path:
        """Where the last export went, if that is still there; else beside the project."""
        chosen = self._editor.preferences.settings.exports.folder
        there = bool(chosen) and os.access(chosen, os.W_OK | os.X_OK)
        return Path(chosen) if there else project.resolve().parent

    def _make_widgets(self, first: Wish) -> None:
        self.path = QLineEdit(str(first.output), self)
        self.path.setAccessibleName(self.tr("File to write"))
        self.browse = QPushButton(self.tr("Choose…"), self)
        self.range = self._combo(self.tr("Range"))
        frames = self._editor.project.clip.frames
        self.range.addItem(self.tr("Whole clip"), (0, frames))
        marked = self._editor.project.work_range
        if marked is not None:
            self.range.addItem(self.tr("In to out"), (marked[0], min(marked[1], frames)))
            self.range.setCurrentIndex(1)
        self.engine = self._combo(self.tr("Engine"))
        for name in face_model_names():
            self.engine.addItem(self.tr(ENGINE_NAMES.get(name, name)), name)
        self.engine.setCurrentIndex(max(0, self.engine.findData(first.engine)))
        self.codec = self._combo(self.tr("Codec"))
        for name, words in CODEC_NAMES.items():
            self.codec.addItem(self.tr(words), name)
        self.codec.setCurrentIndex(max(0, self.codec.findData(first.codec)))
        self.restorer = self._combo(self.tr("Drawn faces"))
        self.restorer.addItem(self.tr("As drawn"), "")
        for name in restorer_names():
            self.restorer.addItem(self.tr(name.capitalize()), name)
        self.restorer.setToolTip(self.tr("Improves faces that the engine draws"))
        self._make_quality(first)
        self.sound = self._combo(self.tr("Sound"))
        self.sound.addItem(self.tr("Keep the clip's sound"), "keep")
        self.sound.addItem(self.tr("New dialogue from a file…"), "file")
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.warning = QLabel(self)
        self.warning.setWordWrap(True)
        self.export = QPushButton(self.tr("Export"), self)
        self.export.setDefault(True)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.setAutoDefault(False)
        self.browse.setAutoDefault(False)

    def _make_quality(self, first: Wish) -> None:
        self.quality = QSlider(Qt.Orientation.Horizontal, self)
        self.quality.setRange(_BEST, _WORST)
        self.quality.setInvertedAppearance(True)
        self.quality.setInvertedControls(True)
        self.quality.setValue(first.crf)
        self.quality.setAccessibleName(self.tr("Quality"))
        self.quality.setToolTip(self.tr("Right is better and larger; 18 looks like the source"))
        self.quality_words = QLabel(self)
        self.quality_words.setMinimumWidth(150)
        self.preset = self._combo(self.tr("Speed"))
        self.preset.addItems(PRESETS)
        self.preset.setCurrentText(first.preset)
        self.preset.setToolTip(self.tr("Slower presets write smaller files of the same quality"))

    def _combo(self, name: str) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        box.setToolTip(name)
        return box

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
        place, quality = QHBoxLayout(), QHBoxLayout()
        place.addWidget(self.path, 1)
        place.addWidget(self.browse)
        quality.addWidget(self.quality, 1)
        quality.addWidget(self.quality_words)
        form.addRow(self.tr("File"), place)
        form.addRow(self.tr("Range"), self.range)
        form.addRow(self.tr("Engine"), self.engine)
        form.addRow(self.tr("Drawn faces"), self.restorer)
        form.addRow(self.tr("Codec"), self.codec)
        self._form = form
        form.addRow(self.tr("Quality"), quality)
        form.addRow(self.tr("Speed"), self.preset)
        form.addRow(self.tr("Sound"), self.sound)
        panel = QWidget(self)
        panel.setObjectName("summary")
        panel.setStyleSheet(
            f"#summary {{ background: {theme.PANEL}; border-radius: {theme.RADIUS_PX}px; }}"
        )
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.addWidget(self.summary)
        inside.addWidget(self.warning)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(panel)
        column.addStretch(1)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.browse.clicked.connect(self._ask_place)
        self.path.textChanged.connect(lambda _: self._show())
        self.range.currentIndexChanged.connect(lambda _: self._show())
        self.engine.currentIndexChanged.connect(lambda _: self._show())
        self.codec.currentIndexChanged.connect(lambda _: self._codec_chosen())
        self.quality.valueChanged.connect(lambda _: self._show())
        self.preset.currentIndexChanged.connect(lambda _: self._show())
        self.sound.activated.connect(lambda _: self._sound_chosen())
        self.export.clicked.connect(self._begin)
        self.cancel.clicked.connect(self.reject)

    # What was chosen

    def wish(self) -> Wish:
        """The choices as they are now."""
        start, stop = self.range.currentData()
        performer = self._editor.active_performer
        text = self.path.text().strip()
        return Wish(
            Path(text).expanduser() if text else Path(),
            start,
            stop,
            str(self.engine.currentData()),
            str(self.codec.currentData()),
            self.quality.value(),
            self.preset.currentText(),
            self._dialogue,
            self._editor.playhead,
            performer.name if performer is not None else "",
            str(self.restorer.currentData()),
        )

    def _codec_chosen(self) -> None:
        codec = str(self.codec.currentData())
        text = self.path.text().strip()
        if text:
            self.path.setText(str(with_suffix(Path(text), codec)))
        for part in (self.quality, self.preset):
            part.setEnabled(codec == "h264")
        self._show()

    def _ask_place(self) -> None:
        dialog = QFileDialog(self, self.tr("Export to"), self.path.text())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        codec = str(self.codec.currentData())
        endings = " ".join(f"*{ending}" for ending in CODECS[codec])
        dialog.setNameFilter(f"{CODEC_NAMES[codec]} ({endings})")
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # said in the dialog itself
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._place_chosen)
        dialog.open()

    def _place_chosen(self, name: str) -> None:
        self.path.setText(str(with_suffix(Path(name), str(self.codec.currentData()))))

    def _sound_chosen(self) -> None:
        if self.sound.currentData() == "keep":
            self.set_dialogue(None)
            return
        dialog = QFileDialog(self, self.tr("New dialogue"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.set_dialogue(Path(name)))
        dialog.rejected.connect(lambda: self.set_dialogue(self._dialogue))
        dialog.open()

    def set_dialogue(self, path: Path | None) -> None:
        """Have a recording spoken, from the playhead on; None keeps the clip's sound."""
        self._dialogue = path
        self.sound.setCurrentIndex(0 if path is None else 1)
        words = self.tr("New dialogue from a file…") if path is None else path.name
        self.sound.setItemText(1, words)
        if path is not None and self.engine.currentData() == "mesh":
            self.engine.setCurrentIndex(max(0, self.engine.findData("edtalk")))
        self._show()

    def _show(self) -> None:
        wish, project = self.wish(), self._editor.project
        self._form.setRowVisible(self.restorer, draws_faces(wish.engine))
        crf = wish.crf
        words = self.tr("like the source") if crf <= 18 else self.tr("good")
        if crf <= 13:
            words = self.tr("very large")
        elif crf > 23:
            words = self.tr("small, visible losses") if crf > 27 else self.tr("smaller")
        self.quality_words.setText(f"{crf}  {words}" if wish.codec == "h264" else "")
        size, cost = self._cost(wish)
        self.summary.setText("\n".join(what_is_done(project, self._editor.times, wish, size, cost)))
        document = self._editor.document
        why = ""
        if document is not None:
            why = problem(wish, self._editor.clip_path, document.path, self._promised)
        replaces = not why and wish.output.exists()
        warnings = [why] if why else []
        if replaces:
            text = self.tr("{name} is there already and is replaced.")
            warnings.append(text.format(name=wish.output.name))
        if not why and not cost.fits:
            warnings.append(self.tr("There may not be enough room: choose another place."))
        self.warning.setVisible(bool(warnings))
        self.warning.setStyleSheet(f"color: {theme.RED if why else theme.ACCENT};")
        self.warning.setText("\n".join(warnings))
        self.export.setEnabled(not why)
        self.export.setText(self.tr("Replace") if replaces else self.tr("Export"))

    def _cost(self, wish: Wish) -> tuple[Size, Cost]:
        key = (wish.start, wish.stop, wish.dialogue)
        if key not in self._sizes:  # looks at every frame's keys: not at each move of a slider
            self._sizes[key] = size_of(self._editor.project, wish)
        size = self._sizes[key]
        try:
            free: int | None = shutil.disk_usage(wish.output.parent).free
        except OSError:
            free = None
        return size, Cost(
            self._pace.seconds(wish.engine, wish.codec, size),
            self._pace.bytes(wish.codec, wish.crf, size),
            self._pace.measured(wish.engine, wish.codec),
            free,
        )

    # Going on

    def _begin(self) -> None:
        document = self._editor.document
        if document is None:
            return
        wish = self.wish()
        kept = {**document.project.export, **wish.remembered()}
        if not document.read_only and kept != dict(document.project.export):
            self._editor.do("Export settings", lambda p: editing.set_export(p, wish.remembered()))
        folder = str(wish.output.parent)
        beside = folder == str(document.path.resolve().parent)
        exports = Exports("" if beside else folder)
        self._editor.preferences.change(lambda s: replace(s, exports=exports))
        data = wish.data(overwrite=wish.output.exists())

        editor = self._editor
        editor.engine.start_job("export", None, partial(_refused, editor), **data)
        editor.want("show.jobs")
        self.accept()


def _refused(editor: Editor, error: CmetError) -> None:
    editor.notice.emit(Notice.of(error))
