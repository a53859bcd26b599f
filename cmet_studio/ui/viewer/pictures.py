"""From the engine's bytes to what the canvas draws."""

import numpy as np
from PySide6.QtGui import QImage

from cmet_studio.ui.engine_client import FrameResult

_GAIN = 4
"""How much a difference is brightened, so that an eye sees a step of one."""


def to_image(frame: FrameResult) -> QImage:
    """The frame in the format that is drawn fastest; owns its pixels."""
    raw = QImage(frame.rgb, frame.width, frame.height, 3 * frame.width, QImage.Format.Format_RGB888)
    return raw.convertToFormat(QImage.Format.Format_RGB32)


def difference(a: FrameResult, b: FrameResult) -> QImage | None:
    """How far two frames of one size are apart, four times as bright; None if sizes differ."""
    if (a.width, a.height) != (b.width, b.height):
        return None
    one = np.frombuffer(a.rgb, np.uint8).astype(np.int16)
    two = np.frombuffer(b.rgb, np.uint8).astype(np.int16)
    apart = np.minimum(np.abs(one - two) * _GAIN, 255).astype(np.uint8).tobytes()
    raw = QImage(apart, a.width, a.height, 3 * a.width, QImage.Format.Format_RGB888)
    return raw.convertToFormat(QImage.Format.Format_RGB32)
