"""A part of the inspector with a heading that folds it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cmet_studio.ui import theme


class Section(QWidget):
    """Heading and content; ``body`` is where the content goes."""

    def __init__(self, title: str, body: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.body = body
        self.head = QToolButton(self)
        self.head.setCheckable(True)
        self.head.setChecked(True)
        self.head.setAutoRaise(True)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.head.setStyleSheet(
            f"QToolButton {{ background: {theme.WINDOW}; border: none; border-radius: 0;"
            f" padding: 5px 6px; font-weight: 600; color: {theme.TEXT}; text-align: left; }}"
            f"QToolButton:focus {{ border-left: 2px solid {theme.ACCENT}; }}"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(body)
        self.head.toggled.connect(self._fold)
        self.set_title(title)
        self._fold(open_=True)

    def set_title(self, title: str) -> None:
        """Say what the content is about."""
        self.head.setText(f" {title}")
        self.head.setAccessibleName(title)
        self.head.setToolTip(self.tr("Show or hide: {0}").format(title))

    def _fold(self, open_: bool) -> None:
        self.head.setArrowType(Qt.ArrowType.DownArrow if open_ else Qt.ArrowType.RightArrow)
        self.body.setVisible(open_)
