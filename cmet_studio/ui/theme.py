"""The look: neutral greys, one accent, and the style sheet made of them."""

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from cmet_studio.core.paths import resource

WINDOW = "#262626"
PANEL = "#2e2e2e"
RAISED = "#3a3a3a"
HOVER = "#444444"
LINE = "#1c1c1c"
VIEWER = "#161616"
TEXT = "#d8d8d8"
DIM = "#9a9a9a"
FAINT = "#6a6a6a"
ACCENT = "#e8a33d"
GREEN = "#6fbf73"
BLUE = "#5b9bd5"
RED = "#d9534f"

RADIUS_PX = 3
FONT_PX = 12
SMALL_PX = 11
GAP_PX = 6
ROW_PX = 24
ICON_PX = 18


DRAWN = TEXT
"""What the strokes of the icons' files are drawn in."""

_CONTRAST = {
    "WINDOW": "#000000", "PANEL": "#0c0c0c", "RAISED": "#2a2a2a", "HOVER": "#3c3c3c",
    "LINE": "#5a5a5a", "VIEWER": "#000000", "TEXT": "#ffffff", "DIM": "#cfcfcf",
    "FAINT": "#9a9a9a", "ACCENT": "#ffb84d", "GREEN": "#8fe093", "BLUE": "#86c1ff",
    "RED": "#ff7a75",
}  # fmt: skip


def use(name: str) -> None:
    """Take the colours of a theme, ``dark`` or ``contrast``. Before the first widget is made."""
    if name == "contrast":
        globals().update(_CONTRAST)


def colour(name: str, alpha: int = 255) -> QColor:
    """One of the constants above as a colour to paint with; ``alpha`` 0..255."""
    made = QColor(name)
    made.setAlpha(alpha)
    return made


def font(px: int = FONT_PX, *, bold: bool = False, digits: bool = False) -> QFont:
    """The app's font; ``digits`` for timecode and numbers, which then keep their places."""
    made = QFont(QApplication.font())
    made.setPixelSize(px)
    made.setBold(bold)
    if digits:
        made.setStyleHint(QFont.StyleHint.TypeWriter)
        made.setFamilies(["DejaVu Sans Mono", "Menlo", "Consolas", "monospace"])
    return made


