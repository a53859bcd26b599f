"""What a careless or hurried hand does on the command line: nothing of the user's is lost."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from portrait import make_portrait_clip

from cmet_studio.app.commands import new_project, rename_emotion
from cmet_studio.app.document import Document
from cmet_studio.app.workspace import Workspace
from cmet_studio.core.errors import Cancelled, ProjectError
from cmet_studio.domain.edits import add_emotion, add_key
from cmet_studio.domain.project import Key, Marker, MixPart
from cmet_studio.media.audio import write_wav


def refused(result, name) -> None:
    code, out, err = result
    assert code == 2, (out, err)
    assert "Traceback" not in err
    assert name in err.replace("\n", " "), err


@pytest.mark.parametrize("name", ["clip.mp4", "p.mp4", "p"])
def test_a_project_is_never_written_over_the_clip_or_under_another_suffix(folder, cli, name):
    clip = (folder / "clip.mp4").read_bytes()
    refused(cli("new", folder / "clip.mp4", "-o", folder / name, "--force"), name)
    (folder / "link.cmet").symlink_to(folder / "clip.mp4")
    refused(cli("new", folder / "clip.mp4", "-o", folder / "link.cmet", "--force"), "link.cmet")
    assert (folder / "clip.mp4").read_bytes() == clip
    assert not (folder / "p").exists()


@pytest.mark.parametrize("name", ["clip.mp4", "edited.mp4", "contact_sheet.png", "report.json"])
def test_the_demo_asks_before_it_replaces_anything(tmp_path, cli, name):
    (tmp_path / name).write_text("mine")
    refused(cli("demo", "--out", tmp_path), name)
    assert (tmp_path / name).read_text() == "mine"


def test_report_and_clip_need_two_names(folder, cli):
    target = folder / "out.mp4"
    for force in ((), ("--force",)):
        words = ("-o", target, "--report", folder / "." / "out.mp4", *force)
        refused(cli("render", folder / "p.cmet", *words), "out.mp4")
    assert not target.exists()


def test_names_are_printed_as_they_are(folder, cli):
    p, name = folder / "p.cmet", "[/b] [red]x :smile:"
    assert cli("emotion", "add", p, name, "--preset", "sad")[0] == 0
    assert cli("performer", "rename", p, "A", name)[0] == 0
    for words in (("emotion", "list"), ("performer", "list"), ("emotion", "show"), ("key", "list")):
        code, out, err = cli(*words, p)
        assert (code, name in out) == (0, True), (out, err)


def test_a_key_with_nothing_to_change_is_said(folder, cli):
    refused(cli("key", "set", folder / "p.cmet", "--at", "f40"), "f40")


def test_standard_output_that_cannot_be_written(folder, session_home):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    for words in (("key", "list"), ("emotion", "list")):
        for more in ((), ("--json",)):
            with Path("/dev/full").open("w") as full:
                done = subprocess.run(
                    [sys.executable, "-m", "cmet_studio", *words, folder / "p.cmet", *more],
                    stdout=full,
                    stderr=subprocess.PIPE,
                    text=True,
                    check=False,
                )
            assert done.returncode == 2
            assert "Traceback" not in done.stderr
            assert "standard output" in done.stderr


def test_two_command_lines_at_once_lose_nothing(folder):
    p = folder / "p.cmet"
    with Workspace(p) as one, Workspace(p) as other:
        rename_emotion(one, "happy", "glad")
        project = other.project
        other.do(lambda now: replace(now, markers=(*now.markers, Marker(3, "here"))))
        with pytest.raises(ProjectError, match="changed"):
            one.save(project)
    with Workspace(p) as after:
        assert after.project.emotions[0].name == "glad"
        assert len(after.project.markers) == 1


_ADDS_MARKERS = """
import sys
from dataclasses import replace
from pathlib import Path
from cmet_studio.app.document import Document
from cmet_studio.app.workspace import Workspace
from cmet_studio.domain.project import Marker
for frame in map(int, sys.argv[2:]):
    with Workspace(Path(sys.argv[1])) as workspace:
        workspace.do(lambda now: replace(now, markers=tuple(sorted(
            (*now.markers, Marker(frame)), key=lambda marker: marker.frame
        ))))
