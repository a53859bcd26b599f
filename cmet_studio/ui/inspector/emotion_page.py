"""The emotion: is it made of enough takes, do they agree, what does it read as."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from cmet_studio.core.errors import CmetError
from cmet_studio.domain.project import Emotion, Project
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_client import EngineClient
from cmet_studio.ui.inspector.charts import Bars
from cmet_studio.ui.inspector.figures import Figures, figures_of, inputs, points_of
from cmet_studio.ui.inspector.map import EmotionMap
from cmet_studio.ui.library.qualities import Qualities
from cmet_studio.ui.parts.meters import ShotsMeter
from cmet_studio.ui.parts.work import Work

_CALM_MS = 350


class EmotionPage(QWidget):
    """Figures of one emotion, asked of the engine when what they depend on changes."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._shown: tuple[object, ...] | None = None
        self._asked = 0
        self._emotion: Emotion | None = None
        self._answer: Mapping[str, Any] = {}
        self._words: dict[str, str] = {}
        self.work = Work(self)
        self.qualities = Qualities(self.work, self)
        self.qualities.known.connect(self._take_known)
        self.state = self._text()
        self.expressive = ShotsMeter(self.tr("Expressive"), self)
        self.neutral = ShotsMeter(self.tr("Neutral"), self)
        self.source = self._text()
        self.facts = Bars(self.tr("Figures"), self)
        self.takes = Bars(self.tr("How well each take agrees with the others"), self)
        self.words = self._text()
        self.reads_as = Bars(self.tr("Reads as"), self)
        self.map = EmotionMap(self)
        self._wanted = ""
        self.calm = QTimer(self)
        self.calm.setSingleShot(True)
        self.calm.setInterval(_CALM_MS)
        self.calm.timeout.connect(self._ask_now)
        self.map.chosen.connect(self._chosen)
        self.notes = self._text(theme.ACCENT)
        self._lay_out()

    def _text(self, colour: str = theme.DIM) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(theme.font(theme.SMALL_PX))
        label.setStyleSheet(f"color: {colour};")
        label.hide()
        return label

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("dim", True)
        label.setContentsMargins(0, 5, 0, 0)
        return label

    def _lay_out(self) -> None:
        self._takes_head = self._heading(self.tr("Takes, by how well they agree"))
        self._reads_head = self._heading(self.tr("Reads as"))
        self._map_head = self._heading(self.tr("Map of the library"))
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(4)
        for part in (
            self.state, self.expressive, self.neutral, self.source, self.facts, self.notes,
            self._takes_head, self.takes, self.words, self._reads_head, self.reads_as,
            self._map_head, self.map,
        ):  # fmt: skip
            column.addWidget(part)

    def _say(self, label: QLabel, words: str) -> None:
        label.setText(words)
        label.setVisible(bool(words))

    # Asking

    def show_emotion(self, emotion: Emotion, project: Project) -> None:
        """Show an emotion; nothing is asked again that is known."""
        key = inputs(project, emotion.id)
        same = self._emotion is not None and self._emotion.id == emotion.id
        self._emotion = emotion
        if same and key == self._shown:
            return
        self._shown = key
        if not same:
            self._answer = {}
        self._show(project)
        self._ask(emotion.id)
        document = self._editor.document
        if document is not None:
            used = {*emotion.expressive, *emotion.neutral}
            self.qualities.ask((t for t in project.takes if t.id in used), document.folder)

    def forget(self) -> None:
        """Another document is open."""
        self._emotion, self._shown, self._answer = None, None, {}
        self._asked += 1
        self.calm.stop()
        self._words.clear()
        self.work.stop()
        self.qualities.forget_asked()

    def _ask(self, emotion_id: str) -> None:
        self._asked += 1  # an answer that is still on its way is old
        self._say(self.state, self.tr("Listening to the takes…"))
        self._wanted = emotion_id
        if self.calm.interval() == 0:
            self._ask_now()
        else:
            self.calm.start()

    def _hand_is_busy(self) -> bool:
        """While the hand drags or the clip plays, all time is the picture's."""
        held = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        return held or self._editor.playing

    def _ask_now(self) -> None:
        """Ask when the hand rests."""
        if self._hand_is_busy():
            self.calm.start()
            return
        document, emotion_id = self._editor.document, self._wanted
        if document is None:
            return
        self._asked += 1
        asked = self._asked
        ids = [e.id for e in document.project.emotions if e.id == emotion_id or _has_voice(e)]

        def figures(client: EngineClient) -> dict[str, Any]:
            return client.emotion_figures(ids)

        def done(answer: Mapping[str, Any]) -> None:
            if asked == self._asked:
                self._answer = answer
                self._show(self._editor.project)

        def failed(error: CmetError) -> None:
            if asked == self._asked:
                self._say(self.state, str(error))

        self._editor.engine.call(figures, done, failed)

    # Showing

    def _take_known(self, take_id: str, words: str, tip: str) -> None:
        self._words[take_id] = words
        if self._emotion is not None and self._editor.document is not None:
            self._show_takes(self._editor.project, figures_of(self._answer, self._emotion.id))

    def _show(self, project: Project) -> None:
        emotion = self._emotion
        if emotion is None:
            return
        found = figures_of(self._answer, emotion.id)
        if found is not None:
            self._say(self.state, "")
        spoken = emotion.preset is None and not emotion.mix
        for meter in (self.expressive, self.neutral):
            meter.setVisible(spoken)
        self.expressive.set_shots(len(emotion.expressive))
        self.neutral.set_shots(found.shots_neutral if found else len(emotion.neutral))
        self._say(self.source, self._source_words(emotion, found))
        self.facts.set_rows(_facts(found))
        notes = [] if found is None else list(found.notes)
        self._say(self.notes, "\n".join(notes))
        self._show_takes(project, found)
        reads = found.reads_as if found is not None else ()
        self.reads_as.set_rows([(n.capitalize(), share, theme.BLUE) for n, share in reads])
        self._reads_head.setVisible(bool(reads))
        points = points_of(self._answer)
        self.map.set_points(points, emotion.id, found.outlier if found is not None else None)
        for part in (self._map_head, self.map):
            part.setVisible(bool(points))

    def _source_words(self, emotion: Emotion, found: Figures | None) -> str:
        if emotion.preset is not None:
            return self.tr("A preset: its voice ships with the program")
        if emotion.mix:
            return self.tr("A mix of other emotions")
        if found is None or not found.neutral_source:
            return ""
        return self.tr("Neutral from {0}").format(found.neutral_source)

    def _show_takes(self, project: Project, found: Figures | None) -> None:
        emotion = self._emotion
        assert emotion is not None
        names = {t.id: t.source or t.id for t in project.takes}
        rows, said = [], []
        for take in emotion.expressive:
            agrees = found.per_take.get(take) if found is not None else None
            odd = found is not None and take == found.outlier
            if agrees is not None:
                colour = theme.RED if odd and found and found.outlier_clear else theme.GREEN
                rows.append((names.get(take, take), agrees, theme.ACCENT if odd else colour))
        for take in (*emotion.expressive, *emotion.neutral):
            words = self._words.get(take, "")
            if words and words != "good":
                said.append(f"{names.get(take, take)}: {words}")
        if found is not None and found.outlier is not None:
            name = names.get(found.outlier, found.outlier)
            firm = self.tr("{0} is unlike the others; listen to it again")
            mild = self.tr("{0} agrees least with the others")
            said.insert(0, (firm if found.outlier_clear else mild).format(name))
        self.takes.set_rows(rows)
        self._takes_head.setVisible(bool(rows))
        self._say(self.words, "\n".join(said))

    def _chosen(self, kind: str, point_id: str) -> None:
        if kind == "emotion":
            self._editor.select(replace(self._editor.selection, emotion=point_id))


def _has_voice(emotion: Emotion) -> bool:
    return emotion.preset is not None or bool(emotion.mix) or bool(emotion.expressive)


def _tr(text: str) -> str:
    return QCoreApplication.translate("EmotionPage", text)


def _facts(found: Figures | None) -> list[tuple[str, float, str]]:
    if found is None:
        return []
    rows = []
    if found.consistency is not None:
        good = found.consistency >= 0.55
        rows.append((_tr("Consistency"), found.consistency, theme.GREEN if good else theme.ACCENT))
    if found.strength > 0.0:
        rows.append((_tr("Strength"), found.strength, theme.BLUE))
    return rows
