"""Pages of the settings: General, Audio, Engine & cache."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from cmet_studio.core.paths import cache_dir
from cmet_studio.core.settings import Settings
from cmet_studio.ui import language
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.parts.work import Work
from cmet_studio.ui.preferences import Preferences


class Page(QWidget):
    """A form whose fields write into the settings as they are changed."""

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.preferences = preferences
        self.form = QFormLayout(self)
        self.form.setContentsMargins(18, 14, 18, 14)
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(10)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)

    def put(self, table: str, **values: Any) -> None:
        """Change fields of a table."""

        def change(settings: Settings) -> Settings:
            part = replace(getattr(settings, table), **values)
            return replace(settings, **{table: part})

        self.preferences.change(change)

    def add(self, label: str, field: QWidget, tip: str = "") -> None:
        """Add a row."""
        field.setAccessibleName(label)
        if tip:
            field.setToolTip(tip)
        self.form.addRow(label, field)

    def note(self, text: str) -> QLabel:
        """Add a dim line under the field before."""
        label = QLabel(text)
        label.setProperty("dim", True)
        label.setWordWrap(True)
        self.form.addRow("", label)
        return label

    def choice(
        self, choices: list[tuple[str, Any]], now: Any, chosen: Callable[[Any], None]
    ) -> QComboBox:
        """A box of (text, value); the value of the settings stays even if it is not offered."""
        box = QComboBox()
        for text, value in choices:
            box.addItem(text, value)
        if box.findData(now) < 0:
            box.addItem(self.tr("{0} (not there)").format(now), now)
        box.setCurrentIndex(box.findData(now))
        box.activated.connect(lambda n: chosen(box.itemData(n)))
        return box

    def tick(self, text: str, on: bool, chosen: Callable[[bool], None]) -> QCheckBox:
        """Add a row with a box to tick."""
        box = QCheckBox(text)
        box.setChecked(on)
        box.toggled.connect(chosen)
        self.form.addRow("", box)
        return box


class GeneralPage(Page):
    """Autosave, theme, language, speech synthesis."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor.preferences)
        general = editor.preferences.settings.general
        times = [(self.tr("Never"), 0), (self.tr("30 seconds"), 30), (self.tr("1 minute"), 60),
                 (self.tr("5 minutes"), 300)]  # fmt: skip
        self.autosave = self.choice(
            times, general.autosave_s, lambda v: self.put("general", autosave_s=v)
        )
        self.add(self.tr("Save every"), self.autosave)
        self.note(self.tr("Each edit is also kept in a journal at once: a crash loses nothing."))
        themes = [(self.tr("Dark"), "dark"), (self.tr("High contrast"), "contrast")]
        self.theme = self.choice(themes, general.theme, lambda v: self.put("general", theme=v))
        self.add(self.tr("Theme"), self.theme, self.tr("Takes effect at the next start"))
        languages = [(self.tr("The system's"), "")]
        languages += [(language.name_of(locale), locale) for locale in language.available()]
        self.language = self.choice(
            languages, general.language, lambda v: self.put("general", language=v)
        )
        self.add(self.tr("Language"), self.language, self.tr("Takes effect at the next start"))
        self.note(self.tr("Theme and language take effect at the next start."))
        tts = editor.preferences.settings.tts
        self.tts = self._line("endpoint", tts.endpoint, "https://…/v1")
        self.add(self.tr("Voice service"), self.tts)
        self.voice = self._line("voice", tts.voice)
        self.add(self.tr("Its voice"), self.voice)
        self.key = self._line("key", tts.key)
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.add(self.tr("Its key"), self.key)
        self.note(
            self.tr("Asked for takes only when you say so. Empty: CMET Studio never connects.")
        )

    def _line(self, name: str, value: str, hint: str = "") -> QLineEdit:
        """A line that writes a field of the voice service."""
        line = QLineEdit(value)
        line.setPlaceholderText(hint)
        line.editingFinished.connect(lambda: self.put("tts", **{name: line.text().strip()}))
        return line


