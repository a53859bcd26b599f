"""What recording holds to: no dropped block, little lost to a kill, flat memory, a clock in place.

Runs on the default devices. Some figures need a loopback, whatever makes the microphone hear what
the loudspeaker plays (``make bench-audio`` starts PulseAudio's null sink for it).
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cmet_studio.core.errors import EngineError
from cmet_studio.core.progress import NEVER, CancelToken, Report, silent

if TYPE_CHECKING:
    from cmet_studio.media.ring import Samples

_KILL_AFTER_S = 4.0
_TURN_S = 0.05

_RECORDS = """
import sys, time
from pathlib import Path
from cmet_studio.media.recorder import Recorder
recorder = Recorder(preroll_s=0.0)
recorder.microphone.wait_for_sound()
recorder.start(Path(sys.argv[1]))
while True:
    print(recorder.seconds, flush=True)
    time.sleep(0.005)
"""

_WRITES = """
import json, sys, time
from pathlib import Path
import numpy as np
from cmet_studio.media.bwf import RATE, BwfWriter, TakeNote
from cmet_studio.media.meter import Meter
from cmet_studio.media.ring import Ring
from cmet_studio.media.steady_rate import SteadyRate

def resident_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

block = np.random.default_rng(0).uniform(-0.5, 0.5, (480, 2)).astype(np.float32)
ring, meter, rate = Ring(20 * RATE, 2), Meter(RATE), SteadyRate(RATE, RATE)
writer = BwfWriter(Path(sys.argv[1]), TakeNote())
out = np.zeros((480, 2), np.float32)
begin, began = 0.0, time.perf_counter()
for n in range(600 * 100):
    ring.write(block)
    ring.copy_out(ring.written - 480, out)
    mono = out.mean(axis=1, dtype=np.float32)
    meter.feed(mono)
    writer.write(rate.more(mono))
    if n == 3000:  # thirty seconds: the ring has been round
        begin = resident_mb()
