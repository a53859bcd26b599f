"""Drive the real application through a whole edit: ``python tests/tour/run.py OUT``.

Leaves numbered screenshots and ``tour.json`` in OUT. Needs a display; ``make tour`` makes one.
"""

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared" / "data"


def _clip(folder: Path) -> Path:
    """A copy of the portrait, or the demo's own clip where the shared data is absent."""
    portrait = SHARED / "clips" / "portrait_1280x720_30fps.mp4"
    clip = folder / "portrait.mp4"
    if portrait.is_file():
        shutil.copy(portrait, clip)
    else:
        from cmet_studio.app.demo_clip import make_demo_clip

        make_demo_clip(clip)
    return clip


def _takes(folder: Path) -> tuple[list[Path], list[Path]]:
    """Three expressive and three neutral recordings of one speaker."""
    emodb = SHARED / "speech" / "emodb"
    if emodb.is_dir():
        return tuple(sorted((emodb / kind).glob("03*.flac"))[:3] for kind in ("happy", "neutral"))  # type: ignore[return-value]
    from cmet_studio.app.demo import ACTED, PLAIN
    from cmet_studio.app.demo_clip import speak
    from cmet_studio.media.audio import write_wav

    sides = []
    for kind, lines, pitch, speed in (("acted", ACTED, 75, 210), ("plain", PLAIN, 45, 150)):
        side = [folder / f"{kind}_{number}.wav" for number in range(len(lines))]
        for path, line in zip(side, lines, strict=True):
            write_wav(path, speak(line, folder, pitch=pitch, speed=speed), 16000)
        sides.append(side)
    return sides[0], sides[1]


def _act(part: str, folder: Path) -> None:
    """One process of the story."""
    sys.path.insert(0, str(HERE))
    import story
    from PySide6.QtWidgets import QApplication

    from cmet_studio.ui import theme
    from cmet_studio.ui.studio import make_window

    logging.basicConfig(level=logging.WARNING)
    work = folder / "work"
    app = QApplication(["cmet-studio"])
    app.setApplicationName("CMET Studio")
    theme.apply(app)
    window = make_window()
    screen = app.primaryScreen().availableGeometry()
    window.setGeometry(screen)
    window.show()
    window.activateWindow()
    if part == "day":
        log = story.Log(folder)
        window.open_soon(work / "portrait.mp4")
        expressive, neutral = _takes(work)
        story.day(
            story.Editor(window, log),
            work / "portrait.mp4",
            expressive,
            neutral,
            work / "edited.mp4",
        )
    else:
        first = len(json.loads((folder / "steps_from_1.json").read_text())) + 1
        log = story.Log(folder, first)
        story.recover(log)
        window.open_soon(work / "portrait.cmet")
        story.night(story.Editor(window, log), work / "edited.mp4")
        window.close()


def _run(part: str, folder: Path, environment: dict[str, str]) -> int:
    command = [sys.executable, str(Path(__file__).resolve()), str(folder), "--part", part]
    return subprocess.run(command, env=environment, check=False, timeout=900).returncode


def main() -> int:
    """Run both parts and put their steps together."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--part", choices=("day", "night"))
    asked = parser.parse_args()
    folder: Path = asked.out.resolve()
    if asked.part:
        _act(asked.part, folder)
        return 0
    shutil.rmtree(folder / "work", ignore_errors=True)
    (folder / "work").mkdir(parents=True)
    for old in [*folder.glob("*.png"), *folder.glob("*.json")]:
        old.unlink()
    _clip(folder / "work")
    environment = {**os.environ, "CMET_STUDIO_HOME": str(folder / "work" / "home")}
    sys.path.insert(0, str(HERE.parent))
    microphone = None
    if shutil.which("pulseaudio"):
        from sound_fixtures import Pulse

        (folder / "work" / "pulse").mkdir()
        microphone = Pulse(folder / "work" / "pulse")
        microphone.control("set-default-sink", "speaker")
        environment |= microphone.environment
    try:
        if _run("day", folder, environment) != -9:
            sys.stderr.write("The first part ended before it was to be killed.\n")
            return 1
        code = _run("night", folder, environment)
    finally:
        if microphone is not None:
            microphone.close()
    steps = [
        step
        for part in sorted(
            folder.glob("steps_from_*.json"), key=lambda p: int(p.stem.rsplit("_", 1)[1])
        )
        for step in json.loads(part.read_text())
    ]
    (folder / "tour.json").write_text(json.dumps({"steps": steps, "ok": code == 0}, indent=1))
    for part in [*folder.glob("steps_from_*.json"), folder / "before_kill.json"]:
        part.unlink(missing_ok=True)
    for step in steps:
        sys.stdout.write(f"{step['step']:2d} {step['name']:28s} {step['seconds']:6.1f} s  ")
        sys.stdout.write("; ".join(step["checked"]) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
