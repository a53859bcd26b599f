"""Judges that need no weights."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class Brightness:
    """Finds everything but neutral likelier in the darker face; remembers what it saw."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: list[Floats] = []

    def crop(self, rgb: npt.NDArray[np.uint8], landmarks: Floats) -> Floats:
        x, y = landmarks[:468, :2].mean(0).astype(int)
        return rgb[y - 40 : y + 40, x - 40 : x + 40].astype(np.float32)

    def probabilities(self, crops: Floats) -> Floats:
        self.seen.append(crops)
        neutral = crops.mean((1, 2, 3)) / 255
        others = np.repeat((1 - neutral)[:, None] / 6, 6, 1)
        return np.hstack([others, neutral[:, None]]).astype(np.float32)
