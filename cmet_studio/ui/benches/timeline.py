"""The timeline painted again and again: real paints of the real widget, into a picture."""

import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QRegion
from PySide6.QtWidgets import QApplication

from cmet_studio.app.document import Document
from cmet_studio.domain.project import (
    PRESETS,
    Clip,
    Emotion,
    Fingerprint,
    Interpolation,
    Key,
    Marker,
    MixPart,
    Performer,
    Project,
)
from cmet_studio.domain.time import FrameRate
from cmet_studio.project_io import save_project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.engine_link import EngineLink
from cmet_studio.ui.timeline.facts import CacheState, Changed, Facts, Floats, LimitRange
from cmet_studio.ui.timeline.panel import TimelinePanel

WIDTH_PX, HEIGHT_PX = 1600, 480
_COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")


class _Sound:
    """Columns of noise, as quick to read as a kept waveform."""

    def read(self, start_s: float, end_s: float, columns: int) -> Floats:
        level = np.abs(np.sin(np.linspace(start_s, end_s, columns) * 1.3)).astype(np.float32)
        return np.stack([-level, level], axis=1)


def _project(keys: int, frames: int, rate: FrameRate) -> Project:
    random = Random(7)
    clip = Clip("a.mp4", "", Fingerprint(1, "0" * 64), 1920, 1080, frames, rate, "01:00:00:00")
    emotions = tuple(
        Emotion(f"e{n}", name.capitalize(), _COLOURS[n % 7], preset=name)
        for n, name in enumerate(PRESETS)
    )
    kinds: tuple[Interpolation, ...] = ("hold", "linear", "ease", "bezier")

    def key(frame: int) -> Key:
        a, b = random.sample(range(len(emotions)), 2)
        mix = (MixPart(f"e{a}", 0.7), MixPart(f"e{b}", 0.3)) if random.random() < 0.2 else (
            MixPart(f"e{a}"),) if random.random() < 0.85 else ()  # fmt: skip
        level = round(random.uniform(0.1, 1.5), 2)
        return Key(frame, mix, level, random.choice(kinds), muted=random.random() < 0.03)

    def performer(n: int, count: int) -> Performer:
        places = sorted(random.sample(range(frames), count))
        return Performer(
            f"p{n}", f"Performer {n}", 0, (0.0, 0.0, 99.0, 99.0), tuple(map(key, places))
        )

    markers = tuple(Marker(n * frames // 200, f"Marker {n}") for n in range(200))
    performers = (performer(1, keys - keys // 2), performer(2, keys // 2))
    return Project(
        clip, performers, (), emotions, markers=markers, work_range=(frames // 4, frames // 2)
    )  # fmt: skip


def _facts(frames: int) -> Facts:
    random = Random(3)
    edges = sorted(random.sample(range(frames), 600))
    states: tuple[CacheState, ...] = ("full", "draft", "none", "failed")
    cache = tuple((a, b, states[n % 4]) for n, (a, b) in enumerate(pairwise(edges)))
    sizes = np.abs(np.sin(np.arange(2000) / 31)).astype(np.float32)
    limits = tuple(LimitRange(a, a + 90, "pose") for a in edges[::4])
    return Facts(
        cache=cache,
        cuts=tuple(edges[::3]),
        limits={"p1": limits, "p2": limits},
        states={"p1": "ready", "p2": "ready"},
        onsets=tuple(edges[::2]),
        changed={p: Changed(0, max(1, frames // 2000), sizes) for p in ("p1", "p2")},
        peaks=_Sound(),
    )


def timeline_paint(keys: int = 10_000, hours: float = 2, rounds: int = 120) -> dict[str, float]:
    """Paint the timeline again and again, each time anew: another zoom, place or playhead.

    Args:
        keys: of two performers together.
        hours: of the clip, at 25 frames a second.
        rounds: paints that count; a few before them warm up.

    Returns: ``p50_ms``, ``p95_ms`` and ``worst_ms`` of a whole paint of 1600 x 480 pixels;
        ``cpu_p95_ms``, the processor's time of it, which other programs cannot lengthen;
        ``playhead_p95_ms`` of one in which only the playhead moved; ``keys``, ``frames``.
    """
    app = QApplication.instance() or QApplication([])
    frames = round(hours * 3600 * 25)
    random = Random(11)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bench.cmet"
        save_project(_project(keys, frames, FrameRate(25)), path)
        editor = Editor(EngineLink())
        panel = TimelinePanel(editor)
        view = panel.view
        editor.open_document(Document.open(path), Path(folder) / "no clip.mp4")
        view.resize(WIDTH_PX, HEIGHT_PX)
        view.feed.facts = _facts(frames)
        picture = QImage(WIDTH_PX, HEIGHT_PX, QImage.Format.Format_RGB32)
        whole: list[float] = []
        playhead: list[float] = []
        work: list[float] = []
        for n in range(rounds + 5):
            zoom = view.scale.fit().zoom(2 ** random.uniform(0, 14), random.uniform(0, 1400))
            view.set_scale(zoom.scroll_to(Fraction(random.randrange(frames))) if n % 3 else zoom)
            editor.seek(random.randrange(frames))
            view.refresh()
            for times in (whole, playhead):
                begun, begun_cpu = time.perf_counter(), time.thread_time()
                view.render(picture, QPoint(), QRegion(), view.RenderFlag.DrawChildren)
                if n >= 5:
                    times.append((time.perf_counter() - begun) * 1000)
                    if times is whole:
                        work.append((time.thread_time() - begun_cpu) * 1000)
                editor.seek(editor.playhead + 1)
        editor.close()
        panel.close()
        panel.deleteLater()
        app.processEvents()
    half, most = np.percentile(whole, (50, 95))
    return {
        "p50_ms": round(float(half), 2),
        "p95_ms": round(float(most), 2),
        "cpu_p95_ms": round(float(np.percentile(work, 95)), 2),
        "worst_ms": round(max(whole), 2),
        "playhead_p95_ms": round(float(np.percentile(playhead, 95)), 2),
        "keys": keys,
        "frames": frames,
    }