"""


def test_many_command_lines_at_once_lose_nothing(folder):
    p = folder / "p.cmet"
    frames = [[str(5 * n + k) for k in range(5)] for n in range(6)]
    together = [
        subprocess.Popen([sys.executable, "-c", _ADDS_MARKERS, p, *some], stderr=subprocess.PIPE)
        for some in frames
    ]
    said = [process.communicate(timeout=60)[1] for process in together]
    assert not any(said), said
    with Workspace(p) as after:
        assert [marker.frame for marker in after.project.markers] == list(range(30))
    assert sorted(path.name for path in folder.iterdir()) == ["clip.mp4", "p.cmet"]


def test_a_project_that_another_program_has_open_is_not_changed(folder, cli):
    p = folder / "p.cmet"
    holding = (
        "import sys; from pathlib import Path; from cmet_studio.project_io.lock import acquire\n"
        "lock = acquire(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    before = p.read_bytes()
    with subprocess.Popen(
        [sys.executable, "-c", holding, p], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as app:
        assert app.stdout.readline()
        time.sleep(2.1)  # longer than another command line holds it
        refused(cli("key", "add", p, "--at", "f5", "--emotion", "happy"), "p.cmet")
        voice = folder / "voice.wav"
        write_wav(voice, (0.2 * np.sin(np.arange(48000) / 9)).astype(np.float32), 16000)
        refused(cli("take", "import", p, voice), "open in another")
        refused(cli("emotion", "add", p, "warm", "--expressive", voice), "open in another")
        refused(cli("performer", "add", p, "--at", "f5"), "open in another")
        assert not (folder / "p.media" / "takes").exists()
        assert cli("key", "list", p)[0] == 0
        assert p.read_bytes() == before
        app.stdin.close()
    assert cli("key", "add", p, "--at", "f5", "--emotion", "happy")[0] == 0


def test_a_demo_that_is_stopped_leaves_nothing_half_made(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "cmet_studio", "demo", "--out", tmp_path],
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not any(tmp_path.glob(".clip*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert not list(tmp_path.iterdir())


def test_a_project_that_is_stopped_while_faces_are_tracked_was_never_there(tmp_path):
    make_portrait_clip(tmp_path / "clip.mp4", 20)
    seen: list[str] = []

    def stop(stage: str, done: int, total: int) -> None:
        seen.append(stage)
        if "looking" not in stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        new_project(tmp_path / "clip.mp4", tmp_path / "p.cmet", report=stop)
    assert len(set(seen)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_muted_key_asks_for_no_voice(folder, cli):
    p = folder / "p.cmet"
    with Workspace(p) as workspace:
        workspace.do(lambda now: add_emotion(now, "bare"))
        (bare,) = (e.id for e in workspace.project.emotions if e.name == "bare")
        muted = Key(60, (MixPart(bare),), muted=True)
        workspace.do(lambda now: add_key(now, now.performers[0].id, muted))
    words = ("-o", folder / "o.mp4", "--in", "f55", "--out", "f62", "--preset", "ultrafast")
    code, _, err = cli("render", p, *words)
    assert code == 0, err


def test_a_link_to_a_project_is_followed(folder, tmp_path, cli, cli_json):
    """An edit through it reaches the project; the link stays one."""
    links = tmp_path / "links"
    links.mkdir()
    link = links / "current.cmet"
    link.symlink_to(folder / "p.cmet")
    assert cli("key", "add", link, "--at", "f70", "--emotion", "rest")[0] == 0
    assert link.is_symlink()
    assert [k["frame"] for k in cli_json("key", "list", folder / "p.cmet")["keys"]] == [10, 40, 70]
    document = Document.open(link)
    document.do("Key", lambda now: add_key(now, now.performers[0].id, Key(71)))
    document.save()
    document.close()
    assert link.is_symlink()
    frames = [k["frame"] for k in cli_json("key", "list", folder / "p.cmet")["keys"]]
    assert frames == [10, 40, 70, 71]
    assert [path.name for path in links.iterdir()] == ["current.cmet"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
def test_what_is_no_file_is_no_project(tmp_path, cli):
    os.mkfifo(tmp_path / "pipe.cmet")
    refused(cli("key", "list", tmp_path / "pipe.cmet"), "pipe.cmet")
    refused(cli("inspect", "/dev/zero", "--json"), "/dev/zero")
    refused(cli("key", "list", "/dev/zero"), "/dev/zero")


def test_a_project_that_is_open_elsewhere_is_not_made_anew(folder, cli):
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cmet_studio.project_io.lock import Lock, acquire\n"
        "lock = acquire(Path(sys.argv[1]))\n"
        "assert isinstance(lock, Lock)\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
        "lock.release()\n"
    )
    p = folder / "p.cmet"
    before = p.read_bytes()
    with subprocess.Popen(
        [sys.executable, "-c", script, p], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"open"
        time.sleep(2.5)  # longer than the moment of a write
        refused(cli("new", folder / "clip.mp4", "-o", p, "--force"), "p.cmet")
        assert other.stdin is not None
        other.stdin.close()
    assert p.read_bytes() == before
