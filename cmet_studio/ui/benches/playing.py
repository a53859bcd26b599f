"""Frames at hand are played: how many come late, and how far picture and sound part."""

import time
from typing import Any

from PySide6.QtTest import QTest

from cmet_studio.ui.benches.stage import until
from cmet_studio.ui.playback.transport import PlaybackFigures
from cmet_studio.ui.watchdog import Watchdog
from cmet_studio.ui.window import Window


def play_cached(window: Window, seconds: float) -> dict[str, float]:
    """Play the clip round and round after all its frames were made.

    Returns:
        play_s: how long.
        play_skipped_percent: frames whose time came before they were there.
        play_worst_offset_ms: the most that a picture on screen was off its sound.
        play_blocked, play_worst_block_ms: of the GUI thread, as while dragging.
        play_by_sound: 1 where a loudspeaker was the clock, 0 where a timer was.
    """
    editor = window.editor
    frames = editor.project.clip.frames
    states: list[list[list[Any]]] = []

    def asked() -> bool:
        editor.engine.call(
            lambda client: client.cache_states(0, frames), lambda found: states.append(found)
        )
        QTest.qWait(300)
        return bool(states) and "none" not in {state for _, _, state in states[-1]}

    editor.seek(0)
    until(asked, "All frames", 300)
    transport = editor.transport
    transport.set_loop(True)
    editor.seek(0)
    transport.play(1)
    until(lambda: editor.playhead > 10, "Playback", 20)
    transport.figures = PlaybackFigures()
    dog = Watchdog()
    dog.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QTest.qWait(100)
    blocked = dog.stop()
    figures = transport.figures
    sounding = transport.sounding
    transport.stop()
    transport.set_loop(False)
    return {
        "play_s": seconds,
        "play_frames": figures.due,
        "play_skipped_percent": round(100 * (1 - figures.shown / max(1, figures.due)), 2),
        "play_worst_offset_ms": round(figures.worst_offset_s * 1000, 1),
        "play_blocked": blocked.times,
        "play_worst_block_ms": round(blocked.worst_ms, 1),
        "play_by_sound": float(sounding),
    }
