"""Restorers that ship with the program; others come through the entry points of the registry."""

import cv2
import numpy as np

from cmet_studio.engine.protocol import Floats

_RADIUS_PX = 1.5
_AMOUNT = 0.8


class Sharpen:
    """An unsharp mask: gives back some of the edge that 256 pixels lose when they are enlarged."""

    def restore(self, image: Floats) -> Floats:
        """See ``Restorer``."""
        soft = cv2.GaussianBlur(image, (0, 0), _RADIUS_PX)
        sharp: Floats = np.clip(image + _AMOUNT * (image - soft), -1.0, 1.0).astype(np.float32)
        return sharp
