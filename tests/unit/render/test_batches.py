"""Frames reach a face model in batches, and come out in order and the same in any of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from media_fixtures import MakeMedia

from cmet_studio.engine.analysis import PerformerAnalysis
from cmet_studio.engine.protocol import FaceModelInfo, FaceRequest, Patch
from cmet_studio.face.types import LANDMARKS, Face, FaceTrack
from cmet_studio.media.picture import Picture
from cmet_studio.media.reader import VideoReader
from cmet_studio.render import export as exporting
from cmet_studio.render.export import ExportSettings, export
from cmet_studio.render.pipeline import PerformerEdit

FRAMES = 12
Floats = npt.NDArray[np.float32]


class _Brightening:
    """A face model of one number: by how much a square of the luma grows."""

    def __init__(self) -> None:
        self.info = FaceModelInfo("brightening", "1", ("light",), ("cheeks",), "", batch=5)
        self.groups: list[int] = []

    def encode(self, track: FaceTrack) -> Floats:
        return np.zeros((len(track), 1), np.float32)

    def render(self, picture: Picture, face: Face, expression: Floats, delta: Floats) -> Patch:
        patch = self.render_many([FaceRequest(picture, face, expression, delta)])[0]
        assert patch is not None
        return patch

    def render_many(self, requests: Sequence[FaceRequest]) -> list[Patch | None]:
        self.groups.append(len(requests))
        return [self._patch(request) for request in requests]

    def _patch(self, request: FaceRequest) -> Patch:
        luma = request.picture.planes[0][20:40, 30:60]
        brighter = np.clip(luma + request.delta[0], 0, 255).astype(luma.dtype)
        none = [plane[:0, :0] for plane in request.picture.planes[1:]]
        return Patch(
            ((30, 20), (0, 0), (0, 0)),
            (brighter, *none),
            (np.ones(luma.shape, bool), *(np.zeros((0, 0), bool) for _ in none)),
        )


class _Deltas:
    """Something to do in all frames but two."""

    def __init__(self, light: float) -> None:
        self._light = light

    def delta(self, frame: int, draft: bool = False) -> Floats:
        return np.array([0.0 if frame in (3, 9) else self._light + frame], np.float32)


def _edits(lights: Sequence[float]) -> list[PerformerEdit]:
    ones = np.ones(FRAMES, np.float32)
    track = FaceTrack(
        ones > 0, np.zeros((FRAMES, LANDMARKS, 3), np.float32), np.zeros((FRAMES, 4), np.float32),
        np.zeros((FRAMES, 3), np.float32), ones, ones, np.zeros(FRAMES, np.int32),
    )  # fmt: skip
    analysis = PerformerAnalysis(track, np.zeros((FRAMES, 1), np.float32))
    deltas: list[Any] = [_Deltas(light) for light in lights]
    return [PerformerEdit(analysis, delta) for delta in deltas]


def _written(clip: Path, out: Path, batch: int, lights: Sequence[float]) -> tuple[Any, Any, Any]:
    model = _Brightening()
    with VideoReader(clip) as reader:
        settings = ExportSettings(0, FRAMES, "ffv1", batch=batch)
        result = export(reader, _edits(lights), lambda: model, out, settings)
    with VideoReader(out) as reader:
        return result, [picture.planes for picture in reader.frames()], model.groups


@pytest.mark.parametrize("lights", [[5.0], [5.0, 11.0]])
def test_batches_change_nothing(
    lights: Sequence[float], make_media: MakeMedia, tmp_path: Path
) -> None:
    clip = make_media("batches.mp4", frames=FRAMES)
    one, alone, singly = _written(clip, tmp_path / "one.mkv", 1, lights)
    many, together, groups = _written(clip, tmp_path / "many.mkv", 5, lights)
    assert one.frames == many.frames == FRAMES
    assert one.frames_edited == many.frames_edited == FRAMES - 2
    assert set(singly) == {1}
    # Up to five, and a batch ends where there is nothing to do: 0..2, 4..8, 10..11.
    assert sorted(groups) == sorted([3, 5, 2] * len(lights))
    for a, b in zip(alone, together, strict=True):
        assert all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))
    assert many.seconds["render"] > 0


def test_large_pictures_make_small_batches(
    make_media: MakeMedia, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_media("batches.mp4", frames=FRAMES)
    monkeypatch.setattr(exporting, "_BATCH_BYTES", 96 * 64 * 3 // 2 * 2)  # two pictures
    _, _, groups = _written(clip, tmp_path / "few.mkv", 5, [5.0])
    assert max(groups) == 2
