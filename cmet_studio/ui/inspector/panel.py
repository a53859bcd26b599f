"""The Inspector: what is selected, with everything that can be set on it."""

from bisect import bisect_left, bisect_right

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from cmet_studio.domain.project import Emotion, Key, Performer, Project
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.inspector.clip_page import ClipPage
from cmet_studio.ui.inspector.emotion_page import EmotionPage
from cmet_studio.ui.inspector.key_page import KeyPage
from cmet_studio.ui.inspector.performer_page import PerformerPage
from cmet_studio.ui.inspector.section import Section
from cmet_studio.ui.parts.calm_wheel import CalmWheel

_WIDTH_PX = 240


class _Column(QScrollArea):
    """Scrolls up and down only, so it is never narrower than what it holds."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._needed = 0

    def minimumSizeHint(self) -> QSize:
        """As wide as the content needs."""
        hint, bar = super().minimumSizeHint(), self.verticalScrollBar().sizeHint().width()
        return QSize(max(_WIDTH_PX, self._needed + bar), hint.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # Qt's name
        """What the content needs may have changed; if not, the window is not laid out anew."""
        inside = self.widget()
        if inside is not None and event.type() == QEvent.Type.LayoutRequest:
            needed = inside.minimumSizeHint().width()
            if needed != self._needed:
                self._needed = needed
                self.updateGeometry()
        return super().eventFilter(watched, event)


class InspectorPanel(QWidget):
    """Sections in one column: key, emotion, performer, clip; those without a subject are hidden."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self.keys = KeyPage(editor)
        self.emotion = EmotionPage(editor)
        self.performer = PerformerPage(editor)
        self.clip = ClipPage(editor)
        self.key_section = Section(self.tr("Key"), self.keys)
        self.emotion_section = Section(self.tr("Emotion"), self.emotion)
        self.performer_section = Section(self.tr("Performer"), self.performer)
        self.clip_section = Section(self.tr("Clip"), self.clip)
        self.empty = QLabel(self.tr("Open a clip to begin."), self)
        self._lay_out()
        self._calm = CalmWheel(self)
        self._calm.calm(self)
        editor.opened.connect(self._opened)
        editor.changed.connect(self._changed)
        editor.selection_changed.connect(self._show_subjects)
        editor.times_changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        self.empty.setProperty("dim", True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(12, 24, 12, 12)
        inside = QWidget(self)
        inside.setObjectName("inside")
        inside.setStyleSheet(f"#inside {{ background: {theme.PANEL}; }}")
        stack = QVBoxLayout(inside)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(1)
        stack.addWidget(self.empty)
        for section in (
            self.key_section, self.emotion_section, self.performer_section, self.clip_section,
        ):  # fmt: skip
            stack.addWidget(section)
        stack.addStretch(1)
        scroll = _Column(self)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)

    def _opened(self) -> None:
        self.emotion.forget()
        self.refresh()

    def _changed(self, before: Project, after: Project) -> None:
        self._show_subjects()
        if before.clip is not after.clip:
            self.clip.show_clip()

    def refresh(self) -> None:
        """Show what is selected now, and the clip as it lies on disk now."""
        self._show_subjects()
        if self._editor.is_open:
            self.clip_section.show()
            self.clip.show_clip()

    def _show_subjects(self) -> None:
        """What an edit or another selection can change: it comes with every step of a drag."""
        document = self._editor.document
        self.empty.setVisible(document is None)
        if document is None:
            for section in (self.key_section, self.emotion_section, self.performer_section,
                            self.clip_section):  # fmt: skip
                section.hide()
            return
        project = document.project
        performer = self._editor.active_performer
        keys = selected_keys(performer, self._editor.selection.keys)
        for page in (self.keys, self.performer):
            page.setEnabled(not document.read_only)
        self.key_section.setVisible(bool(keys))
        self.keys.show_keys(keys, project)
        if keys:
            many = self.tr("{0} keys").format(len(keys))
            self.key_section.set_title(many if len(keys) > 1 else self.tr("Key"))
        emotion = shown_emotion(project, self._editor.selection.emotion, keys)
        self.emotion_section.setVisible(emotion is not None)
        if emotion is not None:
            self.emotion_section.set_title(self.tr("Emotion: {0}").format(emotion.name))
            self.emotion.show_emotion(emotion, project)
        self.performer_section.show()
        name = performer.name if performer is not None else self.tr("none yet")
        self.performer_section.set_title(self.tr("Performer: {0}").format(name))
        self.performer.show_performer(performer)


def selected_keys(performer: Performer | None, frames: frozenset[int]) -> tuple[Key, ...]:
    """The selected keys of a performer, in time."""
    if performer is None or not frames:
        return ()
    first = bisect_left(performer.keys, min(frames), key=lambda key: key.frame)
    stop = bisect_right(performer.keys, max(frames), key=lambda key: key.frame)
    return tuple(key for key in performer.keys[first:stop] if key.frame in frames)


def shown_emotion(project: Project, selected: str | None, keys: tuple[Key, ...]) -> Emotion | None:
    """The selected emotion, else the one that the first selected key is mainly made of."""
    wanted = selected
    if wanted is None and keys and keys[0].mix:
        wanted = max(keys[0].mix, key=lambda part: part.weight).emotion
    return next((e for e in project.emotions if e.id == wanted), None)
