"""From a picture in the source's own format to RGB at a viewer's size."""

import numpy as np
import numpy.typing as npt

from cmet_studio.media.convert import to_rgb
from cmet_studio.media.picture import Picture
from cmet_studio.render.reduced import reduced

Rgb = npt.NDArray[np.uint8]


def screen_width(picture_width: int, wanted: int | None) -> int:
    """How wide a picture is shown: as wanted, never enlarged."""
    return picture_width if wanted is None else max(1, min(wanted, picture_width))


def screen_height(size: tuple[int, int], width: int) -> int:
    """The height that goes with ``width`` for a picture of ``size`` (width, height)."""
    return max(1, round(size[1] * width / size[0]))


def on_screen(picture: Picture, width: int) -> Rgb:
    """Shrink and convert to 8-bit RGB.

    At the picture's own width the samples are those of ``to_rgb``, not touched again.

    Returns: (h, width, 3) uint8, contiguous.
    """
    return to_rgb(reduced(picture, width))
