"""The selected keys: what they ask for, with live effect."""

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.app import editing
from cmet_studio.domain.project import (
    MAX_INTENSITY,
    REGIONS,
    Emotion,
    Interpolation,
    Key,
    MixPart,
    Project,
)
from cmet_studio.domain.time import format_position
from cmet_studio.ui import theme
from cmet_studio.ui.action_button import tooltip
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import icon
from cmet_studio.ui.parts.number_slider import LABEL_PX, NumberSlider

_SIGNS = ("hold", "linear", "bezier", "ease")
"""In the order of the keys 1, 2, 3 and F9."""
_NONE = ""


def second_weight(key: Key) -> float:
    """How much of the mix its second emotion is, 0..1."""
    return key.mix[1].weight if len(key.mix) > 1 else 0.0


def with_first(key: Key, emotion: str) -> Key:
    """The key with another main emotion; ``""`` is rest."""
    if emotion == _NONE:
        return replace(key, mix=())
    if len(key.mix) > 1 and key.mix[1].emotion != emotion:
        return replace(key, mix=(replace(key.mix[0], emotion=emotion), *key.mix[1:]))
    return replace(key, mix=(MixPart(emotion),))


def with_second(key: Key, emotion: str, weight: float = 0.5) -> Key:
    """The key mixed with a second emotion; ``""``, its first emotion or no weight: unmixed."""
    if not key.mix:
        return key
    first = key.mix[0].emotion
    weight = round(weight, 4)
    if emotion in (_NONE, first) or weight <= 0.0:
        return replace(key, mix=(MixPart(first),))
    if weight >= 1.0:
        return replace(key, mix=(MixPart(emotion),))
    return replace(key, mix=(MixPart(first, 1.0 - weight), MixPart(emotion, weight)))


