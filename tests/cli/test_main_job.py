"""The command line does the main job, as an editor would type it."""

from fractions import Fraction

import numpy as np
import pytest

from cmet_studio.app.demo_clip import speak
from cmet_studio.media.audio import write_wav
from cmet_studio.media.reader import VideoReader


def test_new_finds_the_performer(folder, cli_json):
    facts = cli_json("inspect", folder / "p.cmet")
    assert facts["frames"] == 200
    assert [p["name"] for p in facts["performers"]] == ["A"]
    assert facts["clip"] == "clip.mp4"


def test_inspect_a_clip(folder, cli_json):
    facts = cli_json("inspect", folder / "clip.mp4")
    assert (facts["rate"], facts["frames"], len(facts["audio"])) == ("25/1", 200, 1)


def test_keys_by_every_kind_of_time(folder, cli, cli_json):
    p = folder / "p.cmet"
    for at in ("f60", "3s", "00:00:04:00"):
        assert cli("key", "add", p, "--at", at, "--emotion", "happy", "--intensity", 0.5)[0] == 0
    frames = [k["frame"] for k in cli_json("key", "list", p)["keys"]]
    assert frames == [10, 40, 60, 75, 100]


def test_key_set_move_remove(folder, cli, cli_json):
    p = folder / "p.cmet"
    words = ["--interp", "ease", "--region", "brow=0.5,mouth=0", "--intensity", "1.2"]
    assert cli("key", "set", p, "--at", "f40", *words)[0] == 0
    assert cli("key", "move", p, "--at", "f40", "--to", "f50")[0] == 0
    moved = cli_json("key", "list", p)["keys"][1]
    assert (moved["frame"], moved["interpolation"], moved["intensity"]) == (50, "ease", 1.2)
    assert moved["regions"] == {"brow": 0.5, "eyes": 1.0, "cheeks": 1.0, "mouth": 0.0}
    assert cli("key", "remove", p, "--at", "f50")[0] == 0
    assert [k["frame"] for k in cli_json("key", "list", p)["keys"]] == [10]


def test_a_mix_of_two_emotions(folder, cli, cli_json):
    p = folder / "p.cmet"
    cli("emotion", "add", p, "sad", "--preset", "sad")
    words = ["--at", "f90", "--emotion", "sad=3", "--emotion", "happy=1"]
    assert cli("key", "add", p, *words)[0] == 0
    assert cli_json("key", "list", p)["keys"][-1]["mix"] == {"sad": 0.75, "happy": 0.25}


def test_emotion_from_speech_samples(folder, cli, cli_json, tmp_path):
    p = folder / "p.cmet"
    files = []
    for n, (pitch, speed) in enumerate([(80, 210), (75, 200), (40, 150), (45, 140)]):
        files.append(tmp_path / f"take{n}.wav")
        write_wav(
            files[-1],
            speak("I can not believe you did this.", tmp_path, None, pitch, speed),
            16_000,
        )
    code, out, err = cli(
        "emotion", "add", p, "angry", "--expressive", *files[:2], "--neutral", *files[2:]
    )
    assert code == 0, err
    assert "2 expressive and 2 neutral" in out
    assert "leans on the shipped preset" in err
    made = next(e for e in cli_json("emotion", "list", p)["emotions"] if e["name"] == "angry")
    assert len(made["expressive"]) == len(made["neutral"]) == 2
    assert cli("key", "add", p, "--at", "f90", "--emotion", "angry")[0] == 0
    report = cli_json("render", p, "-o", folder / "out.mp4", "--in", "f80", "--out", "f95")
    assert report["frames_edited"] == 15


def test_emotion_rename_and_remove(folder, cli, cli_json):
    p = folder / "p.cmet"
    assert cli("emotion", "rename", p, "happy", "joy")[0] == 0
    assert cli_json("key", "list", p)["keys"][1]["emotion"] == "joy"
    code, _, err = cli("emotion", "remove", p, "joy")
    assert code == 2
    assert "1 key" in err
    assert cli("emotion", "remove", p, "joy", "--force")[0] == 0
    assert [k["frame"] for k in cli_json("key", "list", p)["keys"]] == [10]


def test_performers(folder, cli, cli_json):
    p = folder / "p.cmet"
    assert cli("performer", "rename", p, "A", "Grace")[0] == 0
    assert [q["name"] for q in cli_json("performer", "list", p)["performers"]] == ["Grace"]
    code, _, said = cli("performer", "add", p, "--at", "f50")  # one face, one performer
    assert code == 2
    assert "performer Grace already" in said
    assert cli("performer", "remove", p, "Grace", "--force")[0] == 0


def test_render_writes_report_picture_and_sound(folder, cli_json):
    p = folder / "p.cmet"
    report = cli_json("render", p, "-o", folder / "out.mp4", "--report", folder / "r.json")
    assert report["frames"] == 200
    assert 0 < report["frames_edited"] <= 189
    for wanted in ("engine", "device", "fps_render", "wall_s", "seconds", "peak_rss_mb"):
        assert wanted in report
    (performer,) = report["performers"]
    assert performer["frames_found"] == 200
    assert abs(performer["largest_delta"]["value"]) > 0.3
    with VideoReader(folder / "out.mp4") as ours, VideoReader(folder / "clip.mp4") as source:
        assert len(ours) == len(source)
        assert len(ours.info.audio) == 1
        assert ours.times.end_seconds == source.times.end_seconds


def test_a_range_is_half_open_and_clamped(folder, cli_json):
    p = folder / "p.cmet"
    words = ["--codec", "ffv1", "--in", "7s", "--out", "99s"]
    report = cli_json("render", p, "-o", folder / "tail.mkv", *words)
    assert (report["in"], report["out"], report["frames"]) == (175, 200, 25)
    with VideoReader(folder / "tail.mkv") as tail:
        assert tail.times.seconds(1) == pytest.approx(Fraction(1, 25), abs=0.001)


def test_intensity_scales_the_face(folder, cli, cli_json):
    p = folder / "p.cmet"
    sizes = []
    for intensity in (0.3, 0.6, 1.0, 1.5):
        cli("key", "set", p, "--at", "f40", "--intensity", intensity)
        words = ["--in", "f60", "--out", "f62", "--force"]
        report = cli_json("render", p, "-o", folder / "out.mp4", *words)
        sizes.append(abs(report["performers"][0]["largest_delta"]["value"]))
    assert all(np.diff(sizes) > 0)


def test_relink(folder, cli, cli_json):
    p = folder / "p.cmet"
    (folder / "clip.mp4").rename(folder / "moved.mp4")
    code, _, err = cli("render", p, "-o", folder / "out.mp4")
    assert code == 2
    assert "relink" in err
    assert cli("relink", p, folder / "moved.mp4")[0] == 0
    assert cli_json("inspect", p)["clip"] == "moved.mp4"


def test_doctor_says_what_runs(cli):
    code, out, _ = cli("doctor")
    assert code == 0
    assert "engine mesh" in out