_STYLE = """
QMainWindow, QDialog {{ background: {WINDOW}; }}
QWidget {{ color: {TEXT}; selection-background-color: #5a4726; selection-color: {TEXT}; }}
QMainWindow::separator {{ background: {LINE}; width: 3px; height: 3px; }}
QMainWindow::separator:hover {{ background: {ACCENT}; }}
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {LINE}; padding: 3px 5px; }}
QDockWidget {{ color: {DIM}; font-weight: 600; titlebar-close-icon: url({ICONS}/close.svg);
    titlebar-normal-icon: url({ICONS}/float.svg); }}
QDockWidget::title {{ background: {WINDOW}; padding: 5px 8px; }}
QDockWidget > QWidget {{ background: {PANEL}; }}
QMenuBar {{ background: {WINDOW}; padding: 1px 4px; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: {RADIUS_PX}px; background: transparent; }}
QMenuBar::item:selected {{ background: {RAISED}; }}
QMenu {{ background: {PANEL}; border: 1px solid {LINE}; padding: 4px; }}
QMenu::item {{ padding: 5px 26px 5px 22px; border-radius: {RADIUS_PX}px; }}
QMenu::item:selected {{ background: {RAISED}; }}
QMenu::item:disabled {{ color: {FAINT}; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: 4px 6px; }}
QStatusBar {{ background: {WINDOW}; color: {DIM}; }}
QStatusBar::item {{ border: none; }}
QTabBar::tab {{ background: {WINDOW}; color: {DIM}; padding: 5px 12px; border: none;
    border-top: 2px solid transparent; }}
QTabBar::tab:selected {{ background: {PANEL}; color: {TEXT}; border-top-color: {ACCENT}; }}
QTabBar::tab:hover:!selected {{ color: {TEXT}; }}
QTabBar:focus {{ outline: none; }}
QPushButton, QToolButton {{ background: {RAISED}; border: 1px solid {LINE}; padding: 4px 12px;
    border-radius: {RADIUS_PX}px; }}
QToolButton {{ padding: 3px; background: transparent; border-color: transparent; }}
QToolButton[popupMode="1"] {{ padding-right: 14px; }}
QPushButton:hover, QToolButton:hover {{ background: {HOVER}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {LINE}; }}
QPushButton:checked, QToolButton:checked {{ background: #54421f; border-color: {ACCENT}; }}
QPushButton:focus, QToolButton:focus {{ border-color: {ACCENT}; }}
QPushButton:default {{ background: #6b5022; border-color: {ACCENT}; }}
QPushButton:default:hover {{ background: #7b5d28; }}
QPushButton:disabled, QToolButton:disabled {{ color: {FAINT}; }}
QPushButton::menu-indicator {{ image: url({ICONS}/chevron_down.svg); width: 10px; height: 10px;
    subcontrol-position: right center; right: 6px; }}
QPushButton:default:disabled {{ background: {PANEL}; border-color: {LINE}; }}
QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox {{ background: {WINDOW};
    border: 1px solid {LINE}; border-radius: {RADIUS_PX}px; padding: 3px 6px; min-height: 18px; }}
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {{
    border-color: {ACCENT}; }}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{ color: {FAINT}; }}
QComboBox::drop-down {{ border: none; width: 18px; }}
QComboBox::down-arrow {{ image: url({ICONS}/chevron_down.svg); width: 12px; height: 12px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: none; width: 14px; }}
QAbstractSpinBox::up-arrow {{ image: url({ICONS}/chevron_up.svg); width: 9px; height: 9px; }}
QAbstractSpinBox::down-arrow {{ image: url({ICONS}/chevron_down.svg); width: 9px; height: 9px; }}
QComboBox QAbstractItemView {{ background: {PANEL}; border: 1px solid {LINE}; }}
QAbstractItemView {{ background: {PANEL}; alternate-background-color: #333333; border: none;
    outline: none; }}
QListView::item, QTreeView::item, QTableView::item {{ padding: 3px 2px; }}
QAbstractItemView::item:selected {{ background: #5a4726; color: {TEXT}; }}
QAbstractItemView:focus {{ border: 1px solid {ACCENT}; }}
QHeaderView::section {{ background: {WINDOW}; color: {DIM}; border: none; padding: 4px 6px;
    border-right: 1px solid {LINE}; border-bottom: 1px solid {LINE}; }}
QTableCornerButton::section {{ background: {WINDOW}; border: none; }}
QSlider::groove:horizontal {{ height: 4px; background: {LINE}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {ACCENT}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 12px; margin: -5px 0; border-radius: 6px;
    background: {TEXT}; }}
QSlider::handle:horizontal:focus {{ background: {ACCENT}; }}
QSlider::sub-page:horizontal:disabled {{ background: {FAINT}; }}
QProgressBar {{ background: {LINE}; border: none; border-radius: 2px; text-align: center;
    max-height: 14px; }}
QProgressBar::chunk {{ background: #a87527; border-radius: 2px; }}
QScrollBar:vertical {{ background: {PANEL}; width: 11px; }}
QScrollBar:horizontal {{ background: {PANEL}; height: 11px; }}
QScrollBar::handle {{ background: #505050; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 24px; }}
QScrollBar::handle:horizontal {{ min-width: 24px; }}
QScrollBar::handle:hover {{ background: #686868; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QSplitter::handle {{ background: {LINE}; }}
QGroupBox {{ border: 1px solid {LINE}; border-radius: {RADIUS_PX}px; margin-top: 9px;
    padding: 9px 8px 8px 8px; }}
QGroupBox::title {{ subcontrol-origin: margin; left: 8px; padding: 0 3px; color: {DIM}; }}
QCheckBox {{ spacing: 6px; }}
QCheckBox:focus, QRadioButton:focus {{ color: {ACCENT}; }}
QCheckBox::indicator, QAbstractItemView::indicator {{ width: 12px; height: 12px;
    border: 1px solid {FAINT}; border-radius: 2px; background: {WINDOW}; }}
QCheckBox::indicator:hover, QAbstractItemView::indicator:hover {{ border-color: {TEXT}; }}
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {{
    image: url({ICONS}/tick.svg); border-color: {DIM}; }}
QCheckBox::indicator:focus {{ border-color: {ACCENT}; }}
QCheckBox:disabled {{ color: {FAINT}; }}
QCheckBox::indicator:disabled {{ border-color: {LINE}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QLabel[dim="true"] {{ color: {DIM}; }}
"""


def _palette() -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, name in (
        (role.Window, WINDOW), (role.WindowText, TEXT), (role.Base, WINDOW), (role.Text, TEXT),
        (role.AlternateBase, PANEL), (role.Button, RAISED), (role.ButtonText, TEXT),
        (role.Highlight, "#5a4726"), (role.HighlightedText, TEXT), (role.ToolTipBase, RAISED),
        (role.ToolTipText, TEXT), (role.Link, ACCENT), (role.PlaceholderText, FAINT),
        (role.Accent, ACCENT), (role.Mid, LINE), (role.Light, RAISED), (role.Dark, LINE),
    ):  # fmt: skip
        palette.setColor(which, QColor(name))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(FAINT))
    return palette


def apply(app: QApplication) -> None:
    """Dress the whole application."""
    app.setStyle("Fusion")
    app.setPalette(_palette())
    base = app.font()
    base.setPixelSize(FONT_PX)
    app.setFont(base)
    names = {k: v for k, v in globals().items() if k.isupper() and not k.startswith("_")}
    names["ICONS"] = resource("icons").as_posix()
    app.setStyleSheet(_STYLE.format(**names))