seconds = time.perf_counter() - began
writer.finish()
print(json.dumps([resident_mb() - begin, resident_mb(), 600 / seconds]))
"""


def bench_audio(
    seconds: float = 60.0, token: CancelToken = NEVER, report: Report = silent
) -> dict[str, float]:
    """Measure on the default microphone and loudspeaker.

    Args:
        seconds: length of the recording.

    Returns:
        recorded_s: of the recording.
        dropped_blocks: input overflows and stretches the disk was too slow for.
        output_underruns: how often the loudspeaker ran dry meanwhile (a busy computer); heard as
            a gap in the loopback, which is none of the recorder's.
        missing_ms: how much shorter the file is than asked for.
        loopback_correlation: of the recording with what was played, at the best place; 0 where the
            microphone does not hear the loudspeaker.
        loopback_gaps: samples by which that place moves from the beginning to the end.
        clock_offset_ms: where the player says it is, against what is heard there.
        kill_lost_s: what a kill -9 took of a recording.
        take_10min_growth_mb, take_10min_mb: memory that a ten-minute take adds, and all of it.
        take_10min_speed: times real time that the way from the ring to the disk manages.

        waveform_speed: times real time that the waveform of those ten minutes is made at.
        waveform_read_ms: all of it as 1600 columns, the slowest of ten.

    Raises: DeviceError without a microphone.
    """
    with TemporaryDirectory(prefix="cmet-bench-") as scratch:
        folder = Path(scratch)
        metrics = _loopback(folder, seconds, token, report)
        report("killing a recorder", 0, 1)
        metrics["kill_lost_s"] = _kill(folder)
        report("a ten-minute take", 0, 1)
        metrics.update(_long_take(folder))
        metrics.update(_waveform(folder / "long.wav"))
        report("a ten-minute take", 1, 1)
    return {name: round(value, 6) for name, value in metrics.items()}


def _loopback(folder: Path, seconds: float, token: CancelToken, report: Report) -> dict[str, float]:
    import numpy as np

    from cmet_studio.media.audio import read_audio, write_wav
    from cmet_studio.media.bwf import RATE
    from cmet_studio.media.player import Player
    from cmet_studio.media.recorder import Punch, Recorder

    sound = np.random.default_rng(0).normal(size=round((seconds + 4.0) * RATE)) * 0.1
    write_wav(folder / "played.wav", sound.astype(np.float32), RATE)
    with Recorder() as recorder, Player(folder / "played.wav", latency_s=0.5) as player:
        player.prepare()
        recorder.start(folder / "take.wav", punch=Punch(player, 2.0, 2.0 + seconds))
        while not recorder.wait(_TURN_S):
            token.check()
            report("recording", round(recorder.seconds), round(seconds))
        made = recorder.stop()
        underruns = player.underruns
    if made is None:
        raise EngineError("Nothing was recorded.", "Look at 'cmet-studio audio devices'.")
    heard = read_audio(made.path, RATE)[round(made.note.in_s * RATE) :]
    played = read_audio(folder / "played.wav", RATE)
    first, likeness = _place(heard[RATE : 3 * RATE], played)
    last, _ = _place(heard[-2 * RATE :], played)
    at = first - RATE
    there = played[max(at, 0) : max(at, 0) + len(heard)]
    same = heard[max(-at, 0) : max(-at, 0) + len(there)]
    there = there[: len(same)]
    hears = likeness > 0.5
    moved = (last - (len(heard) - 2 * RATE)) - at
    return {
        "recorded_s": made.seconds - made.note.in_s,
        "dropped_blocks": float(made.dropped),
        "output_underruns": float(underruns),
        "missing_ms": (seconds - (made.seconds - made.note.in_s)) * 1000.0,
        "loopback_correlation": float(np.corrcoef(same, there)[0, 1]) if hears else 0.0,
        "loopback_gaps": float(moved) if hears else 0.0,
        "clock_offset_ms": (at / RATE - 2.0) * 1000.0 if hears else 0.0,
    }


def _place(part: "Samples", whole: "Samples") -> tuple[int, float]:
    """Where in ``whole`` the part lies, and how like it is there (correlation)."""
    import numpy as np

    size = 1 << int(np.ceil(np.log2(len(whole) + len(part))))
    spectrum = np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size))
    at = int(np.argmax(np.fft.irfft(spectrum, size)[: len(whole) - len(part) + 1]))
    there = whole[at : at + len(part)]
    power = float(np.sqrt((part**2).sum() * (there**2).sum()))
    return at, float((part * there).sum()) / power if power else 0.0


def _kill(folder: Path) -> float:
    """Seconds that were heard but are not in the repaired file."""
    from cmet_studio.media.repair import repair_unfinished, repair_wav

    takes = folder / "killed"
    takes.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", _RECORDS, str(takes / "a.wav")], stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None:
            raise AssertionError("asked for a pipe")
        said = 0.0
        until = time.monotonic() + 30.0
        while said < _KILL_AFTER_S and time.monotonic() < until:
            said = float(process.stdout.readline() or "inf")
        os.kill(process.pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
        rest = process.stdout.read().split("\n")[:-1]
    heard = float(rest[-1]) if rest else said
    return heard - sum(repair_wav(file) for file in repair_unfinished(takes))


def _long_take(folder: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", _WRITES, str(folder / "long.wav")],
        capture_output=True,
        text=True,
        check=True,
    )
    growth, whole, speed = json.loads(done.stdout)
    return {
        "take_10min_growth_mb": growth,
        "take_10min_mb": whole,
        "take_10min_speed": speed,
    }


def _waveform(wav: Path) -> dict[str, float]:
    from cmet_studio.media.peaks import Peaks

    peaks = Peaks(wav, key=f"bench {time.time_ns()}")
    began = time.perf_counter()
    peaks.build()
    built_s = time.perf_counter() - began
    slowest = 0.0
    for start_s in range(10):
        began = time.perf_counter()
        peaks.read(float(start_s), 600.0, 1600)
        slowest = max(slowest, time.perf_counter() - began)
    peaks.close()
    return {"waveform_speed": 600.0 / built_s, "waveform_read_ms": slowest * 1000.0}
