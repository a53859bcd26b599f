"""The faces of single frames, for picking one."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from cmet_studio.media.picture import Picture

if TYPE_CHECKING:
    from cmet_studio.face.discover import FaceFinder


class FaceLook:
    """Looks at frames on one thread of its own, whose networks stay from look to look.

    They take half a second to build, several times as long as a look.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "faces")
        self._finder: FaceFinder | None = None

    def boxes(self, picture: Picture) -> list[list[float]]:
        """``[x, y, w, h]`` of each face, pixels of the clip, largest first; waits."""
        return self._thread.submit(self._look, picture).result()

    def close(self) -> None:
        """Free the networks and end the thread."""
        self._thread.submit(self._forget)
        self._thread.shutdown()

    def _look(self, picture: Picture) -> list[list[float]]:
        from cmet_studio.face.discover import FaceFinder

        if self._finder is None:
            self._finder = FaceFinder()
        found = self._finder.boxes(picture)
        return [[round(float(v), 2) for v in (box.x, box.y, box.w, box.h)] for box in found]

    def _forget(self) -> None:
        if self._finder is not None:
            self._finder.close()
            self._finder = None
