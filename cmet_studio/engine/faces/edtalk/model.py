"""The neural face model: expression weights in, edited samples out."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmet_studio.core.errors import EngineError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.engine.faces.edtalk.compose import compose
from cmet_studio.engine.faces.edtalk.crop import Square, cut, squares
from cmet_studio.engine.faces.edtalk.mask import face_mask, mouth_mask
from cmet_studio.engine.faces.edtalk.network import Network, shared_network, usable_device
from cmet_studio.engine.faces.edtalk.plain_cache import rounded, shared_plain_cache
from cmet_studio.engine.protocol import FaceModelInfo, FaceRequest, Patch, Restorer
from cmet_studio.face.types import Face, FaceTrack
from cmet_studio.media.picture import Picture
from cmet_studio.model_store.installed import installed_weights, is_installed, record_of
from cmet_studio.model_store.manifest import find_model

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Rgb = npt.NDArray[np.uint8]

_UNITS = tuple(f"e{i}" for i in range(10))
_EXPRESSION = len(_UNITS)
_LIP = 20
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
    _one_source = False

    def __init__(self, device: str = "cpu") -> None:
        self.restorer: Restorer | None = None
        missing = [name for name in ("edtalk", "edtalk-connector") if not is_installed(name)]
        if missing:
            raise EngineError(
                "The weights of the face model EDTalk are not installed.",
                f"Run: cmet-studio models install {' '.join(missing)}.",
            )
        connector = installed_weights("edtalk-connector")
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
            batch=self._network.batch,
        )
        self._plain = shared_plain_cache(version)

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
        return self.render_many([FaceRequest(picture, face, expression, delta)])[0]

    def render_many(self, requests: Sequence[FaceRequest]) -> list[Patch | None]:
        """See ``BatchRenderer``. Lips, where they are given, take the place of the frame's own."""
        done: list[Patch | None] = [None] * len(requests)
        drawings = [
            (at, drawing)
            for at, drawing in enumerate(map(self._drawing, requests))
            if drawing is not None
        ]
        for group in self._groups(drawings):
            pairs = self._drawn([drawing for _, drawing in group])
            for (at, drawing), (before, after) in zip(group, pairs, strict=True):
                request = requests[at]
                mask = self._mask(request, drawing.square)
                done[at] = compose(
                    request.picture, drawing.square, mask, self._shown(before), self._shown(after)
                )
        return done

    def lips(self, wave: Floats, seconds: Sequence[float]) -> Floats:
        """See ``Dubber``: Audio2Lip's 20 weights, between its 25 a second straight lines."""
        from cmet_studio.engine.faces.edtalk.lips import lips_at

        return lips_at(wave, seconds)

    def _drawing(self, request: FaceRequest) -> "_Drawing | None":
        """What the network is to draw for a request; None where nothing is asked for."""
        change, regions = request.delta[:_EXPRESSION], request.delta[_EXPRESSION:]
        moved = bool(np.any(change) and np.any(regions))
        square = Square(*map(float, request.expression[_SQUARE]))
        if (not moved and request.lips is None) or square.side <= 0:
            return None
        row = request.expression
        own = np.concatenate(
            [row[_EXPRESSION : _EXPRESSION + _LIP_AND_POSE], row[:_EXPRESSION]]
        ).astype(np.float32)
        edited = own.copy()
        if moved:
            edited[_LIP_AND_POSE:] += change
        if request.lips is not None:
            edited[:_LIP] += np.float32(request.face.strength) * (request.lips - own[:_LIP])
        crop = cut(request.picture, square)
        return _Drawing(square, self._source(crop, row), own, edited)

    def _groups(
        self, drawings: Sequence[tuple[int, "_Drawing"]]
    ) -> Iterator[Sequence[tuple[int, "_Drawing"]]]:
        """Drawings that go to the network together; of one source if a face has one for all."""
        by_source: dict[int, list[tuple[int, _Drawing]]] = {}
        for at, drawing in drawings:
            key = id(drawing.source) if self._one_source else 0
            by_source.setdefault(key, []).append((at, drawing))
        for alike in by_source.values():
            for at in range(0, len(alike), self._network.batch):
                yield alike[at : at + self._network.batch]

    def _drawn(self, drawings: "Sequence[_Drawing]") -> list[tuple[Floats, Floats]]:
        """Of each drawing the unedited image (from the cache if made before) and the edited."""
        sources = [drawing.source for drawing in drawings]
        edited = np.stack([drawing.edited for drawing in drawings])
        names = [self._plain.name(drawing.source, drawing.own) for drawing in drawings]
        stored = [self._plain.get(name) for name in names]
        if all(image is not None for image in stored):
            (after,) = self._network.decode(sources, edited, shared=self._one_source)
            return [(b, a) for b, a in zip(stored, after, strict=True) if b is not None]
        own = np.stack([drawing.own for drawing in drawings])
        made, after = self._network.decode(sources, own, edited, shared=self._one_source)
        before = []
        for name, known, image in zip(names, stored, made, strict=True):
            if known is None:
                self._plain.put(name, image)
            before.append(rounded(image) if known is None else known)
        return list(zip(before, after, strict=True))

    def _mask(self, request: FaceRequest, square: Square) -> Floats:
        regions, landmarks = request.delta[_EXPRESSION:], request.face.landmarks
        moved = bool(np.any(request.delta[:_EXPRESSION]))
        if request.lips is None:
            return face_mask(landmarks, square, regions)
        mouth = mouth_mask(landmarks, square)
        return np.maximum(mouth, face_mask(landmarks, square, regions)) if moved else mouth

    def _shown(self, image: Floats) -> Floats:
        clipped: Floats = np.clip(image, -1.0, 1.0)
        return clipped if self.restorer is None else self.restorer.restore(clipped)

    def _source(self, crop: Rgb, expression: Floats) -> Rgb:
        """Whose looks the frame gets: its own."""
        return crop


@dataclass(frozen=True, slots=True, eq=False)
class _Drawing:
    """What the network draws of one face: ``source``'s looks, unedited and edited weights (36,)."""

    square: Square
    source: Rgb
    own: Floats
    edited: Floats
