"""Crop, mask, composition, cache and batches of the neural face model, without its networks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from cmet_studio.core.errors import EngineError
from cmet_studio.engine.faces.edtalk.compose import compose, skin_motion
from cmet_studio.engine.faces.edtalk.crop import SIDE, Square, cut, squares
from cmet_studio.engine.faces.edtalk.mask import face_mask
from cmet_studio.engine.faces.edtalk.network import Network, usable_device
from cmet_studio.engine.faces.edtalk.plain_cache import (
    PlainCache,
    rounded,
    shared_plain_cache,
)
from cmet_studio.face.types import LANDMARKS, FaceTrack
from cmet_studio.media.picture import Picture, PixelLayout

Floats = npt.NDArray[np.float32]
RNG = np.random.default_rng(3)
ONES = np.ones(4, np.float32)


def _picture(width: int, height: int, *, bits: int = 8, halved: int = 1) -> Picture:
    layout = PixelLayout("yuv420p", False, bits, halved, halved, False, "bt709")
    kind: Any = np.uint8 if bits == 8 else np.uint16
    top = (1 << bits) - 1
    small = (-(-height >> halved), -(-width >> halved))
    small = ((height + halved) >> halved, (width + halved) >> halved)
    sizes = ((height, width), small, small)
    planes = tuple(RNG.integers(top // 4, top * 3 // 4, size).astype(kind) for size in sizes)
    return Picture(0, 0, Fraction(1, 25), planes, layout)


def _track(boxes: npt.NDArray[Any], shot: list[int], found: list[bool]) -> FaceTrack:
    n = len(boxes)
    return FaceTrack(
        np.array(found), np.zeros((n, LANDMARKS, 3), np.float32), boxes.astype(np.float32),
        np.zeros((n, 3), np.float32), np.ones(n, np.float32), np.ones(n, np.float32),
        np.array(shot, np.int32),
    )  # fmt: skip


def _landmarks(square: Square) -> Floats:
    """A face of 60% of the square."""
    angle = np.linspace(0, 2 * np.pi, LANDMARKS, endpoint=False)
    radius = 0.3 * square.side
    x, y = square.x + radius * np.cos(angle), square.y + radius * np.sin(angle)
    return np.stack([x, y, 0 * x], axis=1).astype(np.float32)


def _image() -> Floats:
    coarse = RNG.uniform(-0.8, 0.8, (16, 16, 3)).astype(np.float32)
    large = torch.nn.functional.interpolate(
        torch.from_numpy(coarse).permute(2, 0, 1)[None], size=(SIDE, SIDE), mode="bicubic"
    )
    return np.clip(large[0].permute(1, 2, 0).numpy(), -1, 1)


def test_a_face_that_stays_has_one_square() -> None:
    boxes = np.tile([100.0, 80.0, 90.0, 120.0], (30, 1))
    boxes[:, :2] += RNG.normal(0, 3, (30, 2))
    found = squares(_track(boxes, [0] * 30, [True] * 30))
    assert len(np.unique(found, axis=0)) == 1
    union = max(np.ptp(np.r_[boxes[:, 1], boxes[:, 1] + 120]), 1)
    assert found[0, 2] == pytest.approx(1.2 * union, rel=1e-3)


def test_a_face_that_walks_keeps_its_size() -> None:
    boxes = np.tile([100.0, 80.0, 90.0, 120.0], (60, 1))
    boxes[:, 0] += np.arange(60) * 5 + RNG.normal(0, 2, 60)
    found = squares(_track(boxes, [0] * 60, [True] * 60))
    assert len(np.unique(found[:, 2])) == 1
    assert np.abs(np.diff(found[:, 0], 2)).max() < 1.0  # calmer than the tracker
    assert np.abs(found[:, 0] - (boxes[:, 0] + 45)).max() < 25


def test_squares_start_anew_at_cuts_and_are_zero_without_a_face() -> None:
    boxes = np.tile([100.0, 80.0, 90.0, 120.0], (10, 1))
    boxes[5:] += [200, 0, 30, 30]
    found = squares(_track(boxes, [0] * 5 + [1] * 5, [True] * 7 + [False] * 3))
    assert len(np.unique(found[:5], axis=0)) == 1
    assert found[5, 2] > found[4, 2]
    assert not found[7:].any()


@pytest.mark.parametrize("square", [Square(30, 40, 200), Square(100, 60, 50), Square(60, 60, 256)])
def test_a_crop_pads_and_never_squeezes(square: Square) -> None:
    crop = cut(_picture(160, 120), square)
    assert crop.shape == (SIDE, SIDE, 3)
    assert crop.dtype == np.uint8


def test_a_crop_of_the_networks_size_is_the_picture() -> None:
    layout = PixelLayout("gbrp", True, 8, 0, 0, True, "bt709")
    planes = tuple(RNG.integers(0, 255, (300, 300)).astype(np.uint8) for _ in range(3))
    picture = Picture(0, 0, Fraction(1, 25), planes, layout)
    crop = cut(picture, Square(10 + 128, 20 + 128, 256))
    assert np.array_equal(crop, np.stack(planes, axis=2)[20:276, 10:266])


def test_the_mask_lies_in_the_face() -> None:
    square = Square(200, 150, 220)
    mask = face_mask(_landmarks(square), square, ONES)
    assert mask[SIDE // 2, SIDE // 2] == pytest.approx(1.0)
    assert not mask[:4].any()
    assert not mask[:, -4:].any()
    assert 0 < (mask > 0).mean() < 0.4
    assert np.abs(np.diff(mask, axis=1)).max() < 0.2


def test_regions_share_the_mask() -> None:
    square = Square(200, 150, 220)
    whole = face_mask(_landmarks(square), square, ONES)
    half = face_mask(_landmarks(square), square, np.array([0.5] * 4, np.float32))
    assert np.allclose(half, 0.5 * whole, atol=1e-5)


@pytest.mark.parametrize(("bits", "halved"), [(8, 1), (10, 1), (8, 0)])
def test_composition_touches_the_mask_only(bits: int, halved: int) -> None:
    picture = _picture(401, 299, bits=bits, halved=halved)
    square = Square(200, 150, 220)
    mask = face_mask(_landmarks(square), square, ONES)
    before = _image()
    patch = compose(picture, square, mask, before, np.clip(before + 0.3, -1, 1))
    assert patch is not None
    for plane, (x, y), piece, where in zip(
        picture.planes, patch.origins, patch.planes, patch.changed, strict=True
    ):
        assert piece.dtype == plane.dtype
        assert piece.shape == where.shape
        assert x + piece.shape[1] <= plane.shape[1]
        assert y + piece.shape[0] <= plane.shape[0]
        assert not where[0].any()
        assert not where[:, -1].any()
    assert patch.changed[0].any()
    x, y = patch.origins[0]
    height, width = patch.planes[0].shape
    old = picture.planes[0][y : y + height, x : x + width].astype(float)
    # 0.3 of the range -1..1 is 38 of 255, 33 of the video range's luma.
    middle = (slice(height // 2 - 20, height // 2 + 20),) * 2
    rise = (patch.planes[0][middle] - old[middle]).mean() / (1 << (bits - 8))
    assert rise == pytest.approx(0.3 * 127.5 * 219 / 255, rel=0.2)


def test_no_change_is_no_patch() -> None:
    picture, square, image = _picture(400, 300), Square(200, 150, 220), _image()
    mask = face_mask(_landmarks(square), square, ONES)
    still = np.full_like(image, 0.2)
    assert compose(picture, square, mask, still, still) is None
    assert compose(picture, square, 0 * mask, image, np.clip(image + 0.3, -1, 1)) is None


def test_a_face_beyond_the_picture() -> None:
    square = Square(-10, 290, 220)
    mask = face_mask(_landmarks(square), square, ONES)
    before = _image()
    patch = compose(_picture(400, 300), square, mask, before, np.clip(before + 0.3, -1, 1))
    assert patch is not None
    assert compose(_picture(400, 300), Square(-400, 290, 220), mask, before, -before) is None


def test_skin_motion_finds_a_shift() -> None:
    before = _image()
    after = np.roll(before, 3, axis=1)  # content moved three pixels to the right
    flow = skin_motion(before, after)
    inner = flow[60:-60, 60:-60]
    assert np.median(inner[..., 0]) == pytest.approx(-3, abs=0.5)
    assert np.median(inner[..., 1]) == pytest.approx(0, abs=0.3)


def test_detail_moves_with_the_skin() -> None:
    """Fine detail that the network cannot carry comes along where the skin moves."""
    picture = _picture(1024, 1024, halved=0)
    square = Square(512, 512, 1024)
    mask = np.ones((SIDE, SIDE), np.float32)
    before = _image()
    patch = compose(picture, square, mask, before, np.roll(before, 2, axis=1))
    assert patch is not None
    new = patch.planes[0][400:600, 400:600].astype(float)
    old = picture.planes[0].astype(float)
    moved = np.corrcoef(new.ravel(), old[400:600, 392:592].ravel())[0, 1]
    stayed = np.corrcoef(new.ravel(), old[400:600, 400:600].ravel())[0, 1]
    assert moved > stayed + 0.1


def test_the_cache_gives_back_what_it_rounds_to_and_stays_in_its_bound() -> None:
    cache = PlainCache("v", bound=3 << 20)
    image = RNG.uniform(-1.2, 1.2, (SIDE, SIDE, 3)).astype(np.float32)
    cache.put("a", image)
    found = cache.get("a")
    assert found is not None
    assert np.array_equal(found, rounded(image))
    assert np.abs(found - image).max() < 1e-4
    assert cache.get("b") is None
    for k in range(12):
        cache.put(f"n{k}", image)
    held = sum(path.stat().st_size for path in cache._folder.iterdir())
    assert held <= 3 << 20
    assert cache.get("n11") is not None


def test_threads_that_render_share_the_bound() -> None:
    cache = PlainCache("v", bound=3 << 20)
    image = np.zeros((SIDE, SIDE, 3), np.float32)

    def render(worker: int) -> None:
        for k in range(6):
            cache.put(f"{worker}-{k}", image)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(render, range(4)))
    held = sum(path.stat().st_size for path in cache._folder.iterdir())
    assert held <= 3 << 20
    assert shared_plain_cache("v") is shared_plain_cache("v")
    assert shared_plain_cache("v") is not shared_plain_cache("w")


def test_a_damaged_entry_is_made_again() -> None:
    cache = PlainCache("v")
    image = np.zeros((SIDE, SIDE, 3), np.float32)
    cache.put("a", image)
    path = cache._folder / "a.npy"
    path.write_bytes(path.read_bytes()[:1000])
    assert cache.get("a") is None


def _network(batch: int) -> Network:
    network = object.__new__(Network)
    network.device = torch.device("cpu")
    network.batch = batch
    network._lock = threading.Lock()
    network._let_go = lambda: None  # type: ignore[method-assign]
    return network


def test_out_of_memory_halves_the_batch_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    network, sizes = _network(8), []

    def work(part: Any) -> Floats:
        sizes.append(len(part))
        if len(part) > 2:
            raise torch.OutOfMemoryError("pretended")
        return np.asarray(part, np.float32)

    found = network._in_batches(work, list(range(9)))
    assert found.tolist() == list(range(9))
    assert sizes == [8, 4, 2, 2, 2, 2, 2]  # the last is filled up
    assert "batches of 2" in caplog.text


def test_no_memory_for_one_frame_is_an_error() -> None:
    def work(part: Any) -> Floats:
        raise torch.OutOfMemoryError("pretended")

    with pytest.raises(EngineError, match="no memory for one frame"):
        _network(4)._in_batches(work, [1, 2])


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_a_device_that_is_not_there_falls_back(caplog: pytest.LogCaptureFixture) -> None:
    assert usable_device("cuda") == torch.device("cpu")
    assert "no cuda here" in caplog.text
