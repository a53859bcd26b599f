"""The clip: facts."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from cmet_studio.ui.editor import Editor


def size_words(count: int) -> str:
    """Bytes for people."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} B"


class ClipPage(QWidget):
    """File, picture, time."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        form = QFormLayout(self)
        form.setContentsMargins(10, 8, 10, 10)
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(4)
        self.facts: dict[str, QLabel] = {}
        for name in (
            self.tr("File"), self.tr("Folder"), self.tr("Picture"), self.tr("Rate"),
            self.tr("Length"), self.tr("Timecode"), self.tr("Size"),
        ):  # fmt: skip
            label = QLabel(name, self)
            label.setProperty("dim", True)
            value = QLabel(self)
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setAccessibleName(name)
            form.addRow(label, value)
            self.facts[name] = value

    def _picture(self, width: int, height: int) -> str:
        aspect = self._editor.pixel_aspect
        size = f"{width} x {height}"
        if abs(aspect - 1) < 0.005:
            return size
        return self.tr("{0}, pixels {1:.3g} wide").format(size, aspect)

    def show_clip(self) -> None:
        """Show the open document's clip."""
        editor = self._editor
        clip = editor.project.clip
        rate = f"{float(clip.rate.fps):.3f}".rstrip("0").rstrip(".")
        place = editor.clip_path if editor.clip_path.name else Path(clip.path)
        there = place.is_file()
        seconds = float(editor.times.end_seconds)
        minutes, rest = divmod(seconds, 60)
        length = f"{int(minutes)} min {rest:.1f} s" if minutes else f"{rest:.2f} s"
        values = (
            place.name if there else self.tr("{0} (missing)").format(place.name),
            str(place.parent),
            self._picture(clip.width, clip.height),
            self.tr("{0} frames/s").format(rate),
            self.tr("{0} frames, {1}").format(f"{clip.frames:,}", length),
            clip.start_timecode or self.tr("none; counted from zero"),
            size_words(clip.fingerprint.size),
        )
        for label, value in zip(self.facts.values(), values, strict=True):
            label.setText(value)
            label.setToolTip(value)
