"""What a frame costs: the published loop and ours, on the same weights, in one process.

For measuring only. The published loop is the one of the specification, section 5, with audio
lips (its cheapest form): per output frame the driving frame is encoded once for the neutral
expression and once more for the pose, the source is encoded again, the heads run layer by layer,
directions are orthogonalised twice, and the decoder does its dead branch.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from cmet_studio.networks.edtalk.captured import CapturedCalls, PlainCalls
from cmet_studio.networks.edtalk.fast import SourceState
from cmet_studio.networks.edtalk.fast_generator import FastGenerator
from cmet_studio.networks.edtalk.generator import LIP, POSE, Generator

_PEAK_SIDE = {"cpu": 2048, "cuda": 8192, "mps": 4096}


def published_frame(
    generator: Generator, source: Tensor, driving: Tensor, weights: Tensor, change: Tensor
) -> Tensor:
    """One frame of the published loop.

    Args:
        generator: filled.
        source: (1, 3, 256, 256).
        driving: (1, 3, 256, 256).
        weights: (1, 20) lip weights that audio gave.
        change: (1, 10) of the connector.
    Returns: (1, 3, 256, 256).
    """
    neutral = generator.exp_fc(generator.fc(generator.enc(driving)[0]))  # the neutral pass
    wa, feats = generator.enc(source)
    pose = generator.pose_fc(generator.fc(generator.enc(driving)[0]))
    expression = neutral + change
    whole = torch.cat([weights, pose, expression], dim=1)
    latent = wa + whole @ generator.bank().to(whole).T
    e = expression @ generator.bank().to(whole)[:, LIP + POSE :].T
    image: Tensor = generator.dec(latent, feats, e, dead_branch=True)
    return image


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one output frame.

    Attributes:
        seconds: of the fastest round; other programs only ever slow one down.
        gflop: multiply-adds counted as two, in 10^9.
    """

    seconds: float
    gflop: float


@dataclass(frozen=True, slots=True)
class Costs:
    """Of every schedule.

    Attributes:
        published: the published loop.
        rerender_reference: ours after a key moved, one reference frame.
        rerender_frame: ours after a key moved, every frame its own source.
        first_reference: ours the first time (analysis, unedited, edited), one reference frame.
        first_frame: the same, every frame its own source; the encoder passes twice then, once in
            the analysis and once in the render, because 64 MB a frame are not kept between.
        peak_gflops: the device's matrix multiplication in our precision, per second.
        batch: frames that ours takes at once.
    """

    published: Cost
    rerender_reference: Cost
    rerender_frame: Cost
    first_reference: Cost
    first_frame: Cost
    peak_gflops: float
    batch: int


def measure(
    device: str, rounds: int, batch: int, report: Callable[[int, int], None] = lambda a, b: None
) -> Costs:
    """Time all schedules in turn, round by round, so that a busy machine disturbs all alike.

    Args:
        device: torch device name; maps are float16 on GPUs, float32 on a CPU.
        rounds: of which the fastest is taken.
        batch: frames that ours takes at once.
        report: told rounds.
    """
    torch.manual_seed(0)
    where = torch.device(device)
    generator = Generator().eval().requires_grad_(requires_grad=False)
    precision = torch.float32 if where.type == "cpu" else torch.float16
    fast = FastGenerator(generator).place(where, precision)
    generator.to(where)
    peak = 0.0
    with torch.inference_mode():
        plain = PlainCalls(fast)
        noise = torch.randint(0, 256, (1, 256, 256, 3), dtype=torch.uint8, device=where)
        state = plain.source(noise)
        # Counted launch by launch: a replayed graph shows no operations.
        counted = _schedules(generator, plain, state, where, batch)
        gflop = {name: _gflop(work) / frames for name, (work, frames) in counted.items()}
        cuda = where.type == "cuda"
        calls = CapturedCalls(plain, batch, where) if cuda else plain
        schedules = _schedules(generator, calls, state, where, batch)
        spent: dict[str, list[float]] = {name: [] for name in schedules}
        for n in range(rounds + 1):  # the first warms up
            report(n, rounds + 1)
            peak = max(peak, _peak(where, precision))
            for name, (work, frames) in schedules.items():
                seconds = _seconds(work, where) / frames
                if n:
                    spent[name].append(seconds)
    costs = {name: Cost(min(spent[name]), gflop[name]) for name in schedules}
    return Costs(**costs, peak_gflops=peak, batch=batch)


_Schedules = dict[str, tuple[Callable[[], object], int]]
_Calls = PlainCalls | CapturedCalls


def _schedules(
    generator: Generator, calls: _Calls, state: SourceState, where: torch.device, batch: int
) -> _Schedules:
    source = torch.rand(1, 3, 256, 256, device=where) * 2 - 1
    frames = torch.rand(batch, 3, 256, 256, device=where) * 2 - 1
    own = torch.randn(batch, 36, device=where) * 0.3
    edited = torch.randn(batch, 36, device=where) * 0.3
    change = torch.randn(1, 10, device=where) * 0.3
    crops = (frames.permute(0, 2, 3, 1) * 127.5 + 127.5).to(torch.uint8).contiguous()

    def published() -> object:
        return published_frame(generator, source, frames[:1], own[:1, :LIP], change)

    def rerender_reference() -> object:
        return calls.decode(state, edited)

    def rerender_frame() -> object:
        return calls.decode(calls.source(crops), edited)

    def first_reference() -> object:
        weights = calls.measure(crops)
        return calls.decode(state, weights), calls.decode(state, edited)

    def first_frame() -> object:
        weights = calls.measure(crops)
        of_frames = calls.source(crops)
        return calls.decode(of_frames, weights), calls.decode(of_frames, edited)

    return {
        "published": (published, 1),
        "rerender_reference": (rerender_reference, batch),
        "rerender_frame": (rerender_frame, batch),
        "first_reference": (first_reference, batch),
        "first_frame": (first_frame, batch),
    }


def _wait(where: torch.device) -> None:
    if where.type == "cuda":
        torch.cuda.synchronize(where)
    elif where.type == "mps":
        torch.mps.synchronize()


def _seconds(work: Callable[[], object], where: torch.device) -> float:
    _wait(where)
    began = time.perf_counter()
    work()
    _wait(where)
    return time.perf_counter() - began


def _gflop(work: Callable[[], object]) -> float:
    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops()) / 1e9


def _peak(where: torch.device, precision: torch.dtype) -> float:
    """Best of several products of large square matrices."""
    side = _PEAK_SIDE[where.type]
    a = torch.randn(side, side, device=where, dtype=precision)
    best = min(_seconds(lambda: a @ a, where) for _ in range(4))
    return 2.0 * side**3 / 1e9 / best
