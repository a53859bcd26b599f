"""Every bad input: exit code 2, a sentence that names the thing, nothing half-written."""

import json
import os
import shutil
import stat
import sys

import numpy as np
import pytest

from cmet_studio.domain.time import FrameRate
from cmet_studio.media.audio import write_wav
from cmet_studio.media.synth import make_clip


def refused(result, *names) -> str:
    code, out, err = result
    assert code == 2, (out, err)
    assert "Traceback" not in err
    assert 0 < len(err.strip().splitlines()) <= 4
    for name in names:
        assert str(name) in err.replace("\n", " "), err
    return err


def test_not_a_video(tmp_path, cli):
    path = tmp_path / "notes.mp4"
    path.write_text("these are notes, not a film")
    refused(cli("new", path, "-o", tmp_path / "p.cmet"), "notes.mp4")
    assert not (tmp_path / "p.cmet").exists()


def test_zero_bytes(tmp_path, cli):
    path = tmp_path / "empty.mp4"
    path.touch()
    refused(cli("new", path, "-o", tmp_path / "p.cmet"), "empty.mp4")


def test_missing_clip(tmp_path, cli):
    refused(cli("new", tmp_path / "gone.mp4", "-o", tmp_path / "p.cmet"), "gone.mp4")


def test_a_playlist_is_not_a_clip(tmp_path, cli):
    path = tmp_path / "list.mp4"
    path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n")
    refused(cli("new", path, "-o", tmp_path / "p.cmet"), "list.mp4")


def test_audio_only(tmp_path, cli):
    path = tmp_path / "voice.wav"
    write_wav(path, np.sin(np.arange(16000) / 9).astype(np.float32) * 0.3, 16000)
    refused(cli("new", path, "-o", tmp_path / "p.cmet"), "voice.wav")


def test_no_face(tmp_path, cli):
    path = tmp_path / "wall.mp4"
    wall = np.full((120, 160, 3), 128, np.uint8)
    make_clip(path, iter([wall] * 10), FrameRate(25))
    refused(cli("new", path, "-o", tmp_path / "p.cmet"), "wall.mp4")
    assert not (tmp_path / "p.cmet").exists()


def test_truncated(folder, tmp_path, cli):
    path = tmp_path / "cut.mp4"
    whole = (folder / "clip.mp4").read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    refused(cli("new", path, "-o", tmp_path / "p.cmet"), "cut.mp4")


@pytest.mark.parametrize("at", ["f200", "8.1s", "00:00:08:00", "-1s", "f-3", "soon", ""])
def test_key_outside_the_clip_or_nonsense(folder, cli, at):
    before = (folder / "p.cmet").read_bytes()
    result = cli("key", "add", folder / "p.cmet", f"--at={at}", "--emotion", "happy")
    refused(result)
    assert (folder / "p.cmet").read_bytes() == before


def test_unknown_emotion_says_which_there_are(folder, cli):
    result = cli("key", "add", folder / "p.cmet", "--at", "f5", "--emotion", "hapy")
    assert "happy" in refused(result, "hapy")


@pytest.mark.parametrize(
    "words",
    [
        ["--intensity", "1.6"],
        ["--intensity", "nan"],
        ["--interp", "bouncy"],
        ["--region", "nose=1"],
        ["--region", "brow=2"],
        ["--region", "brow"],
    ],
)
def test_values_out_of_range(folder, cli, words):
    refused(cli("key", "add", folder / "p.cmet", "--at", "f5", "--emotion", "happy", *words))


def test_take_of_silence_and_of_a_tenth_of_a_second(folder, tmp_path, cli):
    silence, blip = tmp_path / "silence.wav", tmp_path / "blip.wav"
    write_wav(silence, np.zeros(48000, np.float32), 16000)
    write_wav(blip, np.sin(np.arange(1600) / 9).astype(np.float32) * 0.3, 16000)
    for file in (silence, blip):
        refused(cli("emotion", "add", folder / "p.cmet", "x", "--expressive", file), file.name)
    assert "x" not in (folder / "p.cmet").read_text().split('"')


def test_emotion_without_a_voice(folder, cli):
    refused(cli("emotion", "add", folder / "p.cmet", "x"), "x")
    refused(cli("emotion", "add", folder / "p.cmet", "x", "--preset", "gleeful"), "gleeful")


def test_changed_clip(folder, cli):
    clip = folder / "clip.mp4"
    clip.write_bytes(clip.read_bytes() + b"more")
    refused(cli("render", folder / "p.cmet", "-o", folder / "out.mp4"), "clip.mp4")
    assert not (folder / "out.mp4").exists()


