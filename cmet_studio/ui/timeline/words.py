"""What the timeline writes into its lanes."""

from PySide6.QtCore import QCoreApplication


def tr(text: str) -> str:
    """Translate a text of the timeline."""
    return QCoreApplication.translate("Timeline", text)
