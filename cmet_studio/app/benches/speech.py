"""How fast speech becomes embeddings, and how fast it is found again."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cmet_studio.core.progress import Report, silent
from cmet_studio.domain.project import Take

Wave = npt.NDArray[np.float32]

RATE = 16000
_TAKES = 200
_HEARD_S = 3.0
_HOUR_S = 3600


def bench_speech(report: Report = silent) -> dict[str, float]:
    """Time the starter encoder, the cache of embeddings, and a stretch out of an hour.

    Returns: ``starter_times_real_time`` (a batch of takes, as the program asks for them; the
        fastest of three rounds), ``starter_times_real_time_of_processor`` (the same takes by the
        seconds that one core worked on them: what a machine that is busy with other things would
        do), ``cache_hit_200_takes_ms`` (the second time of asking for 200 takes),
        ``range_of_an_hour_ms`` (import of ten seconds from the middle of an hour) and
        ``whole_hour_decode_ms``, what reading all of it takes.
    """
    from cmet_studio.engine.device import one_thread_per_worker
    from cmet_studio.speech.starter import StarterSpeechEncoder

    one_thread_per_worker()
    encoder = StarterSpeechEncoder()
    waves = [_voice(_HEARD_S, seed) for seed in range(24)]
    encoder.embed(waves[:1])
    report("measuring speech", 0, 4)
    began = time.process_time()
    encoder.embed(waves)
    worked = time.process_time() - began
    report("measuring speech", 1, 4)
    both = _fastest(lambda: encoder.embed(waves))
    report("measuring speech", 2, 4)
    seconds = _HEARD_S * len(waves)
    with tempfile.TemporaryDirectory(prefix="cmet-bench-") as folder:
        hit_ms = _cache_hit_ms(Path(folder), waves)
        report("measuring speech", 3, 4)
        range_ms, whole_ms = _range_ms(Path(folder))
    report("measuring speech", 4, 4)
    return {
        "starter_times_real_time": round(seconds / both, 1),
        "starter_times_real_time_of_processor": round(seconds / worked, 1),
        "cache_hit_200_takes_ms": round(hit_ms, 1),
        "range_of_an_hour_ms": round(range_ms, 1),
        "whole_hour_decode_ms": round(whole_ms, 1),
    }


def _fastest(work: Callable[[], object], rounds: int = 3) -> float:
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return min(spent)


def _voice(seconds: float, seed: int) -> Wave:
    """A buzz in syllables with a breath of noise: as much work as speech is."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    phase = rng.uniform(100.0, 220.0) * t + 2.0 * np.sin(2.0 * np.pi * 2.5 * t)
    syllables = np.clip(np.sin(2.0 * np.pi * 3.0 * t) + 0.7, 0.0, 1.0)
    wave = 0.3 * (2.0 * (phase % 1.0) - 1.0) * syllables + rng.normal(0.0, 1e-3, len(t))
    made: Wave = wave.astype(np.float32)
    return made


def _cache_hit_ms(folder: Path, waves: list[Wave]) -> float:
    """Milliseconds for 200 takes that were heard before, the median of five."""
    from cmet_studio.core import paths
    from cmet_studio.media.audio import write_wav
    from cmet_studio.speech.embeddings import embed_takes
    from cmet_studio.speech.encoders import make_encoder
    from cmet_studio.speech.files import content_hash

    takes = []
    for n, wave in enumerate(waves):
        write_wav(folder / f"{n}.wav", wave, RATE)
        digest = content_hash(folder / f"{n}.wav")
        takes.append(Take(f"t{n}", f"{n}.wav", digest, _HEARD_S))
    # Two hundred parts of two dozen files: each a take of its own with an embedding of its own.
    many = [
        Take(f"p{n}", t.path, t.sha256, t.duration_s, in_s=0.01 * (n // len(takes)))
        for n, t in ((n, takes[n % len(takes)]) for n in range(_TAKES))
    ]
    encoder = make_encoder("starter")
    before = set((paths.cache_dir() / "embeddings").rglob("*"))
    try:
        embed_takes(many, folder, encoder)
        spent = []
        for _ in range(5):
            began = time.perf_counter()
            embed_takes(many, folder, make_encoder("starter"))
            spent.append(time.perf_counter() - began)
    finally:
        for path in set((paths.cache_dir() / "embeddings").rglob("*")) - before:
            if path.is_file():
                path.unlink()
    return 1000.0 * float(np.median(spent))


def _range_ms(folder: Path) -> tuple[float, float]:
    """Milliseconds to import ten seconds out of an hour, and to read the hour."""
    from cmet_studio.media.audio import read_audio, write_wav
    from cmet_studio.speech.takes import import_range

    minute = np.tile(_voice(6.0, 0), 10)
    file = folder / "interview.wav"
    write_wav(file, np.tile(minute, _HOUR_S // 60), RATE)
    began = time.perf_counter()
    import_range(file, folder, "t1", folder / "media", 1800.0, 1810.0)
    part = time.perf_counter() - began
    began = time.perf_counter()
    read_audio(file, rate=RATE)
    return 1000.0 * part, 1000.0 * (time.perf_counter() - began)
