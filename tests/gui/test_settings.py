"""The settings dialog, the command palette, the start page and the tour."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QComboBox, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from cmet_studio.core.settings import load_settings, settings_file, with_recent
from cmet_studio.ui.action_set import ActionSet
from cmet_studio.ui.catalogue import by_id
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.palette import Palette
from cmet_studio.ui.settings.dialog import SettingsDialog
from cmet_studio.ui.settings.pages import EnginePage
from cmet_studio.ui.settings.shortcuts_page import ShortcutsPage
from cmet_studio.ui.studio import make_window
from cmet_studio.ui.welcome.start_page import StartPage
from cmet_studio.ui.welcome.tour import STOPS, Tour


@pytest.fixture
def dialog(editor: Editor, qtbot: QtBot) -> Iterator[SettingsDialog]:
    editor.actions = by_id()
    dialog = SettingsDialog(editor, None, "shortcuts")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog.reject()


def choose(box: QComboBox, value: object) -> None:
    at = box.findData(value)
    box.setCurrentIndex(at)
    box.activated.emit(at)


def test_what_is_changed_is_written_at_once(dialog: SettingsDialog) -> None:
    general = dialog.pages["general"]
    choose(general.autosave, 300)  # type: ignore[attr-defined]
    choose(general.theme, "contrast")  # type: ignore[attr-defined]
    dialog.audio.preroll.setValue(1.5)
    settings, notes = load_settings(settings_file())
    assert notes == ()
    assert settings.general.autosave_s == 300
    assert settings.general.theme == "contrast"
    assert settings.audio.preroll_s == 1.5


def test_a_device_that_is_not_there_stays_chosen(editor: Editor, qtbot: QtBot) -> None:
    from dataclasses import replace

    editor.preferences.change(
        lambda s: replace(s, audio=replace(s.audio, input="USB: Booth microphone"))
    )
    dialog = SettingsDialog(editor, None, "audio")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    assert dialog.stack.currentWidget() is dialog.audio
    assert dialog.audio.input.currentData() == "USB: Booth microphone"
    dialog.reject()


def test_steps_fall_silent_when_the_box_is_cleared(dialog: SettingsDialog, editor: Editor) -> None:
    from PySide6.QtWidgets import QCheckBox

    first = dialog.audio.findChildren(QCheckBox)[0]
    first.setChecked(False)
    assert not editor.transport.scrubs


@pytest.fixture
def page(dialog: SettingsDialog) -> ShortcutsPage:
    page = dialog.pages["shortcuts"]
    assert isinstance(page, ShortcutsPage)
    return page


def pick(page: ShortcutsPage, action: str) -> None:
    for row in range(page.tree.topLevelItemCount()):
        item = page.tree.topLevelItem(row)
        if item is not None and item.data(0, Qt.ItemDataRole.UserRole) == action:
            page.tree.setCurrentItem(item)


def give(page: ShortcutsPage, action: str, key: str) -> None:
    pick(page, action)
    page.edit.setKeySequence(QKeySequence(key))
    page.edit.editingFinished.emit()


def test_a_key_of_ones_own_and_back(page: ShortcutsPage, editor: Editor) -> None:
    give(page, "key.add", "F2")
    assert editor.preferences.settings.shortcuts.overrides == {"key.add": ("F2",)}
    assert page.keys["key.add"] == ("F2",)
    page.reset.click()
    assert editor.preferences.settings.shortcuts.overrides == {}
    page.clear.click()
    assert page.keys["key.add"] == ()


def test_a_conflict_is_shown(page: ShortcutsPage) -> None:
    assert not page.warning.isVisibleTo(page)
    give(page, "key.add", "Space")
    assert page.warning.isVisibleTo(page)
    assert "Add Key" in page.warning.text()
    assert "Play" in page.warning.text()


def test_a_preset_changes_all_keys(page: ShortcutsPage) -> None:
    page.preset.setCurrentText("Blender")
    page.preset.textActivated.emit("Blender")
    assert page.keys["key.add"] == ("I",)
    assert not page.warning.isVisibleTo(page)


def test_keys_go_to_another_computer_as_a_file(
    page: ShortcutsPage, editor: Editor, tmp_path: Path
) -> None:
    page.preset.textActivated.emit("Resolve")
    give(page, "key.add", "F2")
    mine = editor.preferences.settings.shortcuts
    page.save_to(tmp_path / "mine.json")
    page.preset.textActivated.emit("CMET")
    page.reset.click()
    page.load_from(tmp_path / "mine.json")
    assert editor.preferences.settings.shortcuts == mine
    assert page.preset.currentText() == "Resolve"


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"preset": "Word", "keys": {}}', '{"preset": "CMET", "keys": 3}', "[" * 9999],
)
def test_a_file_that_holds_no_shortcuts_is_told(
    page: ShortcutsPage, editor: Editor, tmp_path: Path, text: str
) -> None:
    before = editor.preferences.settings
    (tmp_path / "other.json").write_text(text)
    page.load_from(tmp_path / "other.json")
    assert editor.preferences.settings is before
    assert "other.json holds no shortcuts" in page.warning.text()


def test_a_sheet_to_print_has_every_key_in_force(page: ShortcutsPage, tmp_path: Path) -> None:
    give(page, "key.add", "F2")
    page.print_to(tmp_path / "sheet.html")
    sheet = (tmp_path / "sheet.html").read_text()
    assert "<td>Add Key</td><td><kbd>F2</kbd></td>" in sheet
    assert sheet.count("<kbd>") == sum(1 for keys in page.keys.values() if keys)
    page.print_to(tmp_path / "no" / "such" / "folder.html")
    assert "cannot be written" in page.warning.text()


def test_frames_are_kept_where_the_editor_wants(
    dialog: SettingsDialog, editor: Editor, tmp_path: Path
) -> None:
    engine = dialog.pages["engine"]
    assert isinstance(engine, EnginePage)
    engine.disk.setValue(20)
    engine.disk.editingFinished.emit()
    engine.use_folder(str(tmp_path))
    wanted = editor.preferences.settings.engine
    assert (wanted.disk_cache_mb, wanted.disk_cache_folder) == (20 * 1024, str(tmp_path))
    engine.use_folder("no/such/folder")
    assert editor.preferences.settings.engine is wanted
    assert engine.folder.text() == str(tmp_path)


def test_search_by_name_and_by_key(page: ShortcutsPage) -> None:
    def seen() -> list[str]:
        items = [page.tree.topLevelItem(n) for n in range(page.tree.topLevelItemCount())]
        return [item.text(0) for item in items if item is not None and not item.isHidden()]

    page.search.setText("wipe")
    assert seen() == ["View: Wipe", "View: Wipe Line Left", "View: Wipe Line Right"]
    page.search.setText("shift+w")
    assert "View: Side by Side" in seen()


# The palette


def test_the_palette_does_what_was_typed(editor: Editor, qtbot: QtBot) -> None:
    editor.actions = by_id()
    window = QMainWindow()
    qtbot.addWidget(window)
    palette = Palette(editor, ActionSet(editor, window), window)
    palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.keyClicks(palette.line, "go to end")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert editor.playhead == editor.last_frame


# The first run


def test_the_start_page_lists_recent_projects(editor: Editor, qtbot: QtBot) -> None:
    page = StartPage(editor)
    qtbot.addWidget(page)
    assert not page.recent.isVisibleTo(page)
    editor.preferences.change(lambda s: with_recent(s, Path("/films/interview.cmet")))
    assert page.recent.isVisibleTo(page)
    with qtbot.waitSignal(page.chosen) as chosen:
        page.recent.itemClicked.emit(page.recent.item(0))
    assert chosen.args == [Path("/films/interview.cmet")]


def test_the_tour_stays_inside_the_window_at_every_step(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 640)
    side = QWidget(window)
    side.setGeometry(0, 0, 250, 400)
    window.show()
    tour = Tour(window, lambda name: side if name == "library" else None)
    for n in range(len(STOPS)):
        assert tour.step == n
        assert window.rect().contains(tour.geometry())
        window.resize(900 + n, 600)
        assert window.rect().contains(tour.geometry())
        if n + 1 < len(STOPS):
            tour.next.click()
    with qtbot.waitSignal(tour.ended):
        tour.next.click()


def test_who_skipped_the_tour_does_not_meet_it_again(qapp: QApplication, qtbot: QtBot) -> None:
    window = make_window(None)
    window.show()
    window.welcome.greet()
    tour = window.findChild(Tour)
    assert tour is not None
    tour.skip.click()
    assert window.editor.preferences.settings.general.welcomed
    assert load_settings(settings_file())[0].general.welcomed
    window.close()
    assert window.shut_down()
    window.deleteLater()


def test_a_demo_that_fails_is_told_and_one_that_is_there_opens_at_once(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmet_studio.ui.welcome import demo_maker

    maker = demo_maker.DemoMaker()
    monkeypatch.setattr(demo_maker.sys, "executable", "false")
    with qtbot.waitSignal(maker.failed) as heard:
        assert maker.start()
    assert "demo" in heard.args[0].message
    project = demo_maker.demo_project()
    project.parent.mkdir(parents=True)
    project.write_text("{}")
    project.with_name("contact_sheet.png").write_bytes(b"")
    with qtbot.waitSignal(maker.made) as made:
        assert not maker.start()
    assert made.args == [project]
    assert maker.close()


# Other languages


class Pseudo(QTranslator):
    """Every text longer, in brackets: what is not translated stands out."""

    def isEmpty(self) -> bool:
        return False

    def translate(
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return f"[{text} åéîøü]"


def test_without_a_translation_it_stays_english(qapp: QApplication) -> None:
    from cmet_studio.ui import language

    assert "en" in language.available()
    assert not language.use(qapp, "xx")
    assert language.name_of("de") == "Deutsch"


def test_the_window_speaks_another_language(qapp: QApplication, qtbot: QtBot) -> None:
    pseudo = Pseudo()
    QCoreApplication.installTranslator(pseudo)
    try:
        window = make_window(None)
        window.show()
        plain = [a.text() for a in window.actions_.findChildren(object) if hasattr(a, "text")]
        menus = [action.text() for action in window.menuBar().actions()]
        docks = [dock.windowTitle() for dock in window.docks.docks.values()]
        window.close()
        assert window.shut_down()
        window.deleteLater()
    finally:
        QCoreApplication.removeTranslator(pseudo)
    assert [text for text in (*plain, *menus, *docks) if text and not text.startswith("[")] == []
