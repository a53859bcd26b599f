"""What goes wrong while something is exported, and what the editor is told."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from service_fixtures import Story, until

from cmet_studio.service.client import Engine

Shown = tuple[Engine, Story]

_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from cmet_studio.core.errors import OutputError
from cmet_studio.media.reader import VideoReader
from cmet_studio.render.export import ExportSettings, export
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
source, target = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
with VideoReader(source) as reader:
    try:
        export(reader, [], object, Path(target), ExportSettings(0, len(reader), "ffv1"))
    except OutputError as error:
        sys.stdout.write(error.message)
"""


def ended(engine: Engine, job: str) -> dict[str, str]:
    def state() -> dict[str, str]:
        return next(one for one in engine.jobs() if one["id"] == job)

    until(lambda: state()["state"] in ("done", "failed"))
    return state()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_a_full_disk_is_told_with_the_name_that_was_asked_for(
    numbered_clip: Path, tmp_path: Path
) -> None:
    target = tmp_path / "film.mkv"
    command = [sys.executable, "-c", _FULL_DISK, str(numbered_clip), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == f"There is no room left to write {target}."
    assert list(tmp_path.iterdir()) == []


def test_the_folder_goes_while_a_job_waits(shown: Shown, tmp_path: Path) -> None:
    engine, _ = shown
    folder = tmp_path / "exports"
    folder.mkdir()
    first = engine.start_job("export", output=str(tmp_path / "first.mkv"), codec="ffv1")
    later = engine.start_job("export", output=str(folder / "later.mkv"), codec="ffv1")
    shutil.rmtree(folder)
    assert ended(engine, first)["state"] == "done"
    job = ended(engine, later)
    assert (job["state"], job["message"]) == ("failed", f"There is no folder {folder}.")
    assert job["hint"]


def test_the_clip_moves_while_a_job_waits(shown: Shown, tmp_path: Path) -> None:
    engine, story = shown
    first = engine.start_job("export", output=str(tmp_path / "first.mkv"), codec="ffv1")
    later = engine.start_job("export", output=str(tmp_path / "later.mkv"), codec="ffv1")
    engine.pause(later)
    assert ended(engine, first)["state"] == "done"
    clip = Path(story.project.clip.hint)
    clip.rename(tmp_path / "elsewhere.mp4")
    try:
        engine.resume(later)
        job = ended(engine, later)
    finally:
        (tmp_path / "elsewhere.mp4").rename(clip)
    assert job["state"] == "failed"
    assert "clip.mp4 is no longer where it was" in job["message"]
    assert "Find the Clip" in job["hint"]
    assert not (tmp_path / "later.mkv").exists()