class AudioPage(Page):
    """Devices, scrubbing, count-in."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor.preferences)
        audio = editor.preferences.settings.audio
        system = [(self.tr("The system's"), "")]
        self.input = self.choice(
            _with(system, audio.input), audio.input, lambda v: self.put("audio", input=v)
        )
        self.output = self.choice(
            _with(system, audio.output), audio.output, lambda v: self.put("audio", output=v)
        )
        self.add(self.tr("Microphone"), self.input)
        self.add(self.tr("Loudspeaker"), self.output)
        self.problem = self.note("")
        self.problem.hide()
        self.tick(
            self.tr("Sound while stepping"), audio.scrub, lambda on: self.put("audio", scrub=on)
        )
        self.preroll = QDoubleSpinBox()
        self.preroll.setRange(0.0, 10.0)
        self.preroll.setSuffix(self.tr(" s"))
        self.preroll.setDecimals(1)
        self.preroll.setSingleStep(0.5)
        self.preroll.setValue(audio.preroll_s)
        self.preroll.valueChanged.connect(lambda v: self.put("audio", preroll_s=v))
        self.add(self.tr("Keep before a take"), self.preroll)
        self.tick(
            self.tr("Three beeps count in"), audio.beeps, lambda on: self.put("audio", beeps=on)
        )
        self._work = Work(self)
        self._work.start(
            self.tr("Listing devices"), lambda token, report: _devices(), self._list, self._none
        )

    def _list(self, found: tuple[list[tuple[str, str]], list[tuple[str, str]]]) -> None:
        for box, devices in zip((self.input, self.output), found, strict=True):
            for text, key in devices:
                at = box.findData(key)
                if at < 0:
                    box.addItem(text, key)
                else:
                    box.setItemText(at, text)

    def _none(self, error: Exception) -> None:
        self.problem.setText(str(error))
        self.problem.show()

    def stop(self) -> None:
        """The dialog closes."""
        self._work.stop()


def _with(choices: list[tuple[str, str]], now: str) -> list[tuple[str, str]]:
    return [*choices, (now, now)] if now else list(choices)


def _devices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    from cmet_studio.media.devices import input_devices, output_devices
    from cmet_studio.media.loudspeaker import rescan

    rescan()  # what was plugged in since
    return (
        [(device.name, device.key) for device in input_devices()],
        [(device.name, device.key) for device in output_devices()],
    )


_MOST_DISK_GB = 1024


class EnginePage(Page):
    """Face model, device, cache, background rendering."""

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor.preferences)
        engine = editor.preferences.settings.engine
        models = [(self.tr("Mesh: at once, on every computer"), "mesh"),
                  (self.tr("EDTalk: neural, needs its weights and a GPU"), "edtalk")]  # fmt: skip
        self.model = self.choice(
            models, engine.face_model, lambda v: self.put("engine", face_model=v)
        )
        self.add(self.tr("Face model"), self.model)
        self.cache = QSpinBox()
        self.cache.setRange(64, 65536)
        self.cache.setSingleStep(256)
        self.cache.setSuffix(self.tr(" MB"))
        self.cache.setValue(engine.cache_mb)
        self.cache.editingFinished.connect(lambda: self.put("engine", cache_mb=self.cache.value()))
        self.add(self.tr("Memory for frames"), self.cache)
        self.disk = QSpinBox()
        self.disk.setRange(0, _MOST_DISK_GB)
        self.disk.setSuffix(self.tr(" GB"))
        self.disk.setSpecialValueText(self.tr("None"))
        self.disk.setValue(round(engine.disk_cache_mb / 1024))
        self.disk.editingFinished.connect(
            lambda: self.put("engine", disk_cache_mb=self.disk.value() * 1024)
        )
        self.add(self.tr("Disk for frames"), self.disk, self.tr("For those that are slow to make"))
        self.add(self.tr("Its folder"), self._make_folder(engine.disk_cache_folder))
        self.tick(
            self.tr("Render ahead while nothing else is done"),
            engine.background,
            lambda on: self.put("engine", background=on),
        )
        self.note(
            self.tr(
                "Memory and disk are taken when the engine starts: Help, Restart the Engine. "
                "Analyses lie in {0}."
            ).format(cache_dir())
        )

    def _make_folder(self, now: str) -> QWidget:
        self.folder = QLineEdit(now)
        self.folder.setPlaceholderText(str(cache_dir() / "frames"))
        self.folder.setAccessibleName(self.tr("Folder of frames"))
        self.folder.editingFinished.connect(lambda: self.use_folder(self.folder.text().strip()))
        choose = QPushButton(self.tr("Choose…"))
        choose.setAutoDefault(False)
        choose.clicked.connect(self._ask_folder)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.folder, 1)
        row.addWidget(choose)
        return both

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder for frames"))
        if chosen:
            self.use_folder(chosen)

    def use_folder(self, name: str) -> None:
        """Keep frames there from the engine's next start; empty for the user's cache."""
        usable = not name or (Path(name).is_absolute() and Path(name).is_dir())
        before = self.preferences.settings.engine.disk_cache_folder
        self.folder.setText(name if usable else before)
        if usable:
            self.put("engine", disk_cache_folder=name)