def test_newer_project(folder, cli):
    data = json.loads((folder / "p.cmet").read_text())
    data["schema"] = 99
    (folder / "p.cmet").write_text(json.dumps(data))
    refused(cli("key", "list", folder / "p.cmet"), "99")


@pytest.mark.parametrize(
    "text", ["", "not json", "[]", "{}", "[" * 100_000, '{"schema": 1e999}', '{"schema": NaN}']
)
def test_malformed_project(tmp_path, cli, text):
    path = tmp_path / "bad.cmet"
    path.write_text(text)
    refused(cli("inspect", path), "bad.cmet")


@pytest.mark.parametrize("path", ["../../secret.wav", "/etc/passwd", "C:\\x.wav", "a/../../b.wav"])
def test_takes_never_leave_the_project(folder, cli, path):
    data = json.loads((folder / "p.cmet").read_text())
    data["takes"] = [
        {"id": "t1", "path": path, "sha256": "0" * 64, "duration_s": 1.0, "in_s": 0, "out_s": None,
         "speech_s": 1.0, "source": "x"}
    ]  # fmt: skip
    (folder / "p.cmet").write_text(json.dumps(data))
    refused(cli("render", folder / "p.cmet", "-o", folder / "out.mp4"), "takes[0].path")


def test_nothing_is_overwritten_without_force(folder, cli):
    out = folder / "out.mp4"
    out.write_text("precious")
    refused(cli("render", folder / "p.cmet", "-o", out), "out.mp4")
    assert out.read_text() == "precious"
    refused(cli("new", folder / "clip.mp4", "-o", folder / "p.cmet"), "p.cmet")


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_the_clip_is_never_overwritten(folder, cli, force):
    before = (folder / "clip.mp4").read_bytes()
    refused(cli("render", folder / "p.cmet", "-o", folder / "clip.mp4", *force), "clip.mp4")
    os.link(folder / "clip.mp4", folder / "same.mp4")
    refused(cli("render", folder / "p.cmet", "-o", folder / "same.mp4", *force), "same.mp4")
    assert (folder / "clip.mp4").read_bytes() == before


def test_output_place_missing_or_read_only(folder, cli):
    refused(cli("render", folder / "p.cmet", "-o", folder / "no" / "out.mp4"), "no")
    locked = folder / "locked"
    locked.mkdir()
    if os.geteuid() == 0:  # root may write everywhere but not into /proc
        refused(cli("render", folder / "p.cmet", "-o", "/proc/out.mp4"))
    else:
        locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
        refused(cli("render", folder / "p.cmet", "-o", locked / "out.mp4"))


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_full_disk_leaves_nothing(folder, made_once, session_home):
    """The system refuses to let the file grow: what a full disk looks like from inside."""
    import subprocess

    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "from cmet_studio.cli.main import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    env = {**os.environ, "CMET_STUDIO_HOME": str(session_home)}
    done = subprocess.run(
        [sys.executable, "-c", script, "render", folder / "p.cmet", "-o", folder / "out.mp4"],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(f.name for f in folder.iterdir()) == ["clip.mp4", "p.cmet"]


def test_ctrl_c_exits_130_and_leaves_nothing(folder, session_home):
    import signal
    import subprocess
    import time

    env = {**os.environ, "CMET_STUDIO_HOME": str(session_home)}
    words = ["render", folder / "p.cmet", "-o", folder / "out.mp4", "--preset", "veryslow"]
    process = subprocess.Popen(
        [sys.executable, "-m", "cmet_studio", *words], env=env, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while len(list(folder.iterdir())) == 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert sorted(f.name for f in folder.iterdir()) == ["clip.mp4", "p.cmet"]


def test_unknown_engine_codec_preset_device(folder, cli):
    p, out = folder / "p.cmet", folder / "out.mp4"
    refused(cli("render", p, "-o", out, "--engine", "magic"), "magic")
    refused(cli("render", p, "-o", out, "--codec", "av9"), "av9")
    refused(cli("render", p, "-o", out, "--preset", "warp"), "warp")
    refused(cli("render", p, "-o", out, "--device", "tpu"), "tpu")
    refused(cli("render", p, "-o", out, "--crf", "77"), "77")
    refused(cli("render", p, "-o", folder / "out.txt"), "out.txt")
    refused(cli("render", p, "-o", out, "--in", "f50", "--out", "f50"))
    assert not out.exists()


def test_json_errors_leave_standard_output_empty(tmp_path, cli):
    code, out, _ = cli("inspect", tmp_path / "gone.cmet", "--json")
    assert (code, out) == (2, "")


def test_copying_the_project_elsewhere_keeps_working(folder, tmp_path, cli):
    shutil.copytree(folder, tmp_path / "other")
    assert cli("key", "list", tmp_path / "other" / "p.cmet")[0] == 0
