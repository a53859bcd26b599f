"""The neural face model: expression weights in, edited samples out."""

import logging
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import EngineError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.engine.faces.edtalk.compose import compose
from cmet_studio.engine.faces.edtalk.crop import Square, cut, squares
from cmet_studio.engine.faces.edtalk.mask import face_mask
from cmet_studio.engine.faces.edtalk.network import Network, shared_network, usable_device
from cmet_studio.engine.faces.edtalk.plain_cache import PlainCache, rounded
from cmet_studio.engine.protocol import FaceModelInfo, Patch
from cmet_studio.face.types import Face, FaceTrack
from cmet_studio.media.picture import Picture
from cmet_studio.model_store.installed import installed_weights, record_of
from cmet_studio.model_store.manifest import find_model

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]

_UNITS = tuple(f"e{i}" for i in range(10))
_EXPRESSION = len(_UNITS)
_LIP_AND_POSE = 26
_SQUARE = slice(_EXPRESSION + _LIP_AND_POSE, _EXPRESSION + _LIP_AND_POSE + 3)
_NOTES = _LIP_AND_POSE + 3
_VERSION = "1"


class EdTalkFace:
    """EDTalk with the installed checkpoints; every frame is its own source of appearance.

    So teeth, light and wrinkles of the frame stay; lips and pose are the frame's own too.

    Args:
        device: a torch device name; the CPU stands in for one that is not there.
    Raises: EngineError if the models are not installed or damaged.
    """

    _name = "edtalk"
    _more_notes = 0

    def __init__(self, device: str = "cpu") -> None:
        connector = installed_weights("edtalk-connector")
        installed_weights("edtalk")
        record = record_of(find_model("edtalk"))
        if record is None:
            raise EngineError("EDTalk is not installed.", "Run: cmet-studio models install edtalk")
        weights_hash = next(iter(record.files.values()))
        self._network: Network = shared_network(usable_device(device), weights_hash)
        kind = str(self._network.precision).removeprefix("torch.")
        version = f"{_VERSION}-{weights_hash[:12]}-{self._network.device.type}-{kind}"
        self.info = FaceModelInfo(
            name=self._name,
            version=version,
            units=_UNITS,
            regions=(),
            connector=str(connector),
            notes=_NOTES + self._more_notes,
            reads_pictures=True,
        )
        self._plain = PlainCache(version)

    def encode(self, track: FaceTrack) -> Floats:
        """Not from landmarks: see ``encode_pictures``."""
        raise EngineError("EDTalk reads expressions from pictures.", "Use encode_pictures.")

    def encode_pictures(
        self, pictures: Iterable[Picture], track: FaceTrack, token: CancelToken, report: Report
    ) -> Floats:
        """One encoder pass per frame: expression, lips, pose, and where the crop lies.

        Returns: (n, 39) float32: 10 expression, 20 lip, 6 pose weights, square x, y, side.
        """
        where = squares(track)
        rows = np.zeros((len(track), _EXPRESSION + self.info.notes), np.float32)
        waiting: list[tuple[int, Rgb]] = []
        for picture in pictures:
            token.check()
            report("reading expressions", picture.index, len(track))
            if track.found[picture.index]:
                square = Square(*map(float, where[picture.index]))
                crop = cut(picture, square)
                self._seen(picture.index, crop, track, rows)
                waiting.append((picture.index, crop))
            if len(waiting) == self._network.batch:
                self._measure(waiting, rows)
                waiting = []
        if waiting:
            self._measure(waiting, rows)
        found = np.asarray(track.found)
        rows[found, _SQUARE] = where[found]
        report("reading expressions", len(track), len(track))
        return rows

    def _seen(self, index: int, crop: Rgb, track: FaceTrack, rows: Floats) -> None:
        """Told of every crop while measuring."""

    def _measure(self, crops: list[tuple[int, Rgb]], rows: Floats) -> None:
        weights = self._network.measure([crop for _, crop in crops])
        for (index, _), row in zip(crops, weights, strict=True):
            rows[index, :_EXPRESSION] = row[_LIP_AND_POSE:]
            rows[index, _EXPRESSION : _EXPRESSION + _LIP_AND_POSE] = row[:_LIP_AND_POSE]

    def render(
        self, picture: Picture, face: Face, expression: Floats, delta: Floats
    ) -> Patch | None:
        """Change one face's expression weights by ``delta``; see ``FaceModel.render``.

        ``expression`` is a row of ``encode_pictures``; ``delta`` (14,) ends in the weights of
        brow, eyes, cheeks and mouth.
        """
        change, regions = delta[:_EXPRESSION], delta[_EXPRESSION:]
        if not np.any(change) or not np.any(regions):
            return None
        square = Square(*map(float, expression[_SQUARE]))
        if square.side <= 0:
            return None
        crop = cut(picture, square)
        own = np.concatenate(
            [expression[_EXPRESSION : _EXPRESSION + _LIP_AND_POSE], expression[:_EXPRESSION]]
        ).astype(np.float32)
        edited = own.copy()
        edited[_LIP_AND_POSE:] += change
        source = self._source(crop, expression)
        before = self._unedited(source, own)
        after = self._network.decode(source, edited[None])[0]
        mask = face_mask(face.landmarks, square, regions)
        return compose(picture, square, mask, np.clip(before, -1.0, 1.0), np.clip(after, -1.0, 1.0))

    def _source(self, crop: Rgb, expression: Floats) -> Rgb:
        """Whose looks the frame gets: its own."""
        return crop

    def _unedited(self, source: Rgb, own: Floats) -> Floats:
        name = self._plain.name(source, own)
        image = self._plain.get(name)
        if image is None:
            made = self._network.decode(source, own[None])[0]
            self._plain.put(name, made)
            image = rounded(made)
        return image
