"""What the timeline writes into its lanes."""

from functools import lru_cache

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QFont

from cmet_studio.ui import theme


def tr(text: str) -> str:
    """Translate a text of the timeline."""
    return QCoreApplication.translate("Timeline", text)


@lru_cache(maxsize=16)
def lettering(px: int = theme.FONT_PX, *, bold: bool = False, digits: bool = False) -> QFont:
    """A font of the theme; making one for every text of every paint costs a millisecond."""
    return theme.font(px, bold=bold, digits=digits)