class KeyPage(QWidget):
    """Sliders, emotions, interpolation, regions of all selected keys together."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._gesture: editing.Gesture | None = None
        self._keys: tuple[Key, ...] = ()
        self._emotions: tuple[Emotion, ...] = ()
        self._second = _NONE  # chosen, though its weight may be nothing at the moment
        self.where = QLabel(self)
        self.where.setFont(theme.font(theme.FONT_PX, digits=True))
        self.where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.where.setWordWrap(True)
        self.first = self._combo(self.tr("Emotion"), self.tr("What the key asks for"))
        self.second = self._combo(self.tr("Second emotion"), self.tr("Mix with another emotion"))
        self.weight = NumberSlider(
            self.tr("Share"),
            1.0,
            tip=self.tr("How much of the mix the second emotion is"),
            usual=0.5,
        )
        self.intensity = NumberSlider(
            self.tr("Intensity"), MAX_INTENSITY, risky_from=1.0,
            tip=self.tr("100 % is as it was spoken; above it, artefacts are likely"),
        )  # fmt: skip
        self.regions = {name: self._region(name) for name in REGIONS}
        self.muted = QCheckBox(self.tr("Muted"), self)
        self.muted.setToolTip(self.tr("A muted key is as if it were not there"))
        self.interpolations: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._lay_out()
        self._connect()

    def _combo(self, name: str, tip: str) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        box.setToolTip(tip)
        return box

    def _region(self, name: str) -> NumberSlider:
        tip = self.tr("How much of the edit the {0} get").format(name)
        return NumberSlider(self.tr(name.capitalize()), 1.0, tip=tip)

    def _label(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("dim", True)
        label.setMinimumWidth(LABEL_PX)
        return label

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.where, 1)
        head.addWidget(self.muted)
        choice = QGridLayout()
        choice.setHorizontalSpacing(theme.GAP_PX)
        choice.setVerticalSpacing(4)
        for row, (text, box) in enumerate(
            ((self.tr("Emotion"), self.first), (self.tr("Mixed with"), self.second))
        ):
            choice.addWidget(self._label(text), row, 0)
            choice.addWidget(box, row, 1)
        choice.setColumnStretch(1, 1)
        ways = QHBoxLayout()
        ways.setSpacing(2)
        ways.addWidget(self._label(self.tr("To next key")))
        ways.addSpacing(4)
        for name in _SIGNS:
            button = QToolButton(self)
            button.setIcon(icon(name))
            button.setIconSize(QSize(18, 18))
            button.setCheckable(True)
            button.setToolTip(self._way_tip(name))
            button.setAccessibleName(self.tr("Interpolation: {0}").format(name))
            self._group.addButton(button)
            self.interpolations[name] = button
            ways.addWidget(button)
        ways.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(5)
        column.addLayout(head)
        column.addLayout(choice)
        column.addWidget(self.weight)
        column.addWidget(self.intensity)
        column.addLayout(ways)
        line = QLabel(self.tr("Regions"), self)
        line.setProperty("dim", True)
        line.setContentsMargins(0, 6, 0, 0)
        column.addWidget(line)
        for slider in self.regions.values():
            column.addWidget(slider)

    def _connect(self) -> None:
        for slider in (self.intensity, self.weight, *self.regions.values()):
            slider.began.connect(self._begin)
            slider.ended.connect(self._end)
            slider.entered.connect(lambda: self._editor.want("focus.timeline"))
        self.intensity.moved.connect(
            lambda value: self._change(
                self.tr("Set intensity"), lambda key: replace(key, intensity=value)
            )
        )
        self.weight.moved.connect(
            lambda value: self._change(
                self.tr("Set mix"), lambda key: with_second(key, self._second, value)
            )
        )
        for name, slider in self.regions.items():
            slider.moved.connect(lambda value, n=name: self._set_region(n, value))
        for name, button in self.interpolations.items():
            button.clicked.connect(lambda _=False, n=name: self._set_interpolation(n))
        self.muted.clicked.connect(self._set_muted)
        self.first.activated.connect(lambda _: self._first_chosen())
        self.second.activated.connect(lambda _: self._second_chosen())

    def _way_tip(self, name: str) -> str:
        known = f"key.interp.{name}" in self._editor.actions
        return tooltip(self._editor, f"key.interp.{name}") if known else self.tr(name.capitalize())

    # Changing

    def _begin(self) -> None:
        if self._editor.document is not None:
            self._gesture = self._editor.begin()

    def _end(self) -> None:
        self._gesture = None
        if self._keys:
            self._show_mix(self._keys[0])

    def _change(self, label: str, change: Callable[[Key], Key]) -> None:
        performer = self._editor.active_performer
        frames = self._editor.selection.keys
        if performer is None or not frames:
            return

        gesture = self._gesture

        def edit(project: Project) -> Project:
            # A drag changes the keys as they were when it began: what it passes through is kept.
            start = project if gesture is None else gesture.start
            return editing.set_keys(start, performer.id, frames, change)

        self._editor.do(label, edit, gesture=gesture)

    def _set_region(self, name: str, value: float) -> None:
        self._change(
            self.tr("Set {0}").format(name),
            lambda key: replace(key, regions=replace(key.regions, **{name: value})),
        )

    def _set_interpolation(self, name: str) -> None:
        way = next(n for n in get_args(Interpolation) if n == name)
        self._change(self.tr("Set interpolation"), lambda key: replace(key, interpolation=way))

    def _set_muted(self, muted: bool) -> None:
        label = self.tr("Mute key") if muted else self.tr("Unmute key")
        self._change(label, lambda key: replace(key, muted=muted))

    def _first_chosen(self) -> None:
        chosen = str(self.first.currentData())
        self._change(self.tr("Set emotion"), lambda key: with_first(key, chosen))

    def _second_chosen(self) -> None:
        self._second = str(self.second.currentData())
        weight = self.weight.value if 0.0 < self.weight.value < 1.0 else 0.5
        self._change(self.tr("Mix emotions"), lambda key: with_second(key, self._second, weight))

    # Showing

    def show_keys(self, keys: tuple[Key, ...], project: Project) -> None:
        """Show keys of the active performer; the first one's values stand for all."""
        if keys and keys[0].frame not in {k.frame for k in self._keys}:
            self._second = _NONE
        self._keys = keys
        if project.emotions is not self._emotions:
            self._fill(project.emotions)
        if not keys:
            return
        key = keys[0]
        times = self._editor.times
        where = f"{format_position(key.frame, times)}   f{key.frame}"
        if len(keys) > 1:
            where = self.tr("{first} to {last}").format(
                first=format_position(key.frame, times),
                last=format_position(keys[-1].frame, times),
            )  # fmt: skip
        self.where.setText(where)
        with QSignalBlocker(self.muted):
            self.muted.setChecked(key.muted)
        self._show_mix(key)
        self.intensity.set_value(key.intensity)
        self.intensity.setEnabled(bool(key.mix))
        for name, slider in self.regions.items():
            slider.set_value(getattr(key.regions, name))
            slider.setEnabled(bool(key.mix))
        for name, button in self.interpolations.items():
            button.setChecked(name == key.interpolation)

    def _show_mix(self, key: Key) -> None:
        if self._gesture is not None:
            return  # a share pushed to its end leaves one emotion; the slider stays in the hand
        if len(key.mix) > 1:
            self._second = key.mix[1].emotion
        first = key.mix[0].emotion if key.mix else _NONE
        self.first.setCurrentIndex(max(0, self.first.findData(first)))
        shown = self._second if self._second != first else _NONE
        self.second.setCurrentIndex(max(0, self.second.findData(shown)))
        many = len(key.mix) > 2
        self.second.setEnabled(bool(key.mix) and not many)
        self.weight.setEnabled(bool(shown) and not many)
        self.weight.set_value(second_weight(key))
        self.second.setToolTip(
            self.tr("This key mixes {0} emotions").format(len(key.mix))
            if many
            else self.tr("Mix with another emotion")
        )

    def _fill(self, emotions: tuple[Emotion, ...]) -> None:
        self._emotions = emotions
        for box, none in ((self.first, self.tr("Rest")), (self.second, self.tr("Nothing"))):
            with QSignalBlocker(box):
                box.clear()
                box.addItem(none, _NONE)
                for emotion in emotions:
                    chip = QPixmap(12, 12)
                    chip.fill(QColor(emotion.colour))
                    box.addItem(chip, emotion.name, emotion.id)
