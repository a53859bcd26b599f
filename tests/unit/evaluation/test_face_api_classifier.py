"""The second judge on weights that the test makes; on the real ones where it is told of them."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from face_api_files import Floats, write_face_api
from numpy.lib.stride_tricks import sliding_window_view

from cmet_studio.core.errors import BadInput
from cmet_studio.evaluation.face_api_classifier import MANIFEST, NUMBERS, FaceApiClassifier
from cmet_studio.evaluation.judge import LABELS

THEIRS = ("neutral", "happy", "sad", "angry", "fear", "disgusted", "surprised")

Entries = list[dict[str, Any]]


def windows(x: Floats, stride: int) -> Floats:
    """(n, h, w, c) -> (n, h', w', c, 3, 3), padded as TensorFlow pads."""
    missing = 1 if stride == 2 else 2  # sides are even
    edge = (missing // 2, missing - missing // 2)
    padded = np.pad(x, ((0, 0), edge, edge, (0, 0)))
    return sliding_window_view(padded, (3, 3), (1, 2))[:, ::stride, ::stride]


def by_hand(tensors: dict[str, Floats], rgb: Floats) -> Floats:
    """face-api.js's ``FaceFeatureExtractor``, ``denseBlock4``, ``FaceExpressionNet`` in numpy."""

    def separable(x: Floats, name: str, stride: int = 1) -> Floats:
        depth = tensors[f"{name}/depthwise_filter"][..., 0]
        x = np.einsum("nhwcij,ijc->nhwc", windows(x, stride), depth)
        return x @ tensors[f"{name}/pointwise_filter"][0, 0] + tensors[f"{name}/bias"]

    x = (rgb - np.array((122.782, 117.001, 104.298))) / 255
    for block in ("dense0", "dense1", "dense2", "dense3"):
        if block == "dense0":
            filters = tensors["dense0/conv0/filters"]
            first = np.einsum("nhwcij,ijco->nhwo", windows(x, 2), filters)
            first = first + tensors["dense0/conv0/bias"]
        else:
            first = separable(x, f"{block}/conv0", 2)
        out1 = np.maximum(first, 0)
        out2 = separable(out1, f"{block}/conv1")
        out3 = separable(np.maximum(out1 + out2, 0), f"{block}/conv2")
        out4 = separable(np.maximum(out1 + out2 + out3, 0), f"{block}/conv3")
        x = np.maximum(out1 + out2 + out3 + out4, 0)
    assert x.shape[1:3] == (7, 7)
    scores = x.mean((1, 2)) @ tensors["fc/weights"] + tensors["fc/bias"]
    odds = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(odds / odds.sum(1, keepdims=True), np.float32)


def test_the_network_is_face_apis(tmp_path: Path):
    tensors = write_face_api(tmp_path)
    crops = np.random.default_rng(1).uniform(0, 255, (3, 112, 112, 3)).astype(np.float32)
    crops[1] *= np.float32([0.2, 1.0, 0.6])  # another colour
    crops[2, :, :56] = 0  # and another shape
    expected = by_hand(tensors, crops)
    found = FaceApiClassifier(tmp_path).probabilities(crops)
    assert expected.std(0).max() > 0.01  # the faces are told apart at all
    for k, label in enumerate(LABELS):
        assert np.allclose(found[:, k], expected[:, THEIRS.index(label)], atol=1e-5)


def test_a_crop_keeps_colour(tmp_path: Path):
    write_face_api(tmp_path)
    rgb = np.full((200, 200, 3), (200, 100, 50), np.uint8)
    corners = np.array([(50, 50, 0), (150, 150, 0)], np.float32)
    crop = FaceApiClassifier(tmp_path).crop(rgb, np.resize(corners, (478, 3)))
    assert crop.shape == (112, 112, 3)
    assert np.allclose(crop, (200, 100, 50), atol=1)


@pytest.mark.parametrize("place", [".", "model", "package/model"])
def test_the_package_is_found_in_its_folders(tmp_path: Path, place: str):
    write_face_api(tmp_path / place)
    FaceApiClassifier(tmp_path)


def test_a_missing_package_is_named(tmp_path: Path):
    with pytest.raises(BadInput, match="nowhere"):
        FaceApiClassifier(tmp_path / "nowhere")


def first(change: dict[str, Any]) -> Callable[[Entries], None]:
    return lambda entries: entries[0].update(change)


HOSTILE: dict[str, Callable[[Entries], None]] = {
    "unknown": first({"name": "dense9/conv0/filters"}),
    "missing": lambda entries: entries[:] and entries.clear(),
    "twice": lambda entries: entries.append(entries[0]),
    "renamed": lambda entries: entries[1].update(name=entries[4]["name"]),
    "huge": first({"shape": [3, 3, 3, 10**15]}),
    "negative": first({"shape": [-3, -3, 3, 32]}),
    "flat": first({"shape": [864]}),
    "no shape": first({"shape": None}),
    "other type": first({"dtype": "int32"}),
    "other packing": first({"quantization": {"dtype": "uint16", "scale": 0.1, "min": 0}}),
    "no scale": first({"quantization": {"dtype": "uint8"}}),
    "endless": first({"quantization": {"dtype": "uint8", "scale": 1e300, "min": 0}}),
    "no number": first({"quantization": {"dtype": "uint8", "scale": float("nan"), "min": 0}}),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_another_manifest_is_refused(tmp_path: Path, kind: str):
    write_face_api(tmp_path)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    HOSTILE[kind](manifest[0]["weights"])
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BadInput, match=MANIFEST) as refused:
        FaceApiClassifier(tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"[" + b" " * (1 << 20) + b"]"],
    ids=["empty", "object", "list", "null", "binary", "deep", "large"],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: bytes):
    write_face_api(tmp_path)
    (tmp_path / MANIFEST).write_bytes(text)
    with pytest.raises(BadInput, match=MANIFEST):
        FaceApiClassifier(tmp_path)


def test_the_manifests_paths_are_not_followed(tmp_path: Path):
    write_face_api(tmp_path)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    manifest[0]["paths"] = ["../elsewhere", "/dev/zero"]
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    FaceApiClassifier(tmp_path)


@pytest.mark.parametrize("kind", ["short", "long", "missing", "folder", "not numbers"])
def test_other_numbers_are_refused(tmp_path: Path, kind: str):
    write_face_api(tmp_path)
    numbers = tmp_path / NUMBERS
    content = numbers.read_bytes()
    if kind == "short":
        numbers.write_bytes(content[:-1])
    elif kind == "long":
        numbers.write_bytes(content + b"\0")
    elif kind == "not numbers":  # the last are fc/bias, floats as they are
        numbers.write_bytes(content[:-4] + np.float32(np.nan).tobytes())
    else:
        numbers.unlink()
        if kind == "folder":
            numbers.mkdir()
    with pytest.raises(BadInput, match=NUMBERS):
        FaceApiClassifier(tmp_path)


def test_real_weights_tell_an_edited_face(tmp_path: Path):
    folder = os.environ.get("CMET_STUDIO_FACE_API")
    if not folder:
        pytest.skip("CMET_STUDIO_FACE_API does not say where @vladmandic/face-api is")
    import cv2

    from cmet_studio.app.demo_clip import _portrait
    from cmet_studio.evaluation.readability import mean_gains, measure_readability

    still = tmp_path / "portrait.png"
    cv2.imwrite(str(still), _portrait()[..., ::-1])
    found = measure_readability([still], [FaceApiClassifier(Path(folder))])
    gains = mean_gains(found.readings["face-api"])
    assert gains["happy"] > 0.5
    assert gains["sad"] > 0.5
