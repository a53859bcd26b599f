"""EDTalk's networks against numbers of the published code (parity_fixture.md)."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from cmet_studio.networks.audio2lip import Audio2Lip, lips_from_speech, smoothed
from cmet_studio.networks.edtalk.fast import SourceState
from cmet_studio.networks.edtalk.fast_generator import FastGenerator
from cmet_studio.networks.edtalk.generator import Generator, motion_latents
from cmet_studio.networks.lip_mel import lip_mel, lip_windows
from cmet_studio.training.losses import contrastive, direction, focal

Numbers = dict[str, npt.NDArray[Any]]


def _rule() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "published_weights", Path(__file__).with_name("published_weights.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RULE = _rule()


@pytest.fixture(scope="module")
def numbers(shared_reference: Path) -> Numbers:
    with np.load(shared_reference / "parity_fixture.npz") as data:
        return {name: data[name] for name in data.files}


@pytest.fixture(scope="module")
def published(shared_reference: Path) -> dict[str, dict[str, list[Any]]]:
    keys: dict[str, dict[str, list[Any]]] = json.loads(
        (shared_reference / "state_dict_shapes.json").read_text()
    )
    return keys


@pytest.fixture(scope="module")
def generator() -> Generator:
    made = Generator()
    RULE.filled(made, "generator")
    return made


@pytest.fixture(scope="module")
def encoded(generator: Generator, numbers: Numbers) -> tuple[Tensor, list[Tensor], Tensor]:
    """Of source and three driving frames: wa, maps of the source, weights."""
    with torch.inference_mode():
        wa, feats = generator.enc(_images(numbers))
        return wa, [f[:1] for f in feats], generator.weights(wa)


@pytest.fixture(scope="module")
def fast(generator: Generator) -> FastGenerator:
    return FastGenerator(generator).place("cpu", torch.float32)


def _images(numbers: Numbers) -> Tensor:
    pixels = np.concatenate([numbers["in/src_u8"][None], numbers["in/pose_u8"]])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1


def relative(found: Tensor | npt.NDArray[Any], wanted: npt.NDArray[Any]) -> float:
    """Relative L2 error."""
    difference = np.asarray(found, dtype=np.float64) - wanted
    return float(np.linalg.norm(difference) / np.linalg.norm(wanted))


def _psnr(found: Tensor, wanted: npt.NDArray[Any]) -> float:
    error = np.clip(found.numpy(), -1, 1) - np.clip(wanted, -1, 1)
    return float(10 * np.log10(4 / np.mean(error.astype(np.float64) ** 2)))


def _check_sampled(numbers: Numbers, name: str, found: Tensor, most: float) -> None:
    values = found.numpy()
    assert list(values.shape) == numbers[f"{name}/shape"].tolist()
    at = numbers[f"{name}/idx"]
    assert np.abs(values.reshape(-1)[at] - numbers[f"{name}/val"]).max() < most, name
    mean_std = [values.mean(dtype=np.float64), values.std(dtype=np.float64)]
    assert np.abs(np.array(mean_std) - numbers[f"{name}/mean_std"]).max() < 1e-5, name


@pytest.fixture
def recorded() -> Iterator[Callable[[str, nn.Module], dict[str, Any]]]:
    """Keep what modules return."""
    kept: dict[str, Any] = {}
    handles = []

    def record(name: str, module: nn.Module) -> dict[str, Any]:
        handles.append(
            module.register_forward_hook(lambda m, args, out: kept.__setitem__(name, out))
        )
        return kept

    yield record
    for handle in handles:
        handle.remove()


@pytest.mark.parametrize(("name", "make"), [("generator", Generator), ("audio2lip", Audio2Lip)])
def test_keys_shapes_and_types_are_the_published_ones(
    published: dict[str, dict[str, list[Any]]], name: str, make: Callable[[], nn.Module]
) -> None:
    own = {
        key: [list(tensor.shape), str(tensor.dtype).removeprefix("torch.")]
        for key, tensor in make().state_dict().items()
    }
    assert list(own) == list(published[name])
    assert own == published[name]


def test_the_fill_is_the_fixtures(generator: Generator, numbers: Numbers) -> None:
    sums = [(t.double().sum(), t.double().square().sum()) for t in generator.state_dict().values()]
    wanted = numbers["check/generator"]
    assert np.abs((np.array(sums) - wanted) / np.maximum(1, abs(wanted))).max() < 1e-6


def test_encoder_heads_and_directions(
    generator: Generator,
    encoded: tuple[Tensor, list[Tensor], Tensor],
    numbers: Numbers,
    recorded: Callable[[str, nn.Module], dict[str, Any]],
) -> None:
    wa, feats, weights = encoded
    assert relative(wa, numbers["enc/wa"]) < 1e-5
    for name, columns in (("lip", slice(20)), ("pose", slice(20, 26)), ("exp", slice(26, 36))):
        assert relative(weights[:, columns], numbers[f"alpha/{name}"]) < 1e-5
    assert relative(generator.bank(), numbers["dir/Q"]) < 1e-5
    for k, feat in enumerate(feats):
        _check_sampled(numbers, f"enc/feat{k}", feat, 1e-5)
    for k in range(7):
        kept = recorded(f"enc/block{k}", generator.enc.net_app.convs[k])
    with torch.inference_mode():
        generator.enc(_images(numbers)[:1])
    for name, block in kept.items():
        _check_sampled(numbers, name, block, 1e-5)


def test_folded_heads(generator: Generator, encoded: tuple[Tensor, list[Tensor], Tensor]) -> None:
    wa, _, weights = encoded
    matrix, bias = generator.folded_heads()
    assert relative(wa @ matrix.T + bias, weights.numpy()) < 1e-5


def test_plain_decoder_level_by_level(
    generator: Generator,
    encoded: tuple[Tensor, list[Tensor], Tensor],
    numbers: Numbers,
    recorded: Callable[[str, nn.Module], dict[str, Any]],
) -> None:
    dec = generator.dec
    kept = recorded("dec/conv1", dec.conv1)
    for k in range(12):
        recorded(f"dec/convs{k}", dec.convs[k])
    for k in range(6):
        recorded(f"dec/eem{k}", dec.fineadainresblock[k])
        recorded(f"dec/rgb{k}", dec.to_rgbs[k])
        recorded(f"dec/blend{k}", dec.to_flows[k])
    feats = [f.expand(2, -1, -1, -1) for f in encoded[1]]
    with torch.inference_mode():
        image = dec(
            torch.from_numpy(numbers["in/dec_latent"]), feats, torch.from_numpy(numbers["in/dec_e"])
        )
    for k in range(6):
        kept[f"dec/warp{k}"], kept[f"dec/blend{k}"], kept[f"dec/flow{k}"] = kept[f"dec/blend{k}"]
    for name, found in kept.items():
        _check_sampled(numbers, name, found, 8e-4 if "warp" in name else 3e-4)
    assert relative(image, numbers["dec/img"]) < 1e-4


@pytest.fixture(scope="module")
def source(fast: FastGenerator, numbers: Numbers) -> tuple[SourceState, Tensor]:
    with torch.inference_mode():
        return fast.source(_images(numbers)[:1])


def test_fast_decoder(
    fast: FastGenerator, source: tuple[SourceState, Tensor], numbers: Numbers
) -> None:
    state = source[0]
    with torch.inference_mode():
        latent, e = (torch.from_numpy(numbers[f"in/dec_{n}"]) for n in ("latent", "e"))
        assert relative(fast.dec(latent, e, state), numbers["dec/img"]) < 1e-4


def _frames(weights: Tensor, numbers: Numbers) -> tuple[Tensor, Tensor]:
    """(3, 36) of the audio-lip frames, (1, 36) of the video-lip frame."""
    lip, exp = torch.from_numpy(numbers["in/lip"]), torch.from_numpy(numbers["in/exp"])
    audio = torch.cat([lip, weights[1:, 20:26], exp], dim=1)
    video = torch.cat([weights[2:3, :20], weights[3:4, 20:26], exp[:1]], dim=1)
    return audio, video


def test_latents_of_whole_calls(
    generator: Generator, encoded: tuple[Tensor, list[Tensor], Tensor], numbers: Numbers
) -> None:
    wa, _, weights = encoded
    for name, frames in zip(("av", "v"), _frames(weights, numbers), strict=True):
        latent, e = motion_latents(generator.bank(), wa[:1], frames)
        assert relative(latent, numbers[f"{name}/latent"]) < 1e-5
        assert relative(e, numbers[f"{name}/e"]) < 1e-5


def test_whole_calls_one_pass_per_image(
    fast: FastGenerator, source: tuple[SourceState, Tensor], numbers: Numbers
) -> None:
    state, own = source
    with torch.inference_mode():
        weights = torch.cat([own, fast.encode(_images(numbers)[1:])[1]])
        audio, video = _frames(weights, numbers)
        assert relative(fast.decode(state, audio), numbers["av/img"]) < 1e-4
        assert relative(fast.decode(state, video), numbers["v/img"]) < 1e-4


def test_half_precision(generator: Generator, fast: FastGenerator, numbers: Numbers) -> None:
    """The decoder against the published numbers, then encoder and decoder against float32.

    float16 is what GPUs get; it is 56 to 58 dB here, bfloat16 would be 41.
    """
    half = FastGenerator(generator).place("cpu", torch.float16)
    images = _images(numbers)[:2]
    with torch.inference_mode():
        state, weights = half.source(images)
        latent, e = (torch.from_numpy(numbers[f"in/dec_{n}"][:1]) for n in ("latent", "e"))
        assert _psnr(half.dec(latent, e, state.part(0, 1)), numbers["dec/img"][:1]) >= 40
        whole, own = fast.source(images)
        drawn = half.decode(state, weights)
        assert _psnr(drawn, fast.decode(whole, own).numpy()) >= 40
    assert drawn.dtype == weights.dtype == torch.float32
    assert relative(weights, own.numpy()) < 1e-2


def test_a_source_of_its_own_for_every_frame(fast: FastGenerator, numbers: Numbers) -> None:
    with torch.inference_mode():
        images = _images(numbers)[1:3]
        state, weights = fast.source(images)
        both = fast.decode(state, weights)
        alone = fast.decode(state.part(1, 2), weights[1:])
    assert relative(both[1:], alone.numpy()) < 1e-4


def test_mel_windows_and_lips(numbers: Numbers) -> None:
    network = Audio2Lip()
    state = RULE.filled(network, "audio2lip")
    sums = [(t.double().sum(), t.double().square().sum()) for t in state.values()]
    wanted = numbers["check/audio2lip"]
    assert np.abs((np.array(sums) - wanted) / np.maximum(1, abs(wanted))).max() < 1e-6
    wave = numbers["in/wav"]
    assert relative(lip_mel(wave), numbers["aud/mel"]) < 1e-5
    windows = lip_windows(wave)
    assert relative(windows, numbers["aud/windows"]) < 1e-5
    with torch.inference_mode():
        lips = network(torch.from_numpy(windows)[:, None])
        assert relative(lips, numbers["aud/lip"]) < 1e-5
        assert relative(smoothed(lips), numbers["aud/lip_smooth"]) < 1e-5
    ours = lips_from_speech(network, wave)
    assert relative(ours[1:-1], numbers["aud/lip_smooth"][1:-1]) < 1e-5


@pytest.mark.parametrize("samples", [0, 639, 640, 1280, 1920, 16300])
def test_any_length_of_speech(samples: int) -> None:
    windows = lip_windows(np.zeros(samples, np.float32))
    assert windows.shape == (samples // 640, 80, 16)
    assert np.all(windows == -4.0)


def test_losses_and_their_gradients(numbers: Numbers) -> None:
    def given(name: str) -> Tensor:
        tensor = torch.from_numpy(numbers[f"in/loss_{name}"])
        return tensor.requires_grad_() if tensor.is_floating_point() else tensor

    def gradient(of: Tensor) -> npt.NDArray[np.float32]:
        assert of.grad is not None
        return of.grad.numpy()

    prediction, target = given("pred"), given("target")
    loss = focal(prediction, target.detach())
    torch.autograd.backward(loss)
    assert relative(loss.detach(), numbers["loss/focal"]) < 1e-5
    assert relative(gradient(prediction), numbers["loss/focal_grad"]) < 1e-5

    a, b = given("pred"), given("pred_flip")
    a.grad = None
    loss = direction(a, b)
    torch.autograd.backward(loss)
    assert relative(loss.detach(), numbers["loss/dir"]) < 1e-5
    assert relative(gradient(a), numbers["loss/dir_grad_a"]) < 1e-5
    assert relative(gradient(b), numbers["loss/dir_grad_b"]) < 1e-5

    visual, audio, labels = given("vis"), given("aud"), given("label")
    loss = contrastive(visual, audio, labels)
    torch.autograd.backward(loss)
    assert relative(loss.detach(), numbers["loss/cnt"]) < 1e-5
    assert relative(gradient(visual), numbers["loss/cnt_grad_vis"]) < 1e-5
    assert relative(gradient(audio), numbers["loss/cnt_grad_aud"]) < 1e-5
    apart = contrastive(visual.detach(), audio.detach(), torch.arange(len(visual)))
    assert relative(apart, numbers["loss/cnt_distinct"]) < 1e-5
